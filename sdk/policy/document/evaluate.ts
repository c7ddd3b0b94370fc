import { allOf, anyOf, meetsCondition, type RequestContext, type Truth, unsupportedCondition } from "./conditions";
import type { Patterns, Principals, Statement } from "./parse";
import { matchesPattern } from "./patterns";

/** Somebody who asks something of a key. */
export interface PolicyCaller {
    /** ARN of the caller: `arn:aws:iam::<account>:root`, of a role, a user, or the session of a role. Of another type, its name. */
    readonly principalArn: string;
    /** Default: `AWS`. An anonymous caller is nobody that a policy can name, but by `*`. */
    readonly principalType?: "AWS" | "Service" | "Federated" | "CanonicalUser" | "Anonymous";
    /** ARN of the key. Left out, it is not known, and only `*` surely means it. */
    readonly resourceArn?: string | undefined;
    readonly context: RequestContext;
}

/** What somebody asks of a key. */
export interface PolicyRequest extends PolicyCaller {
    /** `kms:Decrypt`. */
    readonly action: string;
}

/**
 * Whether a key policy allows a request: one statement allows it, and none denies it. `undefined`: that depends on what is
 * not known about the request; it is never so if all of its context is known.
 */
export function allows(statements: readonly Statement[], request: PolicyRequest): Truth {
    const applying = (effect: Statement["effect"]) =>
        anyOf(statements.filter((one) => one.effect === effect).map((one) => applies(one, request)));
    const denied = applying("Deny");
    return allOf([applying("Allow"), denied === undefined ? undefined : !denied]);
}

/** Whether a statement is about a request. */
export function applies(statement: Statement, request: PolicyRequest): Truth {
    return allOf([isAboutAction(statement, request.action), appliesTo(statement, request)]);
}

/** Whether a statement is about what a caller asks of the key, as far as that does not depend on the action. */
export function appliesTo(statement: Statement, caller: PolicyCaller): Truth {
    return allOf([
        isAboutPrincipal(statement.principals, caller),
        isAboutResource(statement.resources, caller.resourceArn),
        ...statement.conditions.map((condition) => meetsCondition(condition, caller.context)),
    ]);
}

/**
 * What of a policy this package cannot evaluate, or AWS does not take, by name: condition operators, policy variables,
 * principals with a wildcard in them, `NotPrincipal` that allows.
 */
export function unsupported(statements: readonly Statement[]): string[] {
    return statements.flatMap((statement) => {
        const { principals, negated } = statement.principals;
        return [
            ...(negated && statement.effect === "Allow" ? ["NotPrincipal with the Effect Allow"] : []),
            ...principals.flatMap(({ type, value }) =>
                type === "AWS" && value !== "*" && !isPrincipal(value) ? [`the principal "${value}"`] : [],
            ),
            ...statement.conditions.flatMap((condition) => unsupportedCondition(condition) ?? []),
        ];
    });
}

/** Whether a text is an AWS account, or the ARN of one principal. */
export function isPrincipal(value: string): boolean {
    return /^(\d{12}|arn:aws[a-z-]*:(iam|sts)::\d{12}:[^*?]+)$/.test(value);
}

/** The account of an ARN, or of an account that a principal names. */
export function accountOf(principal: string): string | undefined {
    return /^(?:arn:[^:]*:[^:]*:[^:]*:)?(\d{12})(?::|$)/.exec(principal)?.[1];
}

/** The account, if a principal stands for all of it. */
export function wholeAccount(principal: string): string | undefined {
    return /^(?:arn:[^:]*:iam::)?(\d{12})(?::root)?$/.exec(principal)?.[1];
}

/**
 * What a caller is to a policy: its account, itself and, for the session of a role, the role. `Principal` has to name one of
 * them, `NotPrincipal` all of them to spare the caller.
 */
function isAboutPrincipal(
    { negated, principals }: Principals,
    { principalArn, principalType = "AWS" }: PolicyCaller,
): boolean {
    const everyone = principals.some(({ type, value }) => type === "AWS" && value === "*");
    if (principalType !== "AWS") {
        const named = principals.some(
            ({ type, value }) => type === principalType && (value === principalArn || value === "*"),
        );
        return (everyone || named) !== negated;
    }
    const named = (is: (value: string) => boolean) =>
        everyone || principals.some(({ type, value }) => type === "AWS" && is(value));
    const account = accountOf(principalArn);
    const identities = [
        (value: string) => account !== undefined && wholeAccount(value) === account,
        ...(wholeAccount(principalArn) === undefined ? [ownArns(principalArn)] : []),
    ];
    return negated ? !identities.every(named) : identities.some(named);
}

function ownArns(principalArn: string): (value: string) => boolean {
    const [, partition, account, role] = /^arn:([^:]*):sts::(\d{12}):assumed-role\/([^/]+)\//.exec(principalArn) ?? [];
    if (role === undefined) return (value) => value === principalArn;
    // A role's ARN holds its path, a session's does not.
    const roleArn = new RegExp(`^arn:${partition}:iam::${account}:role/(?:.*/)?${role.replaceAll(/[.+]/g, "\\$&")}$`);
    return (value) => value === principalArn || roleArn.test(value);
}

/** Whether an action is among those that a statement names. */
export function isAboutAction({ actions: { negated, patterns } }: Statement, action: string): boolean {
    const named = patterns.some((pattern) => matchesPattern(pattern.toLowerCase(), action.toLowerCase()));
    return named !== negated;
}

function isAboutResource(resources: Patterns | undefined, arn: string | undefined): Truth {
    if (resources === undefined) return false;
    const { negated, patterns } = resources;
    const named = patterns.includes("*")
        ? true
        : arn === undefined
          ? undefined
          : patterns.some((pattern) => matchesPattern(pattern, arn));
    return named === undefined ? undefined : named !== negated;
}
