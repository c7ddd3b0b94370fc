/** Key policies as the local KMS holds to them: what it cannot evaluate, or AWS does not take, is refused when it is put. */
import { accountOf, allows as evaluate, unsupported } from "../../sdk/policy/document/evaluate";
import { MalformedPolicyError, parsePolicy as parse, type Statement } from "../../sdk/policy/document/parse";

export { accountOf, MalformedPolicyError };

/** The condition keys of a caller's session, such as `aws:PrincipalTag/DatabricksAccountId`. */
export type CallerContext = Readonly<Record<string, string | readonly string[]>>;

/** What a caller asks of a key. */
export interface KmsRequest {
    readonly action: string;
    readonly principalArn: string;
    /** Left out, the key has no ARN yet. */
    readonly keyArn?: string | undefined;
    readonly context?: CallerContext | undefined;
}

/** The statements of a key policy's text. Throws `MalformedPolicyError`, also for what the local KMS does not know. */
export function parsePolicy(text: string): Statement[] {
    const statements = parse(text);
    const unknown = unsupported(statements);
    if (unknown.length > 0) throw new MalformedPolicyError(`The local KMS does not know ${unknown.join(", ")}.`);
    return statements;
}

/** Whether the policy lets this principal do this: allowed by one statement and denied by none. */
export function allows(
    statements: readonly Statement[],
    { action, principalArn, keyArn, context = {} }: KmsRequest,
): boolean {
    const account = accountOf(principalArn) ?? [];
    const carried = new Map<string, string | readonly string[]>([
        ["aws:principalarn", principalArn],
        ["aws:principalaccount", account],
        ["kms:calleraccount", account],
        ["aws:securetransport", "true"],
        ...Object.entries(context).map(([key, value]) => [key.toLowerCase(), value] as const),
    ]);
    const contextOf = (key: string) => [carried.get(key) ?? []].flat();
    return evaluate(statements, { action, principalArn, resourceArn: keyArn, context: contextOf }) === true;
}
