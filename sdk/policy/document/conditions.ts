import { BlockList, isIP } from "node:net";

import type { Condition } from "./parse";
import { matchesArn, matchesEverything, matchesPattern } from "./patterns";
import { canExpand, expand, hasVariable } from "./variables";

/** `undefined`: it depends on what is not known about the request. */
export type Truth = boolean | undefined;

/** What a request carries under a condition key. */
export type ContextValue =
    /** These values; none means that the request does not carry the key. */
    | readonly string[]
    /** It carries the key, with a value that is not known. */
    | "present"
    /** Nothing is known: it may carry the key, with any value. */
    | "unknown";

/** The condition keys of a request. Keys are given in lower case: policies may write them in any. */
export type RequestContext = (key: string) => ContextValue;

interface Operator {
    /** Whether one value of the request meets one value of the policy. */
    readonly meets: (expected: string, actual: string) => boolean;
    /** Whether a policy may compare with this value. Default: any text. */
    readonly accepts?: (expected: string) => boolean;
    /** It is met if no value of the policy is. */
    readonly negated?: boolean;
    /** Whether a value of the policy is met by every value of the request. */
    readonly alwaysMet?: (expected: string) => boolean;
    /** Whether a value of the policy may hold policy variables. */
    readonly takesVariables?: boolean;
}

interface QualifiedOperator extends Operator {
    readonly quantifier: "ForAllValues" | "ForAnyValue" | undefined;
    readonly ifExists: boolean;
}

const equal: Operator = { meets: (expected, actual) => expected === actual, takesVariables: true };
const equalIgnoringCase: Operator = {
    meets: (expected, actual) => expected.toLowerCase() === actual.toLowerCase(),
    takesVariables: true,
};
const like: Operator = { meets: matchesPattern, alwaysMet: matchesEverything, takesVariables: true };
const arnLike: Operator = { meets: matchesArn, alwaysMet: matchesEverything, takesVariables: true };
const bool: Operator = {
    meets: equalIgnoringCase.meets,
    accepts: (expected) => /^(true|false)$/i.test(expected),
};
const ipAddress: Operator = {
    meets: isInNetwork,
    accepts: (network) => networkOf(network) !== undefined,
};
const numberIs = (compare: (actual: number, expected: number) => boolean): Operator => comparing(Number, compare);
const timeIs = (compare: (actual: number, expected: number) => boolean): Operator => comparing(timeOf, compare);
const not = (operator: Operator): Operator => ({ ...operator, negated: true });

const operators: ReadonlyMap<string, Operator> = new Map([
    ["StringEquals", equal],
    ["StringNotEquals", not(equal)],
    ["StringEqualsIgnoreCase", equalIgnoringCase],
    ["StringNotEqualsIgnoreCase", not(equalIgnoringCase)],
    ["StringLike", like],
    ["StringNotLike", not(like)],
    ["ArnEquals", arnLike],
    ["ArnLike", arnLike],
    ["ArnNotEquals", not(arnLike)],
    ["ArnNotLike", not(arnLike)],
    ["Bool", bool],
    ["IpAddress", ipAddress],
    ["NotIpAddress", not(ipAddress)],
    ["NumericEquals", numberIs((actual, expected) => actual === expected)],
    ["NumericNotEquals", not(numberIs((actual, expected) => actual === expected))],
    ["NumericLessThan", numberIs((actual, expected) => actual < expected)],
    ["NumericLessThanEquals", numberIs((actual, expected) => actual <= expected)],
    ["NumericGreaterThan", numberIs((actual, expected) => actual > expected)],
    ["NumericGreaterThanEquals", numberIs((actual, expected) => actual >= expected)],
    ["DateEquals", timeIs((actual, expected) => actual === expected)],
    ["DateNotEquals", not(timeIs((actual, expected) => actual === expected))],
    ["DateLessThan", timeIs((actual, expected) => actual < expected)],
    ["DateLessThanEquals", timeIs((actual, expected) => actual <= expected)],
    ["DateGreaterThan", timeIs((actual, expected) => actual > expected)],
    ["DateGreaterThanEquals", timeIs((actual, expected) => actual >= expected)],
]);

/** What of a condition cannot be evaluated here, by name; `undefined` if all of it can. */
export function unsupportedCondition({ operator, key, values }: Condition): string | undefined {
    const known = operator === "Null" ? bool : operatorOf(operator);
    if (known === undefined) return `the condition operator ${operator}`;
    const variable = values.find((value) => hasVariable(value) && !(known.takesVariables === true && canExpand(value)));
    if (variable !== undefined) return `the policy variable in "${variable}" (${operator} on ${key})`;
    const wrong = values.find((value) => known.accepts?.(value) === false);
    return wrong === undefined ? undefined : `the value "${wrong}" (${operator} on ${key})`;
}

