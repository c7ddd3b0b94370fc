import { IDENTITY, KEY_INPUT, STORAGE_KEY_INPUT } from "./program";
import type { StackName } from "./stacks";
import type { World } from "./world";

/** Somebody changes a state with `pulumi state` and `pulumi stack`. */
export type ChangeOfState =
    /** A stack forgets a resource (`pulumi state delete`); its identity too is one. */
    | { readonly do: "forget"; readonly stack: StackName; readonly name: string }
    /** A workspace's entry goes to the other stack (`pulumi state move`), or a copy of it. The program of this one names it still. */
    | { readonly do: "move"; readonly stack: StackName; readonly name: string; readonly keeps: boolean }
    /** The other stack gets a copy of a's state and program (`export | import`), and a forgets everything, a workspace, or nothing. */
    | { readonly do: "copy"; readonly name: string; readonly forgets: "everything" | "workspace" | "nothing" };

/** Changes a state. */
export function changeState(world: World, step: ChangeOfState): void {
    switch (step.do) {
        case "forget":
            return forget(world, step.stack, step.name);
        case "move":
            return move(world, step);
        case "copy":
            return copyState(world, step);
    }
}

function forget(world: World, stack: StackName, name: string): void {
    const engine = world.engines[stack];
    const entry = engine.entry(name);
    if (entry === undefined) return;
    engine.state = engine.state.filter((one) => one !== entry);
    world.expectations.excused.add(entry.id);
}

function move(world: World, { stack, name, keeps }: Extract<ChangeOfState, { do: "move" }>): void {
    const other: StackName = stack === "a" ? "b" : "a";
    const [from, to] = [world.engines[stack], world.engines[other]];
    const entry = from.entry(name);
    if (entry === undefined || to.entry(name) !== undefined || name === IDENTITY) return;
    if (keeps) world.deletions.shared.add(entry.id);
    else from.state = from.state.filter((one) => one !== entry);
    to.state = [...to.state, structuredClone(entry)];
    const spec = world.programs[stack].workspaces[name];
    if (spec === undefined) return;
    const ids = ["credentialsId", "storageConfigurationId", KEY_INPUT, STORAGE_KEY_INPUT].flatMap((input) => {
        const value = entry.inputs[input];
        return typeof value === "string" ? [[input, value]] : [];
    });
    const literals = Object.fromEntries(ids) as Record<string, string>;
    world.specify(other, name, { ...spec, alias: undefined, literals });
}

function copyState(world: World, { name, forgets }: Extract<ChangeOfState, { do: "copy" }>): void {
    const [from, to] = [world.engines.a, world.engines.b];
    if (to.state.length > 0 || from.state.length === 0) return;
    to.state = structuredClone(from.state);
    world.programs.b = world.programs.a;
    for (const { id } of world.entriesOf("b")) world.deletions.shared.add(id);
    // Then it is the same stack under another name, and its user says so.
    to.renamedFrom = forgets === "everything" ? from.name : undefined;
    if (forgets === "everything") from.state = [];
    else if (forgets === "workspace") forget(world, "a", name);
}
