import { DATABRICKS_AWS_ACCOUNT } from "../policy-documents";
import { type Caller, databricks, OTHER_DATABRICKS_ACCOUNT, stranger, throughEc2 } from "./callers";
import { accountOf, allows, applies, wholeAccount } from "./document/evaluate";
import type { Statement } from "./document/parse";
import { matchesPattern } from "./document/patterns";
import { KMS_KEY_ACTIONS } from "./kms-actions";

/** What Databricks' own statements allow it, by use case. */
const needed: Readonly<Record<string, readonly string[]>> = {
    MANAGED_SERVICES: ["kms:Encrypt", "kms:Decrypt"],
    STORAGE: [
        "kms:Encrypt",
        "kms:Decrypt",
        "kms:ReEncrypt*",
        "kms:GenerateDataKey*",
        "kms:DescribeKey",
        "kms:CreateGrant",
        "kms:ListGrants",
        "kms:RevokeGrant",
    ],
};

/** Without these nothing can be encrypted, by use case. */
const required: Readonly<Record<string, readonly string[]>> = {
    MANAGED_SERVICES: ["kms:Encrypt", "kms:Decrypt"],
    STORAGE: [
        "kms:Encrypt",
        "kms:Decrypt",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
        "kms:GenerateDataKey",
        "kms:DescribeKey",
    ],
};

const forVolumes = ["kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext", "kms:CreateGrant", "kms:DescribeKey"];

/** What Databricks may not do with a key, although these use cases require it. */
export function missingPermissions(
    statements: readonly Statement[],
    useCases: readonly string[],
    databricksAccount?: string,
): string[] {
    const caller = databricks(databricksAccount);
    const actions = new Set(useCases.flatMap((useCase) => required[useCase] ?? []));
    return [...actions].filter((action) => allows(statements, { ...caller, action }) === false);
}

/** Whether the policy names a role that may use the key through EC2, as clusters do for their volumes. */
export function letsVolumesBeEncrypted(statements: readonly Statement[]): boolean {
    const roles = statements.flatMap((statement) => awsPrincipals(statement).filter((one) => one.includes(":role/")));
    return roles.some((role) => {
        const caller = throughEc2(role);
        const named = statements.filter((one) => one.effect === "Deny" || awsPrincipals(one).includes(role));
        return forVolumes.every((action) => allows(named, { ...caller, action }) !== false);
    });
}

/** The statements with which Databricks may use the key on behalf of any Databricks account. */
export function statementsForAnyAccount(statements: readonly Statement[]): string[] {
    const grants = { "kms:grantisforawsresource": "unknown" } as const;
    const callers = [
        databricks(OTHER_DATABRICKS_ACCOUNT, grants),
        databricks(undefined, { ...grants, [accountTag]: [] }),
    ];
    return statements.flatMap((statement, index) => {
        const isOpen = callers.some((caller) => allowedActions(statement, statements, caller).length > 0);
        return statement.effect === "Allow" && namesDatabricks(statement) && isOpen ? [nameOf(statement, index)] : [];
    });
}

const accountTag = "aws:principaltag/databricksaccountid";

/** What the rules know about a key whose policy they read. */
export interface KeyFacts {
    readonly useCases: readonly string[];
    /** The AWS account of the key. Left out, it is the only account that may change the policy. */
    readonly owner?: string | undefined;
    /** Other AWS accounts that may be let in. */
    readonly trustedAccounts?: readonly string[];
}

/** What a policy allows beyond its use cases: to Databricks, to other AWS accounts, to anyone. */
export function excessPermissions(statements: readonly Statement[], facts: KeyFacts): string[] {
    const owners = facts.owner === undefined ? accountsThatMayChange(statements) : [facts.owner];
    const several = owners.length > 1 ? [`more than one AWS account may change this policy: ${owners.join(", ")}`] : [];
    const expected = new Set([...owners, DATABRICKS_AWS_ACCOUNT, ...(facts.trustedAccounts ?? [])]);
    return [
        ...several,
        ...statements.flatMap((statement) =>
            statement.effect === "Deny"
                ? []
                : [
                      ...toStrangers(statement, statements),
                      ...toDatabricks(statement, statements, facts.useCases),
                      ...toOtherAccounts(statement, owners.length === 0 ? undefined : expected),
                  ],
        ),
    ];
}

