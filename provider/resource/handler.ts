import type { dynamic } from "@pulumi/pulumi";

import { ReportedError } from "../api/errors";
import { ownerOfInputs } from "../contract/ownership-tag";
import { getPath, isRecord, type Properties } from "../util/property-path";
import { ObjectAccess } from "./access";
import { adoptExisting } from "./adoption";
import { createObject, type CreateRequest } from "./create";
import { type Difference, givenBits, pathsOf, topLevel } from "./diff";
import { deletesForSharedIds, warnOfSharedIds } from "./exclusive";
import { InitializationError } from "./errors";
import { idOf } from "../api/codec";
import { messageOf } from "../util/error-message";
import { withoutOwnInputs } from "./mapping";
import { ownershipTagOf } from "./ownership";
import { recoverOrphan } from "./recovery";
import { keepKnownDrift, refreshedInputs } from "./refresh";
import { requireFreeName, requireUnused } from "./references";
import { requireOwnTag, waitUntilShown, withExistingTags } from "./update";
import {
    changedSince,
    hasUnseenChanges,
    mayHaveApplied,
    withActualValues,
    withoutSeen,
    withUnseenChanges,
} from "./unseen-changes";
import { checkInputs, refusedChanges, resolveAliases, warnOfIgnored } from "./validation";

/**
 * The engine's calls for any object of the account, by its definition. What a kind does differently, a subclass says in the
 * protected methods.
 */
export class ObjectHandler extends ObjectAccess implements dynamic.ResourceProvider {
    // The engine awaits it in the first caller alone, so nothing in it may be asynchronous.
    async configure(request: dynamic.ConfigureRequest): Promise<void> {
        this.session.configure((key) => request.config.get(key));
    }

    /** Everything that is wrong with the new inputs, and what a change from the old ones leads to. */
    async check(olds: Properties, news: Properties): Promise<dynamic.CheckResult> {
        const { settings, claims } = this.session;
        const inputs = resolveAliases(this.definition, news);
        const failures = checkInputs(this.definition, news, { allowedRegions: settings.allowedRegions });
        const exists = Object.keys(olds).length > 0;
        const found = exists && failures.length === 0 ? this.differences(olds, inputs) : [];
        // A new object can be given everything, so nothing is refused where it is created for another reason.
        const isReplaced = pathsOf(found, "replace").length > 0;
        const judged = new Set(isReplaced ? pathsOf(found, "replace", "refuse") : []);
        for (const owner of [ownerOfInputs(olds), ownerOfInputs(inputs)]) {
            claims.register(this.definition, owner, { exists, judged });
        }
        if (failures.length > 0) return { inputs, failures };
        const refused = isReplaced ? [] : refusedChanges(this.definition, found, olds, inputs);
        if (refused.length > 0) return { inputs, failures: refused };
        warnOfSharedIds(this.definition, this.session, inputs);
        return this.checkChange(olds, inputs, found);
    }

    /** What a change leads to that can be judged by the inputs; called when the new ones are valid. */
    protected async checkChange(
        olds: Properties,
        news: Record<string, unknown>,
        found: readonly Difference[],
    ): Promise<dynamic.CheckResult> {
        if (pathsOf(found, "replace").length === 0) warnOfIgnored(this.definition, this.session, olds, news);
        return { inputs: news };
    }

    async diff(id: string, olds: Properties, news: Properties): Promise<dynamic.DiffResult> {
        this.claimExclusively(id, ownerOfInputs(olds), ownerOfInputs(news));
        this.session.claims.recordAdoption(this.definition, id, olds);
        const { actual } = this.registrationOf(olds, news) ?? {};
        const found = this.differences({ ...(await this.withActual(id, olds)), ...actual }, news);
        const replaces = pathsOf(found, "replace", "refuse");
        const nameCollides = replaces.length > 0 && this.nameCollides(olds, news);
        if (replaces.length > 0) await this.judgeReplacement?.(id, olds, news, replaces);
        if (nameCollides) await requireFreeName(this.definition, this.session, id, this.contextOf(olds));
        const deleteBeforeReplace = nameCollides || (replaces.length > 0 && (await this.frees(id, olds, news)));
        return {
            changes:
                found.some(({ change }) => change !== "ignore") ||
                actual !== undefined ||
                this.changesOwner(olds, news),
            replaces: topLevel(replaces),
            stables: [this.definition.idField],
            deleteBeforeReplace,
        };
    }

