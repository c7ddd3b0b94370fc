import type { dynamic } from "@pulumi/pulumi";

import type { Failure } from "../../resource/definition";
import { ApiError, ReportedError } from "../../api/errors";
import { type Difference, InitializationError, ObjectHandler } from "../../resource/handler";
import { customerManagedKeyObject } from "../customer-managed-key";
import { type OwnershipTag, ownerOfInputs } from "../../contract/ownership-tag";
import { deploymentNamePrefix } from "./definition";
import { getPath, type Properties, getString, UNKNOWN } from "../../util/property-path";
import { type OnKeyChange, onKeyChangeSchema } from "../../runtime/settings";
import type { Collection } from "../../api/collection";
import { explainFailure } from "../../resource/diagnostics";

/** How long a workspace is waited for where nothing else is said, in seconds. */
const PROVISIONING_TIMEOUT = 20 * 60;
/** The least time between two lines of progress, in milliseconds. */
const PROGRESS_EVERY = 10_000;

/** How long a workspace that is waited for may be missing before it counts as gone, in milliseconds: a new one may not be shown everywhere at once. */
const GONE_AFTER = 60_000;

/** Statuses from which a workspace never becomes RUNNING by itself. */
const terminalStatuses = new Set(["FAILED", "CANCELLED", "CANCELLING", "BANNED"]);

/** Whether a workspace of this state has ever been RUNNING, and so may hold notebooks. */
function mayHaveRun(state: Properties): boolean {
    return getPath(state, "hasRun") === true || getString(state, "workspaceStatus") === "RUNNING";
}

/** The inputs whose change is a key change. */
const KEY_FIELDS = ["managedServicesCustomerManagedKeyId", "storageCustomerManagedKeyId"] as const;

interface KeyChange {
    readonly field: string;
    readonly from: string | undefined;
    /** `UNKNOWN`: it may change; `undefined`: it is taken away. */
    readonly to: string | undefined;
}

function shown(key: string | undefined): string {
    return key === UNKNOWN ? "a key that is not known yet" : (key ?? "none");
}

/** What only a workspace has: it is waited for, and it may fail after it was made. */
export class WorkspaceHandler extends ObjectHandler {
    override async diff(id: string, olds: Properties, news: Properties): Promise<dynamic.DiffResult> {
        const result = await super.diff(id, olds, news);
        this.warnOfLoss(olds, news, result.replaces ?? []);
        const status = getString(olds, "workspaceStatus");
        if (status === undefined || status === "RUNNING") return result;
        // One that never ran holds nothing and cannot be mended; any other is waited for, or reported, by an update.
        const hopeless = terminalStatuses.has(status) && !mayHaveRun(olds);
        const replaces = hopeless ? [...(result.replaces ?? []), "workspaceStatus"] : result.replaces;
        return {
            ...result,
            changes: true,
            replaces,
            deleteBeforeReplace: (replaces ?? []).length > 0 && this.nameCollides(olds, news),
        };
    }

    /** Any replacement loses the notebooks, not a key's alone, which is told of when it is checked. */
    private warnOfLoss(olds: Properties, news: Properties, replaces: readonly string[]): void {
        if (
            replaces.length === 0 ||
            !mayHaveRun(olds) ||
            replaces.some((path) => KEY_FIELDS.some((key) => key === path))
        )
            return;
        const known = replaces.some((path) => getPath(news, path) !== UNKNOWN);
        this.session.report.warn(
            `${this.label(news)}: a changed ${replaces.join(" and ")} needs a new workspace, so this one ${known ? "is" : "may be"} replaced, and EVERY NOTEBOOK IN IT IS LOST. Instead: take the change back, or make a second workspace and move the notebooks over; retainOnDelete keeps the old one meanwhile.`,
        );
    }

    /**
     * A POST that an earlier, killed run left on the wire may have made a second workspace while this one was made. No
     * later `pulumi up` would look for it, so it is mentioned here.
     */
    protected override async warnAboutDuplicates(
        collection: Collection,
        inputs: Properties,
        owner: OwnershipTag,
        since: number,
    ): Promise<void> {
        try {
            const [before, now] = [await collection.firstList(), await collection.listSince(since)];
            for (const [id] of this.newUnclaimed(before, now, inputs, owner)) {
                this.session.report.warn(
                    `The workspace ${id} appeared while "${owner.resource}" of this stack was made and bears its mark too, but belongs to no resource: an interrupted \`pulumi up\` had asked for it. If nobody needs it, delete it in the account console.`,
                );
            }
        } catch {
            // The workspace is there: a look that fails takes nothing back.
        }
    }

