import { otherFindingKinds, type OtherKind } from "../../contract/finding-kinds";
import { messageOf } from "../../util/error-message";
import type { ContentKind, KindMigration } from "../content-kind";
import type { CountedList } from "../counted-list";
import type { MigrationContext } from "../pass";
import { number } from "../report";

/** A kind that is not copied: how it is counted, and how it is moved otherwise. */
interface LeftBehind {
    readonly list: CountedList;
    readonly remedy: string;
}

const BY_CODE =
    "make them in the new workspace with Databricks asset bundles, Terraform's exporter or @pulumi/databricks.";

/** The warehouses that a new workspace comes with. Nothing but its name tells one from others. */
const STARTER_WAREHOUSES: readonly unknown[] = ["Serverless Starter Warehouse", "Starter Warehouse"];

/** What lives in a workspace besides its tree and is not copied: a row each. */
const rows: Readonly<Record<OtherKind, LeftBehind>> = {
    jobs: { list: { path: "/api/2.1/jobs/list?limit=100" }, remedy: BY_CODE },
    clusters: { list: { path: "/api/2.0/clusters/list" }, remedy: BY_CODE },
    "instance-pools": { list: { path: "/api/2.0/instance-pools/list" }, remedy: BY_CODE },
    "cluster-policies": {
        list: {
            path: "/api/2.0/policies/clusters/list",
            isOfService: (policy) => policy["is_default"] === true,
        },
        remedy: BY_CODE,
    },
    "sql-warehouses": {
        list: {
            path: "/api/2.0/sql/warehouses",
            isOfService: (warehouse) => STARTER_WAREHOUSES.includes(warehouse["name"]),
        },
        remedy: BY_CODE,
    },
    pipelines: { list: { path: "/api/2.0/pipelines?max_results=100" }, remedy: BY_CODE },
    experiments: {
        list: { path: "/api/2.0/mlflow/experiments/list?max_results=1000" },
        remedy: "export them with MLflow's own tools, and import them there.",
    },
    "legacy-alerts": {
        list: { path: "/api/2.0/sql/alerts?page_size=100" },
        remedy: "no API shows when they run and whom they tell: make them anew there, as alerts with a schedule.",
    },
    tokens: {
        list: { path: "/api/2.0/token-management/tokens" },
        remedy: "their users make new ones in the new workspace.",
    },
};

/** The kinds that are not copied. */
export const leftBehind: readonly ContentKind[] = otherFindingKinds.map((kind) => leftBehindKind(kind, rows[kind]));

/** A kind that is counted, and is a finding if there is any. */
function leftBehindKind(kind: OtherKind, { list, remedy }: LeftBehind): ContentKind {
    return {
        name: kind,
        begin: (context) => (context.options.countsOthers === true ? counting(context) : undefined),
        async inventory({ content }, notes) {
            const count = await content.count(list);
            if (count > 0) notes.stays(kind, { count, words: `${number(count)} ${kind}`, isCertain: true });
        },
        async look({ content }) {
            try {
                const count = await content.count(list);
                return { digest: String(count), content: count === 0 ? undefined : `${count} ${kind}` };
            } catch (error) {
                return { digest: "", unlisted: `its ${kind} cannot be listed: ${messageOf(error)}` };
            }
        },
    };

    function counting({ from, root, findings }: MigrationContext): KindMigration {
        const note = async () => {
            try {
                const count = await from.count(list);
                if (count === 0) return;
                findings.add(root, kind, `the workspace has ${number(count)} ${kind}, which are not copied: ${remedy}`);
            } catch (error) {
                findings.add(root, kind, `whether there are ${kind} is not known: ${messageOf(error)}`);
            }
        };
        return { copy: note, verify: note, plan: note };
    }
}
