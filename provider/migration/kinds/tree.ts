import type { FindingKind } from "../../contract/finding-kinds";
import { ContentTooLargeError, isGitFolder, type WorkspaceContent, type WorkspaceObject } from "../content";
import type { ContentKind, InventoryNotes, KindMigration } from "../content-kind";
import { CopyPass, CopyState } from "../copy-pass";
import { concernsOne, type MigrationContext, type Pass } from "../pass";
import { PlanPass } from "../plan-pass";
import { number } from "../report";
import { countNameOf, isTrash } from "../standard-folders";
import { listWholeTree } from "../tree-listing";
import { type TreeContext, treeContext } from "../tree-pass";
import { type PairVisitor, TreeWalk } from "../tree-walk";
import { isLargeFile, unmovable } from "../unmovable";
import { VerifyPass } from "../verify-pass";
import { WorkQueue } from "../work-queue";
import { hasMoreOfDashboard } from "./dashboards";
import { SqlInTree } from "./sql-in-tree";

/** How many objects are worked on at once. The rate limiter of each workspace's client decides how fast. */
const WORKERS = 32;

/** How many folders a preview lists at once. */
const PREVIEW_WORKERS = 8;

/** The workspace's tree: folders, notebooks, files and dashboards, with their direct permissions. */
export const tree: ContentKind = {
    name: "tree",
    begin: (context) => new TreeMigration(context),
    inventory: ({ content }, notes) => countTree(content, notes),
    async look({ content: workspace }) {
        const { digest, firstContent, reason } = await listWholeTree(workspace);
        return {
            digest,
            content: firstContent,
            ...(reason === undefined ? {} : { unlisted: `not everything in it can be listed: ${reason}` }),
        };
    },
};

class TreeMigration implements KindMigration {
    private readonly context: TreeContext;
    private readonly state: CopyState;

    constructor(migration: MigrationContext) {
        this.context = treeContext(migration);
        const { from, to } = migration;
        this.state = new CopyState(this.context, (source, target) => hasMoreOfDashboard({ from, to }, source, target));
    }

    async copy(pass: Pass): Promise<void> {
        const { root, to } = this.context;
        // Nothing is written if there is nothing to copy.
        if (pass.isFirst && root.path !== "/")
            await to.makeFolder(root.path.slice(0, root.path.lastIndexOf("/")) || "/");
        await this.walk(new CopyPass(this.context, this.state, pass), pass);
    }

    async verify(pass: Pass): Promise<void> {
        await this.walk(new VerifyPass(this.context, pass), pass);
    }

    async plan(pass: Pass): Promise<void> {
        await this.walk(new PlanPass(this.context, pass), pass);
    }

    private async walk(visitor: PairVisitor, pass: Pass): Promise<void> {
        const { from, to, root, homes, snapshot, gitFolders, inTree } = this.context;
        const sql = new SqlInTree(from, inTree);
        gitFolders.clear();
        for (const ids of Object.values(inTree)) ids.clear();
        const isElsewhere = async (object: WorkspaceObject) => {
            if (object.type === "DASHBOARD" && object.resourceId !== undefined)
                inTree.dashboards.add(object.resourceId);
            // What is not in the tree alone is copied with the whole workspace only.
            if (!isGitFolder(object)) return root.path === "/" && sql.has(object);
            gitFolders.set(object.path, object);
            return true;
        };
        try {
            await new TreeWalk(from, to, homes, visitor, WORKERS, isElsewhere).run(root);
            pass.isMistaken ||= snapshot.update(visitor.pass.digest);
        } finally {
            pass.digest = visitor.pass.digest.toString();
        }
    }
}

/** Counts what moves in a tree and what does not. Each folder is listed once. */
async function countTree(workspace: WorkspaceContent, notes: InventoryNotes): Promise<void> {
    const queue = new WorkQueue<string, never>();
    const stays = new Map<string, number>();
    const large: WorkspaceObject[] = [];
    let first: { error: unknown } | undefined;
    const see = (source: WorkspaceObject) => {
        if (isGitFolder(source)) return notes.moves("gitFolders");
        if (source.type === "DIRECTORY") {
            if (isTrash(source)) return;
            queue.addFolder(source.path);
        }
        if (source.type === "NOTEBOOK") notes.sample(() => workspace.exportUpTo(source, "SOURCE", 1024));
        if (isLargeFile(source)) return void large.push(source);
        const kind = unmovable({ source, target: undefined, samePath: false })?.kind;
        if (kind === undefined) return notes.moves(countNameOf(source));
        stay(kind);
    };
    const stay = (kind: FindingKind) => {
        const count = (stays.get(kind) ?? 0) + 1;
        stays.set(kind, count);
        notes.stays(kind, { count, words: `${number(count)} of kind ${kind}`, isCertain: false });
    };
    const open = async (path: string) => {
        if (notes.clock.now() >= notes.deadline) return;
        try {
            ((await workspace.list(path)) ?? []).forEach(see);
        } catch (error) {
            first ??= { error };
            notes.incomplete(error);
        }
    };
    queue.addFolder("/");
    await queue.run(PREVIEW_WORKERS, { folder: open, item: () => Promise.resolve() });
    notes.noSample(first?.error);
    const areGiven = large[0] !== undefined && (await isGiven(workspace, large[0]));
    for (const file of large)
        if (areGiven) notes.moves(countNameOf(file));
        else stay("too-large");
}

/** Whether the service hands out a file of this size: its beginning tells. */
async function isGiven(workspace: WorkspaceContent, file: WorkspaceObject): Promise<boolean> {
    try {
        await workspace.exportUpTo(file, "AUTO", 1024);
        return true;
    } catch (error) {
        if (!(error instanceof ContentTooLargeError) && !concernsOne(error)) throw error;
        return false;
    }
}
