import type { RequestContext } from "./conditions";

/**
 * A value of a condition, with what the request carries in place of its policy variables. `missing`: the request carries
 * none, so that nothing equals the value. `unknown`: what it carries is not known.
 */
export type Expanded = { readonly text: string } | "missing" | "unknown";

const VARIABLE = /\$\{([^{}]*)\}/g;

/** `${aws:username}` and the like. */
export function hasVariable(value: string): boolean {
    return value.includes("${");
}

/** Whether {@link expand} knows each variable of a value: `${*}`, `${?}` and `${$}`, which stand for signs, it does not. */
export function canExpand(value: string): boolean {
    const rest = value.replaceAll(VARIABLE, (_, inner: string) => (keyIn(inner) === undefined ? "${" : ""));
    return !hasVariable(rest);
}

/** Replaces the policy variables of a value. */
export function expand(value: string, context: RequestContext): Expanded {
    if (!hasVariable(value)) return { text: value };
    if (!canExpand(value)) return "unknown";
    const found = [...value.matchAll(VARIABLE)].map(([, inner = ""]) => valueOf(inner, context));
    if (found.includes("unknown")) return "unknown";
    if (found.includes("missing")) return "missing";
    const texts = found.map((one) => (typeof one === "string" ? one : one.text));
    return { text: value.replaceAll(VARIABLE, () => texts.shift() ?? "") };
}

function valueOf(inner: string, context: RequestContext): Expanded {
    const key = keyIn(inner);
    const given = key === undefined ? "unknown" : context(key.toLowerCase());
    if (given === "unknown" || given === "present") return "unknown";
    const [text = /,\s*'([^']*)'\s*$/.exec(inner)?.[1], ...more] = given;
    if (text === undefined) return "missing";
    // A key of several values is not one that a variable may name, and a sign in a value is not a wildcard.
    return more.length > 0 || /[*?]/.test(text) ? "unknown" : { text };
}

/** The condition key that a variable names, without its default. */
function keyIn(inner: string): string | undefined {
    return /^\s*([\w-]+:[^,'*?]+?)\s*(,\s*'[^']*'\s*)?$/.exec(inner)?.[1];
}
