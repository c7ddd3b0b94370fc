import fc from "fast-check";

import type { Fault } from "./account-service";
import type { UpOptions } from "./small-engine";
import { idOf, KEY, KEYS, plain, type StackName, STORAGE_KEY, Violation, type WorkspaceSpec, World } from "./world";

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
          readonly fault?: { after: number; fault: Fault };
      }
    | {
          readonly do: "target" | "replace" | "target-replace" | "taint" | "forget";
          readonly stack: StackName;
          readonly name: string;
      }
    | { readonly do: "refresh" | "destroy"; readonly stack: StackName }
    | { readonly do: "write" }
    | {
          readonly do: "drift";
          readonly field: "key" | "storage-key" | "tag" | "connectivity" | "access";
          readonly value: number;
      }
    | { readonly do: "fail"; readonly next: boolean }
    | { readonly do: "move" | "copy"; readonly name: string }
    | { readonly do: "time"; readonly skew: number; readonly passes: number }
    | { readonly do: "service"; readonly updates: "at-once" | "dropped"; readonly equalPost: "new" | "existing" };

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
    fc.record({ ignore: fc.constantFrom("today", "old", undefined) }),
    fc.record({ oldKeyName: fc.boolean() }),
    fc.record({ fixedName: fc.boolean() }),
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
                fault,
            },
            { requiredKeys: ["do", "stack", "refresh", "policy"] },
        ),
    },
    { weight: 3, arbitrary: fc.constant<Step>({ do: "write" }) },
    {
        weight: 3,
        arbitrary: fc.record({
            do: fc.constant("drift" as const),
            field: fc.constantFrom("key", "key", "storage-key", "tag", "connectivity", "access"),
            value: fc.nat(2),
        }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("refresh" as const), stack }) },
    {
        weight: 2,
        arbitrary: fc.record({
            do: fc.constantFrom("target" as const, "replace", "target-replace", "taint", "forget"),
            stack,
            name,
        }),
    },
    fc.record({ do: fc.constant("remove" as const), stack, name }),
    fc.record({ do: fc.constant("rename" as const), stack, alias: fc.boolean() }),
    fc.record({ do: fc.constant("new-key" as const), stack, deleteFirst: fc.boolean() }),
    fc.record({ do: fc.constant("adopt" as const), stack, name }),
    fc.record({ do: fc.constant("fail" as const), next: fc.boolean() }),
    fc.record({ do: fc.constantFrom("move" as const, "copy"), name }),
    fc.record({
        do: fc.constant("time" as const),
        skew: fc.constantFrom(0, 120_000, -120_000, 3_600_000),
        passes: fc.constantFrom(0, 1_000, 90_000_000),
    }),
    fc.record({
        do: fc.constant("service" as const),
        updates: fc.constantFrom("at-once", "at-once", "dropped"),
        equalPost: fc.constantFrom("new", "new", "existing"),
    }),
    fc.record({ do: fc.constant("destroy" as const), stack }),
);

/**
 * Sequences of steps, which begin with a workspace that people work in.
 *
 * @param without what does not happen in them.
 */
export function sequences(without: readonly Step["do"][] = []): fc.Arbitrary<Step[]> {
    return fc.array(
        step.filter((one) => !without.includes(one.do)),
        { minLength: 3, maxLength: 12 },
    );
}

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
    for (const stack of ["a", "b"] as const) {
        await world.refresh(stack);
        const { ok } = await up(world, stack);
        settled &&= ok;
        if (!ok) continue;
        const before = world.service.writes.length;
        const again = await world.up(stack);
        const writes = world.service.writes.slice(before);
        if (!again.ok || writes.length > 0)
            throw new Violation(
                `an up without a change ${again.ok ? `wrote ${writes.map(({ method, path }) => `${method} ${path}`).join(", ")}` : `failed: ${again.error ?? ""}`}`,
            );
    }
    if (settled) world.requireNoOrphans();
}

async function up(world: World, stack: StackName, options: UpOptions = {}, fault?: { after: number; fault: Fault }) {
    const result = await world.up(stack, options, fault);
    world.rememberAnnounced(stack);
    if (result.ok && options.target === undefined) world.requireDone(stack);
    return result;
}

