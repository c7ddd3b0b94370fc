import type { LocalWorkspace } from "../../local-cloud/workspace-api";
import { closure } from "../helpers/engine/entries";
import type { People } from "./people";
import { piecesOf } from "./pieces";
import type { WorkspaceHosts } from "./workspace-hosts";

/** How many requests may come between the last look at a folder and the delete: those of a pass through both trees, and of others beside it. */
const LOOK_AND_DELETE = 120;

/** A workspace that is deleted, and what the program accepts of what is lost with it. */
export interface Deletion {
    readonly id: string;
    readonly accepts: readonly string[];
}

/**
 * Judges whether what people wrote in a workspace may go with it. It knows what they wrote, and which workspace took over from
 * which, by the engine's replacements; what the provider believes is nothing to it.
 */
export class Oracle {
    private readonly successors = new Map<string, Set<string>>();

    constructor(
        private readonly hosts: WorkspaceHosts,
        private readonly people: People,
        private readonly exists: (id: string) => boolean,
        private readonly moment: () => number,
    ) {}

    /** A resource has another workspace now, which takes over from the one that it had. */
    replaced(from: string, to: string): void {
        const known = this.successors.get(from) ?? new Set();
        this.successors.set(from, known.add(to));
    }

    /** A resource has a workspace that existed before: what replaced it once replaces it no longer. */
    adopted(id: string): void {
        this.successors.delete(id);
    }

    /** Whether a workspace took over from another one. */
    isSuccessor(id: string): boolean {
        return [...this.successors.values()].some((one) => one.has(id));
    }

    /** The workspaces that took over from this one and still exist. */
    successorsOf(id: string): string[] {
        return this.everSuccessorsOf(id).filter((one) => this.exists(one));
    }

    /** The workspaces that took over from this one, whether they still exist or not. */
    everSuccessorsOf(id: string): string[] {
        const all = closure([...(this.successors.get(id) ?? [])], (one) => this.successors.get(one) ?? []);
        return [...all].filter((one) => one !== id);
    }

    /** What people wrote in a workspace that is in none that took over from it, and that nobody changed there since. */
    async lostWith({ id, accepts }: Deletion): Promise<string[]> {
        const workspace = this.hosts.get(id);
        const successors = this.successorsOf(id);
        const held = await Promise.all(successors.map((one) => piecesOf(this.hosts.get(one))));
        const lost = [...(await piecesOf(workspace))].filter(([path, version]) => {
            const piece = `${path} ${version}`;
            if (held.some((pieces) => pieces.get(path) === version)) return false;
            if (successors.some((one) => this.people.changedIn(one).has(piece))) return false;
            if (isAccepted(accepts, path, version, held)) return false;
            return !this.cameTooLate(workspace, path, piece);
        });
        if (lost.length === 0) this.handDown(id);
        return lost.map(([path, version]) => `${path} (${version})`);
    }

    /** A workspace goes, and nothing is lost with it: what people have changed in it counts as changed in those that took over. */
    handDown(id: string): void {
        for (const one of this.successorsOf(id)) this.people.handDown(id, one);
    }

    /** Whether somebody edited this in the workspace in which it is, and the last list of its folder told so by the times. */
    wasSeenEdited(workspace: LocalWorkspace, path: string, version: string): boolean {
        const piece = `${path} ${version}`;
        const isEdit = this.people.writtenIn(workspace.id, piece)?.isEdit === true;
        return isEdit && workspace.behavior.times === "all" && !this.cameTooLate(workspace, path, piece);
    }

    /** Whether it was written after the last look at where it is, or while that was answered: the service has no way to look and delete in one. */
    private cameTooLate(workspace: LocalWorkspace, path: string, piece: string): boolean {
        const written = this.people.writtenIn(workspace.id, piece);
        const { lists, exports } = this.hosts.shownOf(workspace.id);
        if (written === undefined || lists.size === 0) return false;
        const isUntimed = written.isEdit && workspace.behavior.times === "files" && !path.endsWith(".txt");
        const look = isUntimed ? exports.get(path) : lists.get(written.shownIn);
        return look !== undefined && written.moment >= look && this.moment() - look <= LOOK_AND_DELETE;
    }
}

/** Whether the program has said that this may be left behind: by its path, as a library, or as changed in the new workspace. */
function isAccepted(
    accepts: readonly string[],
    path: string,
    version: string,
    held: readonly ReadonlyMap<string, string>[],
): boolean {
    return accepts.some((one) => {
        if (one.startsWith("/")) return path === one || path.startsWith(`${one}/`);
        if (one === "library") return version === "library";
        return one === "changed-in-target" && path.startsWith("/") && held.some((pieces) => pieces.has(path));
    });
}
