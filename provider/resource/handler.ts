import type { dynamic } from "@pulumi/pulumi";

import type { ObjectDefinition, Change, Failure, Field } from "./definition";
import { checkInputs } from "./validation";
import type { Listed } from "../api/collection";
import { NoResponseError, ApiError, ReportedError, UnexpectedResponseError } from "../api/errors";
import { apiPath, toRequestBody, fromResponse } from "./mapping";
import { idOf } from "../api/codec";
import {
    belongsToStack,
    matchTag,
    type OwnershipTag,
    OWNERSHIP_TAG,
    ownerOfInputs,
    generateName,
    formatTag,
} from "../contract/ownership-tag";
// eslint-disable-next-line no-restricted-imports -- until definitions say what references them
import { workspaceObject } from "../objects/workspace/definition";
import { getPath, isRecord, type Properties, setPath, sameValue, getString, UNKNOWN } from "../util/property-path";
import type { Collection } from "../api/collection";
import type { Session } from "../runtime/session";

/** An object exists, but is not as it should be: it stays in the state, with the reason. */
export class InitializationError extends ReportedError {
    readonly reasons: readonly string[];
    constructor(
        readonly id: string,
        /** What is known of the object; `__provider` among it, or it could never be deleted. */
        readonly properties: Properties,
        reason: string,
    ) {
        super(reason);
        this.reasons = [reason];
    }
}

/** One input that differs from what there is, and what that leads to. */
export interface Difference {
    readonly path: string;
    readonly change: Change;
}

/**
 * Runs the life of any object of the account by its description: the engine's calls come in here.
 */
export class ObjectHandler implements dynamic.ResourceProvider {
    /** What of a list was not there before and is no resource's, as far as it was asked for. */
    private readonly unclaimed = new WeakMap<Listed, [string, Properties][]>();

    constructor(
        protected readonly object: ObjectDefinition,
        protected readonly session: Session,
    ) {}

    // The engine waits for it in the first caller alone, so nothing in it may be asynchronous.
    async configure(request: dynamic.ConfigureRequest): Promise<void> {
        this.session.configure((key) => request.config.get(key));
    }

    /** What is wrong with the new inputs, all of it; calls nothing. */
    async check(olds: Properties, news: Properties): Promise<dynamic.CheckResult> {
        const failures = checkInputs(this.object, news, { allowedRegions: this.session.settings.allowedRegions });
        const inputs = this.resolveAliases(news);
        if (failures.length > 0) return { inputs, failures };
        return await this.checkChange(olds, inputs);
    }

    /** What a change from these inputs to those means; called when the new ones are sound by themselves. */
    protected async checkChange(
        olds: Properties,
        news: Record<string, unknown>,
    ): Promise<{ inputs: Record<string, unknown>; failures?: Failure[] }> {
        const replaced = this.differences(olds, news).some(({ change }) => change === "replace");
        for (const [path, { onChange: change, apiPath: api }] of replaced ? [] : Object.entries(this.object.fields)) {
            const [from, to] = [getString(olds, path), getPath(news, path)];
            if (change !== "ignore" || api === null || from === undefined || to === UNKNOWN || to === from) continue;
            this.session.report.warn(
                `${this.label(news)}: ${path} ${to === undefined ? `"${from}" is taken away` : `changes from "${from}" to "${String(to)}"`}. It is a name only, which the ${this.object.noun} keeps as it was made: nothing is changed or replaced.`,
            );
        }
        return { inputs: news };
    }

    /** What a resource is called in lines for the user. */
    protected label(inputs: Properties): string {
        return ownerOfInputs(inputs)?.resource ?? this.object.noun;
    }

    async diff(id: string, olds: Properties, news: Properties): Promise<dynamic.DiffResult> {
        this.claimExclusively(id, ownerOfInputs(olds), ownerOfInputs(news));
        this.session.recordAdoption(this.object, id, olds);
        const differences = this.differences(olds, news);
        const replaces = differences
            .filter(({ change }) => change === "replace")
            .map(({ path }) => path.split(".")[0] ?? path);
        return {
            changes: differences.some(({ change }) => change !== "ignore"),
            replaces: [...new Set(replaces)],
            stables: [this.object.idField],
            deleteBeforeReplace: replaces.length > 0 && this.nameCollides(olds, news),
        };
    }

