import { databricksAwsAccounts } from "./callers";
import { type DatabricksFacts, excessForDatabricks, isForDifferentAccounts } from "./databricks-permissions";
import { accountOf, isAboutAction, isPrincipal, wholeAccount } from "./document/evaluate";
import type { Statement } from "./document/parse";
import { NEEDED_FOR_VOLUMES } from "./kms-actions";
import { type Insiders, type Outsider, outsidersOf } from "./outsiders";
import { actionsOf, allowedActions, awsPrincipals, isAmong, type Permission, permissionsOf } from "./statements";

/** What the rules know about a key whose policy they read. */
export interface KeyFacts extends DatabricksFacts {
    /** The AWS account of the key. Left out, it is the only account that may change the policy. */
    readonly owner?: string | undefined;
    /** Other AWS accounts that may be let in. */
    readonly trustedAccounts?: readonly string[];
}

/** What a policy allows beyond its use cases: to Databricks, to other AWS accounts, to AWS services, to anyone. */
export function excessPermissions(statements: readonly Statement[], facts: KeyFacts): string[] {
    const owners = ownersOf(statements, facts);
    const insiders = insidersOf(owners, facts);
    return [
        ...(owners.length > 1 ? [`more than one AWS account may change this policy: ${owners.join(", ")}`] : []),
        ...toTwoParts(statements, facts),
        ...toNobody(statements),
        ...(facts.databricksAccounts === undefined || facts.databricksAccounts.length === 0
            ? toDifferentAccounts(statements, facts)
            : []),
        ...permissionsOf(statements).flatMap((permission) => {
            const excess = toOutsiders(permission, outsidersOf(permission, insiders), facts.useCases);
            const isForAnybody = excess.length > 0 && awsPrincipals(permission.allow).includes("*");
            return isForAnybody ? excess : [...excess, ...excessForDatabricks(permission, facts)];
        }),
    ];
}

/** Whom a key is for, by the policy and what is known beside it. */
export function insidersOf(
    owners: readonly string[],
    { arnPartition = "aws", trustedAccounts = [] }: KeyFacts,
): Insiders {
    return {
        arnPartition,
        owner: owners.length === 1 ? owners[0] : undefined,
        accounts:
            owners.length === 0
                ? undefined
                : new Set([...owners, ...databricksAwsAccounts(arnPartition), ...trustedAccounts]),
    };
}

/** The key's account or, while it is not known, the whole accounts that may change the policy: without its own, AWS refuses it. */
export function ownersOf(statements: readonly Statement[], { owner, arnPartition = "aws" }: KeyFacts): string[] {
    if (owner !== undefined) return [owner];
    const principals = statements
        .filter((statement) => statement.effect === "Allow" && isAboutAction(statement, "kms:PutKeyPolicy"))
        .flatMap(awsPrincipals);
    const whole = principals.map(wholeAccount);
    const accounts = whole.some((one) => one !== undefined) ? whole : principals.map(accountOf);
    const ofDatabricks = databricksAwsAccounts(arnPartition);
    return [...new Set(accounts.filter((one) => one !== undefined))].filter((one) => !ofDatabricks.includes(one));
}

/** GovCloud has two AWS accounts of Databricks, and an ARN does not tell which is that of the customer's account console. */
function toTwoParts(statements: readonly Statement[], { arnPartition = "aws" }: KeyFacts): string[] {
    const named = statements
        .filter(({ effect }) => effect === "Allow")
        .flatMap(awsPrincipals)
        .map(accountOf);
    const found = databricksAwsAccounts(arnPartition).filter((account) => named.includes(account));
    if (found.length < 2) return [];
    return [
        `two AWS accounts of Databricks may use the key, ${found.join(" and ")}: keep that of your account console`,
    ];
}

function toDifferentAccounts(statements: readonly Statement[], facts: KeyFacts): string[] {
    return isForDifferentAccounts(statements, facts)
        ? [
              "its statements are for different Databricks accounts: name all that use the key in each condition (sharedWithAccountIds of databricksKeyPolicy does), or remove the statement for the other",
          ]
        : [];
}

/** Principals that AWS takes for none: with a wildcard in an ARN, or the id that is left of a deleted role. */
function toNobody(statements: readonly Statement[]): string[] {
    const principals = statements.filter(({ effect }) => effect === "Allow").flatMap(awsPrincipals);
    return [...new Set(principals)]
        .filter((one) => one !== "*" && !isPrincipal(one))
        .map((one) => `"${one}" is not a principal that AWS takes: name one account, role, user or session`);
}

/** Which outsiders a statement lets in: everybody, or those that it names. */
function toOutsiders(permission: Permission, outsiders: readonly Outsider[], useCases: readonly string[]): string[] {
    const { allow: statement } = permission;
    const { principals, conditions } = statement;
    if (principals.negated) {
        const spared = principals.principals.map(({ value }) => value).join(", ");
        return [`everyone but ${spared} may ${actionsOf(statement)} (NotPrincipal)`];
    }
    const found = outsiders
        .map((outsider) => ({ outsider, actions: harmfulActions(permission, outsider, useCases) }))
        .filter(({ actions }) => actions.length > 0);
    const has = (kind: Outsider["kind"]) => found.some(({ outsider }) => outsider.kind === kind);
    const keys = conditions.map(({ operator, key }) => `${operator} ${key}`).join(", ");
    const anybody = keys === "" ? "" : `, because anyone can meet its condition (${keys})`;
    if (has("anyone")) return [`anyone in AWS may ${actionsOf(statement)}${anybody}`];
    if (has("some"))
        return [`other AWS accounts may ${actionsOf(statement)}, because they meet its condition (${keys})`];
    const byName = new Map<string, { outsider: Outsider; actions: string[] }>();
    for (const { outsider, actions } of found) {
        const same = byName.get(`${outsider.kind} ${outsider.name}`);
        byName.set(`${outsider.kind} ${outsider.name}`, { outsider, actions: [...(same?.actions ?? []), ...actions] });
    }
    const named = [...byName.values()].filter(({ outsider }) => outsider.kind !== "anonymous" || byName.size === 1);
    return named.map(({ outsider, actions }) => messageOf(outsider, actionsOf(statement, actions)));
}

function messageOf({ kind, name }: Outsider, actions: string): string {
    switch (kind) {
        case "account":
            return `the AWS account ${name} may ${actions}`;
        case "service":
            return `the AWS service ${name} may ${actions} for any AWS account: add the condition StringEquals aws:SourceAccount with the account of the key`;
        case "federated":
            return `whoever "${name}" vouches for may ${actions}: name a role of the key's account instead`;
        case "anonymous":
            return `callers that nobody knows may ${actions}`;
        default:
            return `${name}, of another AWS account, may ${actions}`;
    }
}

/** What a statement allows an outsider, without what is harmless and what volumes of clusters need. */
function harmfulActions(permission: Permission, outsider: Outsider, useCases: readonly string[]): string[] {
    const actions = allowedActions(permission, outsider);
    // A service shows nobody what it reads about a key.
    if (outsider.kind === "service") return actions.filter((action) => action !== "kms:DescribeKey");
    // The cross-account role may be of another account than the key.
    const isForVolumes = useCases.includes("STORAGE") && outsider.isThroughEc2 === true;
    return isForVolumes && /:role\//.test(outsider.name)
        ? actions.filter((action) => !isAmong(NEEDED_FOR_VOLUMES, action))
        : actions;
}
