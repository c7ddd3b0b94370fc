import type { Clock } from "../api/clock";
import { ReportedError } from "../api/errors";
import type { WorkspaceContent, WorkspaceObject } from "./content";
import { CopyPass, CopyState } from "./copy-pass";
import { describeOther, othersIn } from "./other-content";
import { Acceptance, Findings } from "./findings";
import { createContext, type Pass, type PassContext } from "./pass";
import { PlanPass } from "./plan-pass";
import type { MigrationReport } from "./report";
import { Settlement, type Verification } from "./settlement";
import { MigrationStoppedError } from "./stopped";
import { type PairVisitor, TreeWalk } from "./tree-walk";
import { NOT_ADMIN } from "./unmovable";
import { VerifyPass } from "./verify-pass";

/** How long a migration takes at most where nothing is said: 3 hours, in milliseconds. */
export const DEFAULT_TIMEOUT = 3 * 3_600_000;

/** How many objects are worked on at once. The rate limiter of each workspace's client decides how fast. */
const WORKERS = 24;

/** How often both trees are walked through at most, because something changed meanwhile. */
const PASSES = 6;

/** Pairs of objects that were found equal, as they were listed then: a later verification need not read them again. */
export type VerifiedPairs = Map<string, string>;

/** What a migration is to do. */
export interface MigrationOptions {
    readonly from: WorkspaceContent;
    readonly to: WorkspaceContent;
    readonly clock: Clock;
    /** Only what is at and below this path. Default: `/`, everything. */
    readonly path?: string;
    /** Paths (with all that is below them) and kinds of findings that are no reason to fail. */
    readonly accept?: readonly string[];
    /** Milliseconds. Default: 3 hours. */
    readonly timeout?: number;
    /** Told about once a second: `moved 1,204 of 9,877, 3 to look at`. */
    readonly onProgress?: (line: string) => void;
    /**
     * What an earlier migration verified. What is in the old workspace as it was then is done with: what differs now, or is
     * missing, was changed in the new one.
     */
    readonly settled?: Verification | undefined;
    /**
     * Since when objects of the new workspace may be somebody's work, in milliseconds since 1970: what differs there and was
     * changed since is not overwritten. Default: nothing is anybody's that was changed before its counterpart.
     */
    readonly inUseSince?: number | undefined;
    /** Whether what lives in the old workspace besides its tree is a finding: it is not copied. Default: false. */
    readonly countsOthers?: boolean;
    /** Filled by this run, and used where a run before it has filled it. */
    readonly verified?: VerifiedPairs;
}

/**
 * Copies what is in the old workspace's tree into the new one, and verifies it. The two trees are the truth: what is equal is
 * left alone, so that an interrupted run is simply begun again. Nothing is changed in the old workspace, and nothing of the new
 * one that somebody may have edited there.
 *
 * Rejects where a workspace cannot be used at all. What concerns single objects is in the report, which is `complete` only where
 * everything is equal but what the program accepts.
 */
export async function migrateContent(options: MigrationOptions): Promise<MigrationReport> {
    const run = new Run(options);
    const state = new CopyState(run.context);
    const { path = "/" } = options;
    if (path !== "/") {
        // Nothing is written where there is nothing to copy.
        await run.begun();
        await options.to.makeFolder(path.slice(0, path.lastIndexOf("/")) || "/");
    }
    return run.execute(
        "copy",
        (passes) => new CopyPass(run.context, state, passes === 0),
        (pass, passes) => pass.changed || passes === 0,
        () => state.written.counts(),
        (pass) => (pass.changed ? CHANGING : undefined),
    );
}

/** Compares the two trees, object by object, by content; writes nothing. */
export async function verifyContent(options: MigrationOptions): Promise<MigrationReport> {
    const run = new Run(options);
    return run.execute("verify", () => new VerifyPass(run.context));
}

/** Says what `migrateContent` would do, from lists alone; reads no content and writes nothing. */
export async function planMigration(options: MigrationOptions): Promise<MigrationReport> {
    const run = new Run(options);
    return run.execute("plan", () => new PlanPass(run.context));
}

const CHANGING =
    "the old workspace was changed faster than it could be copied: stop who writes to it, and run the command again.";

/** What is known before the first pass. */
interface Beginning {
    readonly root: WorkspaceObject;
    /** Whether the lists of the old workspace show everything. */
    readonly seesAll: boolean;
}

class Run {
    readonly context: PassContext;
    private readonly startedAt: number;
    private beginning: Promise<Beginning> | undefined;

