import { ApiError, orMissing } from "../../api/errors";
import type { WorkspaceContent } from "../content";
import { concernsOne } from "../pass";
import { readListed } from "../read-listed";
import { listWholeTree } from "../tree-listing";
import { WorkQueue } from "../work-queue";
import { type Schedule, type ScheduleFields, WorkspaceDashboards } from "../workspace-dashboards";
import { alertsApi, fieldsIn, WorkspaceSql } from "../workspace-sql";
import { isNamedAsSql } from "./sql-in-tree";

const MARK = /^(?:(.*) )?\(paused until workspaces? (\d+(?: and \d+)*) (?:is|are) deleted\)$/s;

/** How many dashboards or alerts are looked at at once. */
const WORKERS = 8;

/** The name of what is paused while these workspaces still run it: nothing else has to remember that. */
export function nameOfPaused(workspaceIds: readonly string[], name: string | undefined): string {
    const ids = [...new Set(workspaceIds)].sort();
    const [noun, verb] = ids.length === 1 ? ["workspace", "is"] : ["workspaces", "are"];
    const mark = `(paused until ${noun} ${ids.join(" and ")} ${verb} deleted)`;
    return name === undefined || name === "" ? mark : `${name} ${mark}`;
}

/** The name as it will be, and the workspaces that it waits for. */
export function nameOnceStarted(shown: string | undefined): {
    readonly name: string | undefined;
    readonly waitsFor: readonly string[];
} {
    const [, name, ids] = MARK.exec(shown ?? "") ?? [];
    return ids === undefined ? { name: shown, waitsFor: [] } : { name, waitsFor: ids.split(" and ") };
}

/** Of what a schedule of a copied workspace consists while these still run it. */
export function pausedFor(
    workspaceIds: readonly string[],
    { display_name, ...fields }: ScheduleFields,
): ScheduleFields {
    return { ...fields, display_name: nameOfPaused(workspaceIds, display_name), pause_status: "PAUSED" };
}

/** The schedule as it will be, and the workspaces that it waits for. */
export function startedAfter({ display_name, cron_schedule, pause_status, warehouse_id }: Schedule): {
    readonly fields: ScheduleFields;
    readonly waitsFor: readonly string[];
} {
    const { name, waitsFor } = nameOnceStarted(display_name);
    const fields: ScheduleFields = {
        display_name: name,
        cron_schedule,
        pause_status: waitsFor.length === 0 ? pause_status : "UNPAUSED",
        warehouse_id,
    };
    return { fields, waitsFor };
}

/** What became of schedules that waited. */
export interface StartedSchedules {
    readonly started: number;
    /** Why others could not be started, or what could not be read of which some may wait. */
    readonly problems: readonly string[];
    /** Why some could not be looked for: a service may have no such list. */
    readonly unknown: readonly string[];
    /** The workspaces that some still wait for, though others that these waited for are deleted. */
    readonly awaited: readonly string[];
}

type IsDeleted = (workspaceId: string) => boolean | Promise<boolean>;

/**
 * Starts the schedules of a workspace that waited until others were deleted, and wait for none any more. Can be called as often as one
 * likes: what was started is not touched.
 */
export async function startPausedSchedules(
    workspace: WorkspaceContent,
    isDeleted: IsDeleted,
): Promise<StartedSchedules> {
    return endWaits(workspace, isDeleted, (one) => one.start());
}

/** Lets the same schedules wait for nothing, and stay paused: another workspace runs them by now. `started` says how many. */
export async function leavePaused(workspace: WorkspaceContent, isDeleted: IsDeleted): Promise<StartedSchedules> {
    return endWaits(workspace, isDeleted, (one) => one.leavePaused());
}

