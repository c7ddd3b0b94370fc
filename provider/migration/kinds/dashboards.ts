import { createHash } from "node:crypto";

import type { Clock } from "../../api/clock";
import type { ContentKind, InventoryNotes, KindMigration } from "../content-kind";
import type { WorkspaceContent, WorkspaceObject } from "../content";
import { concernsOne, type MigrationContext, type Pass } from "../pass";
import { readListed } from "../read-listed";
import { WorkspaceDashboards } from "../workspace-dashboards";
import { type Dashboard, DashboardPairs, readOne } from "./dashboard-pairs";
import { publishedKind, reasonAgainstPublishing } from "./dashboard-published";
import { hasMoreSchedules, schedulesKind } from "./dashboard-schedules";
import { ListedMigration } from "./listed";
import { nameWarehouses, Warehouses, warehousesKind, type WarehouseUse } from "./warehouses";

type Mode = "copy" | "verify" | "plan";

/** What dashboards have beside their drafts, which are in the tree: what readers see, and when it is refreshed. */
export const dashboards: ContentKind = {
    name: "dashboards",
    begin: (context) => (context.root.path === "/" ? new DashboardsMigration(context) : undefined),
    inventory: ({ content }, notes) => countDashboards(content, notes),
    look: async ({ content }) => ({ digest: await versionsIn(content) }),
};

class DashboardsMigration implements KindMigration {
    constructor(private readonly context: MigrationContext) {}

    copy = (pass: Pass) => this.run("copy", pass);
    verify = (pass: Pass) => this.run("verify", pass);
    plan = (pass: Pass) => this.run("plan", pass);

    private async run(mode: Mode, pass: Pass): Promise<void> {
        const { context } = this;
        try {
            const sources = await readAll(context.from, context.inTree.dashboards, context.clock);
            if (sources.length === 0) return;
            const warehouses = await Warehouses.of(pass, context.from, context.to);
            const uses = sources.flatMap((one) => usesOf(one, warehouses));
            await new ListedMigration(
                context,
                warehousesKind(() => Promise.resolve(uses)),
            )[mode](pass);
            const pairs = new DashboardPairs(context, sources, mode === "copy");
            for (const migration of [
                new ListedMigration(context, publishedKind(context, pairs, warehouses)),
                new ListedMigration(context, schedulesKind(context, pairs, warehouses)),
            ])
                await migration[mode](pass);
        } catch (error) {
            if (!concernsOne(error)) throw error;
            const reason = `what is published of them, and their schedules, cannot be listed: ${error.message}`;
            context.findings.add({ path: "dashboards", typeName: "LIST" }, "dashboards", reason);
        }
    }
}

/** What of a dashboard waits for a SQL warehouse that the new workspace does not have. */
function usesOf({ path, draft, published, schedules }: Dashboard, warehouses: Warehouses): WarehouseUse[] {
    const ids = [draft.warehouse_id, published?.warehouse_id, ...schedules.map((one) => one.schedule.warehouse_id)];
    const missing = ids.filter((id) => id !== undefined && !warehouses.has(id));
    return [...new Set(missing)].flatMap((id) =>
        id === undefined ? [] : { warehouse: warehouses.nameOf(id), user: path },
    );
}

/**
 * All of a workspace that have something beside their drafts.
 *
 * @param inTree the ids of those that its tree shows: a list may leave something out.
 */
async function readAll(
    { requests }: WorkspaceContent,
    inTree: Iterable<string> = [],
    clock?: Clock,
): Promise<Dashboard[]> {
    const client = new WorkspaceDashboards(requests);
    const listed = await client.ids();
    const ids = new Set([...listed, ...inTree]);
    const all = await Promise.all(
        [...ids].map((id) =>
            readListed(
                `the dashboard ${id}`,
                () => readOne(client, id, listed.includes(id) ? clock : undefined),
                async () => (await client.ids()).includes(id),
            ),
        ),
    );
    return all.filter(
        (one): one is Dashboard =>
            one !== undefined &&
            one !== "trashed" &&
            (one.published !== undefined || one.schedules.length > 0 || one.draft.warehouse_id !== undefined),
    );
}

/** Whether a dashboard is published in the new workspace, or has a schedule or a subscriber there, as it is not or has not in the old one. */
export async function hasMoreOfDashboard(
    { from, to }: Pick<MigrationContext, "from" | "to">,
    source: WorkspaceObject,
    target: WorkspaceObject,
): Promise<boolean> {
    if (source.type !== "DASHBOARD" || target.type !== "DASHBOARD") return false;
    const read = ({ requests }: WorkspaceContent, { id, resourceId = id }: WorkspaceObject) =>
        readOne(new WorkspaceDashboards(requests), resourceId);
    const [old, now] = await Promise.all([read(from, source), read(to, target)]);
    if (now === undefined || now === "trashed") return false;
    if (old === undefined || old === "trashed") return true;
    const isOpener = now.published?.embed_credentials === true && old.published?.embed_credentials !== true;
    return isOpener || (now.published !== undefined && old.published === undefined) || hasMoreSchedules(old, now);
}

/**
 * Sums up what is published of all, and when they are refreshed; their drafts count with the tree. What cannot be read is a finding of
 * the comparison that comes with each look.
 */
async function versionsIn({ requests }: WorkspaceContent): Promise<string> {
    const client = new WorkspaceDashboards(requests);
    try {
        const ids = [...(await client.ids())].sort();
        const linesOf = async (id: string) => {
            const schedules = (await client.schedules(id)).map(async (one) => [
                JSON.stringify(one),
                ...(await client.subscriptions(id, one)).map(({ subscriber }) => JSON.stringify(subscriber)).sort(),
            ]);
            const lines = (await Promise.all(schedules)).map((all) => all.join(" "));
            return [JSON.stringify([id, await client.published(id)]), ...lines.sort()];
        };
        const all = await Promise.all(ids.map(linesOf));
        return createHash("sha256").update(all.flat().join("\n")).digest("hex");
    } catch (error) {
        if (!concernsOne(error)) throw error;
        return "";
    }
}

async function countDashboards(content: WorkspaceContent, notes: InventoryNotes): Promise<void> {
    const all = await readAll(content);
    if (all.length === 0) return;
    const warehouses = await Warehouses.of(notes, content);
    nameWarehouses(
        notes,
        "dashboards",
        all.flatMap((one) => usesOf(one, warehouses)),
    );
    const kept = all.filter((one) => reasonAgainstPublishing(one) !== undefined);
    if (kept.length === 0) return;
    const words = `what is published of the dashboards ${kept.map(({ path }) => path).join(", ")}`;
    notes.stays("dashboards", { count: kept.length, words, isCertain: true });
}
