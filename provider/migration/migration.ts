import { ReportedError } from "../api/errors";
import { Acceptance } from "./acceptance";
import type { WorkspaceContent, WorkspaceObject } from "./content";
import type { KindMigration } from "./content-kind";
import { Findings, NOT_ADMIN } from "./findings";
import { GroupOrigins } from "./group-origins";
import { Homes } from "./homes";
import { isLeftOut, kinds } from "./kinds/table";
import { DEFAULT_TIMEOUT, type MigrationOptions } from "./migration-options";
import { type MigrationContext, Pass } from "./pass";
import { Counter, type MigrationReport } from "./report";
import { MigrationStoppedError } from "./stopped";

export type { MigrationOptions, VerifiedPairs } from "./migration-options";

/** How often everything is gone through at most, because something changed meanwhile. */
const PASSES = 6;

type Mode = MigrationReport["mode"];

/**
 * Copies what the old workspace holds into the new one, kind by kind, and verifies it. The two workspaces are the truth: what is
 * equal is left alone, so that an interrupted run is simply begun again. Nothing is changed in the old workspace, and nothing of
 * the new one that somebody may have edited there.
 *
 * Rejects if a workspace cannot be used at all. What concerns single objects is in the report, which is `complete` only if
 * everything is equal but what the program accepts.
 */
export async function migrateContent(options: MigrationOptions): Promise<MigrationReport> {
    return run("copy", options);
}

/** Compares the two workspaces, object by object, by content; writes nothing. */
export async function verifyContent(options: MigrationOptions): Promise<MigrationReport> {
    return run("verify", options);
}

/** Says what `migrateContent` would do, from lists alone; reads no content and writes nothing. */
export async function planMigration(options: MigrationOptions): Promise<MigrationReport> {
    return run("plan", options);
}

const CHANGING =
    "the old workspace was changed faster than it could be copied: stop who writes to it, and run the command again.";

/** Goes through all kinds: once, or as long as a copy writes something, but not for ever. */
async function run(mode: Mode, options: MigrationOptions): Promise<MigrationReport> {
    const { from, to, clock, timeout = DEFAULT_TIMEOUT, onProgress = () => undefined } = options;
    const startedAt = clock.now();
    const { root, seesAll } = await begin(options);
    const findings = new Findings(options.accept ?? new Acceptance());
    const shared = {
        homes: new Homes(),
        groups: new GroupOrigins(from, to),
        ours: new Set<string>(),
        gitFolders: new Map<string, WorkspaceObject>(),
        inTree: { dashboards: new Set<string>(), queries: new Set<string>(), alerts: new Set<string>() },
        paused: new Set<string>(),
        written: new Counter(),
        deadline: startedAt + timeout,
    };
    const context: MigrationContext = { options, from, to, clock, root, findings, ...shared, onProgress };
    const migrations = kinds.flatMap((kind) => {
        const migration = kind.begin?.(context);
        if (migration === undefined) return [];
        if (!isLeftOut(kind, options.kinds)) return [migration];
        const verify = (onePass: Pass) => migration.verify(onePass);
        return [{ copy: verify, verify, plan: verify }];
    });
    let pass: Pass;
    let stopped: string | undefined;
    let asOf: number;
    let passes = 0;
    do {
        // By the clock that the objects' times are of: this machine's may be wrong.
        asOf = from.serverTime ?? clock.now();
        findings.beginPass();
        context.paused.clear();
        if (!seesAll) findings.add(root, "not-admin", NOT_ADMIN);
        pass = new Pass(
            context,
            mode === "plan" ? "listed" : mode === "copy" && passes === 0 ? "moved" : "verified",
            passes === 0,
        );
        stopped = await goThrough(migrations, mode, pass);
    } while (
        stopped === undefined &&
        (needsAnother(mode, pass) || (mode === "copy" && pass.isFirst)) &&
        ++passes < PASSES
    );
    if (needsAnother(mode, pass)) stopped ??= CHANGING;
    return {
        from: from.host,
        to: to.host,
        path: root.path,
        mode,
        startedAt: new Date(startedAt).toISOString(),
        finishedAt: new Date(clock.now()).toISOString(),
        asOf: new Date(asOf).toISOString(),
        digest: pass.digest,
        found: pass.found.counts(),
        written: context.written.counts(),
        equal: pass.equal.counts(),
        findings: findings.all(),
        ...(context.paused.size === 0 ? {} : { paused: context.paused.size }),
        complete: stopped === undefined && findings.open === 0,
        ...(stopped === undefined ? {} : { stopped }),
    };
}

function needsAnother(mode: Mode, { isMistaken, hasWritten }: Pass): boolean {
    return isMistaken || (mode === "copy" && hasWritten);
}

/** One pass over all kinds, in the table's order; why it ended early, if it did. */
async function goThrough(migrations: readonly KindMigration[], mode: Mode, pass: Pass): Promise<string | undefined> {
    try {
        for (const migration of migrations) await migration[mode](pass);
        return undefined;
    } catch (error) {
        if (error instanceof MigrationStoppedError) return error.message;
        throw error;
    }
}

/** Where to begin, and whether the old workspace's lists show everything. Both workspaces answer and identify themselves, or it rejects. */
async function begin({ from, to, path = "/" }: MigrationOptions): Promise<{ root: WorkspaceObject; seesAll: boolean }> {
    const [root, seesAll] = await Promise.all([
        path === "/" ? rootOf(from) : from.find(path),
        from.isAdmin(),
        rootOf(to),
    ]);
    // Not every response has to name its workspace; this one is what others know it by.
    if (to.workspaceId === undefined) await to.me();
    if (root === undefined)
        throw new ReportedError(`There is nothing at ${path} in the workspace ${from.host}.`, "CMK1016");
    for (const { host, workspaceId } of [from, to]) {
        if (workspaceId !== undefined) continue;
        throw new ReportedError(
            `No response from ${host} says which workspace it is (the header x-databricks-org-id), so nothing proves that it is the right one. Nothing was copied or compared. Run the command from a network whose proxies leave the headers of responses as they are.`,
            "CMK2014",
        );
    }
    if (from.host === to.host || from.workspaceId === to.workspaceId)
        throw new ReportedError(
            `${from.host} and ${to.host} are the same workspace (${from.workspaceId}): there is nothing to copy or to compare.`,
            "CMK2014",
        );
    return { root, seesAll };
}

async function rootOf(workspace: WorkspaceContent): Promise<WorkspaceObject> {
    await workspace.list("/");
    return { path: "/", type: "DIRECTORY", typeName: "DIRECTORY", id: "" };
}
