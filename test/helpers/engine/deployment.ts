import { isDeepStrictEqual } from "node:util";

import type { dynamic } from "@pulumi/pulumi";

import { deletedWith, deletionsInOrder } from "./deletion-order";
import { dependenciesOf, entryOf, ignoring, neededBy, Refused, rename, resolve, stateObjectsOf } from "./entries";
import type { DeleteReason, Entry, Goal, Inputs, StackState, UpOptions } from "./engine-types";
import type { ProviderCalls } from "./provider-calls";

/** The engine's process was killed. */
export class Killed extends Error {}

/**
 * One run of the engine, with a provider process of its own. Checks and comparisons come one after the other; workspaces are
 * created and updated beside each other, as far as none waits for another one, and so is everything deleted.
 */
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
    /** Steps that are under way. */
    private readonly open = new Map<string, Promise<void>>();

    constructor(
        private readonly engine: StackState,
        private readonly calls: ProviderCalls,
        private readonly options: UpOptions = {},
    ) {
        this.killed = new Promise((_, reject) => (this.stop = reject));
        this.killed.catch(() => undefined);
    }

    kill(): void {
        this.stop(new Killed("killed"));
    }

    /** The program itself fails in a copied state, also with targets, which the provider hears nothing of. */
    private requireOwnState(): void {
        const { state, name, renamedFrom } = this.engine;
        const noted = state.find(({ type }) => type === "StackIdentity")?.outputs["stackName"];
        if (noted !== undefined && noted !== name && noted !== renamedFrom)
            throw new Refused(`the state was made by the stack ${String(noted)}`);
    }

    /** Reads everything, also if some of it fails; fails then. */
    async refresh(): Promise<void> {
        for (const entry of [...this.engine.state]) {
            if (entry.pendingReplacement) continue;
            await this.readAgain(entry).catch((error: unknown) => this.failures.push(error));
        }
        this.requireNoFailures();
    }

    async update(program: readonly Goal[]): Promise<void> {
        const { replace, continues } = this.options;
        const missing = replace === "all" ? undefined : replace?.find((name) => this.engine.entry(name) === undefined);
        if (missing !== undefined) throw new Refused(`there is no ${missing} to be replaced`);
        this.requireOwnState();
        const own = {
            objects: stateObjectsOf(this.engine.state),
            stackName: this.engine.name,
            isUpdate: this.engine.isPreview !== true,
        };
        for (const goal of program) {
            const isIdentity = goal.type === "StackIdentity";
            await this.register(isIdentity ? { ...goal, inputs: { ...goal.inputs, ...own } } : goal);
            if (continues !== true && this.failures.length > 0) break;
        }
        await Promise.all(this.open.values());
        if (continues !== true) this.requireNoFailures();
        await this.deleteRest("removed");
    }

    destroy(): Promise<void> {
        return this.deleteRest("destroyed");
    }

    private async readAgain(entry: Entry): Promise<void> {
        const read = await this.calls.read(entry);
        if (read === undefined) return this.remove(entry);
        // The engine asks what an unchanged program would do now, with the inputs of before; an error fails the refresh.
        await this.calls.diff(entry, { ...entry, outputs: read.outputs }, entry.inputs);
        Object.assign(entry, { ...read, initErrors: false });
    }

    private async register(goal: Goal): Promise<void> {
        for (const name of dependenciesOf(goal)) await this.open.get(name);
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
            ? this.calls.check(goal, {}, asked)
            : this.calls.check(goal, old.inputs, ignoring(goal, asked, old.inputs)));
        if (old === undefined || recreating) return this.begin(goal, () => this.create(goal, first, old));
        const diff = await this.diff(goal, old, first, isTargetedReplace);
        const differs = (input: string) => !isDeepStrictEqual(first[input], old.inputs[input]);
        const isOption = diff.changes === true && goal.replaceOnChanges?.some(differs) === true;
        const isReplaced = (diff.replaces ?? []).length > 0 || isOption || old.pendingReplacement;
        if (isReplaced && (diff.changes === true || old.pendingReplacement)) {
            const second = isTargetedReplace ? first : await this.calls.check(goal, {}, asked);
            return this.replace(goal, old, second, goal.deleteBeforeReplace ?? diff.deleteBeforeReplace ?? false);
        }
        if (diff.changes === true || old.initErrors) return this.begin(goal, () => this.change(goal, old, first));
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
        const known = Object.entries(goal.inputs).filter(([, value]) => typeof value !== "object");
        await this.calls
            .check(goal, old.inputs, { ...old.inputs, ...Object.fromEntries(known) })
            .catch(() => undefined);
    }

    /** A step that fails ends the deployment, or with `--continue-on-error` only what depends on it. */
    private async begin({ name, type }: Goal, run: () => Promise<void>): Promise<void> {
        const step = run().catch((error: unknown) => {
            this.failed.add(name);
            this.failures.push(error);
        });
        this.open.set(name, step);
        if (type !== "Workspace" && this.options.parallel !== true) await step;
    }

    private async diff(goal: Goal, old: Entry, inputs: Inputs, isAsked: boolean): Promise<dynamic.DiffResult> {
        if (isAsked) return { changes: true, replaces: ["id"] };
        if (goal.replaceWith?.some((name) => this.replaced.has(name)) === true)
            return { changes: true, replaces: ["replaceWith"] };
        return this.calls.diff(goal, old, inputs);
    }

    private async replace(goal: Goal, old: Entry, inputs: Inputs, deleteFirst: boolean): Promise<void> {
        this.replaced.add(goal.name);
        if (deleteFirst) {
            const { state } = this.engine;
            for (const one of (await deletedWith(old, state, this.registered, this.calls)).reverse()) {
                if (!one.delete) this.deletedEarly.add(one.name);
                if (!one.pendingReplacement) await this.end(one, "replaced", true);
            }
            if (!old.pendingReplacement) await this.end(old, "replaced", true);
        }
        return this.begin(goal, () => this.create(goal, inputs, old));
    }

    private async create(goal: Goal, inputs: Inputs, old?: Entry): Promise<void> {
        const { pendingCreates } = this.engine;
        pendingCreates.add(goal.name);
        const { id, outputs, failed } = await this.calls
            .create(goal, inputs)
            .finally(() => pendingCreates.delete(goal.name));
        const entry = entryOf(goal, id, inputs, outputs, failed !== undefined);
        if (old?.pendingReplacement === true) this.remove(old);
        else if (old !== undefined) old.delete = true;
        this.engine.state.push(entry);
        this.engine.created(entry, old);
        if (failed !== undefined) throw failed;
    }

    private async change(goal: Goal, old: Entry, inputs: Inputs): Promise<void> {
        const { outputs, failed } = await this.calls.update(goal, old, inputs);
        // Of an update that failed the engine keeps the inputs from before it, with the new outputs.
        this.settle(goal, old, failed === undefined ? inputs : old.inputs, outputs, failed !== undefined);
        if (failed !== undefined) throw failed;
    }

    /** Deletes what was replaced, and what the program did not register: what depends on others before those. */
    private async deleteRest(why: "destroyed" | "removed"): Promise<void> {
        const leaving = this.engine.state.filter((one) => one.delete || !this.registered.has(one.name));
        for (const level of deletionsInOrder(leaving, this.engine.state, this.options.target)) {
            const needed = neededBy([...this.failed], this.engine.state);
            const steps = level
                .filter(({ name }) => !needed.has(name))
                .map((entry) => this.end(entry, why === "removed" && entry.delete ? "replaced" : why));
            const ends = await Promise.allSettled(steps);
            for (const [at, end] of ends.entries()) {
                if (end.status !== "rejected") continue;
                this.failed.add(level[at]?.name ?? "");
                this.failures.push(end.reason);
            }
            if (this.options.continues !== true) this.requireNoFailures();
        }
        this.requireNoFailures();
    }

    private async end(entry: Entry, why: DeleteReason["why"], pending = false): Promise<void> {
        if (!entry.retainOnDelete && !entry.pendingReplacement) {
            const reason = { entry, why };
            this.engine.deleting.add(reason);
            await this.calls.delete(entry).finally(() => this.engine.deleting.delete(reason));
        }
        if (pending) entry.pendingReplacement = true;
        else this.remove(entry);
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

    private requireNoFailures(): void {
        const [first] = this.failures;
        if (this.failures.length === 1) throw first;
        const messages = this.failures.map((one) => (one instanceof Error ? one.message : String(one)));
        if (messages.length > 1) throw new Error(messages.join("\n"));
    }
}
