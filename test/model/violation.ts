/** What must not be. */
export type ViolationKind =
    /** What people wrote went with a workspace, and nobody had said so. */
    | "lost"
    /** What somebody edited in a workspace is no longer there, because something was copied into it. */
    | "overwritten"
    /** A workspace went that another resource has too. */
    | "taken"
    /** A workspace went because of a key change, and `onKeyChange` is `forbid`. */
    | "forbidden"
    /** A workspace is in no state, and nobody was told. */
    | "orphan"
    /** Two resources have one workspace, or one resource took what was not its own. */
    | "duplicate"
    /** What was reported done is not, or is done twice. */
    | "undone";

/** Something that must not be, and was. */
export class Violation extends Error {
    constructor(
        readonly kind: ViolationKind,
        message: string,
    ) {
        super(`${kind}: ${message}`);
    }
}

/** How often what a sequence is about happened, over all sequences: a model in which nothing happens holds too. */
export const observed: Record<string, number> = {};

/** Counts something that happened. */
export function observe(what: string): void {
    observed[what] = (observed[what] ?? 0) + 1;
}
