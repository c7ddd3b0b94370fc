import { isOwnFolder, type WorkspaceObject } from "./content";
import type { CountName } from "./report";

/** Folders that every workspace has, or that appear with its users. */
const STANDARD_FOLDER = /^\/(Users(\/[^/]+(\/Trash)?)?|Shared|Repos(\/[^/]+)?|Workspace|Trash)?$/;

/** Whether an object is a folder that the service itself makes: the folder alone says nothing of what people put there. */
export function isStandardFolder({ type, path }: WorkspaceObject): boolean {
    return type === "DIRECTORY" && STANDARD_FOLDER.test(path);
}

/** Whether an object is the folder of a home in which the service keeps what its user has deleted: it is not content. */
export function isTrash({ type, path }: WorkspaceObject): boolean {
    return type === "DIRECTORY" && /^\/Users\/[^/]+\/Trash$/.test(path);
}

/** Whether a path is that of a home's Trash, or below it. */
export function isInTrash(path: string): boolean {
    return /^\/Users\/[^/]+\/Trash(\/|$)/.test(path);
}

/** Whether a folder is a user's home, which only appears with its user. */
export function isHome({ path }: WorkspaceObject): boolean {
    return /^\/Users\/[^/]+$/.test(path);
}

/**
 * As what an object counts, so that one move has one number of folders; `undefined`: it does not count. Folders that every
 * workspace has, and homes, which come with their users, do not move.
 */
export function countNameOf(object: WorkspaceObject): CountName | undefined {
    switch (object.type) {
        case "NOTEBOOK":
            return "notebooks";
        case "FILE":
            return "files";
        case "DASHBOARD":
            return "dashboards";
        case "DIRECTORY":
            return isOwnFolder(object) || object.path === "/Shared" || isHome(object) ? undefined : "folders";
        default:
            return undefined;
    }
}
