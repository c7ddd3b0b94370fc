import {
    ACCOUNT_TAG,
    arnInRequest,
    type Caller,
    databricks,
    databricksAwsAccounts,
    OTHER_DATABRICKS_ACCOUNT,
    throughEc2,
} from "./callers";
import type { ContextValue } from "./document/conditions";
import { accountOf, allows, wholeAccount } from "./document/evaluate";
import type { Statement } from "./document/parse";
import { NEEDED_BY_DATABRICKS, REQUIRED_BY_DATABRICKS, REQUIRED_FOR_VOLUMES } from "./kms-actions";
import { hasWildcard, mentionedIn, textsLike } from "./mentioned";
import { actionsOf, allowedActions, awsPrincipals, isAmong, type Permission, permissionsOf } from "./statements";

/** What Databricks is to a key: by its partition, and by the Databricks accounts that register it. */
export interface DatabricksFacts {
    readonly useCases: readonly string[];
    /** The partition in the key's ARN. Default: `aws`. */
    readonly arnPartition?: string;
    /** The Databricks accounts that register the key. Left out, they are not known. */
    readonly databricksAccounts?: readonly string[];
}

/** The session of an account that is not known has its tag all the same. */
const SOME_ACCOUNT = ["present"] as const;

/** What Databricks may not do with a key, although its use cases require it, for one of the Databricks accounts. */
export function missingPermissions(statements: readonly Statement[], facts: DatabricksFacts): string[] {
    const { useCases, arnPartition = "aws", databricksAccounts = [] } = facts;
    const tags: readonly ContextValue[] =
        databricksAccounts.length === 0 ? SOME_ACCOUNT : databricksAccounts.map((one) => [one]);
    const actions = [...new Set(useCases.flatMap((useCase) => REQUIRED_BY_DATABRICKS[useCase] ?? []))];
    // Which of several AWS accounts is that of the customer's Databricks account is not known: one of them has to be let in.
    const missing = databricksAwsAccounts(arnPartition).map((account) => {
        const callers = tags.map((tag) => databricks(account, arnPartition, tag));
        return actions.filter((action) =>
            callers.some((caller) => allows(statements, { ...caller, action }) === false),
        );
    });
    return missing.reduce((least, one) => (one.length < least.length ? one : least), actions);
}

/** Whether the policy names a role that may use the key through EC2, as clusters do for their volumes. */
export function letsVolumesBeEncrypted(statements: readonly Statement[]): boolean {
    const roles = statements.flatMap(awsPrincipals).filter((one) => one.includes(":role/"));
    return roles.some((role) => {
        const caller = throughEc2(role);
        const named = statements.filter((one) => one.effect === "Deny" || awsPrincipals(one).includes(role));
        return REQUIRED_FOR_VOLUMES.every((action) => allows(named, { ...caller, action }) !== false);
    });
}

/** What a statement lets Databricks do beyond the use cases, for others than AWS services, or for others than the customer. */
export function excessForDatabricks(
    permission: Permission,
    { useCases, arnPartition = "aws", databricksAccounts = [] }: DatabricksFacts,
): string[] {
    const allowed = (tags: readonly ContextValue[], isForService: ContextValue) =>
        callersOf(permission, arnPartition, tags, isForService).flatMap((caller) => allowedActions(permission, caller));
    const all = allowed(["present", []], "unknown");
    // To describe a key shows nothing of what is encrypted with it.
    const needed = ["kms:DescribeKey", ...useCases.flatMap((useCase) => NEEDED_BY_DATABRICKS[useCase] ?? [])];
    const excess = all.filter((action) => !isAmong(needed, action));
    if (excess.length > 0) return [`Databricks may ${actionsOf(permission.allow, excess)}`];
    if (allowed(["present", []], ["false"]).includes("kms:CreateGrant")) {
        return [
            "Databricks may kms:CreateGrant for others than AWS services: add the condition Bool kms:GrantIsForAWSResource true",
        ];
    }
    const own = databricksAccounts.map((account) => [account]);
    return own.length > 0 && all.length > 0 && allowed(own, "unknown").length === 0
        ? [
              `Databricks may ${actionsOf(permission.allow)}, but only for another Databricks account: name yours in the same condition (sharedWithAccountIds of databricksKeyPolicy does), or remove the statement`,
          ]
        : [];
}

/**
 * Whether there is no Databricks account that all statements for Databricks let in: one of them is then for another account,
 * even if it is not known which is the customer's, as in the preview of a new registration.
 */
export function isForDifferentAccounts(
    statements: readonly Statement[],
    { arnPartition = "aws" }: DatabricksFacts,
): boolean {
    const letsIn = (permission: Permission, tags: readonly ContextValue[]) =>
        callersOf(permission, arnPartition, tags, "unknown").some((one) => allowedActions(permission, one).length > 0);
    const permissions = permissionsOf(statements).filter((permission) => letsIn(permission, ["present", []]));
    const named = permissions.flatMap((permission) => mentionedIn(permission).valuesOf(ACCOUNT_TAG));
    const tags = [...new Set([OTHER_DATABRICKS_ACCOUNT, ...named])].map((tag) => [tag]);
    return ![...tags, []].some((tag) => permissions.every((permission) => letsIn(permission, [tag])));
}

/** The statements with which Databricks may use the key on behalf of any Databricks account. */
export function statementsForAnyAccount(statements: readonly Statement[], arnPartition = "aws"): string[] {
    const accounts = databricksAwsAccounts(arnPartition);
    return permissionsOf(statements).flatMap((permission) => {
        const { allow } = permission;
        if (!awsPrincipals(allow).some((one) => accounts.includes(accountOf(one) ?? ""))) return [];
        const open = mentionedIn(permission)
            .valuesOf(ACCOUNT_TAG)
            .filter((value) => hasWildcard(value.slice(0, OTHER_DATABRICKS_ACCOUNT.length)));
        const others = [OTHER_DATABRICKS_ACCOUNT, ...textsLike("????????-????-????-????-????????????", open)];
        const callers = callersOf(permission, arnPartition, [...others.map((one) => [one]), []], "unknown");
        if (!callers.some((one) => allowedActions(permission, one).length > 0)) return [];
        return [
            allow.sid === undefined ? `statement ${statements.indexOf(allow) + 1}` : `the statement "${allow.sid}"`,
        ];
    });
}

/** Databricks with each of these tags, as itself and as each of its principals that the policy names. */
function callersOf(
    permission: Permission,
    arnPartition: string,
    tags: readonly ContextValue[],
    isForService: ContextValue,
): Caller[] {
    const named = awsPrincipals(permission.allow).filter((one) => wholeAccount(one) === undefined);
    const conditions = mentionedIn(permission).valuesOf("aws:principalarn");
    return databricksAwsAccounts(arnPartition).flatMap((account) => {
        const shapes = ["root", "role/*", "user/*"].map((shape) => `arn:${arnPartition}:iam::${account}:${shape}`);
        const arns = [
            ...shapes.flatMap((shape) => [shape.replace("*", "databricks"), ...textsLike(shape, conditions)]),
            ...named.filter((one) => accountOf(one) === account),
        ];
        return tags.flatMap((tag) =>
            [...new Set(arns)].map((principalArn): Caller => {
                const known = arnInRequest(principalArn);
                const more = { "kms:grantisforawsresource": isForService, "aws:principalarn": known };
                return { principalArn, context: databricks(account, arnPartition, tag, more).context };
            }),
        );
    });
}