    async create(inputs: Properties): Promise<dynamic.CreateResult> {
        const collection = this.collectionOf(inputs);
        const owner = ownerOfInputs(inputs);
        const found =
            (await this.adopted(collection, inputs)) ??
            (owner === undefined ? undefined : await this.recoverOrphan(collection, inputs, owner));
        const answer = found ?? (await this.createObject(collection, inputs, owner));
        const id = idOf(this.object, answer);
        const since = this.session.clock.now();
        const known = found === undefined ? inputs : { ...inputs, takenOver: since };
        this.session.recordAdoption(this.object, id, known);
        const outs = await this.waitUntilReady(collection, id, known, this.toState(known, answer));
        if (owner !== undefined) await this.warnAboutDuplicates?.(collection, inputs, owner, since);
        // What was taken over may have been made for inputs that the program has changed since.
        return this.updatedPaths(outs, inputs).length === 0
            ? { id, outs }
            : { id, ...(await this.update(id, outs, inputs)) };
    }

    /** Once an object is made: sees what has appeared beside it since then. */
    protected warnAboutDuplicates?(
        collection: Collection,
        inputs: Properties,
        owner: OwnershipTag,
        since: number,
    ): Promise<void>;

    async read(id: string, properties: Properties): Promise<dynamic.ReadResult> {
        // What a refresh reads has a state; what the program asks to read has none yet.
        const asked = getPath(properties, this.object.idField) === undefined;
        const bare = id.split("/").at(-1) ?? "";
        if (asked && bare !== id) {
            throw new ReportedError(`get: the id of a ${this.object.noun} is the bare "${bare}", not "${id}".`);
        }
        const answer = await this.collectionOf(properties).read(id);
        if (answer === undefined && asked) {
            throw new ReportedError(`get: there is no ${this.object.noun} ${id} in the account. Correct the id.`);
        }
        if (answer === undefined) return { id: "", props: {} };
        this.session.claim(this.object, id, ownerOfInputs(properties));
        this.session.recordAdoption(this.object, id, properties);
        return { id, props: this.toState(properties, answer) };
    }

    async update(id: string, olds: Properties, news: Properties): Promise<dynamic.UpdateResult> {
        const collection = this.collectionOf(olds);
        const changed = this.updatedPaths(olds, news);
        if (changed.length > 0) await this.write(collection, id, news, changed);
        const answer = await collection.get(id);
        if (answer === undefined) throw this.gone(id);
        return { outs: await this.waitUntilReady(collection, id, news, this.toState({ ...olds, ...news }, answer)) };
    }

    /**
     * Deletes the object, unless it was taken over: by another resource of this stack, or by this one again while an earlier
     * replacement of it still waited for its end.
     */
    async delete(id: string, properties: Properties): Promise<void> {
        const owner = ownerOfInputs(properties);
        const other = this.session.ownerOf(this.object, id, owner);
        if (isRecord(other) || this.session.wasAdoptedLater(this.object, id, properties)) {
            const name = (isRecord(other) ? other : owner)?.resource;
            const by = name === undefined ? "another resource" : `"${name}"`;
            this.session.report.info(
                `The ${this.object.noun} ${id} is not deleted: it belongs to ${by} of this stack now.`,
            );
            return;
        }
        this.session.claim(this.object, id, owner);
        await this.remove(id, properties);
    }

    protected async remove(id: string, properties: Properties): Promise<void> {
        await this.collectionOf(properties).delete(id);
    }

    /** Notes that the resource of these marks has this object. Fails where another resource of the stack has it too. */
    private claimExclusively(id: string, ...owners: readonly (OwnershipTag | undefined)[]): void {
        const other = this.session.ownerOf(this.object, id, ...owners);
        if (isRecord(other)) {
            const mine = owners.find((owner) => owner !== undefined)?.resource;
            throw new ReportedError(
                `The ${this.object.noun} ${id} is in this stack's state twice, as "${other.resource}" and as "${mine}". Nothing was changed or deleted. Take the one out of the state that is not meant to have it (\`pulumi state delete <its urn>\`), let it depend on the other in the program (dependsOn), and run \`pulumi up\`: it then gets one of its own.`,
            );
        }
        this.session.claim(this.object, id, ...owners);
    }

    /** Where a change of this input leads. */
    protected changeOf(field: Field, removed: boolean): Change {
        return (removed ? field.onRemoval : undefined) ?? field.onChange ?? "replace";
    }