    /** Whether an object that nothing uses is deleted first, because its replacement names what one object alone can have. */
    private frees(id: string, olds: Properties, news: Properties): Promise<boolean> {
        return deletesForSharedIds(this.definition, this.session, { id, olds, news, context: this.contextOf(olds) });
    }

    /**
     * Says what a replacement costs, or fails where it must not happen. The one place that decides it, because only a diff sees
     * what exists.
     */
    protected judgeReplacement?(
        id: string,
        olds: Properties,
        news: Properties,
        paths: readonly string[],
    ): Promise<void>;

    async create(inputs: Properties): Promise<dynamic.CreateResult> {
        const request = this.requestFor(inputs);
        const { session, definition } = this;
        const adopted =
            (await adoptExisting(request)) ??
            (await this.takeBack?.(request)) ??
            (await recoverOrphan(request, async (id, response) => this.acceptOrphan?.(request, id, response)));
        const { response, listedFrom } =
            adopted === undefined
                ? await createObject(request)
                : { response: adopted, listedFrom: session.clock.now() };
        const id = idOf(definition, response);
        const given = { ...inputs, given: givenBits(definition, inputs) };
        const known =
            adopted === undefined ? given : { ...given, adoption: session.clock.random().toString(36).slice(2, 8) };
        session.claims.recordAdoption(definition, id, known);
        return this.keepingState(id, known, response, async (state) => {
            const { collection } = request;
            const outs = await this.waitUntilReady({
                collection,
                id,
                inputs: known,
                state,
                isNew: adopted === undefined,
            });
            await this.warnAboutDuplicates?.(request, listedFrom);
            // What was adopted may have been created for inputs that the program has changed since.
            const tagged = { ...outs, owner: ownershipTagOf(definition, response) ?? outs["owner"] };
            const isDone =
                pathsOf(this.differences(outs, inputs), "update").length === 0 && !this.changesOwner(tagged, inputs);
            return isDone ? { id, outs } : { id, ...(await this.update(id, tagged, inputs)) };
        });
    }

    /** An object that the resource had before, that still exists and that the program asks for again; `undefined`: there is none. */
    protected takeBack?(request: CreateRequest): Promise<Properties | undefined>;

    /** After an object is created: looks for others that a POST created whose response was lost, this run's or an earlier one's. */
    protected warnAboutDuplicates?(request: CreateRequest, since: number): Promise<void>;

    /** Why an object that an interrupted create seems to have left is not adopted without being asked; `undefined`: it is. */
    protected acceptOrphan?(request: CreateRequest, id: string, response: Properties): Promise<string | undefined>;

    async read(id: string, properties: Properties): Promise<dynamic.ReadResult> {
        const { noun, idField } = this.definition;
        // A refresh reads what has a state; what the program asks to read (`get`) has none yet.
        const isGet = getPath(properties, idField) === undefined;
        const bare = id.split("/").at(-1) ?? "";
        if (isGet && bare !== id) {
            throw new ReportedError(`get: the id of a ${noun} is the bare "${bare}", not "${id}".`);
        }
        const response = await this.collectionOf(properties).read(id);
        if (response === undefined && isGet) {
            throw new ReportedError(`get: there is no ${noun} ${id} in the account. Correct the id.`);
        }
        if (response === undefined) return { id: "", props: {} };
        this.session.claims.claim(this.definition, id, ownerOfInputs(properties));
        this.session.claims.recordAdoption(this.definition, id, properties);
        const props = this.toState(properties, response);
        const inputs = isGet ? undefined : refreshedInputs(this.definition, properties, props, this.session.settings);
        return inputs === undefined ? { id, props } : { id, props, inputs };
    }

