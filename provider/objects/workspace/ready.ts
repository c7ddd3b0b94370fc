import type { dynamic } from "@pulumi/pulumi";

import { ApiError, ConfigurationError, NoResponseError } from "../../api/errors";
import { writeNotes } from "../../contract/state-notes";
import { onDemand } from "../../migration/on-demand";
import { InitializationError } from "../../resource/errors";
import type { Session } from "../../runtime/session";
import { WaitProgress } from "../../runtime/wait-progress";
import { messageOf } from "../../util/error-message";
import { getString, type Properties } from "../../util/property-path";
import { ATTEMPT_TIMEOUT, type ReachabilityWait, waitUntilReachable } from "./reachable";
import { isUnreachable } from "./status";

/** How often in a row every read has to succeed: a new workspace is known to some of the service's servers before others. */
const IN_A_ROW = 5;
/** The pause between two rounds that succeed, and the longest between two that do not, in milliseconds. */
const [PAUSE, LONGEST_PAUSE] = [3_000, 15_000];

/** The root of the workspace's tree, which every workspace has. */
const TREE = "/api/2.0/workspace/get-status?path=%2F";
/** What classic compute can run on: it is refused until the workspace's own environment for workers is there. */
const NODE_TYPES = "/api/2.0/clusters/list-node-types";

/** A failure of the check if the stack's credential is one that no workspace takes, and is to wait for its services. */
export function credentialFailures(session: Session, inputs: Properties): dynamic.CheckFailure[] {
    if (inputs["waitUntilReady"] !== true || authTypeOf(session) !== "pat") return [];
    return [
        {
            property: "",
            reason: "waitUntilReady reads in the workspace, and the credential is an account token, which workspaces do not accept. Sign in as a service principal (databricks:clientId and databricks:clientSecret), which becomes an admin of the workspace that it creates; or use waitUntilReachable, which needs no credential.",
        },
    ];
}

/** An incomplete credential is reported elsewhere, once for the stack. */
function authTypeOf(session: Session): string | undefined {
    try {
        return session.credential.as.authType;
    } catch (error) {
        if (error instanceof ConfigurationError) return undefined;
        throw error;
    }
}

/**
 * Waits for what the inputs of a workspace that is RUNNING ask for: its host, or its services too. Returns its state without the
 * note that the wait has not ended.
 */
export async function waitUntilReady(wait: ReachabilityWait): Promise<Record<string, unknown>> {
    const url = getString(wait.state, "workspaceUrl");
    if (isUnreachable(wait.state) && url !== undefined) {
        await waitUntilReachable(wait, url);
        if (wait.inputs["waitUntilReady"] === true) await waitForServices(wait, url);
    }
    return writeNotes(wait.state, { unreachable: false });
}

/**
 * Waits until the workspace's own services know it: several rounds of reads in a row succeed. One success says little, because for
 * some minutes a new workspace's requests succeed and fail in turn.
 *
 * Fails with an `InitializationError`, which keeps the workspace and the note in the state: the next `pulumi up` goes on waiting.
 */
async function waitForServices(wait: ReachabilityWait, url: string): Promise<void> {
    const { session, id, label, began, timeout } = wait;
    const { clock, cancelled } = session;
    const nextProblem = reads(wait, url);
    const shown = new WaitProgress(session, began);
    let latest: string | undefined;
    for (let good = 0, pause = PAUSE; ;) {
        const problem = await nextProblem();
        latest = problem ?? latest;
        good = problem === undefined ? good + 1 : 0;
        if (good === IN_A_ROW) return shown.ended(id, "until its services knew it");
        const left = began + timeout - clock.now();
        const words = problem ?? `its services have answered ${good} of ${IN_A_ROW} times in a row`;
        // A round that succeeded says nothing about why those before it did not.
        if (left <= 0 || cancelled?.aborted === true) throw notReadyError(wait, latest ?? words);
        shown.show((s) => `${label}: RUNNING, but after ${s} s it is not ready: ${words}`);
        pause = problem === undefined ? PAUSE : Math.min(pause * 2, LONGEST_PAUSE);
        await clock.sleep(Math.min(pause, left));
    }
}

/** One round of reads: what is missing, as a clause; `undefined` if all succeed. */
function reads({ session, id, inputs }: ReachabilityWait, url: string): () => Promise<string | undefined> {
    const { beforeSend, onRequest, userAgent } = session.clientHooks;
    const hooks = { beforeSend, onRequest, userAgent };
    // A round that fails is repeated as a whole.
    const limits = { retryTimeout: 0, requestTimeout: ATTEMPT_TIMEOUT };
    const { api } = onDemand.connection.clientOfHost(
        { ...session.credential, host: url },
        id,
        limits,
        session.clock,
        hooks,
    );
    const paths = getString(inputs, "computeMode") === "SERVERLESS" ? [TREE] : [TREE, NODE_TYPES];
    return async () => {
        try {
            for (const path of paths) await api.send({ method: "GET", path, repeatable: true });
            return undefined;
        } catch (error) {
            if (error instanceof ConfigurationError) throw error;
            return problemOf(error);
        }
    };
}

function problemOf(error: unknown): string {
    if (error instanceof NoResponseError) return error.reason;
    if (!(error instanceof ApiError)) return messageOf(error).replace(/[.\s]+$/, "");
    const facts = [error.errorCode, `HTTP ${error.status}`].filter((fact) => fact !== "").join(", ");
    return `${error.detail.slice(0, 300).replace(/[.\s]+$/, "")} (${facts})`;
}

function notReadyError({ id, state, inputs, timeout }: ReachabilityWait, problem: string): InitializationError {
    return new InitializationError(
        id,
        state,
        inputs,
        `The workspace ${id} is RUNNING, but not ready after ${timeout / 1000} s: ${problem}. It stays in the state: the next \`pulumi up\` continues to wait for it. A longer wait is set with provisioningTimeoutSeconds. If the service principal is not to belong to the workspace, or this machine may not enter it, use waitUntilReachable instead of waitUntilReady.`,
        "CMK3016",
    );
}
