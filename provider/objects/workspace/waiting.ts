import { ReportedError } from "../../api/errors";
import { explainFailure } from "../../resource/diagnostics";
import { asInitializationError } from "../../resource/errors";
import type { ObjectAccess } from "../../resource/access";
import type { Readiness } from "../../resource/lifecycle";
import { ownerOfInputs } from "../../contract/ownership-tag";
import { writeNotes } from "../../contract/state-notes";
import { WaitProgress } from "../../runtime/wait-progress";
import { getPath, getString, type Properties } from "../../util/property-path";
import { isTerminal, neverRan, statusMessage } from "./status";

/** How long a workspace is waited for if nothing else is said, in seconds. */
const PROVISIONING_TIMEOUT = 20 * 60;
/** How long a workspace that is waited for may be missing before it counts as gone, in milliseconds: a new one may not be shown everywhere at once. */
const GONE_AFTER = 60_000;

/** How long this workspace is waited for, in milliseconds. */
export function timeoutOf(inputs: Properties): number {
    const seconds = getPath(inputs, "provisioningTimeoutSeconds");
    return (typeof seconds === "number" ? seconds : PROVISIONING_TIMEOUT) * 1000;
}

/** One wait for a workspace, and what the handler knows about it. */
export interface WorkspaceWait extends Readiness {
    readonly access: ObjectAccess;
    /** What it is called in lines for the user. */
    readonly label: string;
    /** How long it is waited for, in milliseconds. */
    readonly timeout: number;
    readonly toState: (response: Properties) => Record<string, unknown>;
}

/**
 * Waits until a workspace is RUNNING and returns its state.
 *
 * Fails with an `InitializationError`, which keeps the workspace in the state: whatever goes wrong while it is waited for, only
 * the user deletes it.
 */
export async function waitUntilRunning(wait: WorkspaceWait): Promise<Record<string, unknown>> {
    const progress = { latest: wait.state };
    try {
        const isDone = getString(wait.state, "workspaceStatus") === "RUNNING" || isTerminal(wait.state);
        const final = isDone ? wait.state : await poll(wait, progress);
        if (getString(final, "workspaceStatus") === "RUNNING") return final;
        // This call sent the POST, and every poll since then showed it on its way: nobody can have used it.
        const { client, clock } = wait.access.session;
        const now = client.serverTime ?? clock.now();
        progress.latest = wait.isNew ? writeNotes(final, { neverRan: now }) : final;
        throw failedError(wait, progress.latest);
    } catch (thrown) {
        const error =
            thrown instanceof NotRunningError
                ? thrown.because(await explainFailure(wait.access, wait.access.definition, progress.latest))
                : thrown;
        throw asInitializationError(wait.id, progress.latest, wait.inputs, error);
    }
}

async function poll(
    wait: WorkspaceWait,
    progress: { latest: Record<string, unknown> },
): Promise<Record<string, unknown>> {
    const { access, collection, id, label, timeout } = wait;
    const { clock, cancelled } = access.session;
    const shown = new WaitProgress(access.session);
    let missingSince: number | undefined;
    const check = (response: Properties | undefined) => {
        if (response === undefined) {
            missingSince ??= clock.now();
            if (clock.now() - missingSince >= GONE_AFTER) throw access.gone(id);
            return undefined;
        }
        missingSince = undefined;
        // With a thousand workspaces waiting, a state is computed again only if something has changed.
        if (!showsSame(response, progress.latest)) progress.latest = wait.toState(response);
        const { latest } = progress;
        if (getString(latest, "workspaceStatus") === "RUNNING" || isTerminal(latest)) return { result: latest };
        if (cancelled?.aborted === true) throw cancelledError(id, latest);
        shown.show((s) => `${label}: ${getString(latest, "workspaceStatus")} for ${s} s${statusMessage(latest)}`);
        return undefined;
    };
    const final = await collection.poller.waitFor(id, "provisioning", timeout, check, () =>
        timeoutError(id, progress.latest, timeout),
    );
    shown.ended(id, `until it was ${getString(final, "workspaceStatus") ?? ""}`);
    return final;
}

function showsSame(response: Properties, state: Properties): boolean {
    return (
        getString(response, "workspace_status") === getString(state, "workspaceStatus") &&
        getString(response, "workspace_status_message") === getString(state, "workspaceStatusMessage")
    );
}

/** Waits until a workspace that was asked to go is gone. */
export function waitUntilDeleted(
    { collection, id }: Pick<Readiness, "collection" | "id">,
    timeout: number,
): Promise<true> {
    return collection.poller.waitFor<true>(
        id,
        "deletion",
        timeout,
        (response) => (response === undefined ? { result: true } : undefined),
        () =>
            new ReportedError(
                `The deletion of the workspace ${id} was requested, but it still exists after ${timeout / 1000} s. Run the same command again: it continues to wait.`,
                "CMK3003",
            ),
    );
}

/** A workspace is not RUNNING, and will not be so for now. */
class NotRunningError extends ReportedError {
    constructor(
        private readonly what: string,
        private readonly remedy: string,
    ) {
        super(`${what}. ${remedy}`, "CMK3002");
    }

    /** The same, with what may be the cause. */
    because(causes: readonly string[]): NotRunningError {
        return causes.length === 0 ? this : new NotRunningError(`${this.what}; ${causes.join("; ")}`, this.remedy);
    }
}

function timeoutError(id: string, state: Properties, timeout: number): NotRunningError {
    return new NotRunningError(
        `The workspace ${id} is still ${getString(state, "workspaceStatus") ?? "without a status"} after ${timeout / 1000} s${statusMessage(state)}`,
        "It stays in the state: the next `pulumi up` continues to wait for it. A longer wait is set with provisioningTimeoutSeconds.",
    );
}

/** Somebody cancelled the wait. */
function cancelledError(id: string, state: Properties): NotRunningError {
    return new NotRunningError(
        `The workspace ${id} is still ${getString(state, "workspaceStatus") ?? "without a status"}, and the wait for it was cancelled`,
        "It stays in the state: the next `pulumi up` continues to wait for it.",
    );
}

/** The service does not say whether somebody has repaired a workspace in the meantime: a later run needs `forceDestroy: true`. */
const unusedRemedy =
    "Correct the cause. If nobody has used it since, set forceDestroy: true, and the next `pulumi up` replaces it; or repair it in the account console, and the next `pulumi up` keeps it.";

function failedError({ access, id, inputs }: WorkspaceWait, state: Properties): NotRunningError {
    const owner = ownerOfInputs(inputs);
    const others = owner === undefined ? [] : access.session.claims.objectsOf(access.definition, owner);
    const replaced = others.find((other) => other !== id);
    const status = getString(state, "workspaceStatus") ?? "";
    return new NotRunningError(
        `The workspace ${id} is ${status}${statusMessage(state)}`,
        !neverRan(state)
            ? "It may have run before, so it is not replaced: correct what its last change brought (credentials, network, storage, key) and run `pulumi up` again."
            : `${unusedRemedy}${replaced === undefined ? "" : ` The workspace ${replaced}, which it was to replace, still exists with everything in it. To go back to that one, bring the program back to what it was before.`}`,
    );
}
