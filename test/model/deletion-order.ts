import { dependentsOf, Refused } from "./entries";
import type { Entry } from "./engine-types";

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
