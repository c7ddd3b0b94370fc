import type { dynamic } from "@pulumi/pulumi";

import { formatStateObjects } from "../../provider/contract/state-objects";
import { createHandler, definitionOf } from "../../provider/registry";
import { StackIdentityHandler } from "../../provider/objects/stack-identity";
import { InitializationError } from "../../provider/resource/errors";
import { Session } from "../../provider/runtime/session";
import { UNKNOWN } from "../../provider/util/property-path";
import { fakeEnvironment } from "../unit/environment";
import { ACCOUNT, type AccountService, type Connection } from "./account-service";
import type { ModelClock } from "./model-clock";

export type Inputs = Record<string, unknown>;
export type Type = "StackIdentity" | "Credentials" | "StorageConfiguration" | "CustomerManagedKey" | "Workspace";

/** A reference to an output of another resource. */
export class Output {
    constructor(
        readonly name: string,
        readonly property: string,
        readonly format: (value: unknown) => unknown = (value) => value,
    ) {}
}

/** A resource as a program registers it. */
export interface Goal {
    readonly name: string;
    readonly type: Type;
    readonly inputs: Inputs;
    readonly aliases?: readonly string[];
    readonly ignoreChanges?: readonly string[];
    readonly deleteBeforeReplace?: boolean;
    readonly retainOnDelete?: boolean;
    readonly replaceWith?: readonly string[];
    readonly dependsOn?: readonly string[];
}

/** A resource of the state. */
export interface Entry {
    name: string;
    readonly type: Type;
    id: string;
    inputs: Inputs;
    outputs: Inputs;
    dependencies: readonly string[];
    /** Which resources an input comes from. */
    propertyDependencies: Readonly<Record<string, readonly string[]>>;
    initErrors: boolean;
    taint: boolean;
    /** It was replaced, and waits for its end. */
    delete: boolean;
    /** The user asked for that replacement. */
    asked: boolean;
    /** It is deleted already, and its replacement not yet made. */
    pendingReplacement: boolean;
    retainOnDelete: boolean;
    ignoreChanges: readonly string[];
}

/** What an `up` is asked. */
export interface UpOptions {
    readonly refresh?: boolean;
    readonly replace?: readonly string[];
    readonly target?: readonly string[];
    /** A policy pack that refuses key changes. */
    readonly policy?: boolean;
}

/** How a deployment ended. */
export interface Result {
    readonly ok: boolean;
    readonly killed: boolean;
    readonly error?: string;
    /** What the provider told the user. */
    readonly lines: readonly string[];
}

/** Why the engine deletes an object. */
export interface DeleteReason {
    readonly name: string;
    readonly why: "destroyed" | "removed" | "replaced";
    /** Whether the user asked for the replacement itself: `--replace`, taint, `replaceWith`. */
    readonly asked: boolean;
}

class Killed extends Error {}
class Refused extends Error {}

/**
 * One stack of Pulumi's engine, reduced to the order in which it calls a dynamic provider: see `step_generator.go` and
 * `step.go` of the engine 3.220.0. One resource after the other.
 */
export class SmallEngine {
    state: Entry[] = [];
    /** Why the delete that runs is called; `undefined` where none runs. */
    deleting: DeleteReason | undefined;
    /** What this deployment has told the user so far. */
    lines: string[] = [];
    /** Creates that were under way when the engine was killed: it warns of each until its resource is created after all. */
    readonly pendingCreates = new Set<string>();

    constructor(
        private readonly service: AccountService,
        private readonly clock: ModelClock,
    ) {}

    up(program: readonly Goal[], options: UpOptions = {}): Promise<Result> {
        return this.deploy(async (deployment) => {
            if (options.refresh === true) await deployment.refresh();
            await deployment.update(program, options);
        });
    }

    refresh(): Promise<Result> {
        return this.deploy((deployment) => deployment.refresh());
    }

    destroy(): Promise<Result> {
        return this.deploy((deployment) => deployment.destroy());
    }

    /** The entry that a name has in the state, but for those that wait for their end. */
    entry(name: string): Entry | undefined {
        return this.state.find((one) => one.name === name && !one.delete);
    }

    private async deploy(run: (deployment: Deployment) => Promise<void>): Promise<Result> {
        this.lines = [];
        const connection = this.service.connect();
        const deployment = new Deployment(this, this.handlersOf(connection), connection);
        this.service.onKilled = () => deployment.kill();
        try {
            await Promise.race([run(deployment), deployment.killed]);
            return { ok: true, killed: false, lines: this.lines };
        } catch (error) {
            const message = error instanceof Error ? error.message : String(error);
            return { ok: false, killed: error instanceof Killed, error: message, lines: this.lines };
        } finally {
            connection.dead = true;
            this.deleting = undefined;
            this.service.disconnect(connection);
        }
    }