    async update(id: string, state: Properties, news: Properties): Promise<dynamic.UpdateResult> {
        const collection = this.collectionOf(state);
        const olds = await this.withActual(id, state);
        const changed = pathsOf(this.differences(olds, news), "update");
        const { tagsField } = this.definition;
        if (tagsField !== undefined && this.changesOwner(olds, news) && !changed.includes(tagsField)) {
            changed.push(tagsField);
        }
        const given = { ...withoutOwnInputs(this.definition, olds), ...news, given: givenBits(this.definition, news) };
        const request = { ...this.requestFor(news), collection };
        if (tagsField !== undefined && changed.includes(tagsField)) await this.requireOwnStack(id, olds, news);
        const inputs = this.changesOwner(olds, news) ? await withExistingTags(request, id) : news;
        const isAsked = { yet: false };
        try {
            if (changed.length > 0) await this.write(collection, id, inputs, changed);
            isAsked.yet = changed.length > 0;
            const response = await collection.get(id);
            if (response === undefined) throw this.gone(id);
            const latest = this.toState(given, response);
            const ready = await this.waitUntilReady({ collection, id, inputs: given, state: latest, isNew: false });
            const outs = await waitUntilShown(request, id, ready, changed, (now) => this.toState(given, now));
            if (this.changesOwner(olds, news)) await requireOwnTag(request, id, { ...outs, owner: olds["owner"] });
            const kept = keepKnownDrift(this.definition, this.session, { id, olds, news, outs });
            return { outs: withoutSeen(kept, changed) };
        } catch (error) {
            if (!isAsked.yet && !mayHaveApplied(error)) throw error;
            const properties = { ...olds, __provider: news["__provider"] };
            throw withUnseenChanges(
                error instanceof InitializationError
                    ? error
                    : new InitializationError(id, properties, messageOf(error)),
                news,
                changed,
            );
        }
    }

    /** The state, with what the account shows by now of changes that were asked for before and not seen then. */
    private async withActual(id: string, state: Properties): Promise<Properties> {
        if (!hasUnseenChanges(state)) return state;
        const response = await this.collectionOf(state).read(id);
        if (response === undefined) return state;
        const actual = this.toOutputs(response, this.contextOf(state).accountId);
        const changed = changedSince(state, actual);
        if (changed.length > 0) {
            this.session.report.info(
                `${this.label(state)}: the service was asked earlier to change ${changed.join(" and ")} of the ${this.definition.noun} ${id}, and has done so since.`,
            );
        }
        return withActualValues(state, actual);
    }

    /**
     * Deletes the object, unless it belongs to somebody else by now: to another resource of this stack, to this one through a
     * later state entry, or to another stack.
     */
    async delete(id: string, properties: Properties): Promise<void> {
        const { claims, report } = this.session;
        const owner = ownerOfInputs(properties);
        const other = claims.ownerOf(this.definition, id, owner);
        if (isRecord(other) || claims.wasAdoptedLater(this.definition, id, properties)) {
            const name = (isRecord(other) ? other : owner)?.resource;
            const by = name === undefined ? "another resource" : `"${name}"`;
            report.info(`The ${this.definition.noun} ${id} is not deleted: it belongs to ${by} of this stack now.`);
            return;
        }
        if (await this.belongsToOtherStack(id, properties)) {
            report.warn(
                `The ${this.definition.noun} ${id} is not deleted: its ownership tag names another stack, which has it now.`,
            );
            return;
        }
        claims.claim(this.definition, id, owner);
        await requireUnused(this.definition, this.session, id, this.contextOf(properties));
        await this.remove(id, properties);
    }
}
