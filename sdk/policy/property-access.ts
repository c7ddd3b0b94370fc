import type { PolicyResource } from "@pulumi/policy";

/** Types of resources that the rules know, of this package and of those that the same team may use beside it. */
const types = {
    workspace: [
        "pulumi-nodejs:dynamic/databricks-cmk:Workspace",
        "databricks-cmk:index:Workspace",
        "databricks:index/mwsWorkspaces:MwsWorkspaces",
    ],
    registration: [
        "pulumi-nodejs:dynamic/databricks-cmk:CustomerManagedKey",
        "databricks-cmk:index:CustomerManagedKey",
        "databricks:index/mwsCustomerManagedKeys:MwsCustomerManagedKeys",
    ],
    kmsKey: ["aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey"],
    replicaKey: ["aws:kms/replicaKey:ReplicaKey"],
    keyPolicy: ["aws:kms/keyPolicy:KeyPolicy"],
    grant: ["aws:kms/grant:Grant"],
} as const;

/** Whether a resource is a workspace, a key's registration, a KMS key, or what belongs to one as a resource of its own. */
export function isA(kind: keyof typeof types, { type }: { readonly type: string }): boolean {
    return types[kind].some((one) => one === type);
}

/** What a rule reads of a property. */
export type Read =
    | { readonly known: true; readonly value: unknown }
    /** In a preview: it is known only after the deployment. */
    | { readonly known: false };

/** Reads a property by its dotted path; one that is not known yet is said to be so, and nothing is thrown. */
export function read(properties: unknown, path: string): Read {
    try {
        let value = properties;
        for (const name of path.split(".")) value = isRecord(value) ? value[name] : undefined;
        // A value that holds unknown ones throws when all of it is looked at.
        JSON.stringify(value);
        return { known: true, value: value ?? undefined };
    } catch {
        return { known: false };
    }
}

/** The text of a property, if there is one and it is known. */
export function text(properties: unknown, path: string): string | undefined {
    const found = read(properties, path);
    return found.known && typeof found.value === "string" && found.value !== "" ? found.value : undefined;
}

/** Whether a property is given at all: one that is not known yet is. */
export function isGiven(properties: unknown, path: string): boolean {
    const found = read(properties, path);
    return !found.known || (found.value !== undefined && found.value !== null && found.value !== "");
}

/** Whether a value is an object with named members. */
export function isRecord(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The resources of a kind that a property of this one refers to, however far the reference is handed on. */
export function referencedResources(
    resource: PolicyResource,
    properties: readonly string[],
    kind: keyof typeof types,
): PolicyResource[] {
    const found = new Set<PolicyResource>();
    const seen = new Set<PolicyResource>();
    const visit = (one: PolicyResource) => {
        if (seen.has(one)) return;
        seen.add(one);
        if (isA(kind, one)) found.add(one);
        else for (const next of Object.values(one.propertyDependencies ?? {}).flat()) visit(next);
    };
    for (const property of properties) for (const next of resource.propertyDependencies?.[property] ?? []) visit(next);
    return [...found];
}
