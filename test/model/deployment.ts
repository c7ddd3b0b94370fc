import type { dynamic } from "@pulumi/pulumi";

import { formatStateObjects, notesOf } from "../../provider/contract/state-objects";
import { InitializationError } from "../../provider/resource/errors";
import { UNKNOWN } from "../../provider/util/property-path";
import type { Connection } from "./account-service";
import { copy, entryOf, ignoring, isSet, Refused, rename, resolve, withProvider } from "./entries";
import type { DeleteReason, Entry, Goal, Inputs, StackState, Type, UpOptions } from "./engine-types";

/** The engine's process was killed. */
export class Killed extends Error {}

/** One run of the engine, with a provider process of its own. */
export class Deployment {
    private stop: (error: Error) => void = () => undefined;
    readonly killed: Promise<never>;
    private readonly registered = new Set<string>();
    /** Deleted before their program was heard, because something that they depend on is. */
    private readonly deletedEarly = new Set<string>();
    private readonly replaced = new Set<string>();

    constructor(
        private readonly engine: StackState,
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
            known.flatMap(({ type, name, id, outputs }) => {
                const { owner } = outputs;
                return typeof owner === "string"
                    ? [
                          {
                              handler: `${type[0]?.toLowerCase()}${type.slice(1)}`,
                              id,
                              owner,
                              urn: `urn:${type}::${name}`,
                              notes: notesOf(outputs),
                          },
                      ]
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
            if (old !== undefined && old.name !== goal.name) rename(this.engine, old, goal.name);
            return;
        }
        const asked = resolve(goal, this.engine);
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
        const entry = entryOf(goal, result.id, inputs, result.outputs, result.failed !== undefined);
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
            if (name !== goal.name) rename(this.engine, entry, goal.name);
            return entry;
        }
        return undefined;
    }

    private settle(goal: Goal, old: Entry, inputs: Inputs, outputs: Inputs, initErrors = false): void {
        Object.assign(old, entryOf(goal, old.id, inputs, outputs, initErrors));
    }

    private remove(entry: Entry): void {
        this.engine.state = this.engine.state.filter((one) => one !== entry);
    }
}
