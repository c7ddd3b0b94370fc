import type { UpOptions } from "../helpers/engine/engine-types";
import { begin, type Start } from "./from-state";
import type { ModelHost } from "./hosts";
import type { Lie } from "./lies";
import type { Act } from "./people";
import { IDENTITY, type WorkspaceSpec } from "./program";
import { type StackName, STACKS } from "./stacks";
import { type ChangeOfAccount, changeAccount } from "./steps-account";
import { type ChangeOfProgram, changeProgram } from "./steps-program";
import { type ChangeOfState, changeState } from "./steps-state";
import { Violation } from "./violation";
import { type During, World } from "./world";

/** One thing that happens to the account, its stacks or their programs. */
export type Step =
    | ChangeOfProgram
    | ChangeOfAccount
    | ChangeOfState
    | { readonly do: "person"; readonly acts: readonly Act[]; readonly soon?: boolean }
    | {
          readonly do: "up";
          readonly stack: StackName;
          readonly refresh: boolean;
          readonly policy: boolean;
          /** Whether a second one follows, which has nothing to do. */
          readonly twice: boolean;
          readonly continues?: boolean;
          readonly during?: During;
      }
    | {
          readonly do: "target" | "target-replace";
          readonly stack: StackName;
          readonly name: string;
          /** Whether the stack's identity is a target too, as the documents advise. */
          readonly identity: boolean;
          readonly continues?: boolean;
          readonly during?: During;
      }
    | {
          readonly do: "replace" | "taint";
          readonly stack: StackName;
          /** `**`: every resource of the stack. */
          readonly name: string;
          readonly continues?: boolean;
          readonly during?: During;
      }
    | { readonly do: "refresh"; readonly stack: StackName; readonly during?: During }
    | { readonly do: "destroy"; readonly stack: StackName; readonly continues?: boolean; readonly during?: During };

/** A step that replaces a resource. */
interface Replacement {
    readonly stack: StackName;
    readonly name: string;
    readonly continues?: boolean;
    readonly during?: During;
}

/** How the world of a sequence is. */
export interface WorldOptions {
    /** What the handlers are told, and whether the gate is asked. Without it the model has to find losses. Default: the classes. */
    readonly host?: ModelHost;
    /** The state that it begins from. Default: one workspace. */
    readonly start?: Start;
    /** Called after each step, and before the first, for those who watch. */
    readonly onStep?: (step: Step | "begin" | "settle", world: World) => Promise<void>;
}

/** Lives a sequence; throws `Violation` if something happened that must not. */
export async function live(steps: readonly Step[], { host, start, onStep }: WorldOptions = {}): Promise<void> {
    const world = new World(host);
    if (start !== undefined) await begin(world, start);
    else {
        const first = await world.up("a");
        if (!first.ok) throw new Error(`the first up failed: ${first.error ?? ""}`);
    }
    await world.people.writeEverywhere();
    await world.people.writeEverywhere(1);
    await onStep?.("begin", world);
    for (const one of steps) {
        await take(world, one);
        await onStep?.(one, world);
    }
    await settle(world);
    await onStep?.("settle", world);
}

/** At the end: without faults, an `up` does what it says, and the next one has nothing to do. */
async function settle(world: World): Promise<void> {
    Object.assign(world.service.behavior, { updates: "at-once", equalPost: "new" });
    world.service.hosts.treesReadable = true;
    // What reads show late, they show by then.
    world.clock.pass(world.service.readsBehind);
    let settled = true;
    for (const stack of STACKS) {
        await world.refresh(stack);
        const { ok } = await world.up(stack);
        settled &&= ok;
        if (ok) await upWithNothingToDo(world, stack);
    }
    if (!settled) return;
    world.expectations.requireNoOrphans(world.namesLeftovers);
    await world.expectations.requireStarted();
}

/** An `up` after one that succeeded, with nothing changed between them. */
async function upWithNothingToDo(world: World, stack: StackName): Promise<void> {
    const before = world.service.writes.length;
    const { ok, error = "" } = await world.up(stack);
    const writes = world.service.writes.slice(before).map(({ method, path }) => `${method} ${path}`);
    if (!ok) throw new Violation("undone", `an up without a change failed: ${error}`);
    if (writes.length > 0) throw new Violation("undone", `an up without a change wrote ${writes.join(", ")}`);
}

async function take(world: World, step: Step): Promise<void> {
    switch (step.do) {
        case "person":
            return world.people.work(step.acts, step.soon);
        case "up": {
            const { stack, refresh, policy, continues } = step;
            const { ok } = await world.up(stack, optionsOf({ refresh, policy, continues }), step.during);
            if (ok && step.twice && step.during === undefined) await upWithNothingToDo(world, stack);
            return;
        }
        case "target":
        case "target-replace": {
            const target = [step.name, ...(step.identity ? [IDENTITY] : [])];
            if (step.do === "target-replace") return replace(world, step, { replace: [step.name], target });
            await world.up(step.stack, optionsOf({ target, continues: step.continues }), step.during);
            return;
        }
        case "replace":
            return replace(world, step, { replace: step.name === "**" ? "all" : [step.name] });
        case "taint": {
            const { state } = world.engines[step.stack];
            const tainted = state.filter((one) => !one.delete && (step.name === "**" || one.name === step.name));
            for (const entry of tainted) entry.taint = true;
            return replace(world, step, {});
        }
        case "refresh":
            await world.refresh(step.stack, step.during);
            return;
        case "destroy":
            await world.destroy(step.stack, optionsOf({ continues: step.continues }), step.during);
            return;
        case "edit":
        case "remove":
        case "rename":
        case "new-key":
        case "version":
        case "failing":
        case "adopt":
            return changeProgram(world, step);
        case "forget":
        case "move":
        case "copy":
            return changeState(world, step);
        default:
            return changeAccount(world, step);
    }
}

function optionsOf(options: { readonly [Name in keyof UpOptions]: UpOptions[Name] | undefined }): UpOptions {
    return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** A replacement that the user asks for, which is then one. */
async function replace(
    world: World,
    { stack, name, continues, during }: Replacement,
    options: UpOptions,
): Promise<void> {
    const before = world.engines[stack].entry(name)?.id;
    const { ok } = await world.up(stack, { ...options, ...optionsOf({ continues }) }, during);
    const named: WorkspaceSpec | undefined = world.programs[stack].workspaces[name];
    const isExpected = ok && world.replacesOnDemand;
    if (isExpected && before !== undefined && named !== undefined && world.engines[stack].entry(name)?.id === before)
        throw new Violation(
            "undone",
            `the replacement of ${stack}.${name} that was asked for was reported done, and did nothing`,
        );
}

export type { Act, During, Lie };