    private handlersOf(connection: Connection): (type: Type) => dynamic.ResourceProvider {
        const lines = this.lines;
        const line = (message: string) => void lines.push(message);
        const session = new Session({
            ...fakeEnvironment(
                {
                    DATABRICKS_HOST: connection.host,
                    DATABRICKS_ACCOUNT_ID: ACCOUNT,
                    DATABRICKS_CLIENT_ID: "model",
                    DATABRICKS_CLIENT_SECRET: "secret",
                },
                this.clock.of(connection),
            ),
            report: { warn: line, info: line, progress: () => undefined },
            isEngineAlive: async () => !connection.dead,
        });
        session.configure(() => undefined);
        const made = new Map<Type, dynamic.ResourceProvider>();
        return (type) => {
            const known =
                made.get(type) ??
                (type === "StackIdentity"
                    ? new StackIdentityHandler(session, definitionOf)
                    : createHandler(type, session));
            made.set(type, known);
            return known;
        };
    }
}

/** One run of the engine, with a provider process of its own. */
class Deployment {
    private stop: (error: Error) => void = () => undefined;
    readonly killed: Promise<never>;
    private readonly registered = new Set<string>();
    /** Deleted before their program was heard, because something that they depend on is. */
    private readonly deletedEarly = new Set<string>();
    private readonly replaced = new Set<string>();

    constructor(
        private readonly engine: SmallEngine,
        private readonly handlers: (type: Type) => dynamic.ResourceProvider,
        private readonly connection: Connection,
    ) {
        this.killed = new Promise((_, reject) => (this.stop = reject));
        this.killed.catch(() => undefined);
    }

    kill(): void {
        this.stop(new Killed("killed"));
    }

    async refresh(): Promise<void> {
        for (const entry of [...this.engine.state]) {
            if (entry.pendingReplacement) continue;
            const handler = this.handlers(entry.type);
            const read = await this.call(handler.read!(entry.id, copy(entry.outputs)));
            if (read.id === "" || read.id === undefined) {
                this.remove(entry);
                continue;
            }
            const outputs = withProvider(read.props);
            // The engine asks what an unchanged program would do now, with the inputs of before; an error fails the refresh.
            await this.call(handler.diff!(entry.id, copy(outputs), copy(entry.inputs)));
            const inputs = read.inputs === undefined ? entry.inputs : withProvider(read.inputs);
            Object.assign(entry, { outputs, inputs, initErrors: false });
        }
    }

    async update(program: readonly Goal[], options: UpOptions): Promise<void> {
        const objects = this.stateObjects();
        for (const goal of program) {
            const isIdentity = goal.type === "StackIdentity";
            await this.register(isIdentity ? { ...goal, inputs: { ...goal.inputs, objects } } : goal, options);
        }
        for (const entry of [...this.engine.state].reverse()) {
            const targeted = options.target === undefined || options.target.includes(entry.name);
            if (!targeted || (!entry.delete && this.registered.has(entry.name))) continue;
            if (entry.pendingReplacement) this.remove(entry);
            else await this.end(entry, entry.delete ? "replaced" : "removed", entry.asked);
        }
    }

    async destroy(): Promise<void> {
        for (const entry of [...this.engine.state].reverse()) {
            if (entry.pendingReplacement) this.remove(entry);
            else await this.end(entry, "destroyed", true);
        }
    }

    /** What the program reads of its own stack's state when it begins. */
    private stateObjects(): string {
        const known = this.engine.state.filter((entry) => !entry.delete);
        return formatStateObjects(
            known.flatMap(({ type, id, outputs }) => {
                const { owner } = outputs;
                return typeof owner === "string"
                    ? [{ handler: `${type[0]?.toLowerCase()}${type.slice(1)}`, id, owner }]
                    : [];
            }),
        );
    }

