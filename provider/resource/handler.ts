import type { dynamic } from "@pulumi/pulumi";

import { idOf } from "../api/codec";
import { ReportedError } from "../api/errors";
import { ownerOfInputs } from "../contract/ownership-tag";
import { writeNotes } from "../contract/state-notes";
import type { DetailedDiff, Handler } from "../runtime/engine-calls";
import type { Told } from "../runtime/others";
import { getPath, type Properties } from "../util/property-path";
import type { ObjectAccess } from "./access";
import { adoptExisting } from "./adoption";
import { createObject } from "./create";
import { pathsOf, setInputsMask, topLevel } from "./diff";
import { asInitializationError } from "./errors";
import { deletesForSharedIds, warnOfSharedIds } from "./exclusive";
import type { Lifecycle, Readiness } from "./lifecycle";
import { withoutOwnInputs } from "./mapping";
import { ownershipTagOf } from "./ownership";
import { deleteOwn } from "./deletion";
import { recoverOrphan } from "./recovery";
import { requireFreeName } from "./references";
import { keepKnownDrift, refreshedInputs } from "./refresh";
import { mayHaveApplied, withActualValues, withoutSeen, withUnseenChanges } from "./unseen-changes";
import { requireOwnTag, waitUntilShown, withExistingTags, writeChanges } from "./update";
import {
    checkInputs,
    refusedChanges,
    resolveAliases,
    warnOfIgnored,
    warnOfOtherAccount,
    withoutCheckInputs,
} from "./validation";

/** The engine's calls for any object of the account, by its definition and by what its kind adds. */
export class ObjectHandler implements Handler {
    constructor(
        private readonly access: ObjectAccess,
        private readonly lifecycle: Lifecycle = {},
    ) {}

    // The engine awaits it in the first caller alone, so nothing in it may be asynchronous.
    async configure(request: dynamic.ConfigureRequest): Promise<void> {
        this.access.session.configure((key) => request.config.get(key));
    }

    /** Everything that is wrong with the new inputs, and what a change from the old ones leads to. */
    async check(olds: Properties, given: Properties): Promise<dynamic.CheckResult> {
        const { definition, session } = this.access;
        const { settings, claims } = session;
        const news = this.lifecycle.prepare?.(given) ?? given;
        const inputs = resolveAliases(definition, news);
        const failures = checkInputs(definition, news, {
            allowedRegions: settings.allowedRegions,
            partition: session.partition,
        });
        const exists = Object.keys(olds).length > 0;
        const found = exists && failures.length === 0 ? this.access.differences(olds, inputs) : [];
        // A new object can be given everything, so nothing is refused if it is created for another reason.
        const isReplaced = pathsOf(found, "replace").length > 0;
        const judged = new Set(isReplaced ? pathsOf(found, "replace", "refuse") : []);
        for (const owner of [ownerOfInputs(olds), ownerOfInputs(inputs)]) {
            claims.register(definition, owner, { exists, judged });
        }
        const checked = withoutCheckInputs(inputs);
        if (failures.length > 0) return { inputs: checked, failures };
        const refused = isReplaced ? [] : refusedChanges(definition, found, olds, inputs);
        if (refused.length > 0) return { inputs: checked, failures: refused };
        warnOfSharedIds(definition, session, inputs);
        const verdict = await this.lifecycle.checkChange?.({ olds, news: inputs, found });
        if (verdict?.failures !== undefined) return { inputs: checked, failures: verdict.failures };
        if (!isReplaced) warnOfIgnored(definition, session, olds, inputs);
        return { inputs: { ...checked, ...verdict?.inputs } };
    }

