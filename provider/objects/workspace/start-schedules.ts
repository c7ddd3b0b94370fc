import type { Collection } from "../../api/collection";
import { ReportedError } from "../../api/errors";
import { onDemand } from "../../migration/on-demand";
import { plural } from "../../migration/report";
import type { HandoverLifecycle } from "./handover/lifecycle";
import { connect } from "./handover/move";

/**
 * Starts, in the workspaces that took over from one that is gone, the schedules that waited for its end. Fails if one could not be
 * started: the DELETE then stays pending in the state, and the next `pulumi up` comes here again. It does not matter which resource
 * had the workspace at the end: what waits names it.
 */
export async function startSchedulesAfter(
    { handovers, run, session }: HandoverLifecycle,
    { id, collection }: { readonly id: string; readonly collection: Collection },
): Promise<void> {
    for (const { to } of handovers.everyFrom(id)) {
        if (run.hasDeparted(to) || run.isLeaving(to)) continue;
        const response = await collection.get(to);
        if (response?.["workspace_status"] !== "RUNNING") continue;
        const { started, problems, unknown } = await onDemand.pausedSchedules.startPausedSchedules(
            connect(session, response),
            (one) => one === id,
        );
        if (started > 0)
            session.report.info(`${plural(started, "schedule")} of the workspace ${to} started, as ${id} is gone.`);
        if (problems.length > 0)
            throw new ReportedError(
                `The workspace ${id} is deleted, and not all schedules that waited for that could be started in ${to}: ${problems.join("; ")}. Start them there, or run \`pulumi up\` again.`,
                "CMK3011",
            );
        for (const reason of unknown)
            session.report.warn(
                `Whether schedules in the workspace ${to} wait to be started is not known: ${reason}`,
                "CMK3011",
            );
    }
}
