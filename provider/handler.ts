import type { dynamic } from "@pulumi/pulumi";

import type { AccountObject, Change, Failure, Field } from "./account-object";
import { checkInputs } from "./check";
import type { Listed } from "./collection";
import { NoAnswerError, RefusedError, ReportedError, UnexpectedAnswerError } from "./client/errors";
import { apiPath, bodyOf, idOf, propertiesOf } from "./dialect";
import { madeByStack, madeFor, type Mark, MARK_TAG, markOf, nameFor, tagOf } from "./mark";
import { workspaceObject } from "./objects/workspace";
import { at, isRecord, type Properties, put, sameValue, textAt, UNKNOWN } from "./properties";
import type { Place, Session } from "./session";

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
        protected readonly object: AccountObject,
        protected readonly session: Session,
    ) {}

    // The engine waits for it in the first caller alone, so nothing in it may be asynchronous.
    async configure(request: dynamic.ConfigureRequest): Promise<void> {
        this.session.configure((key) => request.config.get(key));
    }

    /** What is wrong with the new inputs, all of it; calls nothing. */
    async check(olds: Properties, news: Properties): Promise<dynamic.CheckResult> {
        const failures = checkInputs(this.object, news, { allowedRegions: this.session.settings.allowedRegions });
        const inputs = this.withTodaysNames(news);
        if (failures.length > 0) return { inputs, failures };
        return await this.checkChange(olds, inputs);
    }

    /** What a change from these inputs to those means; called when the new ones are sound by themselves. */
    protected async checkChange(
        olds: Properties,
        news: Record<string, unknown>,
    ): Promise<{ inputs: Record<string, unknown>; failures?: Failure[] }> {
        const replaced = this.differences(olds, news).some(({ change }) => change === "replace");
        for (const [path, { change, api }] of replaced ? [] : Object.entries(this.object.fields)) {
            const [from, to] = [textAt(olds, path), at(news, path)];
            if (change !== "ignore" || api === null || from === undefined || to === UNKNOWN || to === from) continue;
            this.session.report.warn(
                `${this.label(news)}: ${path} ${to === undefined ? `"${from}" is taken away` : `changes from "${from}" to "${String(to)}"`}. It is a name only, which the ${this.object.noun} keeps as it was made: nothing is changed or replaced.`,
            );
        }
        return { inputs: news };
    }

    /** What a resource is called in lines for the user. */
    protected label(inputs: Properties): string {
        return markOf(inputs)?.resource ?? this.object.noun;
    }

    async diff(id: string, olds: Properties, news: Properties): Promise<dynamic.DiffResult> {
        this.holdAlone(id, markOf(olds), markOf(news));
        this.session.take(this.object, id, olds);
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
        const place = this.placeOf(inputs);
        const mark = markOf(inputs);
        const found =
            (await this.adopted(place, inputs)) ??
            (mark === undefined ? undefined : await this.takenOver(place, inputs, mark));
        const answer = found ?? (await this.made(place, inputs, mark));
        const id = idOf(this.object, answer);
        const since = this.session.clock.now();
        const known = found === undefined ? inputs : { ...inputs, takenOver: since };
        this.session.take(this.object, id, known);
        const outs = await this.settled(place, id, known, this.stateOf(known, answer));
        if (mark !== undefined) await this.lookAround?.(place, inputs, mark, since);
        // What was taken over may have been made for inputs that the program has changed since.
        return this.changed(outs, inputs).length === 0
            ? { id, outs }
            : { id, ...(await this.update(id, outs, inputs)) };
    }

    /** Once an object is made: sees what has appeared beside it since then. */
    protected lookAround?(place: Place, inputs: Properties, mark: Mark, since: number): Promise<void>;

    async read(id: string, properties: Properties): Promise<dynamic.ReadResult> {
        // What a refresh reads has a state; what the program asks to read has none yet.
        const asked = at(properties, this.object.idField) === undefined;
        const bare = id.split("/").at(-1) ?? "";
        if (asked && bare !== id) {
            throw new ReportedError(`get: the id of a ${this.object.noun} is the bare "${bare}", not "${id}".`);
        }
        const answer = await this.placeOf(properties).collection.read(id);
        if (answer === undefined && asked) {
            throw new ReportedError(`get: there is no ${this.object.noun} ${id} in the account. Correct the id.`);
        }
        if (answer === undefined) return { id: "", props: {} };
        this.session.hold(this.object, id, markOf(properties));
        this.session.take(this.object, id, properties);
        return { id, props: this.stateOf(properties, answer) };
    }

    async update(id: string, olds: Properties, news: Properties): Promise<dynamic.UpdateResult> {
        const place = this.placeOf(olds);
        const changed = this.changed(olds, news);
        if (changed.length > 0) await this.write(place, id, news, changed);
        const answer = await place.collection.get(id);
        if (answer === undefined) throw this.gone(id);
        return { outs: await this.settled(place, id, news, this.stateOf({ ...olds, ...news }, answer)) };
    }

    /**
     * Deletes the object, unless it was taken over: by another resource of this stack, or by this one again while an earlier
     * replacement of it still waited for its end.
     */
    async delete(id: string, properties: Properties): Promise<void> {
        const mark = markOf(properties);
        const other = this.session.holder(this.object, id, mark);
        if (isRecord(other) || this.session.tookLater(this.object, id, properties)) {
            const name = (isRecord(other) ? other : mark)?.resource;
            const owner = name === undefined ? "another resource" : `"${name}"`;
            this.session.report.info(
                `The ${this.object.noun} ${id} is not deleted: it belongs to ${owner} of this stack now.`,
            );
            return;
        }
        this.session.hold(this.object, id, mark);
        await this.remove(id, properties);
    }

    protected async remove(id: string, properties: Properties): Promise<void> {
        await this.placeOf(properties).collection.delete(id);
    }

    /** Notes that the resource of these marks has this object. Fails where another resource of the stack has it too. */
    private holdAlone(id: string, ...marks: readonly (Mark | undefined)[]): void {
        const other = this.session.holder(this.object, id, ...marks);
        if (isRecord(other)) {
            const mine = marks.find((mark) => mark !== undefined)?.resource;
            throw new ReportedError(
                `The ${this.object.noun} ${id} is in this stack's state twice, as "${other.resource}" and as "${mine}". Nothing was changed or deleted. Take the one out of the state that is not meant to have it (\`pulumi state delete <its urn>\`), let it depend on the other in the program (dependsOn), and run \`pulumi up\`: it then gets one of its own.`,
            );
        }
        this.session.hold(this.object, id, ...marks);
    }

    /** Where a change of this input leads. */
    protected changeOf(field: Field, removed: boolean): Change {
        return (removed ? field.removal : undefined) ?? field.change ?? "replace";
    }

    /** The inputs that differ between what there is and what is asked for. */
    protected differences(olds: Properties, news: Properties): Difference[] {
        return Object.entries(this.object.fields).flatMap(([path, field]) => {
            if (field.oldNameOf !== undefined) return [];
            const [actual, asked] = [at(olds, path), at(news, path)];
            if (asked === undefined && (field.serverDecides === true || actual === undefined)) return [];
            const equal = () => sameValue(asked ?? field.otherwise, actual ?? field.otherwise);
            const same = asked !== UNKNOWN && (field.same?.(asked, actual, olds) ?? equal());
            return same ? [] : [{ path, change: this.changeOf(field, asked === undefined) }];
        });
    }

    /** The inputs that an update in place has to change. */
    protected changed(olds: Properties, news: Properties): string[] {
        return this.differences(olds, news).flatMap(({ path, change }) => (change === "update" ? [path] : []));
    }

    /** Whether a replacement cannot be made while the old object is there, because its name (or the like) is taken. */
    protected nameCollides(olds: Properties, news: Properties): boolean {
        const { nameField, unique = [] } = this.object;
        return [...(nameField === undefined ? [] : [nameField]), ...unique].some(
            (path) => textAt(news, path) !== undefined && at(news, path) === at(olds, path),
        );
    }

    /** Waits until an object that was written is what it should be, and returns its state. */
    protected async settled(
        _place: Place,
        _id: string,
        _inputs: Properties,
        state: Record<string, unknown>,
    ): Promise<Record<string, unknown>> {
        return state;
    }

    /** The state after an answer: the inputs that the API never shows, and everything that it does. */
    protected stateOf(inputs: Properties, answer: Properties): Record<string, unknown> {
        const state: Record<string, unknown> = {};
        for (const [path, field] of Object.entries(this.object.fields)) {
            if (field.api === null) put(state, path, at(inputs, path));
        }
        // Its deletion, which is told of no inputs, knows by these whose the object is.
        for (const name of ["mark", "takenOver"]) if (inputs[name] !== undefined) state[name] = inputs[name];
        return mergeDeep(state, this.shown(answer, this.accountOf(inputs)));
    }

    /** What an answer says of its object, in the words of the program; without this package's own mark. */
    shown(answer: Properties, accountId: string): Record<string, unknown> {
        const { tagsField } = this.object;
        const shown = propertiesOf(this.object, answer);
        if (tagsField !== undefined) shown[tagsField] = withoutMark(shown[tagsField]);
        return { accountId: textAt(answer, "account_id") ?? accountId, ...shown };
    }

    /** The request's body for these inputs, with the mark where the object can bear it. */
    private body(inputs: Properties, mark: Mark | undefined, only?: readonly string[]): Record<string, unknown> {
        const { tagsField } = this.object;
        if (tagsField === undefined || mark === undefined || only?.includes(tagsField) === false) {
            return bodyOf(this.object, inputs, only);
        }
        const tags = at(inputs, tagsField);
        return bodyOf(
            this.object,
            { ...inputs, [tagsField]: { ...(isRecord(tags) ? tags : {}), [MARK_TAG]: tagOf(mark) } },
            only,
        );
    }

    protected placeOf(properties: Properties): Place {
        return this.session.place(this.object, this.accountOf(properties));
    }

    protected gone(id: string): ReportedError {
        return new ReportedError(
            `The ${this.object.noun} ${id} is no longer there: it was deleted outside Pulumi. Run \`pulumi refresh\`, then \`pulumi up\` makes a new one.`,
        );
    }

    private accountOf(properties: Properties): string {
        return textAt(properties, "accountId") ?? this.session.client.accountId;
    }

    /** The inputs, with what the server or this package chose, or what it means, where the program gives nothing. */
    private async whole(place: Place, id: string, news: Properties): Promise<Properties> {
        const answer = await place.collection.get(id);
        if (answer === undefined) throw this.gone(id);
        const [state, whole] = [this.stateOf(news, answer), { ...news }];
        for (const [path, { serverDecides, otherwise }] of Object.entries(this.object.fields)) {
            if (at(whole, path) === undefined) put(whole, path, serverDecides === true ? at(state, path) : otherwise);
        }
        return whole;
    }

    /**
     * The existing object that the program wants to take over, compared with what it asks for. When this stack holds it
     * already for this resource it is being replaced, and its replacement is a new object.
     */
    private async adopted(place: Place, inputs: Properties): Promise<Properties | undefined> {
        const [id, mark] = [textAt(inputs, "adopt"), markOf(inputs)];
        if (id === undefined) return undefined;
        const holder = this.session.holder(this.object, id, mark);
        if (isRecord(holder)) {
            throw new ReportedError(
                `adopt: the ${this.object.noun} ${id} belongs to "${holder.resource}" of this stack already. Use that resource, or take it out of the program first.`,
            );
        }
        if (holder === true) return undefined;
        const answer = await place.collection.get(id);
        if (answer === undefined) {
            throw new ReportedError(
                `adopt: there is no ${this.object.noun} ${id} in the account. Correct the id, or leave adopt out to make a new one.`,
            );
        }
        const state = this.stateOf(inputs, answer);
        const different = this.differences(state, inputs).filter(({ change }) => change === "replace");
        if (different.length === 0) {
            this.holdAlone(id, mark);
            return answer;
        }
        const list = different.map(
            ({ path }) =>
                `${path} is ${JSON.stringify(at(state, path) ?? "not set")}, the program says ${JSON.stringify(at(inputs, path) ?? "not set")}`,
        );
        throw new ReportedError(
            `adopt: the ${this.object.noun} ${id} differs from the program in what cannot be changed: ${list.join("; ")}. Make the program say what there is. Nothing was changed.`,
        );
    }

    /** Changes these inputs of an object that exists, once. */
    protected async write(place: Place, id: string, news: Properties, changed: readonly string[]): Promise<void> {
        if (this.object.updateWith === "PUT")
            return place.collection.replace(id, bodyOf(this.object, await this.whole(place, id, news)));
        const body = this.body(news, markOf(news), changed);
        try {
            await place.collection.patch(id, body);
        } catch (error) {
            if (!(error instanceof NoAnswerError) || !error.effectPossible) throw error;
            // Whether it took effect is not known: look, and repeat it only if it did not.
            const answer = await place.collection.get(id);
            if (answer === undefined) throw this.gone(id);
            if (!Object.entries(body).every(([name, value]) => sameValue(answer[name], value)))
                await place.collection.patch(id, body);
        }
    }

    /**
     * What an interrupted create of this very resource left in the account, if anything, which is this resource's from now
     * on. Such an object is held by no resource of the state and is what the program asks for. It bears the mark (a
     * workspace in its tags, an object whose name this package made in that name) or, where it can bear none, says exactly
     * the same and is younger than the stack's mark. While another object of this resource is held (it is being replaced),
     * it is younger than that one.
     */
    private async takenOver(place: Place, inputs: Properties, mark: Mark): Promise<Properties | undefined> {
        let answers = await place.collection.firstList();
        if (!this.marks(inputs) && this.leftBehind(answers, inputs, mark).found !== undefined) {
            // It may belong to another resource with the same content whose turn has yet to come.
            await this.session.clock.sleep(OTHERS_COME);
            answers = await this.notInUseElsewhere(answers, inputs, mark);
        }
        const { found, others } = this.leftBehind(answers, inputs, mark);
        const { report } = this.session;
        for (const [id, answer] of others) {
            const why = this.isAsked(answer, inputs)
                ? `could have been made for "${mark.resource}" of this stack too, which needs no second one`
                : `bears the mark of "${mark.resource}" of this stack, but differs from what the program asks for`;
            report.warn(
                `The ${this.object.noun} ${id} ${why}, so it is left alone. If nobody needs it any more, delete it in the account console.`,
            );
        }
        if (found === undefined) return undefined;
        const [id, answer, doubtful] = found;
        if (doubtful) {
            throw new ReportedError(
                `The ${this.object.noun} ${id} bears the mark of "${mark.resource}" of this stack and is what the program asks for. It was kept by retainOnDelete, or left by an interrupted create: nothing tells which, so nothing was made and nothing taken over. To take it over, give this resource adopt: "${id}". To make a new one, delete that one in the account console if nobody needs it, or give this resource another name in the program.`,
            );
        }
        report.info(
            `The ${this.object.noun} ${id} was left by an interrupted create of "${mark.resource}" of this stack: it is taken over.`,
        );
        this.session.hold(this.object, id, mark);
        return answer;
    }

    /**
     * Without what a workspace of nobody knows whom uses: an interrupted create told no one of what it made, so that is
     * somebody else's, however equal.
     */
    private async notInUseElsewhere(
        answers: ReadonlyMap<string, Properties>,
        inputs: Properties,
        mark: Mark,
    ): Promise<ReadonlyMap<string, Properties>> {
        const { collection } = this.session.place(workspaceObject, this.accountOf(inputs));
        const elsewhere = [...(await collection.list())].flatMap(([id, workspace]) => {
            const tags = at(workspace, "custom_tags");
            const ours = isRecord(tags) && madeByStack(mark, tags[MARK_TAG]);
            return ours || this.session.holds(workspaceObject, id) ? [] : Object.values(workspace);
        });
        return new Map([...answers].filter(([id]) => !elsewhere.includes(id)));
    }

    /** What was there before this process began: the object to take over, and whether that is in doubt; and those that only bear the mark. */
    private leftBehind(
        answers: ReadonlyMap<string, Properties>,
        inputs: Properties,
        mark: Mark,
    ): {
        found: readonly [string, Properties, boolean] | undefined;
        others: readonly (readonly [string, Properties])[];
    } {
        const bears = this.bearing(inputs, mark);
        // Some kinds say no time: a mark is then enough, a content that others may have too is not.
        const marks = this.marks(inputs);
        const bearers = [...answers].filter(([, answer]) => bears(answer) !== undefined);
        const held = bearers.filter(([id]) => this.session.holder(this.object, id, mark) === true);
        const since = Math.max(mark.since - CLOCK_SKEW, ...held.map(([, answer]) => creationTime(answer) ?? 0));
        const left = bearers.filter(
            ([id, answer]) =>
                !this.session.holds(this.object, id) && (creationTime(answer) ?? (marks ? since : 0)) >= since,
        );
        const found = left.find(([, answer]) => this.isAsked(answer, inputs));
        const others = left.filter((one) => one !== found);
        if (found === undefined) return { found, others };
        const [id, answer] = found;
        // One that is younger than what the resource holds can only be meant for its place: what is kept was held before.
        return { found: [id, answer, held.length === 0 && bears(answer)?.retained === true], others };
    }

    /** Whether the object is what the program asks for, but for what can be changed in place. */
    private isAsked(answer: Properties, inputs: Properties): boolean {
        return this.differences(this.stateOf(inputs, answer), inputs).every(({ change }) => change !== "replace");
    }

    /** Whether an object that is made for these inputs bears the mark, in its tags or its name. */
    private marks(inputs: Properties): boolean {
        const { tagsField, nameField } = this.object;
        return tagsField !== undefined || (nameField !== undefined && at(inputs, nameField) === undefined);
    }

    /** What tells the objects that were made for this resource from all others, and whether one may have been kept on purpose. */
    private bearing(inputs: Properties, mark: Mark): (answer: Properties) => { retained: boolean } | undefined {
        const { tagsField, nameField, fields } = this.object;
        const tags = tagsField === undefined ? undefined : fields[tagsField];
        if (tagsField !== undefined && tags !== undefined) {
            const place = apiPath(tagsField, tags) ?? tagsField;
            return (answer) => {
                const shown = at(answer, place);
                const made = isRecord(shown) ? madeFor(mark, shown[MARK_TAG]) : undefined;
                return made && { retained: made.retained || mark.retained };
            };
        }
        // What is no workspace holds nothing of its own: one that was kept and is asked for again may be taken over.
        const ours = { retained: false };
        const name = nameField === undefined ? undefined : fields[nameField];
        if (nameField !== undefined && name !== undefined && at(inputs, nameField) === undefined) {
            const place = apiPath(nameField, name) ?? nameField;
            const { stem } = mark;
            return (answer) => (textAt(answer, place)?.startsWith(stem) === true ? ours : undefined);
        }
        return (answer) => (this.differences(this.stateOf(inputs, answer), inputs).length === 0 ? ours : undefined);
    }

    /** A new object, which is this resource's from now on. */
    private async made(place: Place, inputs: Properties, mark: Mark | undefined): Promise<Properties> {
        const { clock, settings, report } = this.session;
        const { nameField, noun } = this.object;
        const named =
            nameField === undefined || at(inputs, nameField) !== undefined
                ? inputs
                : { ...inputs, [nameField]: nameFor(mark, noun, clock.random()) };
        const body = this.body(named, mark);
        const end = clock.now() + settings.validationTimeout;
        let lost = false;
        for (let attempt = 0; ; attempt++) {
            try {
                const answer = await place.collection.create(body);
                const id = idOf(this.object, answer);
                if (!this.session.holds(this.object, id)) {
                    this.session.hold(this.object, id, mark);
                    return answer;
                }
                // A create of the same content, whose own answer was lost, took it for its own: what that one made is ours.
                const twin = mark && (await this.madeSince(place, inputs, mark));
                if (twin !== undefined) return twin;
            } catch (error) {
                // What is refused because its name is taken may be what an earlier POST made late; an answer of a strange
                // shape is about something, too. Neither is a reason to ask once more.
                const late = lost && error instanceof RefusedError && error.kind === "conflict";
                const strange = error instanceof UnexpectedAnswerError;
                const unknown = error instanceof NoAnswerError && error.effectPossible;
                lost ||= unknown;
                if ((unknown || late || strange) && mark !== undefined && attempt < 5) {
                    const found = await this.madeSince(place, inputs, mark);
                    if (found !== undefined) return found;
                    if (!unknown) throw error;
                } else if (error instanceof RefusedError && error.kind === "validation" && clock.now() < end) {
                    report.progress(
                        `${mark?.resource ?? noun}: waiting until Databricks can use the fresh role or bucket (${error.detail})`,
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
    private async madeSince(place: Place, inputs: Properties, mark: Mark): Promise<Properties | undefined> {
        for (const pause of [0, ...LOOK_AGAIN]) {
            if (pause > 0) await this.session.clock.sleep(pause);
            const [before, now] = [await place.collection.firstList(), await place.collection.list()];
            const found = this.appeared(before, now, inputs, mark).find(([, answer]) => this.isAsked(answer, inputs));
            if (found === undefined) continue;
            this.session.hold(this.object, found[0], mark);
            return found[1];
        }
        return undefined;
    }

    /** What bears the mark (or says the same), was not there before, and is no resource's. */
    protected appeared(before: Listed, now: Listed, inputs: Properties, mark: Mark): [string, Properties][] {
        const bears = this.bearing(inputs, mark);
        // A thousand creates ask about the same list: what has a resource keeps it, so the rest gets shorter.
        const rest = (this.unclaimed.get(now) ?? [...now].filter(([id]) => !before.has(id))).filter(
            ([id]) => !this.session.holds(this.object, id),
        );
        this.unclaimed.set(now, rest);
        return rest.filter(([, answer]) => bears(answer) !== undefined);
    }

    /** The inputs with older names of an input given their name of today. */
    private withTodaysNames(inputs: Properties): Record<string, unknown> {
        const today = Object.entries(inputs).flatMap(([name, value]) =>
            value === undefined || value === null ? [] : [[this.object.fields[name]?.oldNameOf ?? name, value]],
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
    const time = at(answer, "creation_time");
    return typeof time === "number" ? time : undefined;
}

function withoutMark(tags: unknown): unknown {
    if (!isRecord(tags)) return tags;
    const rest = Object.entries(tags).filter(([key]) => key !== MARK_TAG);
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