    /** The inputs that differ between what there is and what is asked for. */
    protected differences(olds: Properties, news: Properties): Difference[] {
        return Object.entries(this.object.fields).flatMap(([path, field]) => {
            if (field.deprecatedAliasOf !== undefined) return [];
            const [actual, asked] = [getPath(olds, path), getPath(news, path)];
            if (asked === undefined && (field.computed === true || actual === undefined)) return [];
            const equal = () => sameValue(asked ?? field.apiDefault, actual ?? field.apiDefault);
            const same = asked !== UNKNOWN && (field.isEqual?.(asked, actual, olds) ?? equal());
            return same ? [] : [{ path, change: this.changeOf(field, asked === undefined) }];
        });
    }

    /** The inputs that an update in place has to change. */
    protected updatedPaths(olds: Properties, news: Properties): string[] {
        return this.differences(olds, news).flatMap(({ path, change }) => (change === "update" ? [path] : []));
    }

    /** Whether a replacement cannot be made while the old object is there, because its name (or the like) is taken. */
    protected nameCollides(olds: Properties, news: Properties): boolean {
        const { nameField, unique = [] } = this.object;
        return [...(nameField === undefined ? [] : [nameField]), ...unique].some(
            (path) => getString(news, path) !== undefined && getPath(news, path) === getPath(olds, path),
        );
    }

    /** Waits until an object that was written is what it should be, and returns its state. */
    protected async waitUntilReady(
        _collection: Collection,
        _id: string,
        _inputs: Properties,
        state: Record<string, unknown>,
    ): Promise<Record<string, unknown>> {
        return state;
    }

    /** The state after an answer: the inputs that the API never shows, and everything that it does. */
    protected toState(inputs: Properties, answer: Properties): Record<string, unknown> {
        const state: Record<string, unknown> = {};
        for (const [path, field] of Object.entries(this.object.fields)) {
            if (field.apiPath === null) setPath(state, path, getPath(inputs, path));
        }
        // Its deletion, which is told of no inputs, knows by these whose the object is.
        for (const name of ["owner", "takenOver"]) if (inputs[name] !== undefined) state[name] = inputs[name];
        return mergeDeep(state, this.toOutputs(answer, this.accountOf(inputs)));
    }

    /** What an answer says of its object, in the words of the program; without this package's own mark. */
    toOutputs(answer: Properties, accountId: string): Record<string, unknown> {
        const { tagsField } = this.object;
        const shown = fromResponse(this.object, answer);
        if (tagsField !== undefined) shown[tagsField] = withoutOwnershipTag(shown[tagsField]);
        return { accountId: getString(answer, "account_id") ?? accountId, ...shown };
    }

    /** The request's body for these inputs, with the mark where the object can bear it. */
    private body(
        inputs: Properties,
        owner: OwnershipTag | undefined,
        only?: readonly string[],
    ): Record<string, unknown> {
        const { tagsField } = this.object;
        if (tagsField === undefined || owner === undefined || only?.includes(tagsField) === false) {
            return toRequestBody(this.object, inputs, only);
        }
        const tags = getPath(inputs, tagsField);
        return toRequestBody(
            this.object,
            { ...inputs, [tagsField]: { ...(isRecord(tags) ? tags : {}), [OWNERSHIP_TAG]: formatTag(owner) } },
            only,
        );
    }

    protected collectionOf(properties: Properties): Collection {
        return this.session.collectionFor(this.object, this.accountOf(properties));
    }

    protected gone(id: string): ReportedError {
        return new ReportedError(
            `The ${this.object.noun} ${id} is no longer there: it was deleted outside Pulumi. Run \`pulumi refresh\`, then \`pulumi up\` makes a new one.`,
        );
    }

    private accountOf(properties: Properties): string {
        return getString(properties, "accountId") ?? this.session.client.accountId;
    }

    /** The inputs, with what the server or this package chose, or what it means, where the program gives nothing. */
    private async withDefaults(collection: Collection, id: string, news: Properties): Promise<Properties> {
        const answer = await collection.get(id);
        if (answer === undefined) throw this.gone(id);
        const [state, whole] = [this.toState(news, answer), { ...news }];
        for (const [path, { computed: serverDecides, apiDefault: otherwise }] of Object.entries(this.object.fields)) {
            if (getPath(whole, path) === undefined)
                setPath(whole, path, serverDecides === true ? getPath(state, path) : otherwise);
        }
        return whole;
    }