    async diff(id: string, olds: Properties, news: Properties): Promise<DetailedDiff> {
        const { access, lifecycle } = this;
        lifecycle.compared?.(id, olds, news);
        access.claimExclusively(id, ownerOfInputs(olds), ownerOfInputs(news));
        access.session.claims.recordAdoption(access.definition, id, olds);
        warnOfOtherAccount(access.definition, access.session, olds, news);
        const { actual } = access.registrationOf(olds, news) ?? {};
        const isActual = actual?.id === id;
        const shown = isActual ? actual.outputs : {};
        const found = access.differences({ ...(await withActualValues(access, id, olds)), ...shown }, news);
        const replaces = pathsOf(found, "replace", "refuse");
        const changing = found.filter(({ change }) => change !== "ignore");
        const nameCollides = access.nameCollides(olds, news);
        const changesOwner = access.changesOwner(olds, news);
        const differing = new Map(changing.map(({ path }) => [path, replaces.includes(path)]));
        const result: DetailedDiff = {
            differing: changesOwner ? differing.set("owner", false) : differing,
            changes: changing.length > 0 || isActual || changesOwner,
            replaces: topLevel(replaces),
            stables: [access.definition.idField],
            deleteBeforeReplace: replaces.length > 0 && (await this.goesFirst(id, olds, news, nameCollides)),
        };
        return (await lifecycle.judge?.({ id, olds, news, replaces, nameCollides }, result)) ?? result;
    }

    /** Whether an object is deleted before its replacement is created, because that one has a name or ids which one object alone can have. */
    private async goesFirst(id: string, olds: Properties, news: Properties, nameCollides: boolean): Promise<boolean> {
        const kind = this.access.requestFor(olds);
        if (!nameCollides) return deletesForSharedIds(kind, id, olds, news);
        await requireFreeName(kind, id);
        return true;
    }

    async create(given: Properties): Promise<dynamic.CreateResult> {
        const { access, lifecycle } = this;
        const { session, definition } = access;
        const inputs = (await lifecycle.creating?.(access.requestFor(given))) ?? given;
        const request = access.requestFor(inputs);
        const { collection } = request;
        const adopted =
            (await adoptExisting(request)) ??
            (await lifecycle.takeBack?.(request)) ??
            (await recoverOrphan(request, async (id, response) => lifecycle.reasonNotToAdopt?.(request, id, response)));
        const { response, listedFrom } =
            adopted === undefined
                ? await createObject(request)
                : { response: adopted, listedFrom: session.clock.now() };
        const id = idOf(definition, response);
        lifecycle.created?.(id, inputs);
        const isNew = adopted === undefined;
        const adoption = isNew ? undefined : session.clock.random().toString(36).slice(2, 8);
        const known = writeNotes(inputs, { setInputs: setInputsMask(definition, inputs), adoption });
        session.claims.recordAdoption(definition, id, known);
        let state: Record<string, unknown> = { ...known, [definition.idField]: id };
        try {
            state = this.toState(known, response);
            const outs = await this.untilReady({ collection, id, inputs: known, state, isNew });
            await lifecycle.warnAboutDuplicates?.(request, listedFrom);
            // What was adopted may have been created for inputs that the program has changed since.
            const tagged = { ...outs, owner: ownershipTagOf(definition, response) ?? outs["owner"] };
            const isDone =
                pathsOf(access.differences(outs, inputs), "update").length === 0 &&
                !access.changesOwner(tagged, inputs);
            return isDone ? { id, outs } : { id, ...(await this.update(id, tagged, inputs)) };
        } catch (error) {
            // Whatever fails from here on keeps the object in the state: one that no state has would be an orphan.
            throw asInitializationError(id, state, inputs, error);
        }
    }