function toStrangers(statement: Statement, statements: readonly Statement[]): string[] {
    const { principals, conditions } = statement;
    if (principals.negated) {
        const spared = principals.principals.map(({ value }) => value).join(", ");
        return [`everyone but ${spared} may ${actionsOf(statement)} (NotPrincipal)`];
    }
    if (!awsPrincipals(statement).includes("*")) return [];
    if (allowedActions(statement, statements, stranger).length === 0) return [];
    const keys = conditions.map(({ operator, key }) => `${operator} ${key}`).join(", ");
    return [
        `anyone in AWS may ${actionsOf(statement)}${keys === "" ? "" : `, because anyone can meet its condition (${keys})`}`,
    ];
}

function toDatabricks(statement: Statement, statements: readonly Statement[], useCases: readonly string[]): string[] {
    if (!namesDatabricks(statement)) return [];
    const granting = databricks(undefined, { "kms:grantisforawsresource": "unknown" });
    const allowed = allowedActions(statement, statements, granting);
    const patterns = useCases.flatMap((useCase) => needed[useCase] ?? []);
    const excess = allowed.filter((action) => !patterns.some((pattern) => matchesPattern(pattern, action)));
    if (excess.length > 0) return [`Databricks may ${actionsOf(statement, excess)}`];
    const forOthers = databricks(undefined, { "kms:grantisforawsresource": ["false"] });
    return allowedActions(statement, statements, forOthers).includes("kms:CreateGrant")
        ? [
              "Databricks may kms:CreateGrant for others than AWS services: add the condition Bool kms:GrantIsForAWSResource true",
          ]
        : [];
}

/** @param expected the accounts that may be let in; `undefined`: they are not known. */
function toOtherAccounts(statement: Statement, expected: ReadonlySet<string> | undefined): string[] {
    if (expected === undefined || statement.principals.negated) return [];
    return awsPrincipals(statement).flatMap((principal) => {
        const account = accountOf(principal);
        if (account === undefined || expected.has(account)) return [];
        if (wholeAccount(principal) !== undefined) return [`the AWS account ${account} may ${actionsOf(statement)}`];
        // The cross-account role may be of another account than the key.
        const actions = KMS_KEY_ACTIONS.filter((action) => isAbout(statement, action));
        const forOthers = actions.filter(
            (action) => !forVolumes.includes(action) && !matchesPattern("kms:GenerateDataKey*", action),
        );
        return forOthers.length === 0
            ? []
            : [`${principal}, of another AWS account, may ${actionsOf(statement, forOthers)}`];
    });
}

/** The whole accounts that may change the policy; the owner is one of them, or it would be locked out. */
function accountsThatMayChange(statements: readonly Statement[]): string[] {
    const accounts = statements.flatMap((statement) =>
        statement.effect === "Allow" && !statement.principals.negated && isAbout(statement, "kms:PutKeyPolicy")
            ? awsPrincipals(statement).flatMap((principal) => wholeAccount(principal) ?? [])
            : [],
    );
    return [...new Set(accounts)].filter((account) => account !== DATABRICKS_AWS_ACCOUNT);
}

/** The actions that a statement may allow a caller, and that no other statement surely denies. */
function allowedActions(statement: Statement, statements: readonly Statement[], caller: Caller): string[] {
    return KMS_KEY_ACTIONS.filter((action) => {
        const request = { ...caller, action };
        return (
            applies(statement, request) !== false &&
            !statements.some((one) => one.effect === "Deny" && applies(one, request) === true)
        );
    });
}

function isAbout({ actions: { negated, patterns } }: Statement, action: string): boolean {
    return patterns.some((pattern) => matchesPattern(pattern.toLowerCase(), action.toLowerCase())) !== negated;
}

/** The actions of a statement as it writes them; of a list, those that lead to some of these actions. */
function actionsOf(statement: Statement, among: readonly string[] = KMS_KEY_ACTIONS): string {
    const { negated, patterns } = statement.actions;
    if (negated) return `do everything but ${patterns.join(", ")} (NotAction)`;
    return patterns
        .filter((pattern) => among.some((action) => matchesPattern(pattern.toLowerCase(), action.toLowerCase())))
        .join(", ");
}

function namesDatabricks(statement: Statement): boolean {
    return (
        !statement.principals.negated &&
        awsPrincipals(statement).some((principal) => accountOf(principal) === DATABRICKS_AWS_ACCOUNT)
    );
}

function awsPrincipals({ principals: { principals } }: Statement): string[] {
    return principals.flatMap(({ type, value }) => (type === "AWS" ? [value] : []));
}

function nameOf({ sid }: Statement, index: number): string {
    return sid === undefined ? `statement ${index + 1}` : `the statement "${sid}"`;
}
