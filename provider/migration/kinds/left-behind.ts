import { ApiError, NoSuchEndpointError } from "../../api/errors";
import { otherFindingKinds, type OtherKind } from "../../contract/finding-kinds";
import { messageOf } from "../../util/error-message";
import { isRecord } from "../../util/property-path";
import type { WorkspaceContent } from "../content";
import type { ContentKind, KindMigration } from "../content-kind";
import { type CountedList, membersOf } from "../counted-list";
import type { MigrationContext } from "../pass";
import { nounFor, plural } from "../report";
import { nameKeys } from "./secret-scopes";
import { workspaceConf } from "./workspace-conf";

/** How many are named. */
const NAMED = 50;

/** A kind that is not copied: how it is counted, and how it is moved otherwise. */
interface LeftBehind {
    /** One of them. */
    readonly noun: string;
    readonly lists: readonly CountedList[];
    /** With "them", which is "it" of one. */
    readonly remedy: string;
    /** Whether not every service has such a list: one that it does not have is empty. Default: false. */
    readonly isOptional?: boolean;
    /** Whether a finding names them, so that they can be made anew. Default: false. */
    readonly isNamed?: boolean;
}

/** The kinds of these rows: all but those that have a file of their own. */
type RowKind = Exclude<OtherKind, "workspace-conf">;

const BY_CODE =
    "make them in the new workspace with Databricks asset bundles, Terraform's exporter or @pulumi/databricks.";

/** The warehouses that a new workspace comes with. Nothing but its name tells one from others. */
const STARTER_WAREHOUSES: readonly unknown[] = ["Serverless Starter Warehouse", "Starter Warehouse"];

/** The folders of the DBFS root that the service itself makes. What people upload is in one of them, which is listed by itself. */
const DBFS_FOLDERS = /^\/(FileStore|Volumes?|databricks|databricks-(datasets|results)|local_disk0|mnt|tmp|user)$/i;

/** What lives in a workspace besides its tree and is not copied: a row each. */
const rows: Readonly<Record<RowKind, LeftBehind>> = {
    jobs: { noun: "job", lists: [{ path: "/api/2.1/jobs/list?limit=100" }], remedy: BY_CODE },
    clusters: { noun: "cluster", lists: [{ path: "/api/2.0/clusters/list" }], remedy: BY_CODE },
    "instance-pools": { noun: "instance pool", lists: [{ path: "/api/2.0/instance-pools/list" }], remedy: BY_CODE },
    "cluster-policies": {
        noun: "cluster policy",
        lists: [{ path: "/api/2.0/policies/clusters/list", isOfService: (policy) => policy["is_default"] === true }],
        remedy: BY_CODE,
    },
    "sql-warehouses": {
        noun: "SQL warehouse",
        lists: [
            {
                path: "/api/2.0/sql/warehouses",
                isOfService: (warehouse) => STARTER_WAREHOUSES.includes(warehouse["name"]),
            },
        ],
        remedy: BY_CODE,
    },
    pipelines: { noun: "pipeline", lists: [{ path: "/api/2.0/pipelines?max_results=100" }], remedy: BY_CODE },
    experiments: {
        noun: "experiment",
        lists: [{ path: "/api/2.0/mlflow/experiments/list?max_results=1000" }],
        remedy: "export them with MLflow's own tools, and import them there.",
    },
    models: {
        noun: "model",
        lists: [{ path: "/api/2.0/mlflow/registered-models/list?max_results=100" }],
        remedy: "export them with MLflow's own tools, or move them to Unity Catalog.",
        isOptional: true,
    },
    "serving-endpoints": {
        noun: "serving endpoint",
        lists: [
            {
                path: "/api/2.0/serving-endpoints",
                // Those for foundation models, which every workspace has.
                isOfService: ({ name }) => typeof name === "string" && name.startsWith("databricks-"),
            },
        ],
        remedy: BY_CODE,
        isOptional: true,
    },
    "vector-search": {
        noun: "vector search endpoint",
        lists: [{ path: "/api/2.0/vector-search/endpoints" }],
        remedy: BY_CODE,
        isOptional: true,
    },
    apps: { noun: "app", lists: [{ path: "/api/2.0/apps" }], remedy: BY_CODE, isOptional: true },
    "genie-spaces": {
        noun: "Genie space",
        lists: [{ path: "/api/2.0/genie/spaces" }],
        remedy: "make them anew in the new workspace.",
        isOptional: true,
    },
    "legacy-alerts": {
        noun: "legacy alert",
        lists: [{ path: "/api/2.0/sql/alerts?page_size=100" }],
        remedy: "no API shows the schedule and the subscribers of such alerts: make them anew there, with a schedule.",
        isOptional: true,
        isNamed: true,
    },
    dbfs: {
        noun: "DBFS object",
        lists: [
            { path: "/api/2.0/dbfs/list?path=%2F", isOfService: ({ path }) => DBFS_FOLDERS.test(String(path)) },
            { path: "/api/2.0/dbfs/list?path=%2FFileStore" },
        ],
        remedy: "copy the bucket's objects, or move the files to a volume.",
        isOptional: true,
    },
    "hive-tables": {
        noun: "Hive table",
        lists: [{ path: "/api/2.0/dbfs/list?path=%2Fuser%2Fhive%2Fwarehouse" }],
        remedy: "upgrade them to Unity Catalog, as with Databricks' UCX.",
        isOptional: true,
    },
    tokens: {
        noun: "token",
        lists: [{ path: "/api/2.0/token-management/tokens" }],
        remedy: "users make new tokens in the new workspace.",
    },
    "notification-destinations": {
        noun: "notification destination",
        lists: [{ path: "/api/2.0/notification-destinations" }],
        remedy: BY_CODE,
        isOptional: true,
    },
    "ip-access-lists": {
        noun: "IP access list",
        lists: [{ path: "/api/2.0/ip-access-lists" }],
        remedy: BY_CODE,
        isOptional: true,
    },
    "init-scripts": {
        noun: "init script",
        lists: [{ path: "/api/2.0/global-init-scripts" }],
        remedy: BY_CODE,
        isOptional: true,
    },
};

