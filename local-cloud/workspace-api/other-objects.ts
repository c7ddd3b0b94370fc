import { ApiError, type ApiResponse, bodyOf, ok } from "../http";
import { type WorkspaceCall, workspaceRoutes } from "./call";
import { type Paging, pageOf } from "./pages";

/** What lives in a workspace besides its tree: lists that a test fills. */
export interface OtherObjects {
    jobs: unknown[];
    clusters: unknown[];
    instancePools: unknown[];
    clusterPolicies: unknown[];
    warehouses: unknown[];
    pipelines: unknown[];
    experiments: unknown[];
    models: unknown[];
    servingEndpoints: unknown[];
    vectorSearchEndpoints: unknown[];
    apps: unknown[];
    genieSpaces: unknown[];
    tokens: unknown[];
    notificationDestinations: unknown[];
    ipAccessLists: unknown[];
    initScripts: unknown[];
    /** Files and folders of DBFS: `{ path: "/FileStore/a.csv", is_dir: false, file_size: 1 }`. */
    dbfs: DbfsFile[];
    /** Settings: `{ key: "enableWebTerminal", value: "true" }`. */
    conf: { readonly key: string; readonly value: string }[];
}

/** A file or a folder of DBFS. */
export interface DbfsFile {
    readonly path: string;
    readonly is_dir: boolean;
    readonly file_size?: number;
}

interface Listing extends Paging {
    readonly kind: keyof OtherObjects;
}

const experiments: Listing = { kind: "experiments", field: "experiments", page: 1000, size: "max_results" };

/** The paths of the lists. */
const listings: Readonly<Record<string, Listing>> = {
    "/api/2.0/jobs/list": { kind: "jobs", field: "jobs", page: 20, size: "limit" },
    "/api/2.1/jobs/list": { kind: "jobs", field: "jobs", page: 20, size: "limit" },
    "/api/2.2/jobs/list": { kind: "jobs", field: "jobs", page: 20, size: "limit" },
    "/api/2.0/clusters/list": { kind: "clusters", field: "clusters" },
    "/api/2.1/clusters/list": { kind: "clusters", field: "clusters", page: 20, size: "page_size" },
    "/api/2.0/instance-pools/list": { kind: "instancePools", field: "instance_pools" },
    "/api/2.0/policies/clusters/list": { kind: "clusterPolicies", field: "policies" },
    "/api/2.0/sql/warehouses": { kind: "warehouses", field: "warehouses" },
    "/api/2.0/pipelines": { kind: "pipelines", field: "statuses", page: 25, size: "max_results" },
    "/api/2.0/mlflow/experiments/search": experiments,
    "/api/2.0/mlflow/experiments/list": experiments,
    "/api/2.0/mlflow/registered-models/list": {
        kind: "models",
        field: "registered_models",
        page: 100,
        size: "max_results",
    },
    "/api/2.0/serving-endpoints": { kind: "servingEndpoints", field: "endpoints" },
    "/api/2.0/vector-search/endpoints": { kind: "vectorSearchEndpoints", field: "endpoints", page: 100 },
    "/api/2.0/apps": { kind: "apps", field: "apps", page: 20 },
    "/api/2.0/genie/spaces": { kind: "genieSpaces", field: "spaces", page: 20 },
    "/api/2.0/notification-destinations": { kind: "notificationDestinations", field: "results", page: 20 },
    "/api/2.0/ip-access-lists": { kind: "ipAccessLists", field: "ip_access_lists" },
    "/api/2.0/global-init-scripts": { kind: "initScripts", field: "scripts" },
    "/api/2.0/token-management/tokens": { kind: "tokens", field: "token_infos" },
};

/** What the service puts into a new workspace: its default policies, a warehouse, an endpoint, folders. */
export function startingObjects(): OtherObjects {
    return {
        jobs: [],
        clusters: [],
        instancePools: [],
        clusterPolicies: ["Personal Compute", "Power User Compute", "Shared Compute"].map((name, index) => ({
            policy_id: `00000000000000${index}0`,
            name,
            is_default: true,
        })),
        warehouses: [{ id: "0123456789abcdef", name: "Serverless Starter Warehouse" }],
        pipelines: [],
        experiments: [],
        models: [],
        servingEndpoints: [{ name: "databricks-meta-llama-3-3-70b-instruct" }],
        vectorSearchEndpoints: [],
        apps: [],
        genieSpaces: [],
        tokens: [],
        notificationDestinations: [],
        ipAccessLists: [],
        initScripts: [],
        dbfs: ["/FileStore", "/databricks-datasets", "/databricks-results", "/tmp"].map((path) => ({
            path,
            is_dir: true,
        })),
        conf: [],
    };
}

/** The lists of what lives in a workspace besides its tree. */
export const listRoutes = workspaceRoutes({
    ...Object.fromEntries(Object.entries(listings).map(([path, listing]) => [`GET ${path}`, list(listing)])),
    "POST /api/2.0/mlflow/experiments/search": list(experiments),
    "GET /api/2.0/dbfs/list": ({ workspace: { others }, request }) => {
        const folder = String(request.query["path"]).replace(/\/+$/, "");
        if (folder !== "" && !others.dbfs.some(({ path }) => path === folder || path.startsWith(`${folder}/`)))
            throw new ApiError(404, "RESOURCE_DOES_NOT_EXIST", `No file or directory exists on path ${folder}.`);
        const files = others.dbfs.filter(({ path }) => path.slice(0, path.lastIndexOf("/")) === folder);
        return ok(files.length === 0 ? {} : { files });
    },
    "GET /api/2.0/workspace-conf": ({ workspace: { others }, request }) => {
        const keys = String(request.query["keys"]).split(",");
        const valueOf = (key: string) => others.conf.findLast((one) => one.key === key)?.value ?? null;
        return ok(Object.fromEntries(keys.map((key) => [key, valueOf(key)])));
    },
});

/** Answers with a page of a list. Throws `ApiError` for a wrong page. */
function list(listing: Listing): (call: WorkspaceCall) => ApiResponse {
    return ({ workspace: { others }, request }) => {
        const parameters = request.method === "POST" && request.body !== "" ? bodyOf(request) : request.query;
        const page = pageOf(listing, others[listing.kind], parameters);
        return ok(listing.kind === "jobs" ? { ...page, has_more: "next_page_token" in page } : page);
    };
}
