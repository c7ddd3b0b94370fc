import type { dynamic } from "@pulumi/pulumi";

import { formatStateObjects } from "../../provider/contract/state-objects";
import { InitializationError } from "../../provider/resource/errors";
import { UNKNOWN } from "../../provider/util/property-path";
import type { Connection } from "./requests";
import {
    copy,
    dependenciesOf,
    dependentsOf,
    entryOf,
    ignoring,
    isSet,
    neededBy,
    Refused,
    rename,
    resolve,
    withProvider,
} from "./entries";
import type { DeleteReason, Entry, Goal, Inputs, StackState, Type, UpOptions } from "./engine-types";

/** The engine's process was killed. */
export class Killed extends Error {}

/** One run of the engine, with a provider process of its own. */
export class Deployment {
    private stop: (error: Error) => void = () => undefined;
    readonly killed: Promise<never>;
    /** The names that the program has registered, and the old names that it did so with an alias. */
    private readonly registered = new Set<string>();
    private readonly aliased = new Map<string, string>();
    /** Deleted before their program was heard, because something that they depend on is. */
    private readonly deletedEarly = new Set<string>();
    private readonly replaced = new Set<string>();
    /** Resources whose step failed, or was skipped because one that they depend on failed. */
    private readonly failed = new Set<string>();
    private readonly failures: unknown[] = [];

    constructor(
        private readonly engine: StackState,
        private readonly handlers: (type: Type) => dynamic.ResourceProvider,
        private readonly connection: Connection,
        private readonly options: UpOptions = {},
    ) {
        this.killed = new Promise((_, reject) => (this.stop = reject));
        this.killed.catch(() => undefined);
    }

    kill(): void {
        this.stop(new Killed("killed"));
    }

    /** Reads everything, also if some of it fails; fails then. */
    async refresh(): Promise<void> {
        const failures: unknown[] = [];
        for (const entry of [...this.engine.state]) {
            if (entry.pendingReplacement) continue;
            await this.readAgain(entry).catch((error: unknown) => failures.push(error));
        }
        if (failures.length > 0) throw together(failures);
    }

    async update(program: readonly Goal[]): Promise<void> {
        const { replace } = this.options;
        const missing = replace === "all" ? undefined : replace?.find((name) => this.engine.entry(name) === undefined);
        if (missing !== undefined) throw new Refused(`there is no ${missing} to be replaced`);
        const objects = this.stateObjects();
        for (const goal of program) {
            const isIdentity = goal.type === "StackIdentity";
            await this.register(isIdentity ? { ...goal, inputs: { ...goal.inputs, objects } } : goal);
        }
        await this.deleteRest("removed");
    }

    destroy(): Promise<void> {
        return this.deleteRest("destroyed");
    }

