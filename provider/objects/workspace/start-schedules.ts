import type { Collection } from "../../api/collection";
import { ReportedError } from "../../api/errors";
import { onDemand } from "../../migration/on-demand";
import { plural } from "../../migration/report";
import { getString } from "../../util/property-path";
import type { Handover } from "./handover/handover";
import type { HandoverLifecycle } from "./handover/lifecycle";
import { connect } from "./handover/move";

/**
 * Starts, in the workspace that took over from one that is gone, the schedules that waited for its end. Fails if one could not be
 * started: the DELETE then stays pending in the state, and the next `pulumi up` comes here again. It does not matter which resource
 * had the workspace at the end: what waits names it.
 *
 * If several took over, they start in the first one alone: one that replaced it comes before one that was told to copy it. In the
 * others they stay paused, and a line says so.
 */
export async function startSchedulesAfter(
    content: HandoverLifecycle,
    { id, collection }: { readonly id: string; readonly collection: Collection },
): Promise<void> {
    const { session } = content;
    const { startPausedSchedules, leavePaused } = onDemand.pausedSchedules;
    const isDeleted = async (one: string) =>
        one === id || ((await collection.get(one)) === undefined && !(await collection.list()).has(one));
    let runsIn: string | undefined;
    for (const to of heirsOf(content, id)) {
        // The engine may ask for its end too, and be refused.
        if (!(await content.departures.stays(to))) continue;
        const response = await collection.get(to);
        if (response === undefined && !(await collection.list()).has(to)) continue;
        if (response === undefined)
            throw new ReportedError(
                `The workspace ${id} is deleted, and whether schedules in ${to} waited for that is not known: the account lists ${to}, and says at the same time that there is none. Run \`pulumi up\` again, before a refresh, or start those whose name says that they are paused.`,
                "CMK3011",
            );
        const status = getString(response, "workspace_status");
        if (status !== "RUNNING") {
            session.report.warn(
                `Whether schedules in the workspace ${to} wait to be started, as ${id} is gone, is not known: it is ${status ?? "without a status"}. Look for those whose name says that they are paused.`,
                "CMK3011",
            );
            continue;
        }
        const end = runsIn === undefined ? startPausedSchedules : leavePaused;
        const { started, problems, unknown, awaited } = await end(connect(session, response), isDeleted);
        const count = plural(started, "schedule");
        if (started > 0 && runsIn === undefined)
            session.report.info(`${count} of the workspace ${to} started, as ${id} is gone.`);
        if (started > 0 && runsIn !== undefined)
            session.report.warn(
                `${count} of the workspace ${to} waited for the end of ${id}, and ${started === 1 ? "stays" : "stay"} paused: the workspace ${runsIn} took over from ${id} too, and runs them. Start in ${to} what is to run in both.`,
                "CMK3011",
            );
        runsIn ??= to;
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
        if (awaited.length > 0)
            session.report.warn(
                `Schedules of the workspace ${to} waited for the end of ${id}, and still wait for that of ${awaited.join(" and ")}, which runs them too.`,
                "CMK3011",
            );
    }
}

/** The workspaces that took over from one, also through others that are gone, those first in which its schedules go on. */
function heirsOf({ handovers, run }: HandoverLifecycle, id: string): readonly string[] {
    const rank = ({ phase, source }: Handover) => (phase === "verified" ? 0 : 2) + (source.isNamed ? 1 : 0);
    const direct = [...handovers.everyFrom(id)].sort((one, other) => rank(one) - rank(other));
    const found = new Set(direct.map(({ to }) => to));
    // The loop comes to what is added meanwhile.
    for (const one of found) if (run.hasDeparted(one)) for (const { to } of handovers.everyFrom(one)) found.add(to);
    return [...found].filter((one) => one !== id);
}
