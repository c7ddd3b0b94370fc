import type { Clock } from "../api/clock";
import { type OtherKind, otherKinds, type WorkspaceContent, type WorkspaceObject } from "./content";
import { type Counts, Counter, describeCounts, number } from "./report";
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
    /** Why something is missing, if it is. */
    readonly incomplete: string | undefined;
}

/** Looks at what a workspace holds, for a preview: never longer than ten seconds, and it never fails. */
export async function takeInventory(
    workspace: WorkspaceContent,
    clock: Clock,
    time = INVENTORY_TIME,
): Promise<Inventory> {
    const count = new InventoryCount(workspace, clock.now() + time, clock);
    await Promise.race([count.run(), clock.sleep(time).then(() => count.giveUp(`it takes over ${time / 1000} s`))]);
    return count.result();
}

/** One line: what moves, and what does not. */
export function describeInventory({ tree, unmovable: left, others, incomplete }: Inventory): string {
    const parts = [
        ...Object.entries(left).map(([kind, count]) => `${number(count)} of kind ${kind}`),
        ...otherKinds.flatMap((kind) => ((others[kind] ?? 0) === 0 ? [] : [`${number(others[kind] ?? 0)} ${kind}`])),
    ];
    const moves = `${incomplete === undefined ? "" : "at least "}${describeCounts(tree)} move`;
    const stays = parts.length === 0 ? "" : `; ${parts.join(", ")} do not move`;
    return `${moves}${stays}${incomplete === undefined ? "" : ` (not everything could be counted: ${incomplete})`}`;
}

class InventoryCount {
    private readonly counter = new Counter();
    private readonly left: Record<string, number> = {};
    private readonly others: Partial<Record<OtherKind, number>> = {};
    private incomplete: string | undefined;
    private readonly queue = new WorkQueue<string, never>();

    constructor(
        private readonly workspace: WorkspaceContent,
        private readonly deadline: number,
        private readonly clock: Clock,
    ) {}

    async run(): Promise<void> {
        this.queue.addFolder("/");
        const tree = this.queue.run(8, { folder: (path) => this.open(path), item: () => Promise.resolve() });
        await Promise.all([
            tree,
            ...otherKinds.map(async (kind) => {
                try {
                    this.others[kind] = await this.workspace.count(kind);
                } catch (error) {
                    this.note(error);
                }
            }),
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
            incomplete: this.incomplete,
        };
    }

    private async open(path: string): Promise<void> {
        if (this.incomplete !== undefined || this.clock.now() > this.deadline) return;
        try {
            for (const object of (await this.workspace.list(path)) ?? []) this.see(object);
        } catch (error) {
            this.note(error);
        }
    }

    private see(source: WorkspaceObject): void {
        if (source.type === "DIRECTORY") {
            if (/^\/Users\/[^/]+\/Trash$/.test(source.path)) return;
            this.queue.addFolder(source.path);
        }
        const problem = unmovable({ source, target: undefined, samePath: false });
        if (problem === undefined) this.counter.add(source);
        // Git folders are among the repos, which are counted by their own list.
        else if (problem.kind !== "repo") this.left[problem.kind] = (this.left[problem.kind] ?? 0) + 1;
    }

    private note(error: unknown): void {
        this.giveUp(messageOf(error));
    }
}