    constructor(private readonly options: MigrationOptions) {
        const { from, to, clock, timeout = DEFAULT_TIMEOUT, onProgress = () => undefined } = options;
        this.startedAt = clock.now();
        this.context = createContext(from, to, {
            clock,
            findings: new Findings(new Acceptance(options.accept)),
            verified: options.verified ?? new Map<string, string>(),
            settlement: new Settlement(options.settled),
            inUseSince: options.inUseSince,
            deadline: this.startedAt + timeout,
            onProgress,
        });
    }

    /** Walks through the trees once, or as long as there is a reason to, but not for ever. `passes` counts those before. */
    async execute<Visitor extends PairVisitor & { readonly pass: Pass }>(
        mode: MigrationReport["mode"],
        visitor: (passes: number) => Visitor,
        again: (visitor: Visitor, passes: number) => boolean = () => false,
        written: (visitor: Visitor) => MigrationReport["written"] = ({ pass }) => pass.written.counts(),
        unfinished: (visitor: Visitor) => string | undefined = () => undefined,
    ): Promise<MigrationReport> {
        const { from, to, findings, settlement } = this.context;
        const { root, seesAll } = await this.begun();
        let current: Visitor;
        let stopped: string | undefined;
        let asOf: number;
        let passes = 0;
        let mistaken: boolean;
        do {
            // By the clock that the objects' times are of: this machine's may be wrong.
            asOf = from.serverTime ?? this.context.clock.now();
            findings.beginPass();
            if (!seesAll) findings.add(root, "not-admin", NOT_ADMIN);
            current = visitor(passes);
            stopped = await walk(new TreeWalk(from, to, current, WORKERS), root);
            mistaken = stopped === undefined && settlement.learn(current.pass.digest);
        } while (stopped === undefined && (mistaken || again(current, passes)) && ++passes < PASSES);
        stopped ??= mistaken ? CHANGING : unfinished(current);
        if (this.options.countsOthers === true) await this.findOthers(root);
        return {
            from: from.host,
            to: to.host,
            path: root.path,
            mode,
            startedAt: new Date(this.startedAt).toISOString(),
            finishedAt: new Date(this.context.clock.now()).toISOString(),
            asOf: new Date(asOf).toISOString(),
            digest: current.pass.digest.toString(),
            found: current.pass.found.counts(),
            written: written(current),
            equal: current.pass.equal.counts(),
            findings: findings.all(),
            complete: stopped === undefined && findings.open === 0,
            ...(stopped === undefined ? {} : { stopped }),
        };
    }

    /** What lives in the old workspace besides its tree stays there. */
    private async findOthers(root: WorkspaceObject): Promise<void> {
        const { from, findings } = this.context;
        const { found, unlisted } = await othersIn(from);
        for (const { kind, count } of found) findings.add(root, kind, describeOther(kind, count));
        for (const { kind, reason } of unlisted)
            findings.add(root, kind, `whether there are ${kind} is not known: ${reason}`);
    }

    /** Where to begin; both workspaces answer and identify themselves there, or the migration does not begin. */
    begun(): Promise<Beginning> {
        return (this.beginning ??= this.begin());
    }

    private async begin(): Promise<Beginning> {
        const { from, to } = this.context;
        const path = this.options.path ?? "/";
        const [root, seesAll] = await Promise.all([
            path === "/" ? rootOf(from) : from.find(path),
            from.isAdmin(),
            rootOf(to),
        ]);
        // Not every response has to name its workspace; this one is what others know it by.
        if (to.workspaceId === undefined) await to.me();
        if (root === undefined) throw new Error(`There is nothing at ${path} in the workspace ${from.host}.`);
        for (const { host, workspaceId } of [from, to]) {
            if (workspaceId !== undefined) continue;
            throw new ReportedError(
                `No response from ${host} says which workspace it is (the header x-databricks-org-id), so nothing proves that it is the right one. Nothing was copied or compared. Run the command from a network whose proxies leave the headers of responses as they are.`,
            );
        }
        if (from.host === to.host || from.workspaceId === to.workspaceId)
            throw new ReportedError(
                `${from.host} and ${to.host} are the same workspace (${from.workspaceId}): there is nothing to copy or to compare.`,
            );
        return { root, seesAll };
    }
}

async function walk(tree: TreeWalk, root: WorkspaceObject): Promise<string | undefined> {
    try {
        await tree.run(root);
        return undefined;
    } catch (error) {
        if (error instanceof MigrationStoppedError) return error.message;
        throw error;
    }
}

async function rootOf(workspace: WorkspaceContent): Promise<WorkspaceObject> {
    await workspace.list("/");
    return { path: "/", type: "DIRECTORY", typeName: "DIRECTORY", id: "" };
}
