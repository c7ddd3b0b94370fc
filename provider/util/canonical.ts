import { isRecord } from "./property-path";

/**
 * A value as text that is the same for values that say the same: members in order, and without those that say nothing (empty, `null`,
 * `false`), which services leave out or do not. Empty for a value that itself says nothing.
 */
export function canonicalText(value: unknown): string {
    const canonical = canonicalOf(value);
    return saysNothing(canonical) ? "" : JSON.stringify(canonical);
}

function canonicalOf(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(canonicalOf);
    if (!isRecord(value)) return value;
    const members = Object.entries(value)
        .map(([name, member]) => [name, canonicalOf(member)] as const)
        .filter(([, member]) => !saysNothing(member))
        .sort(([one], [other]) => (one < other ? -1 : 1));
    return members.length === 0 ? undefined : Object.fromEntries(members);
}

function saysNothing(value: unknown): boolean {
    if (Array.isArray(value)) return value.length === 0;
    return value === undefined || value === null || value === "" || value === false;
}
