import type { OtherKind } from "./content";

/** Where each kind of what does not move is listed, and the parameter that asks for the next page. */
export const otherLists: Readonly<Record<OtherKind, { readonly path: string; readonly page: string }>> = {
    jobs: { path: "/api/2.1/jobs/list?limit=100", page: "page_token" },
    clusters: { path: "/api/2.0/clusters/list", page: "page_token" },
    "instance pools": { path: "/api/2.0/instance-pools/list", page: "page_token" },
    "cluster policies": { path: "/api/2.0/policies/clusters/list", page: "page_token" },
    "SQL warehouses": { path: "/api/2.0/sql/warehouses", page: "page_token" },
    "secret scopes": { path: "/api/2.0/secrets/scopes/list", page: "page_token" },
    repos: { path: "/api/2.0/repos", page: "next_page_token" },
    pipelines: { path: "/api/2.0/pipelines?max_results=100", page: "page_token" },
    experiments: { path: "/api/2.0/mlflow/experiments/list?max_results=1000", page: "page_token" },
    queries: { path: "/api/2.0/sql/queries?page_size=100", page: "page_token" },
    tokens: { path: "/api/2.0/token-management/tokens", page: "page_token" },
};
