import type { Clock } from "../api/clock";
import { type OtherKind, otherKinds, type WorkspaceContent, type WorkspaceObject } from "./content";
import { describePrincipal, namePrincipals } from "./principals";
import { type Counts, Counter, describeCounts, number } from "./report";
import { isTrash } from "./standard-folders";
import { unmovable } from "./unmovable";
import { WorkQueue } from "./work-queue";
import { messageOf } from "../util/error-message";

/** How long the inventory takes at most, in milliseconds. */
export const INVENTORY_TIME = 10_000;

/** What a workspace holds, as far as could be seen in the time. */
export interface Inventory {
    /** What moves. */
    readonly tree: Counts;
    /** What in the tree does not move, by the reason's name: `library`, `too-large`, ... */
    readonly unmovable: Readonly<Record<string, number>>;
    /** How many there are of what does not move; kinds that could not be listed are left out. */
    readonly others: Readonly<Partial<Record<OtherKind, number>>>;
    /** Who belongs to the workspace, such as `the group data`: the new one knows none of them yet. */
    readonly principals: readonly string[];
    /** Why something is missing, if it is. */
    readonly incomplete: string | undefined;
}

/** A look at what a workspace holds, while it is taken. */
export interface InventoryTaking {
    /** Ends after ten seconds at the latest, and never fails. */
    readonly inventory: Promise<Inventory>;
    /**
     * The first notebook that is listed, as soon as it is; `undefined` where there is none. Rejects with the first error of a
     * list where no notebook was found for it.
     */
    readonly firstNotebook: Promise<WorkspaceObject | undefined>;
}

/** Looks at what a workspace holds, for a preview. Each folder is listed once. */
export function takeInventory(workspace: WorkspaceContent, clock: Clock, time = INVENTORY_TIME): InventoryTaking {
    const count = new InventoryCount(workspace, clock.now() + time, clock);
    const late = clock.sleep(time).then(() => count.giveUp(`it takes over ${time / 1000} s`));
    const inventory = Promise.race([count.run(), late]).then(() => count.result());
    return { inventory, firstNotebook: count.firstNotebook };
}

/** One line: what moves, and what does not. */
export function describeInventory({ tree, unmovable: left, others, principals, incomplete }: Inventory): string {
    const parts = [
        ...Object.entries(left).map(([kind, count]) => `${number(count)} of kind ${kind}`),
        ...otherKinds.flatMap((kind) => ((others[kind] ?? 0) === 0 ? [] : [`${number(others[kind] ?? 0)} ${kind}`])),
    ];
    const moves = `${incomplete === undefined ? "" : "at least "}${describeCounts(tree)} move`;
    const stays = parts.length === 0 ? "" : `; ${parts.join(", ")} do not move`;
    const strangers = principals.length === 0 ? "" : `; assign to the new workspace: ${namePrincipals(principals)}`;
    return `${moves}${stays}${strangers}${incomplete === undefined ? "" : ` (not everything could be counted: ${incomplete})`}`;
}

class InventoryCount {
    private readonly counter = new Counter();
    private readonly left: Record<string, number> = {};
    private readonly others: Partial<Record<OtherKind, number>> = {};
    private principals: readonly string[] = [];
    private incomplete: string | undefined;
    private readonly queue = new WorkQueue<string, never>();
    private listError: { error: unknown } | undefined;
    private found: (notebook: WorkspaceObject | undefined) => void = () => undefined;
    private missed: (error: unknown) => void = () => undefined;
    readonly firstNotebook = new Promise<WorkspaceObject | undefined>((resolve, reject) => {
        [this.found, this.missed] = [resolve, reject];
    });

    constructor(
        private readonly workspace: WorkspaceContent,
        private readonly deadline: number,
        private readonly clock: Clock,
    ) {
        // Not everybody asks for it.
        this.firstNotebook.catch(() => undefined);
    }

    async run(): Promise<void> {
        await Promise.all([
            this.countTree(),
            this.orNote(() => this.listPrincipals()),
            ...otherKinds.map((kind) =>
                this.orNote(async () => void (this.others[kind] = await this.workspace.count(kind))),
            ),
        ]);
    }

    giveUp(reason: string): void {
        this.incomplete ??= reason;
    }

    /** A copy: what comes in later does not change it. */
    result(): Inventory {
        return {
            tree: this.counter.counts(),
            unmovable: { ...this.left },
            others: { ...this.others },
            principals: this.principals,
            incomplete: this.incomplete,
        };
    }

    private async countTree(): Promise<void> {
        this.queue.addFolder("/");
        await this.queue.run(8, { folder: (path) => this.open(path), item: () => Promise.resolve() });
        if (this.listError === undefined) this.found(undefined);
        else this.missed(this.listError.error);
    }

    private async open(path: string): Promise<void> {
        if (this.clock.now() >= this.deadline) return;
        try {
            for (const object of (await this.workspace.list(path)) ?? []) this.see(object);
        } catch (error) {
            this.listError ??= { error };
            this.note(error);
        }
    }

    private see(source: WorkspaceObject): void {
        if (source.type === "DIRECTORY") {
            if (isTrash(source)) return;
            this.queue.addFolder(source.path);
        }
        if (source.type === "NOTEBOOK") this.found(source);
        const problem = unmovable({ source, target: undefined, samePath: false });
        if (problem === undefined) this.counter.add(source);
        // Git folders are among the repos, which are counted by their own list.
        else if (problem.kind !== "repo") this.left[problem.kind] = (this.left[problem.kind] ?? 0) + 1;
    }

    /** The new workspace knows its groups `users` and `admins`, and whoever creates it. */
    private async listPrincipals(): Promise<void> {
        const [principals, caller] = await Promise.all([this.workspace.principals?.(), this.workspace.me()]);
        this.principals = principals?.except(caller).map(describePrincipal) ?? [];
    }

    private async orNote(run: () => Promise<void>): Promise<void> {
        try {
            await run();
        } catch (error) {
            this.note(error);
        }
    }

    private note(error: unknown): void {
        this.giveUp(messageOf(error));
    }
}
