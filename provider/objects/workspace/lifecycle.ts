import type { dynamic } from "@pulumi/pulumi";

import type { Collection } from "../../api/collection";
import { ApiError, ReportedError } from "../../api/errors";
import { idOf } from "../../api/codec";
import { isBelow } from "../../api/host";
import { notesOf, writeNotes } from "../../contract/state-notes";
import { ownerOfInputs } from "../../contract/ownership-tag";
import type { ObjectAccess } from "../../resource/access";
import type { CreateRequest } from "../../resource/create";
import { pathsOf } from "../../resource/diff";
import type { CheckVerdict, Comparison, InputChange, Lifecycle, Readiness, Updated } from "../../resource/lifecycle";
import { WaitProgress } from "../../runtime/wait-progress";
import { getString, type Properties } from "../../util/property-path";
import { warnAboutDuplicates } from "./duplicates";
import { judgeFailed } from "./failed";
import { mayDelete } from "./gate";
import { type Handover, hasWork } from "./handover/handover";
import { LeavingWorkspace } from "./handover/leaving";
import { HandoverLifecycle } from "./handover/lifecycle";
import { checkKeyChange, KEY_FIELDS } from "./key-change";
import { lateOptions } from "./late-options";
import { nameSiblings } from "./leftovers";
import { reasonNotToAdopt } from "./orphan";
import { credentialFailures, waitUntilReady } from "./ready";
import { judgeReplacement } from "./replacement";
import { startSchedulesAfter } from "./start-schedules";
import { isOnItsWay, isTerminal, isUnreachable, waitsForHost } from "./status";
import { afterUpdate, isComputeRefusal } from "./updates";
import { timeoutOf, waitUntilDeleted, waitUntilRunning } from "./waiting";

/** What only a workspace has: it is waited for, it may fail after it was created, and a replacement costs its notebooks. */
export class WorkspaceLifecycle implements Lifecycle {
    private readonly content: HandoverLifecycle;

    constructor(private readonly access: ObjectAccess) {
        this.content = new HandoverLifecycle(access.session);
    }

    prepare(inputs: Properties): Properties {
        return this.content.withDefault(inputs);
    }

    /**
     * A new workspace: whether the credential can wait for it. A change that replaces one: that too, the options that come too late for
     * it, and what it means for its key.
     */
    async checkChange(change: InputChange): Promise<CheckVerdict | undefined> {
        const { olds, news, found } = change;
        const isReplaced = pathsOf(found, "replace").length > 0;
        const isNew = isReplaced || Object.keys(olds).length === 0;
        const failures = [
            ...(isReplaced ? lateOptions(olds, news) : []),
            ...(isNew ? credentialFailures(this.access.session, news) : []),
        ];
        if (failures.length > 0) return { failures };
        return checkKeyChange(this.access, change, this.content.settingsOf(news).enabled);
    }

    compared(id: string, olds: Properties, news: Properties): void {
        this.content.compared(id, olds, news);
    }

    async judge(comparison: Comparison, compared: dynamic.DiffResult): Promise<dynamic.DiffResult> {
        const { id, olds, news, replaces } = comparison;
        const content = this.content.settingsOf(news);
        if (replaces.length > 0) await judgeReplacement({ ...comparison, access: this.access, content });
        const withWork = {
            ...compared,
            changes: compared.changes === true || hasWork(olds, content.enabled, content.named),
        };
        const result = await judgeFailed(this.access, comparison, withWork);
        if ((result.replaces ?? []).length > 0) this.content.run.noteReplacement(id);
        return result;
    }

    async creating(request: CreateRequest): Promise<Properties> {
        const { inputs } = request;
        await this.content.creating(request);
        // Nobody has reached it yet; the wait takes the note away.
        return waitsForHost(inputs) ? writeNotes(inputs, { unreachable: true }) : inputs;
    }

    takeBack(request: CreateRequest): Promise<Properties | undefined> {
        return this.content.takeBack(request);
    }

    async reasonNotToAdopt(request: CreateRequest, id: string, response: Properties): Promise<string | undefined> {
        const { owner } = request;
        const replaced = owner === undefined ? [] : this.content.sourcesOfCreate(owner);
        return reasonNotToAdopt(request, id, response, replaced);
    }

    created(id: string, inputs: Properties): void {
        this.content.created(id, inputs);
    }

    warnAboutDuplicates(request: CreateRequest, since: number): Promise<void> {
        return warnAboutDuplicates(request, since);
    }

    missing(id: string, state: Properties): void {
        this.requireOwnHost(id, state);
    }

    /** Fails if the account cannot have the workspace: one of another part of AWS, or a local cloud, says nothing about it. */
    private requireOwnHost(id: string, state: Properties): void {
        const { host } = this.access.session.client;
        const url = getString(state, "workspaceUrl");
        if (url === undefined || isBelow(host, url)) return;
        throw new ReportedError(
            `${this.access.label(state)}: the workspace ${id} is at ${url}, and databricks:host is ${host}, whose account cannot have it. Nothing was changed. Set databricks:host to the workspace's own account console.`,
            "CMK1001",
        );
    }