/** Whether a request meets a condition. */
export function meetsCondition(condition: Condition, context: RequestContext): Truth {
    const given = context(condition.key.toLowerCase());
    if (condition.operator === "Null") return meetsNull(condition.values, given);
    const operator = operatorOf(condition.operator);
    const values = operator && valuesOf(condition.values, operator, context);
    if (operator === undefined || values === undefined) return undefined;
    if (given === "unknown") {
        const [without, withValue] = [whenAbsent(operator), whenPresent(operator, values)];
        return without === withValue ? without : undefined;
    }
    if (given === "present") return whenPresent(operator, values);
    return given.length === 0 ? whenAbsent(operator) : whenGiven(operator, values, given);
}

/**
 * The values that a condition compares with, policy variables replaced; `undefined`: it is not known which. AWS' documentation
 * does not say what a variable without a value means to what is negated.
 */
function valuesOf(
    given: readonly string[],
    operator: QualifiedOperator,
    context: RequestContext,
): string[] | undefined {
    if (!given.some(hasVariable)) return [...given];
    if (operator.takesVariables !== true) return undefined;
    const expanded = given.map((value) => expand(value, context));
    if (expanded.includes("unknown") || (operator.negated === true && expanded.includes("missing"))) return undefined;
    return expanded.flatMap((one) => (typeof one === "string" ? [] : [one.text]));
}

/** `Null` asks whether the request does not carry the key. */
function meetsNull(expected: readonly string[], given: ContextValue): Truth {
    if (given === "unknown") return undefined;
    const isAbsent = given !== "present" && given.length === 0;
    return expected.some((value) => value.toLowerCase() === String(isAbsent));
}

function operatorOf(name: string): QualifiedOperator | undefined {
    const [, quantifier, plain = "", ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(name) ?? [];
    const operator = operators.get(plain);
    if (operator === undefined) return undefined;
    return {
        ...operator,
        quantifier: quantifier === "ForAllValues" || quantifier === "ForAnyValue" ? quantifier : undefined,
        ifExists: ifExists !== undefined,
    };
}

/** A key that is missing meets what is negated; `ForAllValues` is true of no value at all, `ForAnyValue` is not. */
function whenAbsent({ ifExists, quantifier, negated = false }: QualifiedOperator): boolean {
    if (ifExists || quantifier === "ForAllValues") return true;
    return quantifier === undefined && negated;
}

function whenPresent({ negated = false, alwaysMet }: QualifiedOperator, expected: readonly string[]): Truth {
    if (expected.length === 0) return negated;
    return expected.some((value) => alwaysMet?.(value) === true) ? !negated : undefined;
}

function whenGiven(operator: QualifiedOperator, expected: readonly string[], actual: readonly string[]): boolean {
    const { quantifier, negated = false } = operator;
    const results = actual.map((value) => {
        return expected.some((one) => operator.meets(one, value)) !== negated;
    });
    // Without a quantifier, of several values one is enough for what is asked for, and one too many for what is excluded.
    const all = quantifier === "ForAllValues" || (quantifier === undefined && negated);
    return all ? results.every(Boolean) : results.some(Boolean);
}

/** True if one is; otherwise undecided if one is. */
export function anyOf(truths: readonly Truth[]): Truth {
    if (truths.includes(true)) return true;
    return truths.includes(undefined) ? undefined : false;
}

/** False if one is; otherwise undecided if one is. */
export function allOf(truths: readonly Truth[]): Truth {
    if (truths.includes(false)) return false;
    return truths.includes(undefined) ? undefined : true;
}

function comparing(read: (text: string) => number, compare: (actual: number, expected: number) => boolean): Operator {
    return {
        // A comparison with what is not a number is false, whatever it asks.
        meets: (expected, actual) => compare(read(actual), read(expected)),
        accepts: (expected) => !Number.isNaN(read(expected)),
    };
}

/** ISO 8601, or seconds since 1970. */
function timeOf(text: string): number {
    return /^\d{9,}$/.test(text) ? Number(text) * 1000 : Date.parse(text);
}

function isInNetwork(network: string, address: string): boolean {
    return networkOf(network)?.check(address, isIP(address) === 6 ? "ipv6" : "ipv4") ?? false;
}

/** An address, or a network such as `10.0.0.0/8`. */
function networkOf(network: string): BlockList | undefined {
    const [start = "", prefix] = network.split("/");
    const version = isIP(start);
    if (version === 0) return undefined;
    const bits = version === 4 ? 32 : 128;
    const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
    if (length < 0 || length > bits) return undefined;
    const list = new BlockList();
    list.addSubnet(start, length, version === 4 ? "ipv4" : "ipv6");
    return list;
}
