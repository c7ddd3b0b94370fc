import { getPath, getString, type Properties } from "../../util/property-path";

/** Statuses in which a workspace stays until somebody changes it. */
export const terminalStatuses: ReadonlySet<string> = new Set(["FAILED", "CANCELLED", "CANCELLING", "BANNED"]);

/** Whether a workspace of this state will not become RUNNING unless somebody changes it. */
export function isTerminal(state: Properties): boolean {
    return terminalStatuses.has(getString(state, "workspaceStatus") ?? "");
}

/**
 * Whether a workspace of this state provably never ran, and so holds no notebook: the create that sent its POST watched it
 * without a gap until it failed. Of any other (a wait that timed out or was interrupted, an adoption) nobody knows.
 */
export function neverRan(state: Properties): boolean {
    return getPath(state, "neverRan") === true && isTerminal(state);
}

/** Whether the wait for the host of a workspace is asked for and has not ended yet, by the inputs or the state. */
export function isUnreachable(properties: Properties): boolean {
    return getPath(properties, "unreachable") === true && getPath(properties, "waitUntilReachable") === true;
}

/** The service's words about a status, as the end of a sentence. */
export function statusMessage(state: Properties): string {
    const message = getString(state, "workspaceStatusMessage");
    return message === undefined || message === "" ? "" : `: ${message.slice(0, 500).replace(/[.\s]+$/, "")}`;
}