    async read(id: string, properties: Properties): Promise<dynamic.ReadResult> {
        const { definition, session } = this.access;
        const { noun, idField } = definition;
        // A refresh reads what has a state; what the program asks to read (`get`) has none yet.
        const isGet = getPath(properties, idField) === undefined;
        const bare = id.split("/").at(-1) ?? "";
        if (isGet && bare !== id) {
            throw new ReportedError(`get: the id of a ${noun} is the bare "${bare}", not "${id}".`, "CMK1005");
        }
        const response = await this.access.collectionOf(properties).read(id);
        if (response === undefined && isGet) {
            throw new ReportedError(`get: there is no ${noun} ${id} in the account. Correct the id.`, "CMK1005");
        }
        if (response === undefined) {
            this.lifecycle.missing?.(id, properties);
            return { id: "", props: {} };
        }
        session.claims.claim(definition, id, ownerOfInputs(properties));
        session.claims.recordAdoption(definition, id, properties);
        const props = this.toState(properties, response);
        const inputs = isGet ? undefined : refreshedInputs(definition, properties, props, session.settings);
        return inputs === undefined ? { id, props } : { id, props, inputs };
    }

    async update(id: string, state: Properties, news: Properties): Promise<dynamic.UpdateResult> {
        const { access, lifecycle } = this;
        const { definition, session } = access;
        lifecycle.compared?.(id, state, news);
        const olds = await withActualValues(access, id, state);
        const changesOwner = access.changesOwner(olds, news);
        const changed = pathsOf(access.differences(olds, news), "update");
        const { tagsField } = definition;
        if (tagsField !== undefined && changesOwner && !changed.includes(tagsField)) changed.push(tagsField);
        const said = { ...withoutOwnInputs(definition, olds), ...news };
        const noted = writeNotes(said, { setInputs: setInputsMask(definition, news) });
        const collection = access.collectionOf(state);
        const request = { ...access.requestFor(news), collection };
        if (tagsField !== undefined && changed.includes(tagsField)) await access.requireOwnStack(id, olds, news);
        const inputs = changesOwner ? await withExistingTags(request, id) : news;
        const isAsked = { yet: false };
        try {
            if (changed.length > 0) await this.write({ ...request, inputs }, id, changed);
            isAsked.yet = changed.length > 0;
            const response = await collection.get(id);
            if (response === undefined) throw access.gone(id);
            const latest = this.toState(noted, response);
            const ready = await this.untilReady({ collection, id, inputs: noted, state: latest, isNew: false });
            const shown = await waitUntilShown(request, id, ready, changed, (now) => this.toState(noted, now));
            if (changesOwner) await requireOwnTag(request, id, { ...shown, owner: olds["owner"] });
            const kept = keepKnownDrift(definition, session, { id, olds, news, outs: shown });
            const outs = withoutSeen(kept, changed);
            return { outs: lifecycle.updated?.({ olds, news, outs, changed }) ?? outs };
        } catch (error) {
            if (!isAsked.yet && !mayHaveApplied(error)) throw error;
            throw withUnseenChanges(asInitializationError(id, olds, news, error), news, changed);
        }
    }

    /** Deletes the object, unless it belongs to somebody else by now. */
    async delete(id: string, properties: Properties): Promise<void> {
        const ended = this.lifecycle.leaving?.(id, properties);
        try {
            await deleteOwn(this.access, this.lifecycle, id, properties);
        } finally {
            ended?.();
        }
    }

    tell(ids: readonly string[]): Told {
        const { definition, session } = this.access;
        const claims = ids.map((id) => session.claims.tell(definition, id));
        return { claims, ofKind: this.lifecycle.tell?.(ids) ?? [] };
    }

    /** Changes these inputs of an object that exists. */
    private async write(request: Parameters<typeof writeChanges>[0], id: string, changed: readonly string[]) {
        try {
            await writeChanges(request, id, changed);
        } catch (error) {
            const left = await this.lifecycle.afterRefusal?.(request, id, changed, error);
            if (left === undefined) throw error;
            if (left.length > 0) await writeChanges(request, id, left);
        }
    }

    private toState(inputs: Properties, response: Properties): Record<string, unknown> {
        const state = this.access.toState(inputs, response);
        return this.lifecycle.withNotes?.(idOf(this.access.definition, response), state) ?? state;
    }

    private async untilReady(readiness: Readiness): Promise<Record<string, unknown>> {
        return (await this.lifecycle.untilReady?.(readiness)) ?? readiness.state;
    }
}
