import type { WorkspaceObject } from "./content";

/** The folders that every workspace has at its root. */
const AT_ROOT: readonly string[] = ["/Users", "/Shared", "/Repos"];

/**
 * What the lists of a workspace have shown in this run, by folder. What a later list no longer shows is asked for by its path, because a
 * list that leaves something out looks like one after it was deleted.
 */
export class ShownNames {
    private readonly paths = new Map<string, ReadonlySet<string>>();

    /**
     * A folder's list, with what it does not show, and is there all the same.
     *
     * @param find what is at a path; `undefined`: nothing.
     */
    async completed(
        folder: string,
        listed: readonly WorkspaceObject[],
        find: (path: string) => Promise<WorkspaceObject | undefined>,
    ): Promise<readonly WorkspaceObject[]> {
        const shown = new Set(listed.map(({ path }) => path));
        const before = this.paths.get(folder) ?? new Set(folder === "/" ? AT_ROOT : []);
        const missing = [...before].filter((path) => !shown.has(path));
        const found = (await Promise.all(missing.map(find))).filter((object) => object !== undefined);
        for (const { path } of found) shown.add(path);
        this.paths.set(folder, shown);
        return found.length === 0 ? listed : [...listed, ...found];
    }

    /** There is no such folder any more. */
    forgetFolder(folder: string): void {
        this.paths.delete(folder);
    }
}

const runs = new WeakMap<object, Map<string, ShownNames>>();

/** What the lists of a workspace have shown in a run, whichever client asked. */
export function shownIn(run: object, workspaceId: string): ShownNames {
    const workspaces = runs.get(run) ?? new Map<string, ShownNames>();
    runs.set(run, workspaces);
    const shown = workspaces.get(workspaceId) ?? new ShownNames();
    workspaces.set(workspaceId, shown);
    return shown;
}
