import { ReportedError } from "../api/errors";

/** Ids from this many digits on are in one workspace alone; shorter ones were counted up in each. */
const UNIQUE = 12;

/**
 * Refuses to take an object of the old workspace for its own copy: the same id in both means that one host leads to the other
 * workspace, whatever its responses say. Fails with `ReportedError`.
 */
export function requireOtherObject(id: string, target: { readonly id: string }, name: string): void {
    if (id.length < UNIQUE || id !== target.id) return;
    throw new ReportedError(
        `${name} has the same id (${id}) in both workspaces, so one is compared with itself: a host leads to the other workspace. Check the name server and the proxy of this machine.`,
        "CMK2014",
    );
}