    /**
     * The existing object that the program wants to take over, compared with what it asks for. When this stack holds it
     * already for this resource it is being replaced, and its replacement is a new object.
     */
    private async adopted(collection: Collection, inputs: Properties): Promise<Properties | undefined> {
        const [id, owner] = [getString(inputs, "adopt"), ownerOfInputs(inputs)];
        if (id === undefined) return undefined;
        const holder = this.session.ownerOf(this.object, id, owner);
        if (isRecord(holder)) {
            throw new ReportedError(
                `adopt: the ${this.object.noun} ${id} belongs to "${holder.resource}" of this stack already. Use that resource, or take it out of the program first.`,
            );
        }
        if (holder === true) return undefined;
        const answer = await collection.get(id);
        if (answer === undefined) {
            throw new ReportedError(
                `adopt: there is no ${this.object.noun} ${id} in the account. Correct the id, or leave adopt out to make a new one.`,
            );
        }
        const state = this.toState(inputs, answer);
        const different = this.differences(state, inputs).filter(({ change }) => change === "replace");
        if (different.length === 0) {
            this.claimExclusively(id, owner);
            return answer;
        }
        const list = different.map(
            ({ path }) =>
                `${path} is ${JSON.stringify(getPath(state, path) ?? "not set")}, the program says ${JSON.stringify(getPath(inputs, path) ?? "not set")}`,
        );
        throw new ReportedError(
            `adopt: the ${this.object.noun} ${id} differs from the program in what cannot be changed: ${list.join("; ")}. Make the program say what there is. Nothing was changed.`,
        );
    }

    /** Changes these inputs of an object that exists, once. */
    protected async write(
        collection: Collection,
        id: string,
        news: Properties,
        changed: readonly string[],
    ): Promise<void> {
        if (this.object.updateWith === "PUT")
            return collection.replace(id, toRequestBody(this.object, await this.withDefaults(collection, id, news)));
        const body = this.body(news, ownerOfInputs(news), changed);
        try {
            await collection.patch(id, body);
        } catch (error) {
            if (!(error instanceof NoResponseError) || !error.mayHaveApplied) throw error;
            // Whether it took effect is not known: look, and repeat it only if it did not.
            const answer = await collection.get(id);
            if (answer === undefined) throw this.gone(id);
            if (!Object.entries(body).every(([name, value]) => sameValue(answer[name], value)))
                await collection.patch(id, body);
        }
    }

    /**
     * What an interrupted create of this very resource left in the account, if anything, which is this resource's from now
     * on. Such an object is held by no resource of the state and is what the program asks for. It bears the mark (a
     * workspace in its tags, an object whose name this package made in that name) or, where it can bear none, says exactly
     * the same and is younger than the stack's mark. While another object of this resource is held (it is being replaced),
     * it is younger than that one.
     */
    private async recoverOrphan(
        collection: Collection,
        inputs: Properties,
        owner: OwnershipTag,
    ): Promise<Properties | undefined> {
        let answers = await collection.firstList();
        if (!this.carriesOwner(inputs) && this.findOrphan(answers, inputs, owner).found !== undefined) {
            // It may belong to another resource with the same content whose turn has yet to come.
            await this.session.clock.sleep(OTHERS_COME);
            answers = await this.excludeReferencedElsewhere(answers, inputs, owner);
        }
        const { found, others } = this.findOrphan(answers, inputs, owner);
        const { report } = this.session;
        for (const [id, answer] of others) {
            const why = this.matchesInputs(answer, inputs)
                ? `could have been made for "${owner.resource}" of this stack too, which needs no second one`
                : `bears the mark of "${owner.resource}" of this stack, but differs from what the program asks for`;
            report.warn(
                `The ${this.object.noun} ${id} ${why}, so it is left alone. If nobody needs it any more, delete it in the account console.`,
            );
        }
        if (found === undefined) return undefined;
        const [id, answer, doubtful] = found;
        if (doubtful) {
            throw new ReportedError(
                `The ${this.object.noun} ${id} bears the mark of "${owner.resource}" of this stack and is what the program asks for. It was kept by retainOnDelete, or left by an interrupted create: nothing tells which, so nothing was made and nothing taken over. To take it over, give this resource adopt: "${id}". To make a new one, delete that one in the account console if nobody needs it, or give this resource another name in the program.`,
            );
        }
        report.info(
            `The ${this.object.noun} ${id} was left by an interrupted create of "${owner.resource}" of this stack: it is taken over.`,
        );
        this.session.claim(this.object, id, owner);
        return answer;
    }

