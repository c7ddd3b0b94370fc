import { notesOf } from "../../contract/state-notes";
import { getPath, getString, type Properties } from "../../util/property-path";

/** Statuses in which a workspace stays until somebody changes it. */
export const terminalStatuses: ReadonlySet<string> = new Set(["FAILED", "CANCELLED", "CANCELLING", "BANNED"]);

/** Whether a workspace of this state will not become RUNNING unless somebody changes it. */
export function isTerminal(state: Properties): boolean {
    return terminalStatuses.has(getString(state, "workspaceStatus") ?? "");
}

/** Whether a workspace of this status, in the service's words, is being provisioned, or is to be. */
export function isOnItsWay(status: string | undefined): boolean {
    return status !== undefined && status !== "RUNNING" && !terminalStatuses.has(status);
}

/** A repair provisions a workspace again, which takes at least this long, in milliseconds. */
const SHORTEST_REPAIR = 30_000;

/**
 * Whether a workspace of this state had never run when it failed: the create that sent its POST watched it without a gap. Of any
 * other (a wait that timed out or was interrupted, an adoption) nobody knows.
 *
 * This describes the moment of the failure. Somebody may have repaired and used it since: see {@link cannotHaveRun}.
 */
export function neverRan(state: Properties): boolean {
    return notesOf(state).neverRan !== undefined && isTerminal(state);
}

/**
 * Whether a workspace that had never run when it failed cannot have run since either, because there was no time: a repair
 * provisions it again, for which half a minute is the least, and no less than it took to fail.
 *
 * @param now the time by the service's clock, in milliseconds since 1970.
 */
export function cannotHaveRun(state: Properties, now: number | undefined): boolean {
    const [{ neverRan: failedAt }, createdAt] = [notesOf(state), getPath(state, "creationTime")];
    if (!neverRan(state) || now === undefined) return false;
    if (failedAt === undefined || typeof createdAt !== "number") return false;
    return now - failedAt < Math.min(failedAt - createdAt, SHORTEST_REPAIR);
}

/** Whether a workspace failed before it ever ran, and nobody can have used it since, or the program gives the word. */
export function isUnused(olds: Properties, news: Properties, now: number | undefined): boolean {
    return neverRan(olds) && (news["forceDestroy"] === true || cannotHaveRun(olds, now));
}

/** Whether the inputs ask for more than the status RUNNING: for the workspace's host, or its services too. */
export function waitsForHost(inputs: Properties): boolean {
    return getPath(inputs, "waitUntilReachable") === true || getPath(inputs, "waitUntilReady") === true;
}

/** Whether the wait for the host, or the services, of a workspace is asked for and has not ended yet, by the state. */
export function isUnreachable(properties: Properties): boolean {
    return notesOf(properties).unreachable && waitsForHost(properties);
}

/** The service's words about a status, as the end of a sentence. */
export function statusMessage(state: Properties): string {
    const message = getString(state, "workspaceStatusMessage");
    return message === undefined || message === "" ? "" : `: ${message.slice(0, 500).replace(/[.\s]+$/, "")}`;
}
