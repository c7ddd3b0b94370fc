import { isDeepStrictEqual } from "node:util";

import type { Behavior } from "../behavior";
import { ApiError, invalid } from "../http";
import { kindOf } from "./kinds";
import type { Lifecycle } from "./lifecycle";
import type { AccountRecord } from "./records";

/** The fields of a workspace that a PATCH can change while it is RUNNING. */
export const updatable: ReadonlySet<string> = new Set([
    "credentials_id",
    "network_id",
    "private_access_settings_id",
    "custom_tags",
    "network_connectivity_config_id",
    "storage_customer_managed_key_id",
]);

const notebooksKey = "managed_services_customer_managed_key_id";
const storageKey = "storage_customer_managed_key_id";

/** What a PATCH asks of a workspace that is stored like this. */
export interface Update {
    readonly id: string;
    readonly body: AccountRecord;
    /** The fields of the update mask; `undefined` if there was none. */
    readonly mask: readonly string[] | undefined;
    readonly stored: AccountRecord;
    readonly lifecycle: Lifecycle;
}

/**
 * The fields that an update changes, with their new values. Fields that are as they were are no change: clients send
 * everything that could be updated. Throws `ApiError` for what the service refuses.
 */
export function requireUpdate({ id, body, mask, stored, lifecycle }: Update, behavior: Behavior): AccountRecord {
    const { required, optional } = kindOf("workspaces");
    const known = (field: string) => required.includes(field) || optional.includes(field);
    const fields = (mask ?? Object.keys(body)).filter(known);
    const masked = Object.keys(body).filter(known).sort().join() === [...fields].sort().join();
    if (fields.length === 0 || !masked) throw invalid("update_mask must name exactly the fields of the body");
    const { status } = lifecycle.status();
    if (status !== "RUNNING" && status !== "FAILED")
        throw invalid(`Workspace ${id} is ${status}: only a RUNNING or FAILED workspace can be updated`);
    const changed = fields.filter((field) => !isDeepStrictEqual(normalized(body[field]), stored[field]));
    for (const field of changed) requireChangeable(field, body, stored, lifecycle, behavior);
    if (lifecycle.compute !== undefined && changed.length > 0)
        throw new ApiError(
            400,
            "INVALID_STATE",
            `Workspace ${id} cannot be updated while compute resources are running: ${lifecycle.compute}. Terminate all clusters, instance pools and classic SQL warehouses first.`,
        );
    const ignored = (field: string) =>
        field === "custom_tags" && behavior.emptyTags === "ignored" && isEmpty(body["custom_tags"]);
    return Object.fromEntries(changed.filter((field) => !ignored(field)).map((field) => [field, body[field]]));
}

function requireChangeable(
    field: string,
    body: AccountRecord,
    stored: AccountRecord,
    lifecycle: Lifecycle,
    { keyChange }: Behavior,
): void {
    const failed = lifecycle.status().status === "FAILED";
    const allowed =
        field === notebooksKey
            ? keyChange === "updatable"
            : updatable.has(field) || (failed && field === "storage_configuration_id");
    if (!allowed) throw invalid(`${field} cannot be updated`);
    if (normalized(body[field]) === undefined && field !== "custom_tags") throw invalid(`${field} cannot be removed`);
    if (field === "network_id" && stored[field] === undefined && !failed)
        throw invalid("network_id can only be updated where the workspace was created with one");
    if (field !== storageKey) return;
    if (stored[field] !== undefined) throw invalid(`${field} cannot be changed: it can only be added`);
    if (failed && lifecycle.hasRun())
        throw invalid(`${field} can be added to a FAILED workspace only if it never was RUNNING`);
}

function normalized(value: unknown): unknown {
    return value === null || value === "" ? undefined : value;
}

function isEmpty(value: unknown): boolean {
    return value === undefined || value === null || Object.keys(value as object).length === 0;
}
