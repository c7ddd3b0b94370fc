import { z } from "zod";

import { ApiError, orMissing } from "../api/errors";
import { contentHash } from "./comparison";
import { text } from "./responses";
import type { WorkspaceRequests } from "./workspace-requests";

const DASHBOARDS = "/api/2.0/lakeview/dashboards";

const time = text.transform((value) => (value === undefined ? undefined : Date.parse(value)));

const dashboardSchema = z.object({
    dashboard_id: z.string(),
    path: text,
    warehouse_id: text,
    update_time: time,
    lifecycle_state: text,
    // Its text may be long: what it is compared by is kept.
    serialized_dashboard: text.transform((value) =>
        value === undefined ? undefined : contentHash({ type: "DASHBOARD" }, Buffer.from(value)),
    ),
});
const publishedSchema = z.object({
    embed_credentials: z.boolean().nullish(),
    warehouse_id: text,
    revision_create_time: time,
});
const scheduleSchema = z.object({
    schedule_id: z.string(),
    display_name: text,
    cron_schedule: z.object({ quartz_cron_expression: z.string(), timezone_id: z.string() }),
    pause_status: text,
    warehouse_id: text,
    etag: text,
});
const subscriptionSchema = z.object({
    subscriber: z.object({
        user_subscriber: z.object({ user_id: z.coerce.string() }).nullish(),
        destination_subscriber: z.object({ destination_id: z.string() }).nullish(),
    }),
    skip_notify: z.boolean().nullish(),
});

/** A draft of a dashboard. */
export type Draft = z.infer<typeof dashboardSchema>;
/** What readers of a dashboard see. */
export type Published = z.infer<typeof publishedSchema>;
/** When a dashboard is refreshed. */
export type Schedule = z.infer<typeof scheduleSchema>;
/** Who is told of a refresh. */
export type Subscription = z.infer<typeof subscriptionSchema>;

/** The fields of a schedule that a client sets. */
export type ScheduleFields = Pick<Schedule, "display_name" | "cron_schedule" | "pause_status" | "warehouse_id">;

/** The API of AI/BI dashboards of one workspace: what of them is not in the tree. */
export class WorkspaceDashboards {
    constructor(private readonly requests: WorkspaceRequests) {}

    /** The ids of all. */
    async ids(): Promise<readonly string[]> {
        const schema = z.array(z.object({ dashboard_id: z.string() })).nullish();
        const all = await this.requests.pages(
            `${DASHBOARDS}?page_size=100`,
            "page_token",
            (body) => schema.parse(body["dashboards"]) ?? [],
        );
        return [...new Set(all.map(({ dashboard_id }) => dashboard_id))];
    }

    /** A draft; `undefined`: there is none. */
    async draft(id: string): Promise<Draft | undefined> {
        return orMissing(() => this.requests.read(`${DASHBOARDS}/${id}`, (body) => dashboardSchema.parse(body)));
    }

    /** What readers see of it; `undefined`: it is not published. */
    async published(id: string): Promise<Published | undefined> {
        const path = `${DASHBOARDS}/${id}/published`;
        return orMissing(() => this.requests.read(path, (body) => publishedSchema.parse(body)));
    }

    /** Lets readers see the draft as it is, with their own rights. */
    async publish(id: string, warehouse_id: string | undefined): Promise<void> {
        const body = { embed_credentials: false, ...(warehouse_id === undefined ? {} : { warehouse_id }) };
        await this.requests.write("POST", `${DASHBOARDS}/${id}/published`, body);
    }

    /** Gives a draft its SQL warehouse. */
    async setWarehouse(id: string, warehouse_id: string): Promise<void> {
        await this.requests.write("PATCH", `${DASHBOARDS}/${id}`, { warehouse_id });
    }

    /** Its schedules. */
    async schedules(id: string): Promise<readonly Schedule[]> {
        const path = `${id}/schedules`;
        const listed = await this.list(path, "schedules", scheduleSchema);
        const find = (schedule: string) =>
            this.requests.read(`${DASHBOARDS}/${path}/${schedule}`, (body) => scheduleSchema.parse(body));
        const all = await this.requests.shown.completed(path, listed, ({ schedule_id }) => schedule_id, find);
        // A list that changes while it is read may show one in two pages.
        return [...new Map(all.map((one) => [one.schedule_id, one])).values()];
    }

    /** Makes a schedule; not repeated if its effect is not known. `undefined`: it is made, and the response does not say how it is called. */
    async addSchedule(id: string, fields: ScheduleFields): Promise<Schedule | undefined> {
        return scheduleSchema.safeParse(await this.requests.create(`${DASHBOARDS}/${id}/schedules`, fields)).data;
    }

    /** Changes a schedule that is as it was read. */
    async setSchedule(id: string, { schedule_id, etag }: Schedule, fields: ScheduleFields): Promise<void> {
        await this.requests.write("PUT", `${DASHBOARDS}/${id}/schedules/${schedule_id}`, { ...fields, etag });
    }

    /** Who is told of a refresh. */
    async subscriptions(id: string, { schedule_id }: Schedule): Promise<readonly Subscription[]> {
        return this.list(`${id}/schedules/${schedule_id}/subscriptions`, "subscriptions", subscriptionSchema);
    }

    /** Lets a user be told; no error if the user is told already. */
    async subscribe(id: string, { schedule_id }: Schedule, { subscriber, skip_notify }: Subscription): Promise<void> {
        const body = { subscriber, ...(skip_notify == null ? {} : { skip_notify }) };
        try {
            await this.requests.write("POST", `${DASHBOARDS}/${id}/schedules/${schedule_id}/subscriptions`, body);
        } catch (error) {
            if (!(error instanceof ApiError) || error.kind !== "conflict") throw error;
        }
    }

    private list<Member extends z.ZodType>(path: string, field: string, member: Member): Promise<z.infer<Member>[]> {
        const schema = z.array(member).nullish();
        return this.requests.pages(`${DASHBOARDS}/${path}`, "page_token", (body) => schema.parse(body[field]) ?? []);
    }
}
