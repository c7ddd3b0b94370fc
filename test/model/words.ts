import type { Lie } from "./lies";
import type { WorkspaceSpec } from "./program";
import type { StackName } from "./stacks";
import type { Step } from "./steps";

type Flags = Partial<Extract<Step, { do: "up" }>>;

/** `pulumi up`. */
export const up = (flags: Flags = {}): Step => ({
    do: "up",
    stack: "a",
    refresh: false,
    policy: false,
    twice: false,
    ...flags,
});

/** The service lies during an `up`. */
export const told = (lies: readonly Lie[]): Flags => ({ during: { lies } });

/** The program says something else of a workspace. */
export const edit = (change: Partial<WorkspaceSpec>, name = "w", stack: StackName = "a"): Step => ({
    do: "edit",
    stack,
    name,
    change,
});

/** The program names another key. */
export const toKey = (key: "k1" | "k2" | "k3", name = "w", stack: StackName = "a") => edit({ key }, name, stack);

/** The program renames a resource, with an alias. */
export const rename = (name: string, to: string): Step => ({
    do: "rename",
    stack: "a",
    name,
    to,
    alias: true,
    fresh: false,
});

/** The program adopts a workspace that no resource has, as it is. */
export const adopt = (name: string, stack: StackName = "a"): Step => ({ do: "adopt", stack, name, fits: true });

/** A resource goes from the program. */
export const remove = (name: string): Step => ({ do: "remove", stack: "a", name });

/** A workspace's entry goes to the other stack. */
export const move = (stack: StackName): Step => ({ do: "move", stack, name: "w", keeps: false });

/** People delete everything in a workspace. */
export const clear = (at: number): Step => ({
    do: "person",
    acts: [0, 1, 2, 3].map((path) => ({ act: "delete", at, path })),
});

/** Somebody writes in a workspace. */
export const write = (at: number, path = 0): Step => ({ do: "person", acts: [{ act: "write", at, path }] });

/** Somebody puts something that cannot be copied into the first workspace. */
export const library: Step = { do: "person", acts: [{ act: "library", at: 0 }] };
