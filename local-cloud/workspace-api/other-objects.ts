import { type ApiResponse, bodyOf, ok } from "../http";
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
    tokens: unknown[];
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
    "/api/2.0/token-management/tokens": { kind: "tokens", field: "token_infos" },
};

/** What the service puts into a new workspace: its default policies and a warehouse. */
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
        tokens: [],
    };
}

/** The lists of what lives in a workspace besides its tree. */
export const listRoutes = workspaceRoutes({
    ...Object.fromEntries(Object.entries(listings).map(([path, listing]) => [`GET ${path}`, list(listing)])),
    "POST /api/2.0/mlflow/experiments/search": list(experiments),
});

/** Answers with a page of a list. Throws `ApiError` for a wrong page. */
function list(listing: Listing): (call: WorkspaceCall) => ApiResponse {
    return ({ workspace: { others }, request }) => {
        const parameters = request.method === "POST" && request.body !== "" ? bodyOf(request) : request.query;
        const page = pageOf(listing, others[listing.kind], parameters);
        return ok(listing.kind === "jobs" ? { ...page, has_more: "next_page_token" in page } : page);
    };
}
