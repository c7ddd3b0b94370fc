import { ApiError, type ApiResponse, bodyOf, int64, invalid, ok } from "../http";
import { type WorkspaceCall, workspaceRoutes } from "./call";
import { type KeptSchedule, type KeptSubscription, scheduleOf, type Subscriber } from "./dashboards";
import { otherEtag, timeOf } from "./dashboards-api";
import { pageOf } from "./pages";
import type { LocalWorkspace } from "./workspace";

interface OfSchedule {
    readonly id: string;
    readonly schedule: string;
}

interface OfSubscription extends OfSchedule {
    readonly subscription: string;
}

/** `/api/2.0/lakeview/dashboards/{id}/schedules`: when dashboards are refreshed, and who is told. */
export const scheduleRoutes = workspaceRoutes({
    "GET /api/2.0/lakeview/dashboards/{id}/schedules": ({ workspace, request }, { id }) => {
        const shown = [...schedulesOf(workspace, id).values()].map((schedule) => describe(id, schedule));
        return ok(pageOf({ field: "schedules", page: 20 }, shown, request.query));
    },
    "POST /api/2.0/lakeview/dashboards/{id}/schedules": ({ workspace, request }, { id }) => {
        const node = workspace.dashboards.require(id);
        const schedule = workspace.dashboards.addSchedule(node, scheduleOf(bodyOf(request)));
        workspace.schedules.changed();
        return ok(describe(id, schedule));
    },
    "GET /api/2.0/lakeview/dashboards/{id}/schedules/{schedule}": ({ workspace }, of) =>
        ok(describe(of.id, requireSchedule(workspace, of))),
    "PUT /api/2.0/lakeview/dashboards/{id}/schedules/{schedule}": update,
    "DELETE /api/2.0/lakeview/dashboards/{id}/schedules/{schedule}": ({ workspace, request }, of) => {
        const schedule = requireSchedule(workspace, of);
        const { etag } = request.query;
        if (etag !== undefined && etag !== etagOf(schedule)) throw otherEtag();
        schedulesOf(workspace, of.id).delete(schedule.id);
        return ok({});
    },
    "GET /api/2.0/lakeview/dashboards/{id}/schedules/{schedule}/subscriptions": ({ workspace, request }, of) => {
        const { subscriptions } = requireSchedule(workspace, of);
        const shown = [...subscriptions.values()].map((one) => describeSubscription(of, one));
        return ok(pageOf({ field: "subscriptions", page: 20 }, shown, request.query));
    },
    "POST /api/2.0/lakeview/dashboards/{id}/schedules/{schedule}/subscriptions": subscribe,
    "GET /api/2.0/lakeview/dashboards/{id}/schedules/{schedule}/subscriptions/{subscription}": ({ workspace }, of) =>
        ok(describeSubscription(of, requireSubscription(workspace, of))),
    "DELETE /api/2.0/lakeview/dashboards/{id}/schedules/{schedule}/subscriptions/{subscription}": (
        { workspace },
        of,
    ) => {
        requireSchedule(workspace, of).subscriptions.delete(requireSubscription(workspace, of).id);
        return ok({});
    },
});

function schedulesOf({ dashboards }: LocalWorkspace, id: string): Map<string, KeptSchedule> {
    return dashboards.stateOf(dashboards.require(id)).schedules;
}

function requireSchedule(workspace: LocalWorkspace, { id, schedule: scheduleId }: OfSchedule): KeptSchedule {
    const schedule = schedulesOf(workspace, id).get(scheduleId);
    if (schedule !== undefined) return schedule;
    throw new ApiError(404, "RESOURCE_DOES_NOT_EXIST", `Unable to find schedule [${scheduleId}]`);
}

function requireSubscription(workspace: LocalWorkspace, of: OfSubscription): KeptSubscription {
    const subscription = requireSchedule(workspace, of).subscriptions.get(of.subscription);
    if (subscription !== undefined) return subscription;
    throw new ApiError(404, "RESOURCE_DOES_NOT_EXIST", `Unable to find subscription [${of.subscription}]`);
}

function update({ workspace, request, now }: WorkspaceCall, of: OfSchedule): ApiResponse {
    const body = bodyOf(request);
    const schedule = requireSchedule(workspace, of);
    if (typeof body["etag"] !== "string") throw invalid("Missing required field: etag");
    if (body["etag"] !== etagOf(schedule)) throw otherEtag();
    schedule.fields = scheduleOf(body);
    schedule.revision++;
    schedule.updatedAt = now();
    workspace.schedules.changed();
    return ok(describe(of.id, schedule));
}

function subscribe({ workspace, request, principal }: WorkspaceCall, of: OfSchedule): ApiResponse {
    const body = bodyOf(request);
    const skipNotify = typeof body["skip_notify"] === "boolean" ? body["skip_notify"] : undefined;
    const createdBy = workspace.principals.find(principal?.slice(principal.indexOf(":") + 1) ?? "")?.id;
    const schedule = requireSchedule(workspace, of);
    const subscriber = subscriberOf(workspace, body["subscriber"]);
    return ok(
        describeSubscription(of, workspace.dashboards.subscribe(schedule, subscriber, { createdBy, skipNotify })),
    );
}

function subscriberOf({ principals }: LocalWorkspace, value: unknown): Subscriber {
    const { user_subscriber: user, destination_subscriber: destination } = (value ?? {}) as Record<
        string,
        Record<string, unknown> | undefined
    >;
    if ((user === undefined) === (destination === undefined))
        throw invalid("A subscriber is either a user_subscriber or a destination_subscriber.");
    if (destination !== undefined)
        return { destination_subscriber: { destination_id: String(destination["destination_id"]) } };
    const id = String(user?.["user_id"]);
    if (principals.byId(id)?.kind !== "user_name") throw invalid(`The workspace has no user ${id}.`);
    return { user_subscriber: { user_id: id } };
}

function describe(dashboardId: string, schedule: KeptSchedule): Record<string, unknown> {
    return {
        dashboard_id: dashboardId,
        schedule_id: schedule.id,
        ...schedule.fields,
        etag: etagOf(schedule),
        create_time: timeOf(schedule.createdAt),
        update_time: timeOf(schedule.updatedAt),
    };
}

function describeSubscription(of: OfSchedule, subscription: KeptSubscription): Record<string, unknown> {
    const { id, subscriber, skipNotify, createdBy, createdAt } = subscription;
    const user = subscriber.user_subscriber;
    return {
        dashboard_id: of.id,
        schedule_id: of.schedule,
        subscription_id: id,
        subscriber: user === undefined ? subscriber : { user_subscriber: { user_id: int64(user.user_id) } },
        ...(skipNotify === undefined ? {} : { skip_notify: skipNotify }),
        ...(createdBy === undefined ? {} : { created_by_user_id: int64(createdBy) }),
        etag: String(createdAt),
        create_time: timeOf(createdAt),
        update_time: timeOf(createdAt),
    };
}

function etagOf({ updatedAt, revision }: KeptSchedule): string {
    return `${updatedAt}${revision}`;
}
