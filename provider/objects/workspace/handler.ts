import type { dynamic } from "@pulumi/pulumi";

import type { Collection } from "../../api/collection";
import { ApiError, ReportedError } from "../../api/errors";
import { ownerOfInputs } from "../../contract/ownership-tag";
import { idOf } from "../../api/codec";
import type { Readiness } from "../../resource/access";
import { type CreateRequest, newUnclaimed } from "../../resource/create";
import { type Difference, pathsOf } from "../../resource/diff";
import { ObjectHandler } from "../../resource/handler";
import { getPath, getString, type Properties, sameValue, UNKNOWN } from "../../util/property-path";
import { keyChangeMode } from "./definition";
import { mayDelete } from "./gate";
import { hasWork } from "./handover/handover";
import { LeavingWorkspace } from "./handover/leaving";
import { HandoverLifecycle } from "./handover/lifecycle";
import {
    describeKeyChange,
    findOwnWorkspace,
    inPlaceAdvice,
    KEY_FIELDS,
    keyChangeMarker,
    keyChangeOf,
    shownKey,
} from "./key-change";
import { nameSiblings } from "./leftovers";
import { lateOptions, withoutProtection } from "./late-options";
import { reasonNotToAdopt } from "./orphan";
import { waitUntilReachable, withoutNote } from "./reachable";
import { nameOldKeys } from "./old-key";
import { judgeReplacement } from "./replacement";
import { cannotHaveRun, isTerminal, isUnreachable, neverRan } from "./status";
import { afterUpdate, isComputeRefusal } from "./updates";
import { timeoutOf, waitUntilDeleted, waitUntilRunning } from "./waiting";

/** What only a workspace has: it is waited for, it may fail after it was created, and a replacement costs its notebooks. */
export class WorkspaceHandler extends ObjectHandler {
    private readonly content = new HandoverLifecycle(this.session);

    override async check(olds: Properties, news: Properties): Promise<dynamic.CheckResult> {
        const { inputs, failures } = await super.check(olds, this.content.withDefault(news));
        return { inputs: withoutProtection(inputs ?? news), ...(failures === undefined ? {} : { failures }) };
    }

    override async create(inputs: Properties): Promise<dynamic.CreateResult> {
        await this.content.creating(this.requestFor(inputs));
        // Nobody has reached it yet; the wait takes the note away.
        return super.create(inputs["waitUntilReachable"] === true ? { ...inputs, unreachable: true } : inputs);
    }

    override async update(id: string, olds: Properties, news: Properties): Promise<dynamic.UpdateResult> {
        this.content.compared(id, olds, news);
        const { outs } = await super.update(id, olds, news);
        const changed = pathsOf(this.differences(olds, news), "update");
        if (this.changesOwner(olds, news) && !changed.includes("customTags")) changed.push("customTags");
        const line = afterUpdate(outs ?? {}, changed);
        if (line !== undefined) this.session.report.info(`${this.label(news)}: ${line}`);
        // The wait for it has ended well, whatever else was waited for after it.
        return { outs: withoutNote(outs ?? {}) };
    }

    override async diff(id: string, olds: Properties, news: Properties): Promise<dynamic.DiffResult> {
        this.content.compared(id, olds, news);
        const result = await this.compare(id, olds, news);
        if ((result.replaces ?? []).length > 0) this.content.run.noteReplacement(id);
        return result;
    }

    private async compare(id: string, olds: Properties, news: Properties): Promise<dynamic.DiffResult> {
        const compared = await super.diff(id, olds, news);
        const { enabled, named } = this.content.settingsOf(news);
        const result = { ...compared, changes: compared.changes === true || hasWork(olds, enabled, named) };
        const status = getString(olds, "workspaceStatus");
        if (status === undefined) return result;
        if (status === "RUNNING") return isUnreachable(olds) ? { ...result, changes: true } : result;
        // One that never ran holds nothing and cannot be repaired; any other is waited for, or reported, by an update.
        const isUnused = await this.isUnused(id, olds, news);
        const replaces = isUnused ? [...(result.replaces ?? []), "workspaceStatus"] : (result.replaces ?? []);
        // While its replacement is created, somebody could repair it: without the word it goes at once, as long as that is certain.
        const goesFirst = this.nameCollides(olds, news) || (isUnused && news["forceDestroy"] !== true);
        const deleteBeforeReplace = replaces.length > 0 && goesFirst;
        return { ...result, changes: true, replaces, deleteBeforeReplace };
    }

