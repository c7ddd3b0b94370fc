/** Kinds of content beside the tree and people that a program may choose from. */
export const chosenContentKinds: readonly string[] = ["git-folders", "dashboards", "queries", "alerts", "secrets"];

/** Whether a program may choose a kind of content of this name. */
export function isChosenContentKind(name: string): boolean {
    return chosenContentKinds.includes(name);
}
