import { isMovable, type WorkspaceContent, type WorkspaceObject } from "./content";
import type { Homes } from "./homes";
import { isHome, isTrash } from "./standard-folders";
import type { Pair, TreePass } from "./tree-pass";
import { unmakable, unmovable } from "./unmovable";
import { WorkQueue } from "./work-queue";

/** What is done with the objects of two trees. */
export interface PairVisitor {
    /** Told what the walk lists. */
    readonly pass: TreePass;
    /**
     * Called for a folder that can be made, before its content is listed: what is at its path in the new workspace then, `empty`
     * if it was just made, or `skip`.
     */
    folder(pair: Pair): Promise<"listed" | "empty" | "skip">;
    /** Called for everything but folders that can be moved. */
    object(pair: Pair): Promise<void>;
}

/**
 * Walks through the old workspace's tree, with what the new one has at the same paths. Several objects at a time; a folder
 * comes before what is in it. What cannot be moved, as far as lists tell, is a finding. Folders named Trash in homes are left out.
 */
export class TreeWalk {
    private readonly queue = new WorkQueue<Pair, Pair>();

    constructor(
        private readonly from: WorkspaceContent,
        private readonly to: WorkspaceContent,
        private readonly homes: Homes,
        private readonly visitor: PairVisitor,
        private readonly workers: number,
        /** Whether another kind of content has an object of the tree. */
        private readonly isElsewhere: (object: WorkspaceObject) => Promise<boolean>,
    ) {}

    /** Walks through everything at and below a path. Rejects with the first error of the visitor. */
    async run(root: WorkspaceObject): Promise<void> {
        if (await this.isElsewhere(root)) return this.visitor.pass.skipped(root);
        const target = root.path === "/" ? root : await this.to.find(root.path);
        const pair = { source: root, target, samePath: false };
        if (root.path !== "/") this.visitor.pass.listed(root);
        if (root.type === "DIRECTORY") this.queue.addFolder(pair);
        else this.queue.addItem(pair);
        await this.queue.run(this.workers, {
            folder: (folder) => this.enter(folder),
            item: (item) => this.visit(item),
        });
    }

    private async enter(folder: Pair): Promise<void> {
        const { source } = folder;
        if (folder.isSkipped) return this.skip(source);
        const place = this.homes.placeOf(source.path);
        const isElsewhere = isHome(source) && this.homes.isMoved(source.path);
        const target = isElsewhere ? await this.to.find(place) : folder.target;
        // The home of a user who kept nothing in it is no loss.
        if (target === undefined && isHome(source) && (await this.read(source))?.length === 0) return;
        if (this.homes.isLeft(source.path)) return this.skip(source);
        const pair = { ...folder, target };
        const problem = unmakable(pair, this.homes);
        if (problem !== undefined) {
            this.visitor.pass.problem(source, problem);
            return this.skip(source);
        }
        const state = await this.visitor.folder(pair);
        if (state === "skip") return this.skip(source);
        const sources = await this.read(source);
        if (sources === undefined) return;
        const targets = state === "empty" ? [] : ((await this.to.list(place)) ?? []);
        this.add(await this.withoutOthers(sources), targets);
    }

    private async visit(item: Pair): Promise<void> {
        const problem = unmovable(item);
        if (problem === undefined) return this.visitor.object(item);
        this.visitor.pass.problem(item.source, problem);
    }

    /** Lists what is in a folder that is skipped. A subfolder that cannot be listed needs no finding: its parent has one. */
    private async skip(folder: WorkspaceObject): Promise<void> {
        const objects = await this.from.list(folder.path).catch(() => undefined);
        for (const source of objects ?? []) {
            if (isTrash(source)) continue;
            this.visitor.pass.skipped(source);
            if (source.type === "DIRECTORY")
                this.queue.addFolder({ source, target: undefined, samePath: false, isSkipped: true });
        }
    }

    /** What is in a folder of the old workspace but Trash; `undefined` if it cannot be listed. */
    private async read(folder: WorkspaceObject): Promise<readonly WorkspaceObject[] | undefined> {
        try {
            const objects = await this.from.list(folder.path);
            if (objects === undefined) this.visitor.pass.unreadable(folder, undefined);
            return objects?.filter((object) => !isTrash(object));
        } catch (error) {
            this.visitor.pass.unreadable(folder, error);
            return undefined;
        }
    }

    private async withoutOthers(objects: readonly WorkspaceObject[]): Promise<readonly WorkspaceObject[]> {
        const own: WorkspaceObject[] = [];
        for (const object of objects) {
            if (await this.isElsewhere(object)) this.visitor.pass.skipped(object);
            else own.push(object);
        }
        return own;
    }

    private add(sources: readonly WorkspaceObject[], targets: readonly WorkspaceObject[]): void {
        const [folders, objects] = [new Map<string, WorkspaceObject>(), new Map<string, WorkspaceObject>()];
        for (const target of targets) (target.type === "DIRECTORY" ? folders : objects).set(target.path, target);
        const paths = new Map<string, number>();
        for (const { path } of sources) paths.set(path, (paths.get(path) ?? 0) + 1);
        for (const source of sources) {
            const { path } = source;
            const place = this.homes.placeOf(path);
            this.visitor.pass.listed(source);
            const samePath = (paths.get(path) ?? 0) > 1;
            if (source.type === "DIRECTORY") {
                this.queue.addFolder({ source, target: folders.get(place) ?? objects.get(place), samePath });
            } else {
                const target = objects.get(place) ?? folders.get(place);
                this.queue.addItem({ source, target, samePath: samePath && isMovable(source) });
            }
        }
    }
}