    private async register(goal: Goal, options: UpOptions): Promise<void> {
        const old = this.find(goal);
        this.registered.add(goal.name);
        const isTargeted = options.target === undefined || options.target.includes(goal.name);
        if (!isTargeted) {
            // Nothing is asked about it, and what is not there is not made.
            if (old !== undefined && old.name !== goal.name) this.rename(old, goal.name);
            return;
        }
        const asked = this.resolve(goal);
        const handler = this.handlers(goal.type);
        const isTargetedReplace = options.replace?.includes(goal.name) === true || old?.taint === true;
        const recreating = this.deletedEarly.has(goal.name);
        const first =
            old === undefined || recreating || isTargetedReplace
                ? await this.check(handler, {}, asked, options)
                : await this.check(handler, old.inputs, ignoring(goal, asked, old.inputs), options);
        if (old === undefined) return this.create(goal, first);
        if (recreating) return this.create(goal, first, old);
        const diff = await this.diff(goal, old, first, isTargetedReplace);
        if (diff.changes !== true && !old.pendingReplacement) {
            if (old.initErrors) return this.change(goal, old, first);
            this.settle(goal, old, first, old.outputs);
            return;
        }
        if ((diff.replaces ?? []).length === 0 && !old.pendingReplacement) return this.change(goal, old, first);
        await this.replace(goal, { old, first, asked, isTargetedReplace, diff, options });
    }

    private async diff(
        goal: Goal,
        old: Entry,
        inputs: Inputs,
        isTargetedReplace: boolean,
    ): Promise<dynamic.DiffResult> {
        if (isTargetedReplace) return { changes: true, replaces: ["id"] };
        if (goal.replaceWith?.some((name) => this.replaced.has(name)) === true)
            return { changes: true, replaces: ["replaceWith"] };
        return this.call(this.handlers(goal.type).diff!(old.id, copy(old.outputs), copy(inputs)));
    }

    private async replace(
        goal: Goal,
        replacement: {
            old: Entry;
            first: Inputs;
            asked: Inputs;
            isTargetedReplace: boolean;
            diff: dynamic.DiffResult;
            options: UpOptions;
        },
    ): Promise<void> {
        const { old, first, asked, isTargetedReplace, diff, options } = replacement;
        this.replaced.add(goal.name);
        const byUser = isTargetedReplace || diff.replaces?.includes("replaceWith") === true;
        old.asked = byUser;
        const second = isTargetedReplace ? first : await this.check(this.handlers(goal.type), {}, asked, options);
        if (goal.deleteBeforeReplace ?? diff.deleteBeforeReplace ?? false) {
            const dependents = await this.dependentsToReplace(old);
            for (const one of dependents.reverse()) {
                if (!one.delete) this.deletedEarly.add(one.name);
                await this.end(one, "replaced", false, true);
            }
            if (!old.pendingReplacement) await this.end(old, "replaced", byUser, true);
        }
        await this.create(goal, second, old);
    }

    /** What a change of a resource would replace: asked with its own old inputs and unknown values, without a check. */
    private async dependentsToReplace(root: Entry): Promise<Entry[]> {
        const found: Entry[] = [];
        const names = new Set([root.name]);
        for (const entry of this.engine.state) {
            if (entry === root || entry.delete || this.registered.has(entry.name)) continue;
            const unknown = Object.entries(entry.propertyDependencies).flatMap(([property, on]) =>
                on.some((name) => names.has(name)) && entry.inputs[property] !== undefined ? [[property, UNKNOWN]] : [],
            );
            if (unknown.length === 0) continue;
            const inputs = { ...copy(entry.inputs), ...(Object.fromEntries(unknown) as Inputs) };
            const diff = await this.call(this.handlers(entry.type).diff!(entry.id, copy(entry.outputs), inputs));
            if ((diff.replaces ?? []).length === 0) continue;
            found.push(entry);
            names.add(entry.name);
        }
        return found;
    }

    private async check(
        handler: dynamic.ResourceProvider,
        olds: Inputs,
        news: Inputs,
        options: UpOptions,
    ): Promise<Inputs> {
        const { inputs, failures = [] } = await this.call(handler.check!(copy(olds), copy(news)));
        if (failures.length > 0) throw new Refused(failures.map((one) => `${one.property} ${one.reason}`).join("; "));
        if (options.policy === true && isSet(inputs, "keyChange")) throw new Refused("policy: a key change");
        return withProvider(inputs);
    }

    private async create(goal: Goal, inputs: Inputs, old?: Entry): Promise<void> {
        const { pendingCreates } = this.engine;
        pendingCreates.add(goal.name);
        const result = await this.finish(() => this.handlers(goal.type).create(copy(inputs))).finally(() =>
            pendingCreates.delete(goal.name),
        );
        const entry = this.entryOf(goal, result.id, inputs, result.outputs, result.failed !== undefined);
        if (old?.pendingReplacement === true) this.remove(old);
        else if (old !== undefined) old.delete = true;
        this.engine.state.push(entry);
        if (result.failed !== undefined) throw result.failed;
    }

    private async change(goal: Goal, old: Entry, inputs: Inputs): Promise<void> {
        const result = await this.finish(async () => {
            const { outs } = await this.handlers(goal.type).update!(old.id, copy(old.outputs), copy(inputs));
            return { id: old.id, outs };
        });
        this.settle(goal, old, inputs, result.outputs, result.failed !== undefined);
        if (result.failed !== undefined) throw result.failed;
    }

