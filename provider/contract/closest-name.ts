/** The name that was probably meant by a mistyped one: the closest, if no more than two letters or a third of it are different. */
export function closestName(typed: string, names: readonly string[]): string | undefined {
    const [closest] = names
        .map((name) => ({ name, distance: distance(typed.toLowerCase(), name.toLowerCase()) }))
        .filter(({ name, distance }) => distance <= Math.max(2, Math.floor(name.length / 3)))
        .sort((one, other) => one.distance - other.distance);
    return closest?.name;
}

/** How many letters must be added, removed or replaced to make one word of the other (Levenshtein). */
function distance(one: string, other: string): number {
    let row = Array.from({ length: other.length + 1 }, (_, index) => index);
    for (const [line, letter] of [...one].entries()) {
        const next = [line + 1];
        for (const [column, wanted] of [...other].entries()) {
            const replaced = (row[column] ?? 0) + (letter === wanted ? 0 : 1);
            next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
        }
        row = next;
    }
    return row[other.length] ?? 0;
}
