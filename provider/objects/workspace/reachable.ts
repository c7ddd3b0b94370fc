import { NoResponseError, ResponseTooLargeError } from "../../api/errors";
import { HttpClient } from "../../api/http";
import { InitializationError } from "../../resource/errors";
import type { Session } from "../../runtime/session";
import { WaitProgress } from "../../runtime/wait-progress";
import type { Properties } from "../../util/property-path";

/** How long one attempt may take, in milliseconds. */
export const ATTEMPT_TIMEOUT = 10_000;
/** The first and the longest pause between two attempts, in milliseconds: a name that is missing is cached by resolvers for a while. */
const [FIRST_PAUSE, LONGEST_PAUSE] = [1_000, 15_000];

/** One wait for the host of a workspace that is RUNNING. */
interface HostWait {
    readonly session: Session;
    readonly id: string;
    /** What it is called in lines for the user. */
    readonly label: string;
    /** When the wait for the workspace began, and how long it may take, both in milliseconds. */
    readonly began: number;
    readonly timeout: number;
}

/** A wait for the host of a workspace whose state notes that nobody has reached it yet. */
export interface ReachabilityWait extends HostWait {
    readonly inputs: Properties;
    readonly state: Record<string, unknown>;
}

/**
 * Waits until the host of a workspace that is RUNNING can be reached from this machine. Its name and its certificate come up to
 * minutes later than its status.
 *
 * Fails with an `InitializationError`, which keeps the workspace and the note in the state: the next `pulumi up` goes on waiting.
 */
export async function waitUntilReachable(
    wait: ReachabilityWait,
    url: string,
    probe: (url: string) => Promise<string | undefined> = probeHost,
): Promise<void> {
    const missing = await waitForHost(wait, url, probe);
    if (missing !== undefined) throw unreachableError(wait, url, missing);
}

/** Waits until an origin responds; what is still missing when the time is over, as a clause, else `undefined`. */
export async function waitForHost(
    { session, id, label, began, timeout }: HostWait,
    url: string,
    probe: (url: string) => Promise<string | undefined>,
): Promise<string | undefined> {
    const { clock } = session;
    const shown = new WaitProgress(session, began);
    for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
        const missing = await probe(url);
        const left = began + timeout - clock.now();
        if (missing === undefined) shown.ended(id, `until ${url} could be reached`);
        if (missing === undefined || left <= 0) return missing;
        shown.show((s) => `${label}: RUNNING, but after ${s} s ${url} cannot be reached yet: ${missing}`);
        await clock.sleep(Math.min(pause, left));
    }
}

/**
 * What is missing until this origin can be reached, as a clause; `undefined` if it responds, with whatever status. Nothing of
 * a credential is sent.
 */
export async function probeHost(url: string): Promise<string | undefined> {
    try {
        await new HttpClient(url, ATTEMPT_TIMEOUT).send(`GET ${url}`, {
            method: "GET",
            url: "/",
            headers: { connection: "close" },
            maxBytes: 1024 * 1024,
        });
        return undefined;
    } catch (error) {
        if (error instanceof ResponseTooLargeError) return undefined;
        if (error instanceof NoResponseError) return error.reason;
        throw error;
    }
}

function unreachableError({ id, state, inputs, timeout }: ReachabilityWait, url: string, missing: string) {
    return new InitializationError(
        id,
        state,
        inputs,
        `The workspace ${id} is RUNNING, but ${url} cannot be reached from this machine after ${timeout / 1000} s: ${missing}. It stays in the state: the next \`pulumi up\` continues to wait for it. A longer wait is set with provisioningTimeoutSeconds. If this machine never reaches it (a private link, a name server that does not know it), remove ${inputs["waitUntilReady"] === true ? "waitUntilReady" : "waitUntilReachable"}.`,
        "CMK3016",
    );
}
