import type { WorkspaceObject } from "./content";
import type { Problem } from "./findings";
import type { Homes } from "./homes";
import { isHome } from "./standard-folders";
import type { Pair } from "./tree-pass";

/** The largest content that the service hands out and takes as JSON, in bytes. */
export const SIZE_LIMIT = 10_485_760;

/** The largest file that is copied, if the service hands it out: it is in memory, several times. In bytes. */
export const FILE_LIMIT = 200 * 1024 * 1024;

/** Whether an object is a file that a service hands out only as bytes, if at all. */
export function isLargeFile({ type, size = 0 }: WorkspaceObject): boolean {
    return type === "FILE" && size > SIZE_LIMIT && size <= FILE_LIMIT;
}

/** Why an object cannot be moved, as far as lists tell; `undefined` if nothing speaks against it. */
export function unmovable({ source, samePath }: Pair): Problem | undefined {
    switch (source.type) {
        case "LIBRARY":
            return {
                kind: "library",
                reason: "a library has no content that could be moved: install it in the new workspace.",
            };
        case "OTHER":
            return { kind: "unsupported", reason: `a ${source.typeName} cannot be moved by this package.` };
        default:
    }
    if (samePath)
        return {
            kind: "same-path",
            reason: "a folder has the same path, and the service makes only one of the two: rename one in the old workspace.",
        };
    if (source.type !== "NOTEBOOK" && (source.size ?? 0) > SIZE_LIMIT && !isLargeFile(source))
        return {
            kind: "too-large",
            reason: `it is over ${source.type === "FILE" ? "the 200 MB of the largest files that are copied" : "the 10 MB that the service hands out"}. Move it by hand, or to a volume.`,
        };
    return undefined;
}

/** Why a folder cannot be made in the new workspace, as far as lists tell. */
export function unmakable({ source, target }: Pair, homes: Homes): Problem | undefined {
    if (target !== undefined && target.type !== "DIRECTORY")
        return {
            kind: "occupied",
            reason: `a ${target.typeName} is already at its path in the new workspace: nothing below it was moved. Rename one of the two.`,
        };
    if (target === undefined && isHome(source) && !homes.isMoved(source.path))
        return {
            kind: "no-home",
            reason: "its user does not belong to the new workspace: nothing below it was moved. Assign the user, then run the command again.",
        };
    return undefined;
}