    /** Whether a workspace failed before it ever ran and may be replaced: nobody can have repaired it since, or the program gives the word. */
    private async isUnused(id: string, olds: Properties, news: Properties): Promise<boolean> {
        if (!neverRan(olds)) return false;
        await this.requireStillFailed(id, olds, news);
        return news["forceDestroy"] === true || cannotHaveRun(olds, this.session.client.serverTime);
    }

    protected override async judgeReplacement(
        id: string,
        olds: Properties,
        news: Properties,
        paths: readonly string[],
    ): Promise<void> {
        const { session } = this;
        const registration = this.registrationOf(olds, news);
        const { enabled, accept } = this.content.settingsOf(news);
        await judgeReplacement({
            session,
            id,
            olds,
            news,
            paths,
            label: this.label(news),
            judged: registration?.judged,
            migrates: enabled,
            accept,
            changesAccount: this.contextOf(olds).accountId !== this.contextOf(news).accountId,
            isDeletedFirst: this.nameCollides(olds, news),
        });
    }

    /**
     * A key change becomes the input `keyChange`, which policy packs see. `forbid` fails here, where the engine shows it best;
     * what only a diff can see, the diff judges.
     */
    protected override async checkChange(
        olds: Properties,
        news: Record<string, unknown>,
        found: readonly Difference[],
    ): Promise<dynamic.CheckResult> {
        const optionFailures = pathsOf(found, "replace").length > 0 ? lateOptions(olds, news) : [];
        if (optionFailures.length > 0) return { inputs: news, failures: optionFailures };
        const mode = keyChangeMode(news, this.session.settings);
        const { session } = this;
        await nameOldKeys({ session, label: this.label(news), olds, news, isInPlace: mode === "update" });
        const migrates = this.content.settingsOf(news).enabled;
        const inPlace = found.find(({ path, change }) => change === "update" && path === KEY_FIELDS[0]);
        if (inPlace !== undefined) {
            const [from, to] = [getString(olds, inPlace.path), getPath(news, inPlace.path)];
            this.session.report.info(
                `${this.label(news)}: ${inPlace.path} changes from ${from ?? "none"} to ${shownKey(typeof to === "string" ? to : undefined)}: the service is asked to change it in place.`,
            );
        }
        const change = keyChangeOf(found, olds, news);
        if (change === undefined) return super.checkChange(olds, news, found);
        const existing = await findOwnWorkspace(this.session, olds);
        const actual = existing && this.toOutputs(existing, this.contextOf(olds).accountId);
        if (actual !== undefined && change.to !== UNKNOWN && sameValue(actual[change.field], change.to)) {
            this.noteActual(olds, news, { [change.field]: change.to });
            return { inputs: news };
        }
        const paths = pathsOf(found, "replace", "refuse");
        // Only the state, which a check does not see, says whether one that failed ever ran.
        if (mode === "forbid" && !(actual !== undefined && isTerminal(actual))) {
            const reason = `${describeKeyChange(change).replace(`${change.field} `, "")}, which would replace the workspace, and onKeyChange is "forbid".${inPlaceAdvice(change, paths)} Otherwise bring the key back, or set onKeyChange to "replace", which ${migrates ? "copies notebooks, files and folders into the new workspace" : "loses every notebook of the workspace, because migrateContent is false"}`;
            return { inputs: news, failures: [{ property: change.field, reason }] };
        }
        return { inputs: { ...news, keyChange: keyChangeMarker(change, migrates, paths) } };
    }

    /** Notes that the account shows already what the program asks for: the diff sees the state, which does not say it yet. */
    private noteActual(olds: Properties, news: Properties, actual: Properties): void {
        const registration = this.registrationOf(olds, news);
        if (registration === undefined) return;
        for (const owner of [ownerOfInputs(olds), ownerOfInputs(news)]) {
            this.session.claims.register(this.definition, owner, { ...registration, actual });
        }
    }

    protected override acceptOrphan(
        request: CreateRequest,
        id: string,
        response: Properties,
    ): Promise<string | undefined> {
        const { owner } = request;
        const replaced = owner === undefined ? [] : this.content.sourcesOfCreate(owner);
        return reasonNotToAdopt(request, id, response, replaced);
    }

    protected override takeBack(request: CreateRequest): Promise<Properties | undefined> {
        return this.content.takeBack(request);
    }

