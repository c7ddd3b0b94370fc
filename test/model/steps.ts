import fc from "fast-check";

import { type Fault, idOf } from "./account-service";
import { KEY_INPUT, KEYS, plain, STORAGE_KEY_INPUT, type WorkspaceSpec } from "./program";
import type { UpOptions } from "./engine-types";
import { type FaultPlan, KEY, type StackName, STACKS, STORAGE_KEY, Violation, World } from "./world";

/** What an edit of a program names the inputs that may be plain values. */
const FIELD_OF: Readonly<Record<string, keyof WorkspaceSpec>> = {
    credentialsId: "credentials",
    [KEY_INPUT]: "key",
    [STORAGE_KEY_INPUT]: "storageKey",
};

const IDENTITY = "databricks-cmk";

/** One thing that happens to the account, its stacks or their programs. */
export type Step =
    | { readonly do: "edit"; readonly stack: StackName; readonly name: string; readonly change: Partial<WorkspaceSpec> }
    | { readonly do: "remove"; readonly stack: StackName; readonly name: string }
    | { readonly do: "rename"; readonly stack: StackName; readonly alias: boolean }
    | { readonly do: "new-key"; readonly stack: StackName; readonly deleteFirst: boolean }
    | { readonly do: "adopt"; readonly stack: StackName; readonly name: string }
    | {
          readonly do: "up";
          readonly stack: StackName;
          readonly refresh: boolean;
          readonly policy: boolean;
          /** Whether a second one follows, which has nothing to do. */
          readonly twice: boolean;
          readonly fault?: FaultPlan;
      }
    | {
          readonly do: "target" | "target-replace";
          readonly stack: StackName;
          readonly name: string;
          /** Whether the stack's identity is a target too, as the documents advise. */
          readonly identity: boolean;
      }
    | { readonly do: "replace" | "taint"; readonly stack: StackName; readonly name: string }
    | { readonly do: "forget"; readonly stack: StackName; readonly name: string }
    | { readonly do: "refresh"; readonly stack: StackName; readonly fault?: FaultPlan }
    | { readonly do: "destroy"; readonly stack: StackName; readonly fault?: FaultPlan }
    | { readonly do: "write" }
    | { readonly do: "drift"; readonly field: DriftField; readonly value: number; readonly at: number }
    | { readonly do: "fail"; readonly next: boolean }
    | { readonly do: "repair" }
    | { readonly do: "move"; readonly name: string; readonly keeps: boolean }
    | { readonly do: "copy"; readonly name: string; readonly forgets: "everything" | "workspace" }
    | { readonly do: "time"; readonly skew: number; readonly passes: number }
    | { readonly do: "trees"; readonly readable: boolean }
    | {
          readonly do: "service";
          readonly updates: "at-once" | "late" | "dropped";
          readonly equalPost: "new" | "existing";
      };

type DriftField = "key" | "storage-key" | "tag" | "connectivity" | "access" | "gone";

const stack = fc.constantFrom<StackName>("a", "a", "a", "b");
const name = fc.constantFrom("w", "w", "w", "v");
const fault = fc.record({
    after: fc.nat(24),
    fault: fc.constantFrom<Fault>("refused", "lost", "error", "killed-before", "killed-after"),
});

const change: fc.Arbitrary<Partial<WorkspaceSpec>> = fc.oneof(
    { weight: 4, arbitrary: fc.record({ key: fc.constantFrom(...KEYS, undefined) }) },
    { weight: 3, arbitrary: fc.record({ onKeyChange: fc.constantFrom("replace", "forbid", "forbid", "update") }) },
    fc.record({ storageKey: fc.constantFrom(...KEYS, undefined) }),
    { weight: 2, arbitrary: fc.record({ team: fc.constantFrom("x", "y", undefined) }) },
    fc.record({ label: fc.constantFrom("w", "other") }),
    fc.record({ region: fc.constantFrom("us-east-1", "us-west-2") }),
    fc.record({ credentials: fc.constantFrom("c1", "c2") }),
    fc.record({ retain: fc.boolean() }),
    fc.record({ ignoresKey: fc.boolean() }),
    fc.record({ fixedName: fc.boolean() }),
    fc.record({ after: fc.constantFrom("w", "v", "renamed", undefined) }),
    fc.record({ replaceWithKey: fc.boolean() }),
);

