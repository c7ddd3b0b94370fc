/** Whether a key policy allows an action, as AWS evaluates it; only what key policies for Databricks use is known. */

interface Statement {
    Effect?: unknown;
    Principal?: unknown;
    Action?: unknown;
    Condition?: unknown;
}

/** A key policy that AWS would not accept. */
export class MalformedPolicyError extends Error {}

/** The statements of a key policy's text. Throws `MalformedPolicyError`. */
export function parsePolicy(text: string): Statement[] {
    let document: unknown;
    try {
        document = JSON.parse(text);
    } catch {
        throw new MalformedPolicyError("Policy contains invalid JSON.");
    }
    const statements =
        typeof document === "object" && document !== null && "Statement" in document ? document.Statement : undefined;
    if (!Array.isArray(statements)) throw new MalformedPolicyError("Policy has no list of statements.");
    for (const statement of statements as Statement[]) {
        if (statement.Effect !== "Allow" && statement.Effect !== "Deny")
            throw new MalformedPolicyError("A statement has no Effect.");
        if (statement.Principal === undefined)
            throw new MalformedPolicyError("A statement of a key policy has no Principal.");
        if (statement.Action === undefined) throw new MalformedPolicyError("A statement has no Action.");
    }
    return statements as Statement[];
}

/** What a caller is, for the conditions of a policy. */
export type CallerContext = Readonly<Record<string, string>>;

/** Whether the policy lets this principal do this: allowed by one statement and denied by none. */
export function allows(
    statements: Statement[],
    action: string,
    principalArn: string,
    context: CallerContext = {},
): boolean {
    const applying = statements.filter(
        (statement) =>
            principals(statement.Principal).some((principal) => samePrincipal(principal, principalArn)) &&
            list(statement.Action).some((pattern) => matches(pattern, action)) &&
            conditionHolds(statement.Condition, context),
    );
    return applying.some(({ Effect }) => Effect === "Allow") && !applying.some(({ Effect }) => Effect === "Deny");
}

function principals(principal: unknown): string[] {
    if (principal === "*") return ["*"];
    return typeof principal === "object" && principal !== null && "AWS" in principal ? list(principal.AWS) : [];
}

function samePrincipal(allowed: string, principalArn: string): boolean {
    if (allowed === "*" || allowed === principalArn) return true;
    const account = /^(?:arn:aws:iam::)?(\d{12})(?::root)?$/.exec(allowed)?.[1];
    return account !== undefined && principalArn.split(":")[4] === account;
}

function list(value: unknown): string[] {
    return (Array.isArray(value) ? value : [value]).map(String);
}

function matches(pattern: string, value: string): boolean {
    const escaped = pattern
        .replace(/[.+^${}()|[\]\\]/g, "\\$&")
        .replaceAll("*", ".*")
        .replaceAll("?", ".");
    return new RegExp(`^${escaped}$`, "i").test(value);
}

function conditionHolds(condition: unknown, context: CallerContext): boolean {
    if (condition === undefined) return true;
    return Object.entries(condition as Record<string, Record<string, unknown>>).every(([operator, keys]) =>
        Object.entries(keys).every(([key, wanted]) => {
            const actual = context[key];
            switch (operator) {
                case "StringEquals":
                case "Bool":
                    return actual !== undefined && list(wanted).includes(actual);
                case "StringLike":
                    return actual !== undefined && list(wanted).some((pattern) => matches(pattern, actual));
                default:
                    throw new MalformedPolicyError(`The local KMS does not know the condition operator ${operator}.`);
            }
        }),
    );
}