/** The kinds that are not copied. */
export const leftBehind: readonly ContentKind[] = otherFindingKinds.map((kind) =>
    kind === "workspace-conf" ? workspaceConf : leftBehindKind(kind, rows[kind]),
);

/** A kind that is counted, and is a finding if there is any. */
function leftBehindKind(kind: RowKind, { noun, lists, remedy, isOptional = false, isNamed }: LeftBehind): ContentKind {
    const all = nounFor(0, noun);
    return {
        name: kind,
        begin: (context) => (context.options.countsOthers === true ? counting(context) : undefined),
        async inventory({ content }, notes) {
            const count = await countAll(content);
            if (count > 0) notes.stays(kind, { count, words: plural(count, noun), isCertain: true });
        },
        async look({ content }) {
            try {
                const count = await countAll(content);
                return { digest: String(count), content: count === 0 ? undefined : plural(count, noun) };
            } catch (error) {
                const reason = `its ${all} cannot be listed: ${messageOf(error)}`;
                // What is not known may be accepted, as what is there may.
                return isOptional ? { digest: "", content: reason } : { digest: "", unlisted: reason };
            }
        },
    };

    async function countAll(content: WorkspaceContent): Promise<number> {
        let count = 0;
        for (const list of lists) {
            try {
                count += await content.count(list);
            } catch (error) {
                if (!isOptional || !isAbsent(error)) throw error;
            }
        }
        return count;
    }

    async function namesIn({ requests }: WorkspaceContent): Promise<string> {
        const all = lists.map((list) => requests.pages(list.path, "page_token", (body) => membersOf(list, body)));
        const names = (await Promise.all(all)).flat().map((one) => (isRecord(one) ? one["display_name"] : undefined));
        return nameKeys(names.filter((name) => typeof name === "string").sort(), NAMED);
    }

    function counting({ from, root, findings }: MigrationContext): KindMigration {
        const note = async () => {
            try {
                const count = await countAll(from);
                if (count === 0) return;
                const names = isNamed === true ? ` (${await namesIn(from)})` : "";
                const [are, advice] = count === 1 ? ["is", remedy.replace(/\bthem\b/g, "it")] : ["are", remedy];
                const reason = `the workspace has ${plural(count, noun)}${names}, which ${are} not copied: ${advice}`;
                findings.add(root, kind, reason);
            } catch (error) {
                findings.add(root, kind, `whether there are ${all} is not known: ${messageOf(error)}`);
            }
        };
        return { copy: note, verify: note, plan: note };
    }
}

/** Whether the service says that this workspace has no such thing at all. */
function isAbsent(error: unknown): boolean {
    if (error instanceof NoSuchEndpointError) return true;
    if (!(error instanceof ApiError)) return false;
    const { kind, errorCode, detail } = error;
    const isOff = ["FEATURE_DISABLED", "NOT_IMPLEMENTED"].includes(errorCode);
    return kind === "missing" || isOff || /DBFS root is disabled/i.test(detail);
}