async function take(world: World, step: Step): Promise<void> {
    switch (step.do) {
        case "edit": {
            const { workspaces } = world.programs[step.stack];
            const spec = { ...(workspaces[step.name] ?? { ...plain, label: step.name }), ...step.change };
            return program(world, step.stack, { ...workspaces, [step.name]: spec });
        }
        case "remove":
            return program(world, step.stack, without(world.programs[step.stack].workspaces, step.name));
        case "rename": {
            const { w, ...rest } = world.programs[step.stack].workspaces;
            if (w === undefined) return;
            return program(world, step.stack, { ...rest, renamed: { ...w, alias: step.alias ? "w" : undefined } });
        }
        case "new-key": {
            const { keyVersion, ...rest } = world.programs[step.stack];
            world.programs[step.stack] = { ...rest, keyVersion: keyVersion + 1, deleteKeyFirst: step.deleteFirst };
            return;
        }
        case "adopt": {
            const { workspaces } = world.programs[step.stack];
            const spec = workspaces[step.name];
            // One that a resource has stays out of it: who says `adopt` of that has said so.
            const id = [...world.workspaces().keys()].find((one) => world.holders(one).length === 0);
            if (spec !== undefined && id !== undefined)
                program(world, step.stack, { ...workspaces, [step.name]: { ...spec, adopt: id } });
            return;
        }
        case "up":
            await up(world, step.stack, { refresh: step.refresh, policy: step.policy }, step.fault);
            return;
        case "target":
            await up(world, step.stack, { target: [step.name] });
            return;
        case "replace":
            return replace(world, step.stack, step.name, { replace: [step.name] });
        case "target-replace":
            return replace(world, step.stack, step.name, { replace: [step.name], target: [step.name] });
        case "taint": {
            const entry = world.engines[step.stack].entry(step.name);
            if (entry === undefined) return;
            entry.taint = true;
            return replace(world, step.stack, step.name, {});
        }
        case "forget": {
            const engine = world.engines[step.stack];
            const entry = engine.entry(step.name);
            if (entry === undefined) return;
            engine.state = engine.state.filter((one) => one !== entry);
            world.excused.add(entry.id);
            return;
        }
        case "refresh":
            await world.refresh(step.stack);
            return;
        case "destroy":
            await world.destroy(step.stack);
            return;
        case "write":
            return write(world);
        case "drift":
            return drift(world, step.field, step.value);
        case "fail": {
            if (step.next) world.service.account.nextOutcome = { status: "FAILED", message: "No capacity." };
            else for (const id of world.workspaces().keys()) world.service.account.setStatus(id, "FAILED", "Lost.");
            return;
        }
        case "move":
        case "copy":
            return carry(world, step.name, step.do === "copy");
        case "time":
            world.clock.skew = step.skew;
            world.clock.pass(step.passes);
            return;
        case "service":
            Object.assign(world.service.behavior, { updates: step.updates, equalPost: step.equalPost });
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
    const { ok } = await up(world, stack, options);
    const named = world.programs[stack].workspaces[name];
    if (ok && before !== undefined && named !== undefined && world.engines[stack].entry(name)?.id === before)
        throw new Violation(
            `the replacement of ${stack}.${name} that was asked for was reported done, and did nothing`,
        );
}

function drift(world: World, field: "key" | "storage-key" | "tag" | "connectivity" | "access", value: number): void {
    const [workspace] = [...world.workspaces().values()];
    if (workspace === undefined) return;
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

/** A workspace's entry goes from stack a to stack b, with what it needs where the whole state is copied and a forgets it. */
function carry(world: World, name: string, copy: boolean): void {
    const [from, to] = [world.engines.a, world.engines.b];
    const entry = from.entry(name);
    if (entry === undefined || to.entry(name) !== undefined) return;
    if (copy && to.state.length > 0) return;
    if (copy) {
        to.state = structuredClone(from.state);
        from.state = [];
        world.programs.b = world.programs.a;
        return;
    }
    from.state = from.state.filter((one) => one !== entry);
    to.state = [...to.state, entry];
    const spec = world.programs.a.workspaces[name];
    if (spec !== undefined)
        program(world, "b", { ...world.programs.b.workspaces, [name]: { ...spec, alias: undefined } });
}
