import type { Clock } from "../../api/clock";
import { UnexpectedResponseError } from "../../api/errors";
import type { MigrationContext } from "../pass";
import { readListed } from "../read-listed";
import { isInTrash } from "../standard-folders";
import {
    type Draft,
    type Published,
    type Schedule,
    type Subscription,
    WorkspaceDashboards,
} from "../workspace-dashboards";

/** How long a dashboard that a list or the tree has may not be shown by its id, and the pause between two looks, in milliseconds. */
const [LATE, PAUSE] = [60_000, 2_000];

/** A dashboard with what is not in the tree of it. */
export interface Dashboard {
    /** Where it is in the old workspace. */
    readonly path: string;
    readonly draft: Draft;
    readonly published: Published | undefined;
    readonly schedules: readonly ScheduleWithSubscriptions[];
}

/** A schedule, and who is told of it. */
export interface ScheduleWithSubscriptions {
    readonly schedule: Schedule;
    readonly subscriptions: readonly Subscription[];
}

/** A dashboard of the old workspace and what the copied tree has in its place. */
export interface DashboardPair {
    readonly source: Dashboard;
    readonly target: Dashboard;
}

/** The dashboards of the old workspace that the copied tree has, and what it has in their place. Each takes several requests. */
export class DashboardPairs {
    private readonly named = new Set<string>();
    private latest: Promise<readonly DashboardPair[]> | undefined;

    /** @param isWritten whether the new workspace is written to between two looks */
    constructor(
        private readonly context: MigrationContext,
        private readonly sources: readonly Dashboard[],
        private readonly isWritten: boolean,
    ) {}

    /** As they are now. */
    now(): Promise<readonly DashboardPair[]> {
        if (this.isWritten) this.latest = undefined;
        return this.known();
    }

    /** As they were read last. */
    known(): Promise<readonly DashboardPair[]> {
        return (this.latest ??= this.read());
    }

    /** A dashboard that is not in the new tree is a finding of the tree. */
    private async read(): Promise<DashboardPair[]> {
        const { named, sources } = this;
        const { to, homes, clock, findings } = this.context;
        const pairs = sources.map(async (source) => {
            const place = homes.placeOf(source.path);
            const folder = place.slice(0, place.lastIndexOf("/")) || "/";
            const isListed = async () => (await to.list(folder))?.some(({ path }) => path === place) === true;
            const found = await readListed(place, () => to.find(place), isListed);
            if (found?.type !== "DASHBOARD") return [];
            const target = await readOne(new WorkspaceDashboards(to.requests), found.resourceId ?? found.id, clock);
            if (target !== undefined && target !== "trashed")
                return [{ source, target: { ...target, path: source.path } }];
            const reason = `it is not shown by its id after ${LATE / 1000} s, so what is published of it, and its schedules, were not copied`;
            const subject = { path: source.path, typeName: "DASHBOARD" };
            if (!named.has(source.path)) findings.add(subject, "dashboards", reason);
            named.add(source.path);
            return [];
        });
        return (await Promise.all(pairs)).flat();
    }
}

/** `undefined`: there is none. */
export async function readOne(
    client: WorkspaceDashboards,
    id: string,
    clock?: Clock,
): Promise<Dashboard | "trashed" | undefined> {
    const draft = await readDraft(client, id, clock);
    if (draft === undefined) return undefined;
    if (draft.lifecycle_state === "TRASHED") return "trashed";
    if (draft.path === undefined)
        throw UnexpectedResponseError.ofWorkspace(`it does not say where the dashboard ${id} is`);
    const path = draft.path.replace(/^\/Workspace(?=\/)/, "");
    if (isInTrash(path)) return "trashed";
    const [published, schedules] = await Promise.all([client.published(id), client.schedules(id)]);
    const withSubscriptions = schedules.map(async (schedule) => ({
        schedule,
        subscriptions: await client.subscriptions(id, schedule),
    }));
    return { path, draft, published, schedules: await Promise.all(withSubscriptions) };
}

/** A draft that is in a list or in the tree. One that was just made is not shown by its id for some seconds: it is waited for. */
async function readDraft(client: WorkspaceDashboards, id: string, clock?: Clock): Promise<Draft | undefined> {
    for (let waited = 0; ; waited += PAUSE) {
        const draft = await client.draft(id);
        if (draft !== undefined || clock === undefined || waited >= LATE) return draft;
        await clock.sleep(PAUSE);
    }
}