    /**
     * A key change becomes the input `keyChange`, which policy packs see and which never reaches the state: the engine
     * checks a replacement once more, without old inputs. A change in place (`onKeyChange: "update"`) loses nothing and
     * has none.
     */
    protected override async checkChange(
        olds: Properties,
        news: Record<string, unknown>,
    ): Promise<{ inputs: Record<string, unknown>; failures?: Failure[] }> {
        const change = this.keyChange(olds, news);
        if (change === undefined) return super.checkChange(olds, news);
        const { field, from, to } = change;
        const mode = this.onKeyChange(news);
        const label = this.label(news);
        if (mode === "update" && to !== undefined) {
            this.session.report.info(
                `${label}: ${field} changes from ${from ?? "none"} to ${shown(to)}: the service is asked to change it in place.`,
            );
            return { inputs: news };
        }
        const what = `${to === UNKNOWN ? "may change" : "changes"} from ${from ?? "none"} to ${shown(to)}`;
        if (mode === "forbid") {
            return {
                inputs: news,
                failures: [
                    {
                        property: field,
                        reason: `${what}, which would replace the workspace and lose every notebook in it, and onKeyChange is "forbid". Bring the key back, or make a second workspace with the new key and move the notebooks over before this one goes`,
                    },
                ],
            };
        }
        const same = await this.sameKmsKey(olds, from, to);
        this.session.report.warn(
            `${label}: ${field} ${what}. The key of a workspace is immutable, so the workspace ${to === UNKNOWN ? "may be" : "is"} replaced, and EVERY NOTEBOOK IN IT IS LOST.${same ? " Both are the same KMS key, new registration: keep the old registration and nothing is lost." : ""} Instead: bring the key back, or make a second workspace with the new key and move the notebooks over; retainOnDelete keeps the old one meanwhile.`,
        );
        const keyChange = {
            field,
            ...(from === undefined ? {} : { from }),
            ...(to === UNKNOWN ? { possible: true } : to === undefined ? {} : { to }),
        };
        return { inputs: { ...news, keyChange } };
    }

    /** The key whose change replaces a workspace that exists, if one changes. */
    private keyChange(olds: Properties, news: Properties): KeyChange | undefined {
        if (getString(olds, "workspaceName") === undefined) return undefined;
        // One that never ran and never will holds no notebook, and is replaced anyhow.
        if (terminalStatuses.has(getString(olds, "workspaceStatus") ?? "") && !mayHaveRun(olds)) return undefined;
        for (const field of KEY_FIELDS) {
            const [from, to] = [getString(olds, field), getPath(news, field)];
            // The storage key is set and changed in place: only its removal replaces.
            const replaces = field === "managedServicesCustomerManagedKeyId" || to === undefined;
            if (from !== to && replaces) return { field, from, to: typeof to === "string" ? to : undefined };
        }
        return undefined;
    }

    private onKeyChange(news: Properties): OnKeyChange {
        return onKeyChangeSchema.safeParse(news["onKeyChange"]).data ?? this.session.settings.onKeyChange;
    }

    /** Whether both registrations are readable and of the same KMS key. */
    private async sameKmsKey(olds: Properties, from: string | undefined, to: string | undefined): Promise<boolean> {
        if (from === undefined || to === undefined || to === UNKNOWN) return false;
        try {
            const collection = this.session.collectionFor(customerManagedKeyObject, getString(olds, "accountId"));
            const arns = await Promise.all(
                [from, to].map(async (id) => getString((await collection.get(id)) ?? {}, "aws_key_info.key_arn")),
            );
            return arns[0] !== undefined && arns[0] === arns[1];
        } catch {
            // It is a help in a warning: without it the warning is still right.
            return false;
        }
    }

    override async update(id: string, olds: Properties, news: Properties): Promise<dynamic.UpdateResult> {
        const { takenOver } = olds;
        return super.update(id, olds, { takenOver, ...(mayHaveRun(olds) ? { hasRun: true } : {}), ...news });
    }

