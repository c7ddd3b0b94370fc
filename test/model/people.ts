import { type LocalWorkspace, type Seed, seeds } from "../../local-cloud/workspace-api";
import { parentOf } from "../../local-cloud/workspace-api/tree";
import { type AccountService, idOf } from "./account-service";
import { beside } from "./beside-tree";
import type { ModelClock } from "./model-clock";
import { piecesOf } from "./pieces";

/** Where people write in the tree. */
const IN_TREE = ["/Shared/a", "/Shared/b", "/Shared/dir/c", "/Shared/f.txt"] as const;

/** Where people write: in the tree, and beside it. */
export const PATHS: readonly string[] = [...IN_TREE, ...Object.keys(beside)];

/** Something that somebody does in a workspace: `at` chooses among those that run, `path` among the paths. */
export type Act =
    | { readonly act: "write"; readonly at: number; readonly path: number }
    | { readonly act: "delete"; readonly at: number; readonly path: number }
    | { readonly act: "rename"; readonly at: number; readonly path: number; readonly to: number }
    /** Puts something into it that cannot be copied. */
    | { readonly act: "library"; readonly at: number };

/** How long people take for one thing, in milliseconds. */
const ACT_TIME = 4_000;
/** How long they then do something else, unless somebody hurries. */
const PAUSE = 600_000;

/** Something that somebody wrote: which version of what is at this path. */
interface Written {
    /** The number of requests and acts before it. */
    readonly moment: number;
    /** The folder whose list shows it first. */
    readonly shownIn: string;
    /** Whether there was something at this path, so that a list shows it by its time alone. */
    readonly isEdit: boolean;
}

/** What people write, edit, rename and delete in the workspaces, each version once. */
export class People {
    /** The pieces that people made, by workspace and piece. */
    private readonly written = new Map<string, Written>();
    /** The pieces of each workspace that people have changed there since. */
    private readonly changed = new Map<string, Set<string>>();
    private versions = 0;

    constructor(
        private readonly service: AccountService,
        private readonly clock: ModelClock,
    ) {}

    /** When and how a piece was made in a workspace by somebody; `undefined` if it was copied into it. */
    writtenIn(id: string, piece: string): Written | undefined {
        return this.written.get(`${id} ${piece}`);
    }

    /** The pieces of a workspace that people have changed there: edited, renamed or deleted. */
    changedIn(id: string): ReadonlySet<string> {
        return this.changed.get(id) ?? new Set();
    }

    /** What people changed in one workspace counts in another one, which took over from it. */
    handDown(from: string, to: string): void {
        for (const piece of this.changedIn(from)) this.noteChanged(to, piece);
    }

    /** Somebody does something, if there is a workspace and an object for it. */
    async act(act: Act): Promise<void> {
        const running = this.running();
        const workspace = running[act.at % Math.max(1, running.length)];
        if (workspace === undefined) return;
        this.service.moment++;
        this.clock.pass(ACT_TIME);
        if (act.act === "library") return this.put(workspace, "/Shared/lib.jar", seeds.library());
        const path = PATHS[act.path % PATHS.length] ?? IN_TREE[0];
        if (act.act === "write") return this.write(workspace, path);
        if (act.act === "rename") return this.rename(workspace, path, PATHS[act.to % PATHS.length] ?? IN_TREE[0]);
        return this.remove(workspace, path);
    }

    /** People do something between deployments; what follows comes at once, or some minutes later. */
    async work(acts: readonly Act[], soon = false): Promise<void> {
        for (const one of acts) await this.act(one);
        if (!soon) this.clock.pass(PAUSE);
    }

    /** Somebody writes a notebook in each workspace that runs. */
    writeEverywhere(path = 0): Promise<void> {
        return this.work([...this.running().keys()].map((at) => ({ act: "write", at, path })));
    }

    private running(): LocalWorkspace[] {
        return this.service.account
            .list("workspaces")
            .filter((one) => one["workspace_status"] === "RUNNING")
            .map((one) => this.service.hosts.get(idOf(one)));
    }

    private async write(workspace: LocalWorkspace, path: string): Promise<void> {
        await this.noteGone(workspace, path);
        const version = `v${++this.versions}`;
        const other = beside[path];
        if (other === undefined) return this.put(workspace, path, contentOf(path, version));
        const shownIn = other.shownIn(workspace);
        await other.write(workspace, version);
        // The service does not say of all of these who changed them.
        const written = { moment: this.service.moment, shownIn, isEdit: false };
        this.written.set(`${workspace.id} ${path} ${version}`, written);
    }

    private async remove(workspace: LocalWorkspace, path: string): Promise<void> {
        await this.noteGone(workspace, path);
        if (path in beside) beside[path]?.remove(workspace);
        else workspace.delete(path);
    }

    private async rename(workspace: LocalWorkspace, path: string, to: string): Promise<void> {
        const node = workspace.nodes.find(path);
        const isFile = (one: string) => one.endsWith(".txt");
        if (node === undefined || path === to || to in beside || isFile(path) !== isFile(to)) return;
        const text = (await workspace.read(path))?.toString() ?? "";
        for (const one of [to, path]) await this.remove(workspace, one);
        // What is moved keeps its time.
        return this.put(workspace, to, { ...contentOf(to, text), modifiedAt: node.modifiedAt });
    }

    private async put(workspace: LocalWorkspace, path: string, seed: Seed): Promise<void> {
        const isEdit = workspace.nodes.find(path) !== undefined;
        const above = [path, ...[...workspace.nodes.above({ path })].map((folder) => folder.path)];
        const missing = parentsOf(path)
            .filter((folder) => !above.includes(folder))
            .at(-1);
        await workspace.seed({ [path]: seed });
        const pieces = await piecesOf(workspace);
        const piece = `${path} ${pieces.get(path) ?? ""}`;
        const shownIn = parentOf(missing ?? path);
        this.written.set(`${workspace.id} ${piece}`, { moment: this.service.moment, shownIn, isEdit });
    }

    /** What is at a path is about to be changed by somebody. */
    private async noteGone(workspace: LocalWorkspace, path: string): Promise<void> {
        const text = (await piecesOf(workspace)).get(path);
        if (text !== undefined) this.noteChanged(workspace.id, `${path} ${text}`);
    }

    private noteChanged(id: string, piece: string): void {
        const known = this.changed.get(id) ?? new Set();
        this.changed.set(id, known);
        known.add(piece);
    }
}

function contentOf(path: string, text: string): Seed {
    return path.endsWith(".txt") ? seeds.file(text) : seeds.notebook(text);
}

/** The folders above a path, the nearest first. */
function parentsOf(path: string): string[] {
    const parent = parentOf(path);
    return parent === "/" ? [] : [parent, ...parentsOf(parent)];
}