    /** Drops the note `neverRan` once the workspace runs, and `unreachable` once no wait is requested. */
    withNotes(id: string, state: Record<string, unknown>): Record<string, unknown> {
        const failedAt = isTerminal(state) ? notesOf(state).neverRan : undefined;
        const notes = { neverRan: failedAt, unreachable: isUnreachable(state) };
        return this.content.withNotes(id, writeNotes(state, notes));
    }

    async untilReady(readiness: Readiness): Promise<Record<string, unknown>> {
        const { id, collection } = readiness;
        const state = await this.content.fill(readiness, await this.untilRunning(readiness));
        // Somebody else has deleted what the content was to come from: nobody comes by its end any more.
        for (const { from, phase } of this.content.handovers.to(id) ?? [])
            if (phase === "gone") await startSchedulesAfter(this.content, { id: from, collection });
        return state;
    }

    /**
     * A change whose end nobody heard of is still under way while the workspace is provisioned: it may be this very one. It is waited
     * for, and what then still differs is to be changed.
     */
    async afterRefusal(
        request: CreateRequest,
        id: string,
        changed: readonly string[],
        error: unknown,
    ): Promise<readonly string[] | undefined> {
        if (!(error instanceof ApiError) || error.kind !== "invalid" || isComputeRefusal(error)) return undefined;
        const { collection, inputs } = request;
        const response = await collection.get(id);
        if (response !== undefined && isOnItsWay(getString(response, "workspace_status"))) {
            const state = this.toState(inputs, response);
            const outs = await this.untilReady({ collection, id, inputs, state, isNew: false });
            return pathsOf(this.access.differences(outs, inputs), "update");
        }
        if (!changed.includes(KEY_FIELDS[0]) || error.mayHaveApplied) return undefined;
        const takesOver = this.content.settingsOf(inputs).enabled
            ? "its notebooks, files and folders"
            : "nothing, because migrateContent is false";
        throw new ReportedError(
            `The service of this account did not change the key of the workspace ${id} in place: ${error.detail}. The workspace is as it was. Bring the key back; or set onKeyChange to "replace": a new workspace then takes over ${takesOver}.`,
            "CMK3009",
        );
    }

    updated({ news, outs, changed }: Updated): Record<string, unknown> {
        const line = afterUpdate(outs, changed);
        if (line !== undefined) this.access.session.report.info(`${this.access.label(news)}: ${line}`);
        // The wait for it has ended well, whatever else was waited for after it.
        return writeNotes(outs, { unreachable: false });
    }

    leaving(id: string, state: Properties): () => void {
        // The engine deletes a workspace and the one that it replaced at the same time: each has to know of the other.
        return this.content.leaving(id, state);
    }

    /** One that was created here, and that another resource has adopted and replaced since: the replacement notes the adoption. */
    wasAdoptedLater(id: string, state: Properties): boolean {
        const isAdopted = ({ source }: Handover) => source.adoption !== undefined;
        return notesOf(state).adoption === undefined && this.content.handovers.everyFrom(id).some(isAdopted);
    }

    tell(ids: readonly string[]): readonly Properties[] {
        return this.content.tell(ids);
    }

    learn(told: readonly Properties[]): readonly string[] {
        return this.content.learn(told);
    }

    async remove(id: string, state: Properties, collection: Collection): Promise<void> {
        const { session } = this.access;
        this.requireOwnHost(id, state);
        const { isProgramRunning, knowsState } = session.claims;
        // Else they were named when the program began.
        if (!isProgramRunning || !knowsState)
            await nameSiblings(session, id, getString(state, "owner"), (one) => this.content.run.knows(one));
        const isDeleted = await this.content.departures.depart(id, async () => {
            const mayGo = await mayDelete(new LeavingWorkspace(this.content, id, state, collection));
            if (mayGo) await collection.delete(id);
            return mayGo;
        });
        const wait = new WaitProgress(session);
        if (isDeleted) {
            await waitUntilDeleted({ collection, id }, timeoutOf(state));
            wait.ended(id, "until it was gone");
        } else
            session.report.info(
                `${this.access.label(state)}: the workspace ${id} no longer exists: nothing was deleted.`,
            );
        await startSchedulesAfter(this.content, { id, collection });
    }

    private toState(inputs: Properties, response: Properties): Record<string, unknown> {
        return this.withNotes(idOf(this.access.definition, response), this.access.toState(inputs, response));
    }

    private async untilRunning(readiness: Readiness): Promise<Record<string, unknown>> {
        const { access } = this;
        const { id, inputs } = readiness;
        const label = ownerOfInputs(inputs)?.resource ?? getString(inputs, "workspaceName") ?? id;
        const wait = { ...readiness, access, label, began: access.session.clock.now(), timeout: timeoutOf(inputs) };
        const toState = (response: Properties) => this.toState(inputs, response);
        const state = await waitUntilRunning({ ...wait, state: this.withNotes(id, readiness.state), toState });
        return waitUntilReady({ ...wait, session: access.session, state });
    }
}