    /**
     * Without what a workspace of nobody knows whom uses: an interrupted create told no one of what it made, so that is
     * somebody else's, however equal.
     */
    private async excludeReferencedElsewhere(
        answers: ReadonlyMap<string, Properties>,
        inputs: Properties,
        owner: OwnershipTag,
    ): Promise<ReadonlyMap<string, Properties>> {
        const collection = this.session.collectionFor(workspaceObject, this.accountOf(inputs));
        const elsewhere = [...(await collection.list())].flatMap(([id, workspace]) => {
            const tags = getPath(workspace, "custom_tags");
            const ours = isRecord(tags) && belongsToStack(owner, tags[OWNERSHIP_TAG]);
            return ours || this.session.isClaimed(workspaceObject, id) ? [] : Object.values(workspace);
        });
        return new Map([...answers].filter(([id]) => !elsewhere.includes(id)));
    }

    /** What was there before this process began: the object to take over, and whether that is in doubt; and those that only bear the mark. */
    private findOrphan(
        answers: ReadonlyMap<string, Properties>,
        inputs: Properties,
        owner: OwnershipTag,
    ): {
        found: readonly [string, Properties, boolean] | undefined;
        others: readonly (readonly [string, Properties])[];
    } {
        const bears = this.ownershipTest(inputs, owner);
        // Some kinds say no time: a mark is then enough, a content that others may have too is not.
        const marks = this.carriesOwner(inputs);
        const bearers = [...answers].filter(([, answer]) => bears(answer) !== undefined);
        const held = bearers.filter(([id]) => this.session.ownerOf(this.object, id, owner) === true);
        const since = Math.max(owner.since - CLOCK_SKEW, ...held.map(([, answer]) => creationTime(answer) ?? 0));
        const left = bearers.filter(
            ([id, answer]) =>
                !this.session.isClaimed(this.object, id) && (creationTime(answer) ?? (marks ? since : 0)) >= since,
        );
        const found = left.find(([, answer]) => this.matchesInputs(answer, inputs));
        const others = left.filter((one) => one !== found);
        if (found === undefined) return { found, others };
        const [id, answer] = found;
        // One that is younger than what the resource holds can only be meant for its place: what is kept was held before.
        return { found: [id, answer, held.length === 0 && bears(answer)?.retained === true], others };
    }

    /** Whether the object is what the program asks for, but for what can be changed in place. */
    private matchesInputs(answer: Properties, inputs: Properties): boolean {
        return this.differences(this.toState(inputs, answer), inputs).every(({ change }) => change !== "replace");
    }

    /** Whether an object that is made for these inputs bears the mark, in its tags or its name. */
    private carriesOwner(inputs: Properties): boolean {
        const { tagsField, nameField } = this.object;
        return tagsField !== undefined || (nameField !== undefined && getPath(inputs, nameField) === undefined);
    }

    /** What tells the objects that were made for this resource from all others, and whether one may have been kept on purpose. */
    private ownershipTest(
        inputs: Properties,
        owner: OwnershipTag,
    ): (answer: Properties) => { retained: boolean } | undefined {
        const { tagsField, nameField, fields } = this.object;
        const tags = tagsField === undefined ? undefined : fields[tagsField];
        if (tagsField !== undefined && tags !== undefined) {
            const place = apiPath(tagsField, tags) ?? tagsField;
            return (answer) => {
                const shown = getPath(answer, place);
                const made = isRecord(shown) ? matchTag(owner, shown[OWNERSHIP_TAG]) : undefined;
                return made && { retained: made.retained || owner.retained };
            };
        }
        // What is no workspace holds nothing of its own: one that was kept and is asked for again may be taken over.
        const ours = { retained: false };
        const name = nameField === undefined ? undefined : fields[nameField];
        if (nameField !== undefined && name !== undefined && getPath(inputs, nameField) === undefined) {
            const place = apiPath(nameField, name) ?? nameField;
            const { namePrefix } = owner;
            return (answer) => (getString(answer, place)?.startsWith(namePrefix) === true ? ours : undefined);
        }
        return (answer) => (this.differences(this.toState(inputs, answer), inputs).length === 0 ? ours : undefined);
    }

