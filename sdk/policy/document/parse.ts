/** A text that AWS would not accept as a key policy; the message names what is wrong. */
export class MalformedPolicyError extends Error {}

/** One of `Action` and `NotAction`, of `Resource` and `NotResource`: patterns, and whether all but these are meant. */
export interface Patterns {
    readonly negated: boolean;
    readonly patterns: readonly string[];
}

/** One principal: `AWS` with an ARN, an account id or `*`; `Service`, `Federated` or `CanonicalUser`. */
export interface Principal {
    readonly type: string;
    readonly value: string;
}

/** `Principal` or `NotPrincipal`. */
export interface Principals {
    readonly negated: boolean;
    readonly principals: readonly Principal[];
}

/** One condition key of one operator. */
export interface Condition {
    /** As the policy writes it, with its prefix and suffix: `ForAnyValue:StringLikeIfExists`. */
    readonly operator: string;
    readonly key: string;
    readonly values: readonly string[];
}

/** One statement of a key policy. */
export interface Statement {
    readonly sid: string | undefined;
    readonly effect: "Allow" | "Deny";
    readonly principals: Principals;
    readonly actions: Patterns;
    /** `undefined`: a key policy's statement without `Resource` has no effect. */
    readonly resources: Patterns | undefined;
    /** All of them have to be met. */
    readonly conditions: readonly Condition[];
}

const POLICY_ELEMENTS = ["Version", "Id", "Statement"];
const STATEMENT_ELEMENTS = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];
const PRINCIPAL_TYPES = ["AWS", "Service", "Federated", "CanonicalUser"];

/**
 * The statements of a key policy. Throws {@link MalformedPolicyError}. Condition operators are only read here: an operator
 * that nobody knows is found by `unsupported`, and can never be said to be met when it is evaluated.
 */
export function parsePolicy(text: string): Statement[] {
    const document = parseJson(text);
    if (!isObject(document)) throw new MalformedPolicyError("Policy is not a JSON object.");
    requireKnown(document, POLICY_ELEMENTS, "Policy");
    const version = document["Version"] ?? "2008-10-17";
    if (version !== "2012-10-17" && version !== "2008-10-17") {
        throw new MalformedPolicyError(`Policy has the Version ${JSON.stringify(version)}: it must be "2012-10-17".`);
    }
    const given = document["Statement"];
    const statements = Array.isArray(given) ? given : [given];
    if (given === undefined || statements.length === 0) throw new MalformedPolicyError("Policy has no statement.");
    const parsed = statements.map(parseStatement);
    const sids = parsed.flatMap(({ sid }) => (sid === undefined ? [] : [sid]));
    const twice = sids.find((sid, index) => sids.indexOf(sid) !== index);
    if (twice !== undefined) throw new MalformedPolicyError(`Policy has two statements with the Sid "${twice}".`);
    return parsed;
}

function parseStatement(statement: unknown, index: number): Statement {
    if (!isObject(statement)) throw new MalformedPolicyError(`Statement ${index + 1} is not a JSON object.`);
    const { Sid: sid, Effect: effect } = statement;
    if (sid !== undefined && typeof sid !== "string") {
        throw new MalformedPolicyError(`Statement ${index + 1} has a Sid that is not a string.`);
    }
    const name = sid === undefined ? `Statement ${index + 1}` : `Statement "${sid}"`;
    requireKnown(statement, STATEMENT_ELEMENTS, name);
    if (effect !== "Allow" && effect !== "Deny") {
        throw new MalformedPolicyError(`${name} has no Effect that is "Allow" or "Deny".`);
    }
    const principals = oneOf(statement, "Principal", name);
    const actions = oneOf(statement, "Action", name);
    if (principals === undefined) throw new MalformedPolicyError(`${name} has no Principal.`);
    if (actions === undefined) throw new MalformedPolicyError(`${name} has no Action.`);
    const resources = oneOf(statement, "Resource", name);
    return {
        sid,
        effect,
        principals: { negated: principals.negated, principals: parsePrincipals(principals.value, name) },
        actions: { negated: actions.negated, patterns: strings(actions.value, `${name} has an Action`) },
        resources: resources && {
            negated: resources.negated,
            patterns: strings(resources.value, `${name} has a Resource`),
        },
        conditions: parseConditions(statement["Condition"], name),
    };
}

/** An element that may be given as it is or with `Not` before it, and never both. */
function oneOf(
    statement: Record<string, unknown>,
    element: string,
    name: string,
): { negated: boolean; value: unknown } | undefined {
    const value = statement[element];
    const negated = statement[`Not${element}`];
    if (value !== undefined && negated !== undefined) {
        throw new MalformedPolicyError(`${name} has both ${element} and Not${element}.`);
    }
    if (negated !== undefined) return { negated: true, value: negated };
    return value === undefined ? undefined : { negated: false, value };
}

function parsePrincipals(value: unknown, name: string): Principal[] {
    if (value === "*") return [{ type: "AWS", value: "*" }];
    if (!isObject(value)) {
        throw new MalformedPolicyError(
            `${name} has a Principal that is neither "*" nor an object such as {"AWS": ...}.`,
        );
    }
    requireKnown(value, PRINCIPAL_TYPES, `${name}'s Principal`);
    return Object.entries(value).flatMap(([type, values]) =>
        strings(values, `${name} has a Principal`).map((one) => ({ type, value: one })),
    );
}

function parseConditions(value: unknown, name: string): Condition[] {
    if (value === undefined) return [];
    if (!isObject(value)) throw new MalformedPolicyError(`${name} has a Condition that is not a JSON object.`);
    return Object.entries(value).flatMap(([operator, keys]) => {
        if (!isObject(keys)) {
            throw new MalformedPolicyError(`${name} has the Condition ${operator}, which is not a JSON object.`);
        }
        return Object.entries(keys).map(([key, values]) => ({
            operator,
            key,
            values: scalars(values, `${name} has the Condition ${operator} on ${key}`),
        }));
    });
}

function strings(value: unknown, what: string): string[] {
    const values: unknown[] = Array.isArray(value) ? value : [value];
    return values.map((one) => {
        if (typeof one !== "string" || one === "") {
            throw new MalformedPolicyError(`${what} that is neither text nor a list of texts.`);
        }
        return one;
    });
}

function scalars(value: unknown, what: string): string[] {
    const values: unknown[] = Array.isArray(value) ? value : [value];
    return values.map((one) => {
        if (typeof one !== "string" && typeof one !== "number" && typeof one !== "boolean") {
            throw new MalformedPolicyError(`${what} with a value that is neither text, number, true nor false.`);
        }
        return String(one);
    });
}

function requireKnown(value: Record<string, unknown>, known: readonly string[], name: string): void {
    const unknown = Object.keys(value).find((element) => !known.includes(element));
    if (unknown !== undefined) {
        throw new MalformedPolicyError(`${name} has the element ${unknown}, which no policy has: ${known.join(", ")}.`);
    }
}

function parseJson(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        throw new MalformedPolicyError("Policy contains invalid JSON.");
    }
}

function isObject(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
