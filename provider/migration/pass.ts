import type { Clock } from "../api/clock";
import type { FindingKind } from "../contract/finding-kinds";
import { ApiError, NoResponseError, UnexpectedResponseError } from "../api/errors";
import { Comparison } from "./comparison";
import { ContentTooLargeError, type WorkspaceContent, type WorkspaceObject } from "./content";
import { ContentReader } from "./content-reader";
import type { Findings } from "./findings";
import { Counter, number } from "./report";
import { type Settlement, TreeDigest } from "./settlement";
import { MigrationStoppedError } from "./stopped";
import type { Pair } from "./tree-walk";

/** What the passes of a migration share. */
export interface PassContext {
    readonly from: WorkspaceContent;
    readonly to: WorkspaceContent;
    readonly clock: Clock;
    readonly reader: ContentReader;
    readonly comparison: Comparison;
    readonly findings: Findings;
    /** Pairs whose contents were found equal, as they were listed then. */
    readonly verified: Map<string, string>;
    /** What an earlier migration is done with. */
    readonly settlement: Settlement;
    /** See `MigrationOptions`. */
    readonly inUseSince: number | undefined;
    /** Milliseconds since 1970 after which nothing more is begun. */
    readonly deadline: number;
    readonly onProgress: (line: string) => void;
}

/** The shared parts of a migration's passes. */
export function createContext(
    from: WorkspaceContent,
    to: WorkspaceContent,
    rest: Omit<PassContext, "from" | "to" | "reader" | "comparison">,
): PassContext {
    const reader = new ContentReader();
    return { ...rest, from, to, reader, comparison: new Comparison(from, to, reader) };
}

/** How many objects may fail one after the other before the workspace counts as out of reach. */
const FAILURES_IN_A_ROW = 20;

/** How often progress is shown, in milliseconds. */
const PROGRESS_INTERVAL = 1_000;

/** Counts, errors and progress of one pass over all objects. */
export class Pass {
    readonly found = new Counter();
    readonly written = new Counter();
    readonly equal = new Counter();
    /** Of everything that was listed in the old workspace. */
    readonly digest = TreeDigest.empty();
    private failures = 0;
    private shownAt = Number.NEGATIVE_INFINITY;

    /** @param verb what is done, for the progress line: `moved`, `verified` */
    constructor(
        private readonly context: PassContext,
        private readonly verb: string,
    ) {}

    /** Runs what concerns one object. A failure of it alone is a finding; one of the workspace ends the migration. */
    async attempt<Result>(object: WorkspaceObject, run: () => Promise<Result>): Promise<Result | undefined> {
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

    /** Counts what was listed in the old workspace. */
    list(source: WorkspaceObject): void {
        this.found.add(source);
        this.digest.add(source);
    }

    /** Notes an error about one object, or ends the migration with it. */
    fail(object: WorkspaceObject, error: unknown): void {
        const kind = kindOf(error);
        // Without its root nothing of a workspace is known.
        if (kind === undefined || object.path === "/" || !(error instanceof Error)) throw error;
        if (kind !== "unreadable" && kind !== "too-large" && ++this.failures >= FAILURES_IN_A_ROW) throw error;
        this.context.findings.add(object, kind, error.message);
    }

    /** Whether the two were found equal as they are listed now. */
    isVerified({ source, target }: Pair): boolean {
        const signature = signatureOf(source, target);
        return signature !== undefined && this.context.verified.get(keyOf(source)) === signature;
    }

    /** Whether an object was verified before and has not been changed in the old workspace since. */
    isSettled(source: WorkspaceObject): boolean {
        return this.context.settlement.isSettled(source);
    }

    /** Notes that two objects are equal by content. */
    markVerified({ source, target }: Pair): void {
        const signature = signatureOf(source, target);
        if (signature !== undefined) this.context.verified.set(keyOf(source), signature);
    }

    private showProgress(): void {
        const now = this.context.clock.now();
        if (now < this.shownAt + PROGRESS_INTERVAL) return;
        this.shownAt = now;
        const done = this.written.objects + this.equal.objects;
        const { open } = this.context.findings;
        this.context.onProgress(
            `${this.verb} ${number(done)} of ${number(this.found.objects)}${open === 0 ? "" : `, ${number(open)} to look at`}`,
        );
    }
}

/** What an error about one object is; `undefined` where it concerns the whole workspace. */
function kindOf(error: unknown): FindingKind | undefined {
    if (error instanceof ContentTooLargeError) return "too-large";
    if (error instanceof NoResponseError || error instanceof UnexpectedResponseError) return "failed";
    if (!(error instanceof ApiError)) return undefined;
    if (error.status === 401 || error.kind === "throttled") return undefined;
    if (error.errorCode === "CUSTOMER_MANAGED_KEY_INACCESSIBLE") return undefined;
    if (error.kind === "denied") return "denied";
    return error.kind === "missing" ? "unreadable" : "failed";
}

function keyOf({ type, path }: WorkspaceObject): string {
    return `${type}:${path}`;
}

/** Two objects as they are listed; `undefined` where that does not tell whether they change. */
function signatureOf(source: WorkspaceObject, target: WorkspaceObject | undefined): string | undefined {
    if (source.modifiedAt === undefined || target?.modifiedAt === undefined) return undefined;
    return `${source.id}/${source.modifiedAt}/${target.id}/${target.modifiedAt}`;
}