    /** A new object, which is this resource's from now on. */
    private async createObject(
        collection: Collection,
        inputs: Properties,
        owner: OwnershipTag | undefined,
    ): Promise<Properties> {
        const { clock, settings, report } = this.session;
        const { nameField, noun } = this.object;
        const named =
            nameField === undefined || getPath(inputs, nameField) !== undefined
                ? inputs
                : { ...inputs, [nameField]: generateName(owner, noun, clock.random()) };
        const body = this.body(named, owner);
        const end = clock.now() + settings.validationTimeout;
        let lost = false;
        for (let attempt = 0; ; attempt++) {
            try {
                const answer = await collection.create(body);
                const id = idOf(this.object, answer);
                if (!this.session.isClaimed(this.object, id)) {
                    this.session.claim(this.object, id, owner);
                    return answer;
                }
                // A create of the same content, whose own answer was lost, took it for its own: what that one made is ours.
                const twin = owner && (await this.findLostCreate(collection, inputs, owner));
                if (twin !== undefined) return twin;
            } catch (error) {
                // What is refused because its name is taken may be what an earlier POST made late; an answer of a strange
                // shape is about something, too. Neither is a reason to ask once more.
                const late = lost && error instanceof ApiError && error.kind === "conflict";
                const strange = error instanceof UnexpectedResponseError;
                const unknown = error instanceof NoResponseError && error.mayHaveApplied;
                lost ||= unknown;
                if ((unknown || late || strange) && owner !== undefined && attempt < 5) {
                    const found = await this.findLostCreate(collection, inputs, owner);
                    if (found !== undefined) return found;
                    if (!unknown) throw error;
                } else if (error instanceof ApiError && error.kind === "validation" && clock.now() < end) {
                    report.progress(
                        `${owner?.resource ?? noun}: waiting until Databricks can use the fresh role or bucket (${error.detail})`,
                    );
                    await clock.sleep(Math.min(1000 * 2 ** attempt, 10_000, end - clock.now()));
                } else {
                    throw error;
                }
            }
        }
    }

    /**
     * What a POST of this process made, whose answer was lost: it was not there before, and no other resource has it. The
     * service may still be at it, so a first look that finds nothing is not the last.
     */
    private async findLostCreate(
        collection: Collection,
        inputs: Properties,
        owner: OwnershipTag,
    ): Promise<Properties | undefined> {
        for (const pause of [0, ...LOOK_AGAIN]) {
            if (pause > 0) await this.session.clock.sleep(pause);
            const [before, now] = [await collection.firstList(), await collection.list()];
            const found = this.newUnclaimed(before, now, inputs, owner).find(([, answer]) =>
                this.matchesInputs(answer, inputs),
            );
            if (found === undefined) continue;
            this.session.claim(this.object, found[0], owner);
            return found[1];
        }
        return undefined;
    }

    /** What bears the mark (or says the same), was not there before, and is no resource's. */
    protected newUnclaimed(
        before: Listed,
        now: Listed,
        inputs: Properties,
        owner: OwnershipTag,
    ): [string, Properties][] {
        const bears = this.ownershipTest(inputs, owner);
        // A thousand creates ask about the same list: what has a resource keeps it, so the rest gets shorter.
        const rest = (this.unclaimed.get(now) ?? [...now].filter(([id]) => !before.has(id))).filter(
            ([id]) => !this.session.isClaimed(this.object, id),
        );
        this.unclaimed.set(now, rest);
        return rest.filter(([, answer]) => bears(answer) !== undefined);
    }

    /** The inputs with older names of an input given their name of today. */
    private resolveAliases(inputs: Properties): Record<string, unknown> {
        const today = Object.entries(inputs).flatMap(([name, value]) =>
            value === undefined || value === null ? [] : [[this.object.fields[name]?.deprecatedAliasOf ?? name, value]],
        );
        return Object.fromEntries(today);
    }
}

/** How far this machine's clock may be ahead of the service's, in milliseconds. */
const CLOCK_SKEW = 60_000;

/** How long a create that found its object by its content alone waits for other resources that may have it, in milliseconds. */
const OTHERS_COME = 2_000;

/** The pauses between looks for what a POST with a lost answer made, in milliseconds. */
const LOOK_AGAIN = [1_000, 3_000, 6_000];

function creationTime(answer: Properties): number | undefined {
    const time = getPath(answer, "creation_time");
    return typeof time === "number" ? time : undefined;
}

function withoutOwnershipTag(tags: unknown): unknown {
    if (!isRecord(tags)) return tags;
    const rest = Object.entries(tags).filter(([key]) => key !== OWNERSHIP_TAG);
    return rest.length === 0 ? undefined : Object.fromEntries(rest);
}

function mergeDeep(base: Record<string, unknown>, more: Properties): Record<string, unknown> {
    for (const [name, value] of Object.entries(more)) {
        if (value === undefined) continue;
        const there = base[name];
        base[name] = isRecord(there) && isRecord(value) ? mergeDeep({ ...there }, value) : value;
    }
    return base;
}