    protected override async write(
        collection: Collection,
        id: string,
        news: Properties,
        changed: readonly string[],
    ): Promise<void> {
        try {
            await super.write(collection, id, news, changed);
        } catch (error) {
            if (!(error instanceof ApiError) || error.kind !== "invalid") throw error;
            const answer = await collection.get(id);
            if (answer !== undefined && getString(answer, "workspace_status") === "PROVISIONING") {
                // A change whose end nobody heard of is still under way: it may be this very one.
                const state = await this.waitUntilReady(collection, id, news, this.toState(news, answer));
                const left = this.updatedPaths(state, news);
                if (left.length > 0) await super.write(collection, id, news, left);
            } else if (changed.includes("managedServicesCustomerManagedKeyId")) {
                throw new ReportedError(
                    `The service of this account did not change the key of the workspace ${id} in place: ${error.detail}. The workspace is as it was. Bring the key back; or set onKeyChange to "replace", which loses every notebook of the workspace; or make a second workspace with the new key and move the notebooks over.`,
                );
            } else {
                throw error;
            }
        }
    }

    protected override async remove(id: string, properties: Properties): Promise<void> {
        await super.remove(id, properties);
        const timeout = this.timeout(properties);
        await this.collectionOf(properties).poller.waitFor<true>(
            id,
            "deletion",
            timeout,
            (answer) => (answer === undefined ? { result: true } : undefined),
            () =>
                new ReportedError(
                    `The workspace ${id} was asked to go, but is still there after ${timeout / 1000} s. Run the same command again: it goes on waiting.`,
                ),
        );
    }

    protected override differences(olds: Properties, news: Properties): Difference[] {
        return super.differences(olds, news).map((difference) => {
            const { path } = difference;
            // The API lets a workspace change its network only where it was created with one,
            if (path === "networkId" && getPath(olds, path) === undefined) return { path, change: "replace" };
            // and its storage only after it failed. One that never ran holds nothing that a change in place would save.
            const mendable = getString(olds, "workspaceStatus") === "FAILED" && mayHaveRun(olds);
            if (path === "storageConfigurationId" && mendable) return { path, change: "update" };
            const inPlace = path === "managedServicesCustomerManagedKeyId" && getPath(news, path) !== undefined;
            return inPlace && this.onKeyChange(news) === "update" ? { path, change: "update" } : difference;
        });
    }

    protected override nameCollides(olds: Properties, news: Properties): boolean {
        const asked = getString(news, "deploymentName");
        return asked !== undefined && !this.differences(olds, news).some(({ path }) => path === "deploymentName");
    }

    protected override toState(inputs: Properties, answer: Properties): Record<string, unknown> {
        const state = super.toState(inputs, answer);
        const actual = getString(state, "deploymentName");
        const prefix =
            deploymentNamePrefix(inputs["deploymentName"], actual) ?? getString(inputs, "deploymentNamePrefix");
        if (prefix !== undefined) state["deploymentNamePrefix"] = prefix;
        // One that runs has run: only of another must the state say so. What one was before it was adopted, nobody knows.
        const hasRun = mayHaveRun(inputs) || getPath(inputs, "adopt") !== undefined;
        if (state["workspaceStatus"] !== "RUNNING" && hasRun) state["hasRun"] = true;
        return state;
    }

    override toOutputs(answer: Properties, accountId: string): Record<string, unknown> {
        const shown = super.toOutputs(answer, accountId);
        const label = getString(shown, "deploymentName");
        return label === undefined ? shown : { ...shown, workspaceUrl: workspaceUrl(this.session.client.host, label) };
    }

