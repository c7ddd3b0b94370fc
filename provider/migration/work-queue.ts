/** How many objects may wait before no more folders are listed. */
const AHEAD = 5_000;

/**
 * Folders and objects to be worked on, several at a time. Folders come first, so that the number of objects is known early,
 * until enough objects wait: what waits is bounded by that and by the largest folder.
 */
export class WorkQueue<Folder, Item> {
    private readonly folders: Folder[] = [];
    private items: Item[] = [];
    /** Index of the next item: taking it away would move all others. */
    private head = 0;
    private active = 0;
    private failure: { error: unknown } | undefined;
    private wake: (() => void)[] = [];

    constructor(private readonly ahead = AHEAD) {}

    /** Adds a folder to be worked on. */
    addFolder(folder: Folder): void {
        this.folders.push(folder);
        this.wakeOne();
    }

    /** Adds an object to be worked on. */
    addItem(item: Item): void {
        this.items.push(item);
        this.wakeOne();
    }

    /** Works until nothing is left. Rejects with the first error of the work, after what is under way has ended. */
    async run(
        workers: number,
        work: { folder(folder: Folder): Promise<void>; item(item: Item): Promise<void> },
    ): Promise<void> {
        await Promise.all(Array.from({ length: workers }, () => this.worker(work)));
        if (this.failure !== undefined) throw this.failure.error;
    }

    private async worker(work: {
        folder(folder: Folder): Promise<void>;
        item(item: Item): Promise<void>;
    }): Promise<void> {
        for (;;) {
            const next = this.next(work);
            if (next === undefined) {
                if (this.active === 0 || this.failure !== undefined) break;
                await new Promise<void>((resolve) => this.wake.push(resolve));
                continue;
            }
            this.active++;
            try {
                await next();
            } catch (error) {
                this.failure ??= { error };
            }
            this.active--;
            if (this.active === 0 || this.failure !== undefined) this.wakeAll();
        }
        this.wakeAll();
    }

    private next(work: {
        folder(folder: Folder): Promise<void>;
        item(item: Item): Promise<void>;
    }): (() => Promise<void>) | undefined {
        if (this.failure !== undefined) return undefined;
        const folder = this.items.length - this.head < this.ahead ? this.folders.pop() : undefined;
        if (folder !== undefined) return () => work.folder(folder);
        const item = this.takeItem();
        return item === undefined ? undefined : () => work.item(item);
    }

    private takeItem(): Item | undefined {
        const item = this.items[this.head];
        if (item === undefined) return undefined;
        if (++this.head > 1024) {
            this.items = this.items.slice(this.head);
            this.head = 0;
        }
        return item;
    }

    private wakeOne(): void {
        this.wake.pop()?.();
    }

    private wakeAll(): void {
        for (const wake of this.wake.splice(0)) wake();
    }
}
