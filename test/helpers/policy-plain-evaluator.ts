/**
 * AWS' documented logic in the plainest way, for the tests of the policy pack. It shares no code with the pack: pages "Policy
 * evaluation logic", "Principal", "NotPrincipal", "Condition operators" and "Multivalued context keys" of the IAM User Guide.
 */
export interface PlainStatement {
    Effect: "Allow" | "Deny";
    Principal?: unknown;
    NotPrincipal?: unknown;
    Action?: string[];
    NotAction?: string[];
    Resource: "*";
    Condition?: Record<string, Record<string, string[]>>;
}

/** Who asks, with the condition keys that the request carries. */
export interface PlainCaller {
    readonly type: "AWS" | "Service" | "Federated" | "Anonymous";
    /** All names by which a policy may mean the caller: itself, its account, its role. */
    readonly names: readonly (readonly string[])[];
    readonly carried: Readonly<Record<string, readonly string[]>>;
}

/** Whether a policy allows an action: one statement allows it and none denies it. */
export function plainlyAllows(statements: readonly PlainStatement[], caller: PlainCaller, action: string): boolean {
    const about = statements.filter((one) => isAbout(one, caller, action));
    return about.some(({ Effect }) => Effect === "Allow") && !about.some(({ Effect }) => Effect === "Deny");
}

function isAbout(statement: PlainStatement, caller: PlainCaller, action: string): boolean {
    const { Principal, NotPrincipal, Action, NotAction, Condition = {} } = statement;
    if (Principal !== undefined && !caller.names.some((names) => isNamed(Principal, caller, names))) return false;
    if (NotPrincipal !== undefined && caller.names.every((names) => isNamed(NotPrincipal, caller, names))) return false;
    if (Action !== undefined && !Action.some((one) => glob(one, action))) return false;
    if (NotAction?.some((one) => glob(one, action)) === true) return false;
    for (const [operator, keys] of Object.entries(Condition))
        for (const [key, values] of Object.entries(keys))
            if (!isMet(operator, values, caller.carried[key])) return false;
    return true;
}

function isNamed(principal: unknown, caller: PlainCaller, names: readonly string[]): boolean {
    if (principal === "*") return true;
    const byType = principal as Record<string, string | string[] | undefined>;
    const listed = [byType[caller.type] ?? []].flat();
    return [byType["AWS"] ?? []].flat().includes("*") || names.some((name) => listed.includes(name));
}

function isMet(operator: string, values: readonly string[], carried: readonly string[] | undefined): boolean {
    const [, set, name = "", ifExists] = /^(ForAllValues:|ForAnyValue:)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
    if (name === "Null") return values.includes(String(carried === undefined));
    const isNegated = name.includes("Not");
    if (carried === undefined) {
        if (ifExists !== undefined || set === "ForAllValues:") return true;
        return set === undefined && isNegated;
    }
    const compare = (value: string) =>
        values.some((expected) => {
            if (name.startsWith("Arn")) {
                const [wanted, actual] = [expected.split(":"), value.split(":")];
                return (
                    wanted.length === actual.length && wanted.every((part, index) => glob(part, actual[index] ?? ""))
                );
            }
            return name.endsWith("Like") ? glob(expected, value) : expected === value;
        }) !== isNegated;
    return set === "ForAllValues:" || (set === undefined && isNegated) ? carried.every(compare) : carried.some(compare);
}

function glob(pattern: string, text: string): boolean {
    const source = pattern
        .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
        .replaceAll("*", ".*")
        .replaceAll("?", ".");
    return new RegExp(`^${source}$`, "s").test(text);
}
