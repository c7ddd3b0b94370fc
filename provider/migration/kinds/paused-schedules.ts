import { ApiError } from "../../api/errors";
import type { WorkspaceContent } from "../content";
import { concernsOne } from "../pass";
import { type Schedule, type ScheduleFields, WorkspaceDashboards } from "../workspace-dashboards";

const MARK = /^(?:(.*) )?\(paused until workspace (\d+) is deleted\)$/s;

/** Of what a schedule of a copied workspace consists while the old one still runs it: its name says so, and nothing else has to remember. */
export function pausedFor(workspaceId: string, { display_name: name, ...fields }: ScheduleFields): ScheduleFields {
    const mark = `(paused until workspace ${workspaceId} is deleted)`;
    return { ...fields, display_name: name === undefined ? mark : `${name} ${mark}`, pause_status: "PAUSED" };
}

/** The schedule as it will be, and the workspace that it waits for; `undefined`: it waits for none. */
export function startedAfter({ display_name, cron_schedule, pause_status, warehouse_id }: Schedule): {
    readonly fields: ScheduleFields;
    readonly waitsFor: string | undefined;
} {
    const [, name, waitsFor] = MARK.exec(display_name ?? "") ?? [];
    const isMarked = waitsFor !== undefined;
    const fields: ScheduleFields = {
        display_name: isMarked ? name : display_name,
        cron_schedule,
        pause_status: isMarked ? "UNPAUSED" : pause_status,
        warehouse_id,
    };
    return { fields, waitsFor };
}

/**
 * Starts the schedules of a workspace that waited until another one was deleted, which it is. Can be called as often as one likes:
 * what was started is not touched.
 *
 * @returns how many were started, and why others could not be.
 */
export async function startPausedSchedules(
    workspace: WorkspaceContent,
    isDeleted: (workspaceId: string) => boolean,
): Promise<{ readonly started: number; readonly problems: readonly string[] }> {
    const dashboards = new WorkspaceDashboards(workspace.requests);
    const problems: string[] = [];
    let started = 0;
    for (const id of await dashboards.ids()) {
        for (const schedule of await dashboards.schedules(id)) {
            const { fields, waitsFor } = startedAfter(schedule);
            if (waitsFor === undefined || !isDeleted(waitsFor)) continue;
            try {
                await dashboards.setSchedule(id, schedule, fields);
                started++;
            } catch (error) {
                // An earlier attempt whose response was lost has started it: then it has another etag.
                if (error instanceof ApiError && error.kind === "conflict" && (await isStarted(id, schedule)))
                    started++;
                else if (concernsOne(error)) problems.push(`${schedule.display_name ?? ""}: ${error.message}`);
                else throw error;
            }
        }
    }
    return { started, problems };

    async function isStarted(id: string, { schedule_id }: Schedule): Promise<boolean> {
        const now = (await dashboards.schedules(id)).find((one) => one.schedule_id === schedule_id);
        return now !== undefined && startedAfter(now).waitsFor === undefined;
    }
}
