/** What lives in a workspace besides its tree, and is not copied. `others` accepts all of it. */
export const otherFindingKinds = [
    "jobs",
    "clusters",
    "instance-pools",
    "cluster-policies",
    "sql-warehouses",
    "pipelines",
    "experiments",
    "models",
    "serving-endpoints",
    "vector-search",
    "apps",
    "genie-spaces",
    "legacy-alerts",
    "dbfs",
    "hive-tables",
    "tokens",
    "notification-destinations",
    "ip-access-lists",
    "init-scripts",
    "workspace-conf",
] as const;

/** A kind of what lives in a workspace besides its tree. */
export type OtherKind = (typeof otherFindingKinds)[number];

/** Why an object is not in the new workspace as it is in the old one. Each can be accepted by its name. */
export const findingKinds = [
    "not-admin",
    "too-large",
    "outputs",
    "environment",
    "library",
    "repo",
    "unsupported",
    "no-home",
    "former-home",
    "metastore",
    "people",
    "secret-scopes",
    "secret",
    "dashboards",
    "queries",
    "alerts",
    "warehouse",
    "same-path",
    "occupied",
    "changed-in-target",
    "different",
    "missing",
    "unreadable",
    "denied",
    "failed",
    "unknown-principal",
    "permissions",
    ...otherFindingKinds,
    "others",
] as const;

/** A kind of finding. */
export type FindingKind = (typeof findingKinds)[number];

/** What `accept` holds that is neither a path nor a kind; empty if all is well. */
export function unknownAccepts(accept: readonly string[]): string[] {
    const kinds: readonly string[] = findingKinds;
    return accept.filter((one) => !one.startsWith("/") && !kinds.includes(one));
}
