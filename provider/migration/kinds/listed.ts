import { NoResponseError } from "../../api/errors";
import type { FindingKind } from "../../contract/finding-kinds";
import type { KindMigration } from "../content-kind";
import type { Subject } from "../findings";
import { concernsOne, type MigrationContext, type Pass } from "../pass";
import type { CountName } from "../report";
import { WorkQueue } from "../work-queue";

/** How many are copied at once. */
const WORKERS = 8;

/** How long what was written may be missing in a list, and how long to wait between two looks, in milliseconds. */
const [SHOWN_AFTER, PAUSE] = [60_000, 2_000];

/** A kind whose objects are a flat list. What both sides are listed with is read anew in each pass. */
export interface ListedKind<Item> {
    /** The kind of its findings. */
    readonly finding: FindingKind;
    listSource(): Promise<readonly Item[]>;
    listTarget(): Promise<readonly Item[]>;
    keyOf(item: Item): string;
    /** Writes one; what the new workspace has at its key is left alone. */
    copy(source: Item, target: Item | undefined): Promise<void>;
    /** Whether the new workspace has everything of one: more is no difference. */
    isEqual(source: Item, target: Item): boolean;
    describe(item: Item): Description;
    /** Notes that one is equal. Default: it counts as equal, if it counts. */
    noteEqual?(source: Item): void;
    /** Whether one is copied also after everything was verified. Default: none is, because it may have been removed since. */
    isCopiedAgain?(source: Item, target: Item | undefined): boolean;
    /** Why one cannot be copied, whatever there is; `undefined`: it can. */
    obstacle?(source: Item, target: Item | undefined): string | undefined;
}

/** One member of a list, in words. */
export interface Description {
    readonly subject: Subject;
    readonly countName?: CountName;
    /** What the new workspace lacks, as a sentence with what to do. */
    readonly difference: string;
    /** Such as `the group data`. */
    readonly principal?: string;
}

/** Copies, compares and plans a flat list. What was verified before and differs now was changed in the new workspace: it is named, unless the kind copies it again. */
export class ListedMigration<Item> implements KindMigration {
    constructor(
        private readonly context: MigrationContext,
        private readonly kind: ListedKind<Item>,
    ) {}

    copy(pass: Pass): Promise<void> {
        const { options, ours } = this.context;
        return this.each(
            pass,
            () => this.shownTargets(pass),
            async (item, target) => {
                const { kind } = this;
                const key = this.ownKey(item);
                const isDone = options.settled !== undefined && kind.isCopiedAgain?.(item, target) !== true;
                if (isDone || ours.has(key) || kind.obstacle?.(item, target) !== undefined)
                    return this.differs(item, target);
                await kind.copy(item, target).catch((error: unknown) => {
                    // It says what is to be, not what changes: the next pass sees whether it had its effect.
                    if (!(error instanceof NoResponseError) || !error.mayHaveApplied) throw error;
                });
                pass.wrote(key, kind.describe(item).countName);
            },
        );
    }

    verify(pass: Pass): Promise<void> {
        return this.each(
            pass,
            () => this.targets(),
            async (item, target) => this.differs(item, target),
        );
    }

    plan(pass: Pass): Promise<void> {
        return this.each(
            pass,
            () => this.targets(),
            async (item, target) => {
                if (this.kind.obstacle?.(item, target) !== undefined) return this.differs(item, target);
                pass.wrote(this.ownKey(item), this.kind.describe(item).countName);
            },
        );
    }

    /** Goes through what the new workspace lacks. A list that cannot be had is a finding, as one object is. */
    private async each(
        pass: Pass,
        listTargets: () => Promise<ReadonlyMap<string, Item>>,
        work: (item: Item, target: Item | undefined) => Promise<void>,
    ): Promise<void> {
        const { kind } = this;
        const queue = new WorkQueue<never, () => Promise<void>>();
        await this.orFinding({ subject: { path: kind.finding, typeName: "LIST" } }, async () => {
            const targets = await listTargets();
            for (const item of await kind.listSource()) {
                const description = kind.describe(item);
                pass.found.add(description.countName);
                const target = targets.get(kind.keyOf(item));
                if (target !== undefined && kind.isEqual(item, target)) {
                    if (kind.noteEqual === undefined) pass.equal.add(description.countName);
                    else kind.noteEqual(item);
                } else queue.addItem(() => this.orFinding(description, () => work(item, target)));
            }
        });
        await queue.run(WORKERS, { folder: () => Promise.resolve(), item: (run) => run() });
    }

    private async orFinding(
        { subject, principal }: Pick<Description, "subject" | "principal">,
        run: () => Promise<void>,
    ): Promise<void> {
        try {
            await run();
        } catch (error) {
            if (!concernsOne(error)) throw error;
            this.context.findings.add(subject, this.kind.finding, error.message, principal);
        }
    }

    /** What the new workspace has, once its list shows what this run has written. */
    private async shownTargets(pass: Pass): Promise<ReadonlyMap<string, Item>> {
        const { clock, ours } = this.context;
        const end = clock.now() + SHOWN_AFTER;
        for (;;) {
            const targets = await this.targets();
            if (pass.isFirst || clock.now() >= end) return targets;
            const isShown = (item: Item) => {
                const target = targets.get(this.kind.keyOf(item));
                return !ours.has(this.ownKey(item)) || (target !== undefined && this.kind.isEqual(item, target));
            };
            if ((await this.kind.listSource()).every(isShown)) return targets;
            await clock.sleep(PAUSE);
        }
    }

    private async targets(): Promise<ReadonlyMap<string, Item>> {
        return new Map((await this.kind.listTarget()).map((item) => [this.kind.keyOf(item), item]));
    }

    private differs(item: Item, target: Item | undefined): void {
        const { subject, difference, principal } = this.kind.describe(item);
        const reason = this.kind.obstacle?.(item, target) ?? difference;
        this.context.findings.add(subject, this.kind.finding, reason, principal);
    }

    private ownKey(item: Item): string {
        return `${this.kind.finding}:${this.kind.keyOf(item)}`;
    }
}
