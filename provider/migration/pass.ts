import type { Clock } from "../api/clock";
import type { FindingKind } from "../contract/finding-kinds";
import { ApiError, NoResponseError, UnexpectedResponseError } from "../api/errors";
import { ContentTooLargeError, type WorkspaceContent, type WorkspaceObject } from "./content";
import type { Findings, Subject } from "./findings";
import type { GroupOrigins } from "./group-origins";
import type { Homes } from "./homes";
import type { MigrationOptions } from "./migration-options";
import { Counter, type CountName, number } from "./report";
import { MigrationStoppedError } from "./stopped";

/** The ids that the last walk through the tree has found of what its own kind copies: the lists of that may leave something out. */
export type InTree = Readonly<Record<"dashboards" | "queries" | "alerts", Set<string>>>;

/** What the kinds of one migration share. */
export interface MigrationContext {
    readonly options: MigrationOptions;
    readonly from: WorkspaceContent;
    readonly to: WorkspaceContent;
    readonly clock: Clock;
    /** The object at and below which the tree is copied. What is besides the tree belongs to the root. */
    readonly root: WorkspaceObject;
    readonly findings: Findings;
    readonly homes: Homes;
    readonly groups: GroupOrigins;
    /** Keys of what this run has written. */
    readonly ours: Set<string>;
    /** The git folders that the last walk through the tree has found, by their paths. */
    readonly gitFolders: Map<string, WorkspaceObject>;
    readonly inTree: InTree;
    /** Keys of what the last pass has found paused in the new workspace until others are deleted. */
    readonly paused: Set<string>;
    /** What this run has written. In a plan: what it would write. */
    readonly written: Counter;
    /** Milliseconds since 1970 after which nothing more is begun. */
    readonly deadline: number;
    readonly onProgress: (line: string) => void;
}

/** How many objects may fail one after the other before the workspace counts as out of reach. */
const FAILURES_IN_A_ROW = 20;

/** How often progress is shown, in milliseconds. */
const PROGRESS_INTERVAL = 1_000;

/** How long a pass runs before its pace is told, in seconds. */
const PACE_AFTER = 10;

/** Counts, errors and progress of one pass over everything. */
export class Pass {
    readonly found = new Counter();
    readonly written = new Counter();
    readonly equal = new Counter();
    /** Sums up what was listed, as far as a later migration has to know whether it has changed. */
    digest = "";
    /** Whether something was written. */
    hasWritten = false;
    /** Whether something was taken for unchanged that may not be: another pass is needed. */
    isMistaken = false;
    private failures = 0;
    private shownAt = Number.NEGATIVE_INFINITY;
    private readonly beganAt: number;

    /**
     * @param verb what is done, for the progress line: `moved`, `verified`
     * @param isFirst whether it is the first of its run
     */
    constructor(
        private readonly context: MigrationContext,
        private readonly verb: string,
        readonly isFirst: boolean,
    ) {
        this.beganAt = context.clock.now();
    }

    /** Runs what concerns one object. A failure of it alone is a finding; one of the workspace ends the migration. */
    async attempt<Result>(object: Subject, run: () => Promise<Result>): Promise<Result | undefined> {
        if (this.context.clock.now() > this.context.deadline)
            throw new MigrationStoppedError(
                "it took longer than it may (migrationTimeoutSeconds). The next run goes on from here.",
            );
        try {
            const result = await run();
            this.failures = 0;
            return result;
        } catch (error) {
            this.fail(object, error);
            return undefined;
        } finally {
            this.showProgress();
        }
    }

    /** Notes an error about one object, or ends the migration with it. */
    fail(object: Subject, error: unknown): void {
        const kind = kindOf(error);
        // Without its root nothing of a workspace is known.
        if (kind === undefined || object.path === "/" || !(error instanceof Error)) throw error;
        if (kind !== "unreadable" && kind !== "too-large" && ++this.failures >= FAILURES_IN_A_ROW) throw error;
        this.context.findings.add(object, kind, error.message);
    }

    /** Notes that something was written. */
    wrote(key: string, name: CountName | undefined): void {
        this.hasWritten = true;
        this.written.add(name);
        if (this.context.ours.has(key)) return;
        this.context.ours.add(key);
        this.context.written.add(name);
    }

    private showProgress(): void {
        const now = this.context.clock.now();
        // Nothing of the tree is known yet while people and secrets are copied.
        if (this.found.objects === 0 || now < this.shownAt + PROGRESS_INTERVAL) return;
        this.shownAt = now;
        const done = this.written.objects + this.equal.objects;
        const { open } = this.context.findings;
        this.context.onProgress(
            `${this.verb} ${number(done)} of ${number(this.found.objects)}${open === 0 ? "" : `, ${number(open)} to look at`}${this.pace(now, done)}`,
        );
    }

    /** How fast it goes, and how long what is listed so far takes at that pace: more may be listed. */
    private pace(now: number, done: number): string {
        const seconds = (now - this.beganAt) / 1000;
        if (seconds < PACE_AFTER || done === 0) return "";
        const rate = done / seconds;
        const minutes = Math.ceil((this.found.objects - done) / rate / 60);
        return `; ${rate.toFixed(1)} a second${minutes > 1 ? `, at least ${number(minutes)} minutes left` : ""}`;
    }
}

/** Whether an error is about one object, and says nothing against the rest of its workspace. */
export function concernsOne(error: unknown): error is Error {
    return kindOf(error) !== undefined;
}

/** What an error about one object is; `undefined` if it concerns the whole workspace. */
function kindOf(error: unknown): FindingKind | undefined {
    if (error instanceof ContentTooLargeError) return "too-large";
    if (error instanceof NoResponseError || error instanceof UnexpectedResponseError) return "failed";
    if (!(error instanceof ApiError)) return undefined;
    if (error.status === 401 || error.kind === "throttled") return undefined;
    if (error.errorCode === "CUSTOMER_MANAGED_KEY_INACCESSIBLE") return undefined;
    if (error.kind === "denied") return "denied";
    return error.kind === "missing" ? "unreadable" : "failed";
}