const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant("edit" as const), stack, name, change }) },
    {
        weight: 9,
        arbitrary: fc.record(
            {
                do: fc.constant("up" as const),
                stack,
                refresh: fc.boolean(),
                policy: fc.constantFrom(false, false, true),
                twice: fc.boolean(),
                fault,
            },
            { requiredKeys: ["do", "stack", "refresh", "policy", "twice"] },
        ),
    },
    { weight: 3, arbitrary: fc.constant<Step>({ do: "write" }) },
    {
        weight: 3,
        arbitrary: fc.record({
            do: fc.constant("drift" as const),
            field: fc.constantFrom<DriftField>("key", "key", "storage-key", "tag", "connectivity", "access", "gone"),
            value: fc.nat(2),
            at: fc.nat(2),
        }),
    },
    {
        weight: 2,
        arbitrary: fc.record({ do: fc.constant("refresh" as const), stack, fault }, { requiredKeys: ["do", "stack"] }),
    },
    fc.record({ do: fc.constantFrom("target" as const, "target-replace"), stack, name, identity: fc.boolean() }),
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("replace" as const, "taint", "forget"), stack, name }) },
    fc.record({ do: fc.constant("remove" as const), stack, name }),
    fc.record({ do: fc.constant("rename" as const), stack, alias: fc.boolean() }),
    fc.record({ do: fc.constant("new-key" as const), stack, deleteFirst: fc.boolean() }),
    { weight: 2, arbitrary: fc.record({ do: fc.constant("adopt" as const), stack, name }) },
    fc.record({ do: fc.constant("fail" as const), next: fc.boolean() }),
    fc.constant<Step>({ do: "repair" }),
    fc.record({ do: fc.constant("move" as const), name, keeps: fc.boolean() }),
    fc.record({ do: fc.constant("copy" as const), name, forgets: fc.constantFrom("everything", "workspace") }),
    fc.record({
        do: fc.constant("time" as const),
        skew: fc.constantFrom(0, 120_000, -120_000, 3_600_000),
        passes: fc.constantFrom(0, 1_000, 90_000_000),
    }),
    fc.record({ do: fc.constant("trees" as const), readable: fc.boolean() }),
    fc.record({
        do: fc.constant("service" as const),
        updates: fc.constantFrom("at-once", "at-once", "late", "dropped"),
        equalPost: fc.constantFrom("new", "new", "existing"),
    }),
    fc.record({ do: fc.constant("destroy" as const), stack, fault }, { requiredKeys: ["do", "stack"] }),
);

/** Sequences of steps, which begin with a workspace that people work in. */
export const sequences: fc.Arbitrary<Step[]> = fc.array(step, { minLength: 3, maxLength: 14, size: "max" });

/** Lives a sequence; throws `Violation` where something happened that must not. */
export async function live(steps: readonly Step[]): Promise<void> {
    const world = new World();
    const first = await world.up("a");
    if (!first.ok) throw new Error(`the first up failed: ${first.error ?? ""}`);
    write(world);
    for (const one of steps) await take(world, one);
    await settle(world);
}

/** At the end: without faults, an `up` does what it says, and the next one has nothing to do. */
async function settle(world: World): Promise<void> {
    Object.assign(world.service.behavior, { updates: "at-once", equalPost: "new" });
    let settled = true;
    for (const stack of STACKS) {
        await world.refresh(stack);
        const { ok } = await world.up(stack);
        settled &&= ok;
        if (ok) await upWithNothingToDo(world, stack);
    }
    if (settled) world.requireNoOrphans();
}

/** An `up` after one that succeeded, with nothing changed between them. */
async function upWithNothingToDo(world: World, stack: StackName): Promise<void> {
    const before = world.service.writes.length;
    const { ok, error = "" } = await world.up(stack);
    const writes = world.service.writes.slice(before).map(({ method, path }) => `${method} ${path}`);
    if (!ok) throw new Violation(`an up without a change failed: ${error}`);
    if (writes.length > 0) throw new Violation(`an up without a change wrote ${writes.join(", ")}`);
}

