import { accountOf } from "./document/evaluate";
import { meetsCondition } from "./document/conditions";
import type { Principal } from "./document/parse";
import { commonText } from "./document/patterns";
import { contextOf, type Known } from "./callers";
import type { Permission } from "./statements";

/** What a permission mentions: of all that a caller may be, only this makes a difference to it. */
export interface Mentioned {
    /** The principals that it allows, and those that it denies or spares. */
    readonly principals: readonly Principal[];
    /** Whether a condition is about this key, or a policy variable names it. */
    asksFor(key: string): boolean;
    /** The condition keys that begin like this, in lower case. */
    keysFrom(prefix: string): string[];
    /** The values with which conditions compare these keys. */
    valuesOf(...keys: readonly string[]): string[];
    /** All values of all conditions. */
    readonly values: readonly string[];
    /** Of these alternatives, one of each kind that the permission tells apart by what is known of them. */
    distinct<Alternative>(alternatives: readonly Alternative[], knownOf: (one: Alternative) => Known): Alternative[];
}

/** Reads what a permission mentions. */
export function mentionedIn({ allow, denials }: Permission): Mentioned {
    const byKey = new Map<string, Set<string>>();
    const conditions = [allow, ...denials].flatMap((statement) => statement.conditions);
    for (const { key, values } of conditions) {
        const known = byKey.get(key.toLowerCase()) ?? new Set();
        for (const value of values) known.add(value);
        byKey.set(key.toLowerCase(), known);
    }
    const values = [...new Set(conditions.flatMap((condition) => condition.values))];
    const denied = denials.some(({ principals: { principals } }) => principals.some(({ value }) => value !== "*"));
    const variables = values.join("\n").toLowerCase();
    return {
        principals: [allow, ...denials].flatMap((statement) => statement.principals.principals),
        asksFor: (key) => byKey.has(key) || variables.includes(`\${${key}`),
        keysFrom: (prefix) => [...byKey.keys()].filter((key) => key.startsWith(prefix)),
        valuesOf: (...keys) => [...new Set(keys.flatMap((key) => [...(byKey.get(key) ?? [])]))],
        values,
        distinct(alternatives, knownOf) {
            const kinds = new Map<string, (typeof alternatives)[number]>();
            for (const one of alternatives) {
                const known = knownOf(one);
                const asked = conditions.filter(({ key }) => Object.hasOwn(known, key.toLowerCase()));
                const truths = asked.map((condition) => String(meetsCondition(condition, contextOf(known))));
                // What is denied to a principal by its name, or compared with another key, no condition tells apart.
                const isNamed = denied && Object.hasOwn(known, "aws:principalarn");
                const rest = isNamed || variables.includes("${") ? JSON.stringify(known) : "";
                const kind = `${truths.join()} ${rest}`;
                if (!kinds.has(kind)) kinds.set(kind, one);
            }
            return [...kinds.values()];
        },
    };
}

/** Whether a value has a wildcard. */
export function hasWildcard(value: string): boolean {
    return /[*?]/.test(value);
}

/** The texts of a shape that these values of a policy ask for: `*` in a shape stands for what a caller is free to choose. */
export function textsLike(shape: string, values: readonly string[]): string[] {
    return values.flatMap((value) => commonText(value, shape) ?? []);
}

/** The AWS accounts that a policy names, by their number alone or in an ARN. */
export function namedAccounts({ principals, values }: Mentioned): string[] {
    const accounts = principals.flatMap(({ type, value }) => (type === "AWS" ? (accountOf(value) ?? []) : []));
    const inValues = values.flatMap((value) => value.match(/(?<![\w-])\d{12}(?![\w-])/g) ?? []);
    return [...new Set([...accounts, ...inValues])];
}

/** One account for each value with a wildcard that stands for accounts: `1*`, `arn:aws:iam::1*:role/admin`. */
export function accountsLike({ values }: Mentioned, arnPartition: string): string[] {
    const accounts = values.filter(hasWildcard).flatMap((value) => {
        const account = commonText(value, "?".repeat(12), "0");
        const arn = commonText(value, `arn:${arnPartition}:*:*:${"?".repeat(12)}:*`, "0");
        return [account ?? [], (arn === undefined ? undefined : accountOf(arn)) ?? []].flat();
    });
    return [...new Set(accounts)].filter((one) => /^\d{12}$/.test(one));
}
