import { isRecord } from "../util/property-path";
import type { OtherKind } from "./content";

/** A list of what does not move. */
export interface OtherList {
    readonly path: string;
    /** The parameter that asks for the next page. */
    readonly page: string;
    /** Whether the service itself put a member there, as it does in every new workspace. */
    readonly isOfService?: (member: Readonly<Record<string, unknown>>) => boolean;
}

/** The warehouse that a new workspace comes with. Nothing but its name tells it from others. */
const STARTER_WAREHOUSES: readonly unknown[] = ["Serverless Starter Warehouse", "Starter Warehouse"];

/** Where each kind of what does not move is listed. */
export const otherLists: Readonly<Record<OtherKind, OtherList>> = {
    jobs: { path: "/api/2.1/jobs/list?limit=100", page: "page_token" },
    clusters: { path: "/api/2.0/clusters/list", page: "page_token" },
    "instance-pools": { path: "/api/2.0/instance-pools/list", page: "page_token" },
    "cluster-policies": {
        path: "/api/2.0/policies/clusters/list",
        page: "page_token",
        isOfService: (policy) => policy["is_default"] === true,
    },
    "sql-warehouses": {
        path: "/api/2.0/sql/warehouses",
        page: "page_token",
        isOfService: (warehouse) => STARTER_WAREHOUSES.includes(warehouse["name"]),
    },
    "secret-scopes": { path: "/api/2.0/secrets/scopes/list", page: "page_token" },
    repos: { path: "/api/2.0/repos", page: "next_page_token" },
    pipelines: { path: "/api/2.0/pipelines?max_results=100", page: "page_token" },
    experiments: { path: "/api/2.0/mlflow/experiments/list?max_results=1000", page: "page_token" },
    queries: { path: "/api/2.0/sql/queries?page_size=100", page: "page_token" },
    tokens: { path: "/api/2.0/token-management/tokens", page: "page_token" },
};

/** What a page has that people made: each list has a name of its own in the response, so every list there counts. */
export function membersOf({ isOfService }: OtherList, body: Readonly<Record<string, unknown>>): unknown[] {
    const members: unknown[] = Object.values(body).filter(Array.isArray).flat();
    return members.filter((member) => !isRecord(member) || isOfService?.(member) !== true);
}
