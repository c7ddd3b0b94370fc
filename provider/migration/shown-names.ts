import { orMissing } from "../api/errors";

/** The folders that every workspace has at its root. */
const AT_ROOT: readonly string[] = ["/Users", "/Shared", "/Repos"];

/**
 * What the lists of a workspace have shown in this run. What a later list no longer shows is asked for by itself, because a list that leaves
 * something out looks like one after it was deleted.
 */
export class ShownNames {
    private readonly lists = new Map<string, ReadonlySet<string>>();

    /**
     * A list, with what it does not show, and is there all the same.
     *
     * @param list the path of a folder, or what else tells this list from the others of the workspace.
     * @param nameOf what a member is asked for with.
     * @param find the member of this name; `undefined`, or an error that says so: there is none.
     */
    async completed<Member>(
        list: string,
        listed: readonly Member[],
        nameOf: (member: Member) => string,
        find: (name: string) => Promise<Member | undefined>,
    ): Promise<readonly Member[]> {
        const shown = new Set(listed.map(nameOf));
        const before = this.lists.get(list) ?? new Set(list === "/" ? AT_ROOT : []);
        const missing = [...before].filter((name) => !shown.has(name));
        const found = (await Promise.all(missing.map((name) => orMissing(() => find(name))))).filter(
            (member) => member !== undefined,
        );
        for (const member of found) shown.add(nameOf(member));
        this.lists.set(list, shown);
        return found.length === 0 ? listed : [...listed, ...found];
    }

    /** Whoever asks has taken this one out itself. */
    forget(list: string, name: string): void {
        this.lists.set(list, new Set([...(this.lists.get(list) ?? [])].filter((one) => one !== name)));
    }

    /** There is no such list any more. */
    forgetList(list: string): void {
        this.lists.delete(list);
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
