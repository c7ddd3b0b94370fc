import { ApiError } from "../api/errors";

/** The same error of a workspace's own API, with what to do there: an account's admin may still have no access to a workspace. */
export function withWorkspaceRemedy(error: unknown): unknown {
    if (!(error instanceof ApiError) || error.status !== 403) return error;
    return error.withRemedy(remedyFor(error.errorCode));
}

function remedyFor(errorCode: string): string {
    switch (errorCode) {
        case "CUSTOMER_MANAGED_KEY_INACCESSIBLE":
            return "Enable the workspace's key, and check that its policy lets Databricks use it, then run the command again.";
        // A page and no error code: what stands before the workspace refused, such as an IP access list.
        case "":
            return "Run the command from a network that may reach the workspace.";
        default:
            return "Check that the service principal belongs to the workspace, as an admin.";
    }
}
