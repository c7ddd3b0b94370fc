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
import { ContentKeeper } from "./content-keeper";
import { keyChangeMode } from "./definition";
import { describeKeyChange, findOwnWorkspace, KEY_FIELDS, keyChangeMarker, keyChangeOf, shownKey } from "./key-change";
import { reasonNotToAdopt } from "./orphan";
import { waitUntilReachable, withoutNote } from "./reachable";
import { nameOldKeys } from "./old-key";
import { judgeReplacement } from "./replacement";
import { isTerminal, isUnreachable, neverRan } from "./status";
import { afterUpdate, isComputeRefusal } from "./updates";
import { isMovePending, isReplacedByOptions } from "./succession";
import { timeoutOf, waitUntilDeleted, waitUntilRunning } from "./waiting";

/** What only a workspace has: it is waited for, it may fail after it was created, and a replacement costs its notebooks. */
export class WorkspaceHandler extends ObjectHandler {
    private readonly content = new ContentKeeper(this.session);

    override check(olds: Properties, news: Properties): Promise<dynamic.CheckResult> {
        for (const owner of [ownerOfInputs(olds), ownerOfInputs(news)]) this.content.succession.noteInputs(owner, news);
        return super.check(olds, this.content.withDefault(news));
    }

    override async create(inputs: Properties): Promise<dynamic.CreateResult> {
        await this.content.noteReplaced(this.requestFor(inputs));
        // Nobody has reached it yet; the wait takes the note away.
        return super.create(inputs["waitUntilReachable"] === true ? { ...inputs, unreachable: true } : inputs);
    }

    override async update(id: string, olds: Properties, news: Properties): Promise<dynamic.UpdateResult> {
        const { outs } = await super.update(id, { ...olds, replacedByOptions: undefined }, news);
        const changed = pathsOf(this.differences(olds, news), "update");
        if (this.changesOwner(olds, news) && !changed.includes("customTags")) changed.push("customTags");
        const line = afterUpdate(outs ?? {}, changed);
        if (line !== undefined) this.session.report.info(`${this.label(news)}: ${line}`);
        // The wait for it has ended well, whatever else was waited for after it.
        return { outs: withoutNote(outs ?? {}) };
    }

    override async diff(id: string, olds: Properties, news: Properties): Promise<dynamic.DiffResult> {
        this.content.noteCompared(id, olds, news);
        const compared = await super.diff(id, olds, news);
        const isNoted = isReplacedByOptions(olds) === isReplacedByOptions(news);
        const result = { ...compared, changes: compared.changes === true || isMovePending(olds) || !isNoted };
        const status = getString(olds, "workspaceStatus");
        if (status === undefined) return result;
        if (status === "RUNNING") return isUnreachable(olds) ? { ...result, changes: true } : result;
        // One that never ran holds nothing and cannot be repaired; any other is waited for, or reported, by an update.
        if (neverRan(olds)) await this.requireStillFailed(id, olds, news);
        const replaces = neverRan(olds) ? [...(result.replaces ?? []), "workspaceStatus"] : (result.replaces ?? []);
        const deleteBeforeReplace = replaces.length > 0 && this.nameCollides(olds, news);
        return { ...result, changes: true, replaces, deleteBeforeReplace };
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
        // Only the state, which a check does not see, says whether one that failed ever ran.
        if (mode === "forbid" && !(actual !== undefined && isTerminal(actual))) {
            const reason = `${describeKeyChange(change).replace(`${change.field} `, "")}, which would replace the workspace, and onKeyChange is "forbid". On an account whose service can change the key in place, set onKeyChange to "update": nothing is lost where it cannot. Otherwise bring the key back, or set onKeyChange to "replace", which ${migrates ? "copies notebooks, files and folders into the new workspace" : "loses every notebook of the workspace, because migrateContent is false"}`;
            return { inputs: news, failures: [{ property: change.field, reason }] };
        }
        return { inputs: { ...news, keyChange: keyChangeMarker(change, migrates) } };
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
        const replaced = owner === undefined ? [] : this.content.succession.replacedBy(owner);
        return reasonNotToAdopt(request, id, response, replaced);
    }

    /**
     * A POST that an earlier, killed run left on the wire may have created a second workspace while this one was created. No
     * later `pulumi up` would look for it, so it is mentioned here.
     */
    protected override async warnAboutDuplicates(request: CreateRequest, since: number): Promise<void> {
        const { collection, owner, session } = request;
        if (owner === undefined) return;
        try {
            const [before, now] = [await collection.firstList(), await collection.listSince(since)];
            for (const [id] of newUnclaimed(request, before, now, owner)) {
                session.report.warn(
                    `The workspace ${id} appeared while "${owner.resource}" of this stack was created and carries its tag too, but belongs to no resource that this run knows: an interrupted \`pulumi up\` had asked for it. See in the account console whether anybody uses it before you delete it.`,
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
            if (!changed.includes(KEY_FIELDS[0])) throw error;
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

    protected override async remove(id: string, properties: Properties): Promise<void> {
        // Where a check ran in this process, this is a replacement and no destroy: minutes may have passed since the diff.
        if (neverRan(properties)) await this.requireStillFailed(id, properties, properties);
        else await this.content.requireCarried(id, properties, this.collectionOf(properties));
        await super.remove(id, properties);
        await waitUntilDeleted({ collection: this.collectionOf(properties), id }, timeoutOf(properties));
    }

    protected override toState(inputs: Properties, response: Properties): Record<string, unknown> {
        return this.content.withRecord(idOf(this.definition, response), super.toState(inputs, response));
    }

    protected override async waitUntilReady(readiness: Readiness): Promise<Record<string, unknown>> {
        const sources = this.content.sourcesFor(readiness);
        const state = this.content.withRecord(readiness.id, readiness.state);
        const ready = await this.waitUntilRunning({ ...readiness, state });
        return this.content.carryInto(readiness, ready, sources);
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
            migrates: this.content.settingsOf(inputs).enabled,
        });
        return waitUntilReachable({ session, id, inputs, label, state, began, timeout });
    }
}
