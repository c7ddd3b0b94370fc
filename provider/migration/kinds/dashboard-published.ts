import type { MigrationContext } from "../pass";
import { type Published, WorkspaceDashboards } from "../workspace-dashboards";
import type { Dashboard, DashboardPair, DashboardPairs } from "./dashboard-pairs";
import type { ListedKind } from "./listed";
import type { Warehouses } from "./warehouses";

/** How long after it was published a draft may be noted as changed by that, in milliseconds. */
const NOTED_AFTER = 5_000;

/** What readers see of a dashboard: only a draft can be published, and only with the rights of the caller or of its readers. */
export function publishedKind(
    { to }: MigrationContext,
    pairs: DashboardPairs,
    warehouses: Warehouses,
): ListedKind<Dashboard> {
    const client = new WorkspaceDashboards(to.requests);
    /** What waits for a warehouse is a finding of that. */
    const ready = (all: readonly DashboardPair[]) =>
        all.filter(
            ({ source: { draft, published } }) =>
                warehouses.has(draft.warehouse_id) && warehouses.has(published?.warehouse_id),
        );
    const idOf = (id: string | undefined) => (id === undefined ? undefined : warehouses.idOf(id));
    const lacksWarehouse = ({ draft }: Dashboard, target: Dashboard) =>
        draft.warehouse_id !== undefined && target.draft.warehouse_id === undefined;
    return {
        finding: "dashboards",
        listSource: async () => ready(await pairs.known()).map(({ source }) => source),
        listTarget: async () => ready(await pairs.now()).map(({ target }) => target),
        keyOf: ({ path }) => `published ${path}`,
        isEqual: (source, target) =>
            !lacksWarehouse(source, target) &&
            (source.published === undefined ||
                (target.published !== undefined &&
                    target.published.warehouse_id === idOf(source.published.warehouse_id) &&
                    !isOlder(target.published, source.published) &&
                    (source.published.embed_credentials !== true || target.published.embed_credentials === true))),
        copy: async (source, target) => {
            if (target === undefined) return;
            const warehouse = idOf(source.draft.warehouse_id);
            if (lacksWarehouse(source, target) && warehouse !== undefined)
                await client.setWarehouse(target.draft.dashboard_id, warehouse);
            if (source.published !== undefined)
                await client.publish(target.draft.dashboard_id, idOf(source.published.warehouse_id));
        },
        // What is published there was not taken back by anybody.
        isCopiedAgain: (_, target) => target?.published !== undefined,
        obstacle: (source, target) => {
            if (source.published === undefined) return undefined;
            const there = target?.published;
            if (there !== undefined && there.warehouse_id !== idOf(source.published.warehouse_id))
                return 'it is published with another SQL warehouse in the new workspace, which was left as it is. Publish it there again, or accept "dashboards".';
            if (hasOtherDraft(source, target))
                return 'its draft is another one in the new workspace, so it was not published there. Publish it there, or accept "dashboards".';
            // Without the credentials it can be published all the same.
            const isOpen = there === undefined && source.published.embed_credentials === true;
            return isOpen && !isStale(source) ? undefined : reasonAgainstPublishing(source);
        },
        describe: ({ path }) => ({
            subject: { path, typeName: "DASHBOARD" },
            difference:
                'it is not published in the new workspace as in the old one. Publish it there, or accept "dashboards".',
        }),
    };
}

/** Why a dashboard cannot be published as it was; `undefined`: it can, or it was not. */
export function reasonAgainstPublishing({
    draft,
    published,
}: Pick<Dashboard, "draft" | "published">): string | undefined {
    if (published === undefined) return undefined;
    if (isStale({ draft, published }))
        return 'its draft was changed after it was published, and the service does not hand out what was published: publish it in one of the two workspaces, or accept "dashboards".';
    if (published.embed_credentials !== true) return undefined;
    return 'it was published with the credentials of its publisher, which cannot be copied: in the new workspace its readers use their own. Publish it there with credentials embedded, or accept "dashboards".';
}

/** Whether one was published before the other. */
function isOlder(one: Published, other: Published): boolean {
    const [at = Infinity, since = 0] = [one.revision_create_time, other.revision_create_time];
    return at < since;
}

/** Whether what would be published is not what was: somebody may have written it. */
function hasOtherDraft({ draft }: Dashboard, target: Dashboard | undefined): boolean {
    const [one, other] = [draft.serialized_dashboard, target?.draft.serialized_dashboard];
    return one !== undefined && other !== undefined && one !== other;
}

/** No API shows what was published: what its readers saw is in the draft only as long as nobody changes that. */
function isStale({ draft, published }: Pick<Dashboard, "draft" | "published">): boolean {
    const since = published?.revision_create_time;
    return since !== undefined && (draft.update_time ?? 0) > since + NOTED_AFTER;
}