    private async readAgain(entry: Entry): Promise<void> {
        const handler = this.handlers(entry.type);
        const read = await this.call(handler.read!(entry.id, copy(entry.outputs)));
        if (read.id === "" || read.id === undefined) {
            this.remove(entry);
            return;
        }
        const outputs = withProvider(read.props);
        // The engine asks what an unchanged program would do now, with the inputs of before; an error fails the refresh.
        await this.call(handler.diff!(entry.id, copy(outputs), copy(entry.inputs)));
        const inputs = read.inputs === undefined ? entry.inputs : withProvider(read.inputs);
        Object.assign(entry, { outputs, inputs, initErrors: false });
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

    private async register(goal: Goal): Promise<void> {
        if (goal.within !== undefined && this.failed.has(goal.within)) return;
        const old = this.find(goal);
        this.registered.add(goal.name);
        const { target } = this.options;
        if (target !== undefined && !target.includes(goal.name)) {
            // Nothing is asked about it, it keeps the name that it has, and what is not there is not made.
            if (old !== undefined) this.registered.add(old.name);
            return;
        }
        if (old !== undefined && old.name !== goal.name) rename(this.engine, old, goal.name);
        if (dependenciesOf(goal).some((name) => this.failed.has(name))) return this.skip(goal, old);
        const asked = resolve(goal, this.engine);
        const isTargetedReplace = this.isTargetedReplace(goal, old);
        const recreating = this.deletedEarly.has(goal.name);
        const first = await (old === undefined || recreating || isTargetedReplace
            ? this.check(goal, {}, asked)
            : this.check(goal, old.inputs, ignoring(goal, asked, old.inputs)));
        if (old === undefined || recreating) return this.step(goal, () => this.create(goal, first, old));
        const diff = await this.diff(goal, old, first, isTargetedReplace);
        const isReplaced = (diff.replaces ?? []).length > 0 || old.pendingReplacement;
        if (isReplaced && (diff.changes === true || old.pendingReplacement)) {
            const second = isTargetedReplace ? first : await this.check(goal, {}, asked);
            const deleteFirst = goal.deleteBeforeReplace ?? diff.deleteBeforeReplace ?? false;
            return this.replace(goal, old, second, deleteFirst);
        }
        if (diff.changes === true || old.initErrors) return this.step(goal, () => this.change(goal, old, first));
        this.settle(goal, old, first, old.outputs);
    }

    private isTargetedReplace({ name }: Goal, old: Entry | undefined): boolean {
        const { replace = [] } = this.options;
        return replace === "all" || replace.includes(name) || old?.taint === true;
    }

    /** What it depends on failed: the engine asks about it, as far as it knows what the program says, and does nothing. */
    private async skip(goal: Goal, old: Entry | undefined): Promise<void> {
        this.failed.add(goal.name);
        if (old === undefined) return;
        const known = { ...old.inputs, ...copy(Object.fromEntries(plainInputs(goal))) };
        await this.check(goal, old.inputs, known).catch(() => undefined);
    }

    /** A step that fails ends the deployment, or with `--continue-on-error` only what depends on it. */
    private async step(goal: Goal, run: () => Promise<void>): Promise<void> {
        try {
            await run();
        } catch (error) {
            if (this.options.continues !== true) throw error;
            this.failed.add(goal.name);
            this.failures.push(error);
        }
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

    private async replace(goal: Goal, old: Entry, inputs: Inputs, deleteFirst: boolean): Promise<void> {
        this.replaced.add(goal.name);
        if (deleteFirst) {
            const dependents = [...(await this.dependentsToReplace(old)), ...this.replacedWith(old)];
            for (const one of [...new Set(dependents)].reverse()) {
                if (!one.delete) this.deletedEarly.add(one.name);
                if (!one.pendingReplacement) await this.end(one, "replaced", true);
            }
            if (!old.pendingReplacement) await this.end(old, "replaced", true);
        }
        return this.step(goal, () => this.create(goal, inputs, old));
    }

    private replacedWith({ name }: Entry): Entry[] {
        return this.engine.state.filter((one) => !one.delete && one.replaceWith.includes(name));
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

    private async check(goal: Goal, olds: Inputs, news: Inputs): Promise<Inputs> {
        const { inputs, failures = [] } = await this.call(this.handlers(goal.type).check!(copy(olds), copy(news)));
        if (failures.length > 0) throw new Refused(failures.map((one) => `${one.property} ${one.reason}`).join("; "));
        if (this.options.policy === true && isSet(inputs, "keyChange")) throw new Refused("policy: a key change");
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
        this.engine.created(entry, old);
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

    /** Deletes what was replaced, and what the program did not register. */
    private async deleteRest(why: "destroyed" | "removed"): Promise<void> {
        const { target, continues } = this.options;
        const rest = [...this.engine.state].reverse().filter((one) => one.delete || !this.registered.has(one.name));
        const reached = target === undefined ? undefined : dependentsOf(target, this.engine.state);
        const leaving = rest.filter(({ name }) => reached?.has(name) !== false);
        const unasked = target === undefined ? undefined : leaving.find(({ name }) => !target.includes(name));
        if (unasked !== undefined) throw new Refused(`${unasked.name} would be deleted, and is not a target`);
        for (const entry of leaving) {
            if (neededBy([...this.failed], this.engine.state).has(entry.name)) continue;
            if (entry.pendingReplacement) {
                this.remove(entry);
                continue;
            }
            try {
                await this.end(entry, why === "removed" && entry.delete ? "replaced" : why);
            } catch (error) {
                if (continues !== true) throw error;
                this.failed.add(entry.name);
                this.failures.push(error);
            }
        }
        if (this.failures.length > 0) throw together(this.failures);
    }

    private async end(entry: Entry, why: DeleteReason["why"], pending = false): Promise<void> {
        if (!entry.retainOnDelete) {
            this.engine.deleting = { entry, why };
            await this.call(this.handlers(entry.type).delete!(entry.id, copy(entry.outputs))).finally(
                () => (this.engine.deleting = undefined),
            );
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

    /** The entry of a resource, by its name or an alias, as far as no other resource of the program has it. */
    private find(goal: Goal): Entry | undefined {
        const other = this.aliased.get(goal.name);
        if (other !== undefined) throw new Refused(`${goal.name} is ${other} by its alias`);
        for (const name of [goal.name, ...(goal.aliases ?? [])]) {
            const entry = this.engine.entry(name);
            if (entry === undefined || entry.type !== goal.type) continue;
            if (name === goal.name) return entry;
            if (this.registered.has(name) || this.aliased.has(name))
                throw new Refused(`${name} is registered and an alias`);
            this.aliased.set(name, goal.name);
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

function plainInputs({ inputs }: Goal): [string, unknown][] {
    return Object.entries(inputs).filter(([, value]) => typeof value !== "object");
}

function together(errors: readonly unknown[]): unknown {
    if (errors.length === 1) return errors[0];
    return new Error(errors.map((error) => (error instanceof Error ? error.message : String(error))).join("\n"));
}