    protected override async waitUntilReady(
        collection: Collection,
        id: string,
        inputs: Properties,
        state: Record<string, unknown>,
    ): Promise<Record<string, unknown>> {
        const { clock, report } = this.session;
        const label = ownerOfInputs(inputs)?.resource ?? getString(inputs, "workspaceName") ?? id;
        const began = clock.now();
        const timeout = this.timeout(inputs);
        const known = { ...(mayHaveRun(state) ? { hasRun: true } : {}), ...inputs };
        let latest = state;
        let reported = Number.NEGATIVE_INFINITY;
        let missing: number | undefined;
        const verdict = (answer: Properties | undefined) => {
            if (answer === undefined) {
                missing ??= clock.now();
                if (clock.now() - missing >= GONE_AFTER) throw this.gone(id);
                return undefined;
            }
            missing = undefined;
            // With a thousand that wait, what has not changed is not worked out again at each look.
            const same =
                getString(answer, "workspace_status") === getString(latest, "workspaceStatus") &&
                getString(answer, "workspace_status_message") === getString(latest, "workspaceStatusMessage");
            if (!same) latest = this.toState(known, answer);
            const status = getString(latest, "workspaceStatus") ?? "";
            if (status === "RUNNING" || terminalStatuses.has(status)) return { result: latest };
            if (clock.now() - reported >= PROGRESS_EVERY) {
                reported = clock.now();
                const waited = Math.round((clock.now() - began) / 1000);
                report.progress(
                    `${label}: ${status} for ${waited} s${sentence(getString(latest, "workspaceStatusMessage"))}`,
                );
            }
            return undefined;
        };
        try {
            const first = getString(state, "workspaceStatus");
            const final =
                first === "RUNNING" || terminalStatuses.has(first ?? "")
                    ? state
                    : await collection.poller.waitFor(id, "provisioning", timeout, verdict, () =>
                          this.timeoutError(id, latest, timeout),
                      );
            if (getString(final, "workspaceStatus") === "RUNNING") return final;
            latest = final;
            throw this.failedError(id, final, inputs);
        } catch (thrown) {
            const error =
                thrown instanceof NotRunningError
                    ? thrown.because(await explainFailure(this.session, this.object, latest))
                    : thrown;
            // Whatever went wrong while waiting, the workspace exists: it stays in the state, and only the user deletes it.
            throw new InitializationError(
                id,
                { ...latest, __provider: inputs["__provider"] },
                error instanceof Error ? error.message : String(error),
            );
        }
    }

    private timeout(inputs: Properties): number {
        const seconds = getPath(inputs, "provisioningTimeoutSeconds");
        return (typeof seconds === "number" ? seconds : PROVISIONING_TIMEOUT) * 1000;
    }

    private timeoutError(id: string, state: Properties, timeout: number): NotRunningError {
        return new NotRunningError(
            `The workspace ${id} is still ${getString(state, "workspaceStatus") ?? "without a status"} after ${timeout / 1000} s${sentence(getString(state, "workspaceStatusMessage"))}`,
            "It stays in the state: the next `pulumi up` goes on waiting for it. A longer wait is set with provisioningTimeoutSeconds.",
        );
    }

    private failedError(id: string, state: Properties, inputs: Properties): NotRunningError {
        const owner = ownerOfInputs(inputs);
        const [replaced] = owner === undefined ? [] : this.session.others(this.object, id, owner);
        const status = getString(state, "workspaceStatus") ?? "";
        return new NotRunningError(
            `The workspace ${id} is ${status}${sentence(getString(state, "workspaceStatusMessage"))}`,
            mayHaveRun(state)
                ? "It ran before, so it is not replaced: correct what its last change brought (credentials, network, storage, key) and run `pulumi up` again."
                : replaced === undefined
                  ? "Correct the cause: the next `pulumi up` replaces it."
                  : `Correct the cause: the next \`pulumi up\` replaces it, AND DELETES the workspace ${replaced}, which it was to take the place of and which is still there with every notebook. To keep that one, let the program say again what it said before, with adopt: "${replaced}".`,
        );
    }
}

/** A workspace is not RUNNING, and will not be so for now. */
class NotRunningError extends ReportedError {
    constructor(
        private readonly what: string,
        private readonly remedy: string,
    ) {
        super(`${what}. ${remedy}`);
    }

    /** The same, with what may be the cause. */
    because(causes: readonly string[]): NotRunningError {
        return causes.length === 0 ? this : new NotRunningError(`${this.what}; ${causes.join("; ")}`, this.remedy);
    }
}

function sentence(message: string | undefined): string {
    return message === undefined || message === "" ? "" : `: ${message.slice(0, 500).replace(/[.\s]+$/, "")}`;
}

/**
 * The origin of a workspace's own host: the account console's, with its first label replaced. A local cloud on a bare
 * loopback address has its workspaces below `localhost`.
 */
export function workspaceUrl(accountHost: string, deploymentName: string): string {
    const url = new URL(accountHost);
    const domain = url.hostname.startsWith("accounts.") ? url.hostname.slice("accounts.".length) : "localhost";
    return `${url.protocol}//${deploymentName}.${domain}${url.port === "" ? "" : `:${url.port}`}`;
}