async function take(world: World, step: Step): Promise<void> {
    switch (step.do) {
        case "up": {
            const options = { refresh: step.refresh, policy: step.policy };
            const { ok } = await world.up(step.stack, options, step.fault);
            if (ok && step.twice) await upWithNothingToDo(world, step.stack);
            return;
        }
        case "target":
            await world.up(step.stack, { target: [step.name, ...(step.identity ? [IDENTITY] : [])] });
            return;
        case "target-replace": {
            const target = [step.name, ...(step.identity ? [IDENTITY] : [])];
            return replace(world, step.stack, step.name, { replace: [step.name], target });
        }
        case "replace":
            return replace(world, step.stack, step.name, { replace: [step.name] });
        case "taint": {
            const entry = world.engines[step.stack].entry(step.name);
            if (entry === undefined) return;
            entry.taint = true;
            return replace(world, step.stack, step.name, {});
        }
        case "forget":
            return forget(world, step.stack, step.name);
        case "refresh":
            await world.refresh(step.stack, step.fault);
            return;
        case "destroy":
            await world.destroy(step.stack, step.fault);
            return;
        case "move":
            return move(world, step.name, step.keeps);
        case "copy":
            return copyState(world, step.name, step.forgets);
        case "edit":
        case "remove":
        case "rename":
        case "new-key":
        case "adopt":
            return changeProgram(world, step);
        default:
            return changeAccount(world, step);
    }
}

function changeProgram(
    world: World,
    step: Extract<Step, { do: "edit" | "remove" | "rename" | "new-key" | "adopt" }>,
): void {
    const { workspaces, keyVersion, ...rest } = world.programs[step.stack];
    switch (step.do) {
        case "edit": {
            const before = workspaces[step.name] ?? { ...plain, label: step.name };
            const literals = Object.fromEntries(
                Object.entries(before.literals).filter(
                    ([input]) => !Object.keys(step.change).includes(FIELD_OF[input] ?? ""),
                ),
            );
            const spec = { ...before, ...step.change, literals };
            return program(world, step.stack, { ...workspaces, [step.name]: spec });
        }
        case "remove":
            return program(world, step.stack, without(workspaces, step.name));
        case "rename": {
            const { w, ...others } = workspaces;
            if (w === undefined) return;
            return program(world, step.stack, { ...others, renamed: { ...w, alias: step.alias ? "w" : undefined } });
        }
        case "new-key":
            world.programs[step.stack] = {
                ...rest,
                workspaces,
                keyVersion: keyVersion + 1,
                deleteKeyFirst: step.deleteFirst,
            };
            return;
        case "adopt": {
            const spec = workspaces[step.name];
            // One that a resource has stays out of it: who says `adopt` of that has said so.
            const id = [...world.workspaces().keys()].find((one) => world.holders(one).length === 0);
            if (spec !== undefined && id !== undefined)
                program(world, step.stack, { ...workspaces, [step.name]: { ...spec, adopt: id } });
        }
    }
}

function changeAccount(
    world: World,
    step: Extract<Step, { do: "write" | "drift" | "fail" | "repair" | "time" | "trees" | "service" }>,
): void {
    const { account, behavior } = world.service;
    switch (step.do) {
        case "write":
            return write(world);
        case "drift":
            return drift(world, step);
        case "fail":
            if (step.next) account.nextOutcome = { status: "FAILED", message: "No capacity." };
            else for (const id of world.workspaces().keys()) account.setStatus(id, "FAILED", "Lost.");
            return;
        case "repair":
            for (const [id, { workspace_status }] of world.workspaces())
                if (workspace_status === "FAILED") account.setStatus(id, "RUNNING", "");
            return;
        case "time":
            world.clock.skew = step.skew;
            world.clock.pass(step.passes);
            return;
        case "trees":
            world.service.treesReadable = step.readable;
            return;
        case "service":
            Object.assign(behavior, { updates: step.updates, equalPost: step.equalPost });
    }
}