    /**
     * A POST that an earlier, killed run left on the wire, or whose response this run lost, may have created a second workspace
     * while this one was created. No later `pulumi up` would look for it, so it is mentioned here.
     */
    protected override async warnAboutDuplicates(request: CreateRequest, since: number): Promise<void> {
        const { collection, owner, session } = request;
        if (owner === undefined) return;
        try {
            // A list may come late; nobody waits here unless a POST was repeated.
            const wait = since - session.clock.now();
            if (wait > 0) await session.clock.sleep(wait);
            const [before, now] = [await collection.firstList(), await collection.listSince(since)];
            for (const [id] of newUnclaimed(request, before, now, owner)) {
                session.report.warn(
                    `The workspace ${id} appeared while "${owner.resource}" of this stack was created and carries its tag too, but belongs to no resource that this run knows: an interrupted \`pulumi up\` had asked for it, or a request whose response was lost. See in the account console whether anybody uses it before you delete it.`,
                );
            }
        } catch {
            // The workspace exists: a look that fails takes nothing back.
        }
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
            if (!(error instanceof ApiError) || error.kind !== "invalid" || isComputeRefusal(error)) throw error;
            const response = await collection.get(id);
            if (response !== undefined && getString(response, "workspace_status") === "PROVISIONING") {
                // A change whose end nobody heard of is still under way: it may be this very one.
                const state = this.toState(news, response);
                const outs = await this.waitUntilReady({ collection, id, inputs: news, state, isNew: false });
                const left = pathsOf(this.differences(outs, news), "update");
                if (left.length > 0) await super.write(collection, id, news, left);
                return;
            }
            if (!changed.includes(KEY_FIELDS[0]) || error.mayHaveApplied) throw error;
            throw new ReportedError(
                `The service of this account did not change the key of the workspace ${id} in place: ${error.detail}. The workspace is as it was. Bring the key back; or set onKeyChange to "replace": a new workspace then takes over ${this.content.settingsOf(news).enabled ? "its notebooks, files and folders" : "nothing, because migrateContent is false"}.`,
            );
        }
    }

    /** A workspace that never ran may have been repaired since: what the state says of it is no longer believed then. */
    private async requireStillFailed(id: string, olds: Properties, news: Properties): Promise<void> {
        if (this.registrationOf(olds, news) === undefined) return;
        const response = await this.collectionOf(olds).read(id);
        if (response === undefined || isTerminal(this.toOutputs(response, this.contextOf(olds).accountId))) return;
        throw new ReportedError(
            `${this.label(news)}: the workspace ${id} failed and would be replaced, but it is ${getString(response, "workspace_status") ?? "without a status"} now: somebody has repaired it. Nothing was changed. Run \`pulumi refresh\`: it then stays.`,
        );
    }

    override async delete(id: string, properties: Properties): Promise<void> {
        // The engine deletes a workspace and the one that it replaced at the same time: each has to know of the other.
        this.content.leaving(id, properties);
        await super.delete(id, properties);
    }

    protected override async remove(id: string, properties: Properties): Promise<void> {
        const collection = this.collectionOf(properties);
        if (!this.session.claims.isProgramRunning)
            await nameSiblings(this.session, id, getString(properties, "owner"), (one) => this.content.run.knows(one));
        const isDeleted = await this.content.departure(id, async () => {
            const mayGo = await mayDelete(new LeavingWorkspace(this.content, id, properties, collection));
            if (mayGo) await super.remove(id, properties);
            return mayGo;
        });
        if (isDeleted) await waitUntilDeleted({ collection, id }, timeoutOf(properties));
        else
            this.session.report.info(
                `${this.label(properties)}: the workspace ${id} no longer exists: nothing was deleted.`,
            );
    }

    protected override toState(inputs: Properties, response: Properties): Record<string, unknown> {
        return this.content.withNotes(idOf(this.definition, response), super.toState(inputs, response), inputs);
    }

    protected override async waitUntilReady(readiness: Readiness): Promise<Record<string, unknown>> {
        const state = this.content.withNotes(readiness.id, readiness.state);
        const ready = await this.waitUntilRunning({ ...readiness, state });
        return this.content.fill(readiness, ready);
    }

    private async waitUntilRunning(readiness: Readiness): Promise<Record<string, unknown>> {
        const { session, definition } = this;
        const { id, inputs } = readiness;
        const [began, timeout] = [session.clock.now(), timeoutOf(inputs)];
        const owner = ownerOfInputs(inputs);
        const others = owner === undefined ? [] : session.claims.objectsOf(definition, owner);
        const label = owner?.resource ?? getString(inputs, "workspaceName") ?? id;
        const state = await waitUntilRunning({
            ...readiness,
            session,
            label,
            toState: (given, response) => this.toState(given, response),
            gone: () => this.gone(id),
            replaced: others.find((other) => other !== id),
        });
        return waitUntilReachable({ session, id, inputs, label, state, began, timeout });
    }
}
