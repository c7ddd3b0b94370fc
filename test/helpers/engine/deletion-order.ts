import { UNKNOWN } from "../../../provider/util/property-path";
import { copy, dependentsOf, Refused } from "./entries";
import type { Entry } from "./engine-types";
import type { ProviderCalls } from "./provider-calls";

/**
 * What the engine deletes beside each other, level by level: what depends on others comes before them. With targets, only these
 * and what depends on them; it refuses to delete what is no target itself.
 */
export function deletionsInOrder(
    leaving: readonly Entry[],
    state: readonly Entry[],
    target: readonly string[] | undefined,
): Entry[][] {
    const reached = target === undefined ? undefined : dependentsOf(target, state);
    let left = leaving.filter(({ name }) => reached?.has(name) !== false).reverse();
    const unasked = target === undefined ? undefined : left.find(({ name }) => !target.includes(name));
    if (unasked !== undefined) throw new Refused(`${unasked.name} would be deleted, and is no target`);
    const levels: Entry[][] = [];
    while (left.length > 0) {
        const needed = new Set(left.flatMap(({ dependencies }) => dependencies));
        const level = left.filter(({ name }) => !needed.has(name));
        // Two that depend on each other by names alone: one was replaced, and waits for its end.
        levels.push(level.length > 0 ? level : left);
        left = level.length > 0 ? left.filter((one) => !level.includes(one)) : [];
    }
    return levels;
}

/**
 * What the engine deletes before a resource that it deletes first: what a change of it would replace, asked with old inputs and
 * unknown values and without a check, and what has it in its `replaceWith`.
 */
export async function deletedWith(
    root: Entry,
    state: readonly Entry[],
    registered: ReadonlySet<string>,
    calls: ProviderCalls,
): Promise<Entry[]> {
    const found: Entry[] = [];
    const names = new Set([root.name]);
    for (const entry of state) {
        if (entry === root || entry.delete || registered.has(entry.name)) continue;
        const unknown = Object.entries(entry.propertyDependencies).flatMap(([property, on]) =>
            on.some((name) => names.has(name)) && entry.inputs[property] !== undefined ? [[property, UNKNOWN]] : [],
        );
        if (unknown.length === 0) continue;
        const diff = await calls.diff(entry, entry, { ...copy(entry.inputs), ...Object.fromEntries(unknown) });
        if ((diff.replaces ?? []).length === 0) continue;
        found.push(entry);
        names.add(entry.name);
    }
    const replacedWith = state.filter((one) => !one.delete && one.replaceWith.includes(root.name));
    return [...new Set([...found, ...replacedWith])];
}
