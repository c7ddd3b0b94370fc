import { ApiError } from "../../api/errors";
import type { WorkspaceContent } from "../content";
import { concernsOne } from "../pass";
import { type Schedule, type ScheduleFields, WorkspaceDashboards } from "../workspace-dashboards";
import { alertsApi, fieldsIn, WorkspaceSql } from "../workspace-sql";

const MARK = /^(?:(.*) )?\(paused until workspace (\d+) is deleted\)$/s;

/** The name of what is paused while the old workspace still runs it: nothing else has to remember that. */
export function nameOfPaused(workspaceId: string, name: string | undefined): string {
    const mark = `(paused until workspace ${workspaceId} is deleted)`;
    return name === undefined || name === "" ? mark : `${name} ${mark}`;
}

/** The name as it will be, and the workspace that it waits for; `undefined`: it waits for none. */
export function nameOnceStarted(shown: string | undefined): {
    readonly name: string | undefined;
    readonly waitsFor: string | undefined;
} {
    const [, name, waitsFor] = MARK.exec(shown ?? "") ?? [];
    return { name: waitsFor === undefined ? shown : name, waitsFor };
}

/** Of what a schedule of a copied workspace consists while the old one still runs it. */
export function pausedFor(workspaceId: string, { display_name, ...fields }: ScheduleFields): ScheduleFields {
    return { ...fields, display_name: nameOfPaused(workspaceId, display_name), pause_status: "PAUSED" };
}

/** The schedule as it will be, and the workspace that it waits for; `undefined`: it waits for none. */
export function startedAfter({ display_name, cron_schedule, pause_status, warehouse_id }: Schedule): {
    readonly fields: ScheduleFields;
    readonly waitsFor: string | undefined;
} {
    const { name, waitsFor } = nameOnceStarted(display_name);
    const fields: ScheduleFields = {
        display_name: name,
        cron_schedule,
        pause_status: waitsFor === undefined ? pause_status : "UNPAUSED",
        warehouse_id,
    };
    return { fields, waitsFor };
}

/** What became of schedules that waited. */
export interface StartedSchedules {
    readonly started: number;
    /** Why others could not be started. */
    readonly problems: readonly string[];
    /** Why some could not be looked for: a service may have no such list. */
    readonly unknown: readonly string[];
}

/**
 * Starts the schedules of a workspace that waited until another one was deleted, which it is. Can be called as often as one likes:
 * what was started is not touched.
 */
export async function startPausedSchedules(
    workspace: WorkspaceContent,
    isDeleted: (workspaceId: string) => boolean,
): Promise<StartedSchedules> {
    const [problems, unknown]: [string[], string[]] = [[], []];
    let started = 0;
    for (const each of [waitingDashboardSchedules, waitingAlerts]) {
        try {
            for await (const { name, waitsFor, start } of each(workspace)) {
                if (!isDeleted(waitsFor)) continue;
                try {
                    await start();
                    started++;
                } catch (error) {
                    if (!concernsOne(error)) throw error;
                    problems.push(`${name}: ${error.message}`);
                }
            }
        } catch (error) {
            if (!(error instanceof ApiError) || (error.kind !== "missing" && error.kind !== "denied")) throw error;
            unknown.push(error.message);
        }
    }
    return { started, problems, unknown };
}

interface Waiting {
    readonly name: string;
    readonly waitsFor: string;
    start(): Promise<void>;
}

async function* waitingDashboardSchedules({ requests }: WorkspaceContent): AsyncGenerator<Waiting> {
    const dashboards = new WorkspaceDashboards(requests);
    for (const id of await dashboards.ids()) {
        for (const schedule of await dashboards.schedules(id)) {
            const { fields, waitsFor } = startedAfter(schedule);
            if (waitsFor === undefined) continue;
            const start = async () => {
                try {
                    await dashboards.setSchedule(id, schedule, fields);
                } catch (error) {
                    // An earlier attempt whose response was lost has started it: then it has another etag.
                    const isOther = error instanceof ApiError && error.kind === "conflict";
                    if (!isOther || !(await isStarted(id, schedule))) throw error;
                }
            };
            yield { name: schedule.display_name ?? "", waitsFor, start };
        }
    }

    async function isStarted(id: string, { schedule_id }: Schedule): Promise<boolean> {
        const now = (await dashboards.schedules(id)).find((one) => one.schedule_id === schedule_id);
        return now !== undefined && startedAfter(now).waitsFor === undefined;
    }
}

async function* waitingAlerts({ requests }: WorkspaceContent): AsyncGenerator<Waiting> {
    const alerts = new WorkspaceSql(requests, alertsApi);
    for (const { id, name: shown, fields } of await alerts.all()) {
        const { name, waitsFor } = nameOnceStarted(shown);
        if (waitsFor === undefined) continue;
        const schedule = { ...fieldsIn(fields["schedule"]), pause_status: "UNPAUSED" };
        const start = () =>
            alerts.update(id, { ...fields, display_name: name, schedule }, ["display_name", "schedule"]);
        yield { name: shown, waitsFor, start };
    }
}