async function endWaits(
    workspace: WorkspaceContent,
    isDeleted: IsDeleted,
    end: (waiting: Waiting) => Promise<void>,
): Promise<StartedSchedules> {
    const [problems, unknown, awaited]: [string[], string[], Set<string>] = [[], [], new Set()];
    let started = 0;
    const orProblem = async <Result>(name: string, run: () => Promise<Result>): Promise<Result | undefined> => {
        try {
            return await run();
        } catch (error) {
            if (!concernsOne(error)) throw error;
            problems.push(`${name}: ${error.message}`);
            return undefined;
        }
    };
    const item = async ({ name, read }: MayWait) => {
        for (const waiting of (await orProblem(name, read)) ?? [])
            await orProblem(waiting.name, async () => {
                const left: string[] = [];
                for (const one of waiting.waitsFor) if (!(await isDeleted(one))) left.push(one);
                if (left.length === 0) {
                    await end(waiting);
                    started++;
                } else if (left.length < waiting.waitsFor.length) left.forEach((one) => awaited.add(one));
            });
    };
    // The lists of dashboards and alerts may leave out what the tree shows.
    const inTree = { DASHBOARD: new Set<string>(), ALERT: new Set<string>() };
    const { reason } = await listWholeTree(workspace, ({ type, path, resourceId }) => {
        if (resourceId === undefined) return;
        if (type === "DASHBOARD") inTree.DASHBOARD.add(resourceId);
        else if (isNamedAsSql(path)) inTree.ALERT.add(resourceId);
    });
    if (reason !== undefined) unknown.push(reason);
    for (const list of [() => dashboardsIn(workspace, inTree.DASHBOARD), () => alertsIn(workspace, inTree.ALERT)]) {
        const queue = new WorkQueue<never, MayWait>();
        try {
            for (const one of await list()) queue.addItem(one);
        } catch (error) {
            if (!(error instanceof ApiError) || (error.kind !== "missing" && error.kind !== "denied")) throw error;
            unknown.push(error.message);
        }
        await queue.run(WORKERS, { folder: () => Promise.resolve(), item });
    }
    return { started, problems, unknown, awaited: [...awaited] };
}

/** An object of a workspace that waits, or of which something does. What cannot be read of one says nothing of the others. */
interface MayWait {
    readonly name: string;
    read(): Promise<readonly Waiting[]>;
}

interface Waiting {
    readonly name: string;
    readonly waitsFor: readonly string[];
    start(): Promise<void>;
    leavePaused(): Promise<void>;
}

async function dashboardsIn({ requests }: WorkspaceContent, inTree: ReadonlySet<string>): Promise<MayWait[]> {
    const dashboards = new WorkspaceDashboards(requests);
    return [...new Set([...(await dashboards.ids()), ...inTree])].map((id) => {
        const name = `the dashboard ${id}`;
        const schedules = () => orMissing(() => dashboards.schedules(id));
        const isListed = async () => (await dashboards.ids()).includes(id);
        const read = async () => ((await readListed(name, schedules, isListed)) ?? []).flatMap(waitingOf);
        return { name, read };

        function waitingOf(schedule: Schedule): Waiting[] {
            const { fields, waitsFor } = startedAfter(schedule);
            if (waitsFor.length === 0) return [];
            const set = async (to: ScheduleFields) => {
                try {
                    await dashboards.setSchedule(id, schedule, to);
                } catch (error) {
                    // An earlier attempt whose response was lost has had its effect: then it has another etag.
                    const isOther = error instanceof ApiError && error.kind === "conflict";
                    if (!isOther || !(await isNamed(schedule, to))) throw error;
                }
            };
            const leavePaused = () => set({ ...fields, pause_status: "PAUSED" });
            return [{ name: schedule.display_name ?? "", waitsFor, start: () => set(fields), leavePaused }];
        }

        async function isNamed({ schedule_id }: Schedule, to: ScheduleFields): Promise<boolean> {
            const now = (await dashboards.schedules(id)).find((one) => one.schedule_id === schedule_id);
            return now !== undefined && (now.display_name ?? "") === (to.display_name ?? "");
        }
    });
}

async function alertsIn({ requests }: WorkspaceContent, inTree: ReadonlySet<string>): Promise<MayWait[]> {
    const alerts = new WorkspaceSql(requests, alertsApi);
    return [...new Set([...(await alerts.list()).keys(), ...inTree])].map((id) => {
        const read = async (): Promise<Waiting[]> => {
            const found = await alerts.find(id);
            const { name, waitsFor } = nameOnceStarted(found?.name);
            if (found === undefined || waitsFor.length === 0) return [];
            const { fields } = found;
            const set = (pause_status: string) => {
                const schedule = { ...fieldsIn(fields["schedule"]), pause_status };
                return alerts.update(id, { ...fields, display_name: name, schedule }, ["display_name", "schedule"]);
            };
            const ends = { start: () => set("UNPAUSED"), leavePaused: () => set("PAUSED") };
            return [{ name: found.name, waitsFor, ...ends }];
        };
        return { name: `the alert ${id}`, read };
    });
}