    private async finish(
        run: () => Promise<{ id: string; outs?: Inputs }>,
    ): Promise<{ id: string; outputs: Inputs; failed?: InitializationError }> {
        try {
            const { id, outs } = await this.call(run());
            return { id, outputs: withProvider(outs) };
        } catch (error) {
            if (!(error instanceof InitializationError)) throw error;
            return { id: error.id, outputs: copy(error.properties), failed: error };
        }
    }

    private async end(entry: Entry, why: DeleteReason["why"], asked: boolean, pending = false): Promise<void> {
        if (!entry.retainOnDelete) {
            this.engine.deleting = { name: entry.name, why, asked };
            await this.call(this.handlers(entry.type).delete!(entry.id, copy(entry.outputs)));
            this.engine.deleting = undefined;
        }
        if (pending) entry.pendingReplacement = true;
        else this.remove(entry);
    }

    private async call<Result>(promise: Promise<Result>): Promise<Result> {
        try {
            return await promise;
        } finally {
            // What a provider answers whose engine was killed reaches nobody.
            if (this.connection.dead) await new Promise(() => undefined);
        }
    }

    private find(goal: Goal): Entry | undefined {
        for (const name of [goal.name, ...(goal.aliases ?? [])]) {
            const entry = this.engine.entry(name);
            if (entry === undefined || entry.type !== goal.type) continue;
            if (name !== goal.name && this.registered.has(name))
                throw new Refused(`${name} is registered and an alias`);
            if (name !== goal.name) this.rename(entry, goal.name);
            return entry;
        }
        return undefined;
    }

    private rename(entry: Entry, name: string): void {
        for (const one of this.engine.state) {
            const renamed = (names: readonly string[]) => names.map((each) => (each === entry.name ? name : each));
            one.dependencies = renamed(one.dependencies);
            one.propertyDependencies = Object.fromEntries(
                Object.entries(one.propertyDependencies).map(([property, names]) => [property, renamed(names)]),
            );
        }
        entry.name = name;
    }

    private resolve(goal: Goal): Inputs {
        const resolved = Object.entries(goal.inputs).flatMap(([property, value]) => {
            const given = value instanceof Output ? this.engine.entry(value.name)?.outputs[value.property] : value;
            if (value instanceof Output && given === undefined) throw new Refused(`${value.name} is not there`);
            return given === undefined ? [] : [[property, value instanceof Output ? value.format(given) : given]];
        });
        return { ...(Object.fromEntries(resolved) as Inputs), __provider: "p" };
    }

    private settle(goal: Goal, old: Entry, inputs: Inputs, outputs: Inputs, initErrors = false): void {
        Object.assign(old, this.entryOf(goal, old.id, inputs, outputs, initErrors));
    }

    private entryOf(goal: Goal, id: string, inputs: Inputs, outputs: Inputs, initErrors: boolean): Entry {
        const propertyDependencies = Object.fromEntries(
            Object.entries(goal.inputs).flatMap(([property, value]) =>
                value instanceof Output ? [[property, [value.name]]] : [],
            ),
        );
        return {
            name: goal.name,
            type: goal.type,
            id,
            inputs,
            outputs,
            dependencies: [...Object.values(propertyDependencies).flat(), ...(goal.dependsOn ?? [])],
            propertyDependencies,
            initErrors,
            taint: false,
            delete: false,
            asked: false,
            pendingReplacement: false,
            retainOnDelete: goal.retainOnDelete ?? false,
            ignoreChanges: goal.ignoreChanges ?? [],
        };
    }

    private remove(entry: Entry): void {
        this.engine.state = this.engine.state.filter((one) => one !== entry);
    }
}

/** The inputs with the ignored ones as they were. */
function ignoring({ ignoreChanges = [] }: Goal, news: Inputs, olds: Inputs): Inputs {
    const kept = Object.entries(news).filter(([property]) => !ignoreChanges.includes(property));
    const before = Object.entries(olds).filter(([property]) => ignoreChanges.includes(property));
    return Object.fromEntries([...kept, ...before]);
}

/** Properties as the wire carries them: nothing is shared, and what is undefined is not there. */
function copy(properties: unknown): Inputs {
    return JSON.parse(JSON.stringify(properties ?? {})) as Inputs;
}

function withProvider(properties: unknown): Inputs {
    return { ...copy(properties), __provider: "p" };
}

function isSet(properties: unknown, name: string): boolean {
    return (properties as Inputs | undefined)?.[name] !== undefined;
}
