import { messageOf } from "../util/error-message";
import { isGitFolder, type WorkspaceContent, type WorkspaceObject } from "./content";
import { TreeDigest } from "./verified-snapshot";
import { isStandardFolder, isTrash } from "./standard-folders";
import { NOT_ADMIN } from "./findings";
import { WorkQueue } from "./work-queue";

/** How many folders are listed at once. The rate limiter of the workspace's client decides how fast. */
const WORKERS = 24;

/** What a workspace's tree holds, as its lists show it. */
export interface TreeListing {
    /** Of everything but what is in the Trash of homes. */
    readonly digest: string;
    /** Whether every folder was listed to its end, by one of the workspace's admins. If not, the rest says less than there is. */
    readonly complete: boolean;
    /** Why it is not complete. */
    readonly reason?: string;
    /**
     * Of what somebody put there, the path that sorts first; `undefined`: nothing was found. Standard folders and what is in
     * the Trash of homes do not count, an empty folder that somebody made does.
     */
    readonly firstContent: string | undefined;
}

/**
 * Lists a workspace's whole tree, every page of every folder, and reads no content. Never rejects: what keeps a folder from
 * being listed ends the listing, and is its `reason`.
 *
 * @param onObject is told of each object but what is in the Trash of homes.
 */
export async function listWholeTree(
    workspace: Pick<WorkspaceContent, "list" | "isAdmin">,
    onObject: (object: WorkspaceObject) => void = () => undefined,
): Promise<TreeListing> {
    const digest = TreeDigest.empty();
    let firstContent: string | undefined;
    const queue = new WorkQueue<string, never>();
    const see = (object: WorkspaceObject) => {
        if (isTrash(object)) return;
        digest.add(object);
        onObject(object);
        // What is in a git folder may not be committed.
        if (object.type === "DIRECTORY" || isGitFolder(object)) queue.addFolder(object.path);
        if (isStandardFolder(object)) return;
        if (firstContent === undefined || object.path < firstContent) firstContent = object.path;
    };
    const open = async (path: string) => {
        const objects = await workspace.list(path);
        if (objects === undefined) throw new Error(`${path} is listed, but there is no such folder when it is opened.`);
        objects.forEach(see);
    };
    let reason: string | undefined;
    try {
        if (!(await workspace.isAdmin())) reason = NOT_ADMIN;
        queue.addFolder("/");
        await queue.run(WORKERS, { folder: open, item: () => Promise.resolve() });
    } catch (error) {
        reason ??= messageOf(error);
    }
    return {
        digest: digest.toString(),
        complete: reason === undefined,
        ...(reason === undefined ? {} : { reason }),
        firstContent,
    };
}
