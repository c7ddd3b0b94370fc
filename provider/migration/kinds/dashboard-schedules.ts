import { NoResponseError } from "../../api/errors";
import type { MigrationContext } from "../pass";
import { type ScheduleFields, type Subscription, WorkspaceDashboards } from "../workspace-dashboards";
import type { Dashboard, DashboardPairs, ScheduleWithSubscriptions } from "./dashboard-pairs";
import type { ListedKind } from "./listed";
import { pausedFor, startedAfter } from "./paused-schedules";
import type { Warehouses } from "./warehouses";

/** How often a schedule is asked for whose creation had no response, and how long to wait before a look, in milliseconds. */
const [ATTEMPTS, PAUSE] = [3, 5_000];

/** A schedule of a dashboard of the new or the old workspace. */
interface Item extends ScheduleWithSubscriptions {
    readonly key: string;
    readonly path: string;
    /** The id of the dashboard in the new workspace. */
    readonly targetId: string;
}

/** When dashboards are refreshed, and who is told. Until the old workspace is deleted, no schedule that came from it runs. */
export function schedulesKind(
    { from, to, clock, paused }: MigrationContext,
    pairs: DashboardPairs,
    warehouses: Warehouses,
): ListedKind<Item> {
    const client = new WorkspaceDashboards(to.requests);
    const { workspaceId = "" } = from;
    let making: Promise<unknown> = Promise.resolve();
    let sourceKeys: ReadonlySet<string> = new Set();
    /** What still runs in other workspaces waits for those too. */
    const wanted = ({ schedule }: Item, there?: Item): ScheduleFields => {
        const { fields, waitsFor } = startedAfter(schedule);
        const { warehouse_id: id, ...rest } = fields;
        const mapped = { ...rest, warehouse_id: id === undefined ? undefined : warehouses.idOf(id) };
        if (fields.pause_status === "PAUSED") return mapped;
        const others = there === undefined ? [] : startedAfter(there.schedule).waitsFor;
        return pausedFor([workspaceId, ...waitsFor, ...others], mapped);
    };
    const isSet = (source: Item, { schedule }: Item) => {
        const { fields, waitsFor } = startedAfter(schedule);
        const { fields: old, waitsFor: others } = startedAfter(source.schedule);
        if (fields.warehouse_id !== wanted(source).warehouse_id) return false;
        // Whoever has started it in the new workspace did so knowingly.
        if (waitsFor.length === 0) return old.pause_status === "PAUSED" || fields.pause_status !== "PAUSED";
        return old.pause_status !== "PAUSED" && [workspaceId, ...others].every((one) => waitsFor.includes(one));
    };
    return {
        finding: "dashboards",
        listSource: async () => {
            const all = (await pairs.known())
                .flatMap(({ source, target }) => itemsOf(source, target.draft.dashboard_id))
                .filter(({ schedule }) => warehouses.has(schedule.warehouse_id));
            sourceKeys = new Set(all.map(({ key }) => key));
            return all;
        },
        listTarget: async () => (await pairs.now()).flatMap(({ target }) => itemsOf(target, target.draft.dashboard_id)),
        keyOf: ({ key }) => key,
        isEqual: (source, target) => {
            if (startedAfter(target.schedule).waitsFor.length > 0) paused.add(target.schedule.schedule_id);
            return isSet(source, target) && missing(source, target).length === 0;
        },
        copy: async (source, target) => {
            const there = target ?? (await make(source));
            if (there === undefined) return;
            if (!isSet(source, there)) await client.setSchedule(source.targetId, there.schedule, wanted(source, there));
            for (const one of missing(source, there).filter(isUser))
                await client.subscribe(source.targetId, there.schedule, one);
        },
        // What can be copied is copied first.
        obstacle: (source, target) =>
            target !== undefined && isSet(source, target) && missing(source, target).every((one) => !isUser(one))
                ? 'it tells notification destinations, which have other ids in the new workspace: add them there, or accept "dashboards".'
                : undefined,
        describe: ({ path, schedule }) => ({
            subject: { path, typeName: "DASHBOARD" },
            difference: `the new workspace does not have its schedule ${startedAfter(schedule).fields.display_name ?? schedule.cron_schedule.quartz_cron_expression} as the old one does: make it there, or accept "dashboards".`,
        }),
    };

    /** Looks before it asks again, and one after the other, as those that are alike are counted: a schedule is not to be there twice. */
    function make(source: Item): Promise<Item | undefined> {
        const mine = making.then(() => makeOne(source));
        making = mine.catch(() => undefined);
        return mine;
    }

    async function makeOne(source: Item): Promise<Item | undefined> {
        for (let attempt = 1; ; attempt++) {
            const all = await present(source);
            const found = all.find(({ key }) => key === source.key);
            if (found !== undefined) return found;
            const outdated = all.find((one) => isOutdated(one, source));
            if (outdated !== undefined) {
                await client.setSchedule(source.targetId, outdated.schedule, wanted(source, outdated));
                return find(source);
            }
            try {
                const schedule = await client.addSchedule(source.targetId, wanted(source));
                // A list may show it late: it is there all the same.
                return schedule === undefined ? await find(source) : { ...source, schedule, subscriptions: [] };
            } catch (error) {
                if (!(error instanceof NoResponseError) || !error.mayHaveApplied || attempt === ATTEMPTS) throw error;
                await clock.sleep(PAUSE);
            }
        }
    }

    async function find(source: Item): Promise<Item | undefined> {
        return (await present(source)).find(({ key }) => key === source.key);
    }

    async function present({ path, targetId }: Item): Promise<Item[]> {
        const all = (await client.schedules(targetId)).map((schedule) => ({ schedule, subscriptions: [] }));
        return keyed(all, path, targetId);
    }

    /** Whether one that still waits is what an earlier run has copied of this one, before it got other times. */
    function isOutdated({ key, schedule }: Item, source: Item): boolean {
        const { fields, waitsFor } = startedAfter(schedule);
        const { display_name } = startedAfter(source.schedule).fields;
        return waitsFor.includes(workspaceId) && fields.display_name === display_name && !sourceKeys.has(key);
    }
}

