import { NoResponseError, ResponseTooLargeError } from "../../api/errors";
import { HttpClient } from "../../api/http";
import { InitializationError } from "../../resource/errors";
import type { Session } from "../../runtime/session";
import { getString, type Properties } from "../../util/property-path";
import { isUnreachable } from "./status";

/** How long one attempt may take, in milliseconds. */
const ATTEMPT_TIMEOUT = 10_000;
/** The first and the longest pause between two attempts, in milliseconds: a name that is missing is cached by resolvers for a while. */
const [FIRST_PAUSE, LONGEST_PAUSE] = [1_000, 15_000];
/** The least time between two lines of progress, in milliseconds. */
const PROGRESS_INTERVAL = 10_000;

/** One wait for the host of a workspace that is RUNNING. */
export interface ReachabilityWait {
    readonly session: Session;
    readonly id: string;
    readonly inputs: Properties;
    /** What it is called in lines for the user. */
    readonly label: string;
    readonly state: Record<string, unknown>;
    /** When the wait for the workspace began, and how long it may take, both in milliseconds. */
    readonly began: number;
    readonly timeout: number;
}

/**
 * Waits until the host of a workspace that is RUNNING can be reached from this machine, and returns its state without the note
 * that it cannot. Its name and its certificate come up to minutes later than its status.
 *
 * Fails with an `InitializationError`, which keeps the workspace and the note in the state: the next `pulumi up` goes on waiting.
 */
export async function waitUntilReachable(
    wait: ReachabilityWait,
    probe: (url: string) => Promise<string | undefined> = probeHost,
): Promise<Record<string, unknown>> {
    const reached = withoutNote(wait.state);
    const url = getString(wait.state, "workspaceUrl");
    if (!isUnreachable(wait.state) || url === undefined) return reached;
    const { clock, report } = wait.session;
    let reportedAt = Number.NEGATIVE_INFINITY;
    for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
        const missing = await probe(url);
        if (missing === undefined) return reached;
        const left = wait.began + wait.timeout - clock.now();
        if (left <= 0) throw unreachableError(wait, url, missing);
        if (clock.now() - reportedAt >= PROGRESS_INTERVAL) {
            reportedAt = clock.now();
            const waited = Math.round((clock.now() - wait.began) / 1000);
            report.progress(`${wait.label}: RUNNING, but after ${waited} s ${url} cannot be reached yet: ${missing}`);
        }
        await clock.sleep(Math.min(pause, left));
    }
}

/** A state without the note that nobody has reached the host yet. */
export function withoutNote(state: Readonly<Record<string, unknown>>): Record<string, unknown> {
    return Object.fromEntries(Object.entries(state).filter(([name]) => name !== "unreachable"));
}

/**
 * What is missing until this origin can be reached, as a clause; `undefined` where it answers, with whatever status. Nothing of
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
        { ...state, __provider: inputs["__provider"] },
        `The workspace ${id} is RUNNING, but ${url} cannot be reached from this machine after ${timeout / 1000} s: ${missing}. It stays in the state: the next \`pulumi up\` goes on waiting for it. A longer wait is set with provisioningTimeoutSeconds. Where this machine never reaches it (a private link, a name server that does not know it), take waitUntilReachable away.`,
    );
}
