import type { ApiError } from "../../api/errors";
import { getString, type Properties } from "../../util/property-path";

/** Words for classic compute, and for its being there. */
const COMPUTE = /\b(clusters?|instance pools?|pools|(sql )?warehouses?|compute)\b/i;
const RUNS = /\b(running|active|in use|terminate[ds]?|stop(ped)?|shut ?down)\b/i;

/** Whether the service refused an update because classic compute runs in the workspace. Its words for that are not documented. */
export function isComputeRefusal({ kind, detail }: ApiError): boolean {
    return (kind === "invalid" || kind === "conflict") && COMPUTE.test(detail) && RUNS.test(detail);
}

/** What to do about the refusal of an update. */
export function remedyForUpdate(error: ApiError): string | undefined {
    return isComputeRefusal(error)
        ? "Nothing was changed. Classic compute must not run while a workspace is updated: terminate its clusters, delete or empty its instance pools, and stop its classic and pro SQL warehouses (serverless compute may go on), then run the command again."
        : undefined;
}

/**
 * What an update means for the workspace's users, as a line for the person at the terminal; `undefined` if it means nothing.
 * After any update but that of the notebooks key, clusters cannot start for a while; a serverless workspace has none.
 *
 * @param changed the inputs that the service was asked to change.
 */
export function afterUpdate(state: Properties, changed: readonly string[]): string | undefined {
    const isServerless = [state["effectiveComputeMode"], state["computeMode"]].includes("SERVERLESS");
    const others = changed.filter((path) => path !== "managedServicesCustomerManagedKeyId");
    if (others.length === 0 || isServerless || getString(state, "workspaceStatus") !== "RUNNING") return undefined;
    const storage = others.includes("storageCustomerManagedKeyId") ? ", and DBFS cannot be used" : "";
    return `its update is done (${others.join(", ")}). Clusters cannot start for 20 minutes from now${storage}.`;
}