/** Whether the second has a schedule that the first has not, but for one that waits, or one of its schedules tells somebody else. */
export function hasMoreSchedules(one: Dashboard, other: Dashboard): boolean {
    const known = new Map(keyed(one.schedules, "", "").map((item) => [item.key, item]));
    return keyed(other.schedules, "", "").some((item) => {
        const there = known.get(item.key);
        if (there === undefined) return startedAfter(item.schedule).waitsFor.length === 0;
        return missing(item, there).length > 0;
    });
}

function itemsOf({ path, schedules }: Dashboard, targetId: string): Item[] {
    return keyed(schedules, path, targetId);
}

/** What tells schedules of one dashboard apart in both workspaces: those that are alike are counted. */
function keyed(schedules: readonly ScheduleWithSubscriptions[], path: string, targetId: string): Item[] {
    const seen = new Map<string, number>();
    return schedules.map((one) => {
        const { display_name, cron_schedule } = startedAfter(one.schedule).fields;
        const { quartz_cron_expression: cron, timezone_id: zone } = cron_schedule;
        const name = JSON.stringify([path, display_name, cron, zone]);
        const ordinal = seen.get(name) ?? 0;
        seen.set(name, ordinal + 1);
        return { ...one, key: `${name} ${ordinal}`, path, targetId };
    });
}

function missing(source: Item, target: Item): Subscription[] {
    const present = new Set(target.subscriptions.map(subscriberOf));
    return source.subscriptions.filter((one) => !present.has(subscriberOf(one)));
}

function subscriberOf({ subscriber: { user_subscriber: user, destination_subscriber: other } }: Subscription): string {
    return user == null ? `destination ${other?.destination_id ?? ""}` : `user ${user.user_id}`;
}

/** A user has one id in every workspace of an account; a notification destination belongs to one workspace. */
function isUser({ subscriber }: Subscription): boolean {
    return subscriber.user_subscriber != null;
}