function program(world: World, stack: StackName, workspaces: Readonly<Record<string, WorkspaceSpec>>): void {
    world.programs[stack] = { ...world.programs[stack], workspaces };
}

function without<Value>(record: Readonly<Record<string, Value>>, name: string): Record<string, Value> {
    return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));
}

/** People write a notebook in each workspace that runs. */
function write(world: World): void {
    for (const [id, { workspace_status }] of world.workspaces())
        if (workspace_status === "RUNNING") world.content.add(id);
}

/** A replacement that the user asks for, which is then one. */
async function replace(world: World, stack: StackName, name: string, options: UpOptions): Promise<void> {
    const before = world.engines[stack].entry(name)?.id;
    const { ok } = await world.up(stack, options);
    const named = world.programs[stack].workspaces[name];
    if (ok && before !== undefined && named !== undefined && world.engines[stack].entry(name)?.id === before)
        throw new Violation(
            `the replacement of ${stack}.${name} that was asked for was reported done, and did nothing`,
        );
}

/** Somebody changes a workspace in the account console. */
function drift(world: World, { field, value, at }: Extract<Step, { do: "drift" }>): void {
    const all = [...world.workspaces()];
    const [id, workspace] = all[at % Math.max(1, all.length)] ?? [];
    if (id === undefined || workspace === undefined) return;
    if (field === "gone") {
        world.service.account.remove("workspaces", id);
        world.content.delete(id);
        return world.hide(id, "existence");
    }
    if (field === "key" || field === "storage-key") world.hide(id, field);
    const key = (prefix = "") => world.engines.a.entry(`${prefix}k${value}`)?.id;
    const uuid = "00000000-0000-4000-8000-000000000000";
    const tags = workspace["custom_tags"] as Record<string, string> | undefined;
    const fields = {
        key: { [KEY]: key() },
        "storage-key": { [STORAGE_KEY]: key("s-") },
        tag: { custom_tags: { ...tags, console: String(value) } },
        connectivity: { network_connectivity_config_id: uuid },
        access: { private_access_settings_id: uuid },
    };
    world.service.account.change("workspaces", idOf(workspace), fields[field]);
}

/** A stack forgets a resource (`pulumi state delete`). */
function forget(world: World, stack: StackName, name: string): void {
    const engine = world.engines[stack];
    const entry = engine.entry(name);
    if (entry === undefined) return;
    engine.state = engine.state.filter((one) => one !== entry);
    world.excused.add(entry.id);
}

/**
 * A workspace's entry goes from stack a to stack b (`pulumi state move`), or a copy of it (`export | import`). The program of a
 * names it still.
 */
function move(world: World, name: string, keeps: boolean): void {
    const [from, to] = [world.engines.a, world.engines.b];
    const entry = from.entry(name);
    if (entry === undefined || to.entry(name) !== undefined) return;
    if (keeps) world.shared.add(entry.id);
    else from.state = from.state.filter((one) => one !== entry);
    to.state = [...to.state, structuredClone(entry)];
    const spec = world.programs.a.workspaces[name];
    if (spec === undefined) return;
    const ids = ["credentialsId", "storageConfigurationId", KEY_INPUT, STORAGE_KEY_INPUT].flatMap((input) => {
        const value = entry.inputs[input];
        return typeof value === "string" ? [[input, value]] : [];
    });
    const literals = Object.fromEntries(ids) as Record<string, string>;
    program(world, "b", { ...world.programs.b.workspaces, [name]: { ...spec, alias: undefined, literals } });
}

/** Stack b gets a copy of a's state and program (`export | import`), and a forgets the workspace, or everything. */
function copyState(world: World, name: string, forgets: "everything" | "workspace"): void {
    const [from, to] = [world.engines.a, world.engines.b];
    if (to.state.length > 0 || from.state.length === 0) return;
    to.state = structuredClone(from.state);
    world.programs.b = world.programs.a;
    if (forgets === "everything") from.state = [];
    else forget(world, "a", name);
}
