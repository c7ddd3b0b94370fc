import { KEY_INPUT, KEYS, plain, STORAGE_KEY_INPUT, type WorkspaceSpec } from "./program";
import { KEY, type StackName, STORAGE_KEY } from "./stacks";
import type { World } from "./world";

/** Somebody changes a program. */
export type ChangeOfProgram =
    | { readonly do: "edit"; readonly stack: StackName; readonly name: string; readonly change: Partial<WorkspaceSpec> }
    | { readonly do: "remove"; readonly stack: StackName; readonly name: string }
    | {
          readonly do: "rename";
          readonly stack: StackName;
          readonly name: string;
          readonly to: string;
          readonly alias: boolean;
          /** Whether there is a new resource with the old name at once. */
          readonly fresh: boolean;
      }
    | { readonly do: "new-key"; readonly stack: StackName; readonly deleteFirst: boolean }
    /** The program takes another version of the SDK. */
    | { readonly do: "version"; readonly stack: StackName }
    /** Whether the service refuses what the program says of the resource in whose `apply` workspaces may be. */
    | { readonly do: "failing"; readonly stack: StackName; readonly fails: boolean }
    /** A resource of the program adopts a workspace that none has. */
    | {
          readonly do: "adopt";
          readonly stack: StackName;
          readonly name: string;
          /** Whether the program then says what the workspace is. */
          readonly fits: boolean;
      };

/** What an edit of a program names the inputs that may be plain values. */
const FIELD_OF: Readonly<Record<string, keyof WorkspaceSpec>> = {
    credentialsId: "credentials",
    [KEY_INPUT]: "key",
    [STORAGE_KEY_INPUT]: "storageKey",
};

/** Changes a program. */
export function changeProgram(world: World, step: ChangeOfProgram): void {
    const program = world.programs[step.stack];
    switch (step.do) {
        case "edit": {
            const before = program.workspaces[step.name] ?? { ...plain, label: step.name };
            const literals = Object.fromEntries(
                Object.entries(before.literals).filter(
                    ([input]) => !Object.keys(step.change).includes(FIELD_OF[input] ?? ""),
                ),
            );
            return world.specify(step.stack, step.name, { ...before, ...step.change, literals });
        }
        case "remove":
            return world.specify(step.stack, step.name, undefined);
        case "rename": {
            const spec = program.workspaces[step.name];
            if (spec === undefined || program.workspaces[step.to] !== undefined) return;
            const fresh = { ...plain, label: step.name, key: spec.key };
            world.specify(step.stack, step.name, step.fresh ? fresh : undefined);
            return world.specify(step.stack, step.to, { ...spec, alias: step.alias ? step.name : undefined });
        }
        case "new-key":
            world.programs[step.stack] = {
                ...program,
                keyVersion: program.keyVersion + 1,
                deleteKeyFirst: step.deleteFirst,
            };
            return;
        case "version":
            world.programs[step.stack] = { ...program, version: (program.version + 1) % 3 };
            return;
        case "failing":
            world.programs[step.stack] = { ...program, failing: step.fails };
            return;
        case "adopt":
            return adopt(world, step);
    }
}

/** One that a resource has stays out of it: who says `adopt` of that has said so. */
function adopt(world: World, { stack, name, fits }: Extract<ChangeOfProgram, { do: "adopt" }>): void {
    const [id, actual] = [...world.workspaces()].find(([one]) => world.holders(one).length === 0) ?? [];
    if (id === undefined || actual === undefined) return;
    const known = world.programs[stack].workspaces[name];
    const spec = known ?? { ...plain, label: name };
    world.specify(stack, name, {
        ...(fits ? fitting(world, stack, spec, actual) : spec),
        adopt: id,
        adoptFromOtherStack: fits ? true : undefined,
    });
}

/** What a program says of a workspace that exists. */
function fitting(
    world: World,
    stack: StackName,
    spec: WorkspaceSpec,
    actual: Readonly<Record<string, unknown>>,
): WorkspaceSpec {
    const named = (names: readonly string[], field: string) =>
        actual[field] === undefined
            ? undefined
            : names.find((one) => world.engines[stack].entry(one)?.id === actual[field]);
    const key = KEYS.find((one) => named([one], KEY) !== undefined);
    const storageKey = KEYS.find((one) => named([`s-${one}`], STORAGE_KEY) !== undefined);
    const plainValues = {
        ...(named(["c1", "c2"], "credentials_id") === undefined ? { credentialsId: actual["credentials_id"] } : {}),
        ...(named(["s"], "storage_configuration_id") === undefined
            ? { storageConfigurationId: actual["storage_configuration_id"] }
            : {}),
        ...(key === undefined && actual[KEY] !== undefined ? { [KEY_INPUT]: actual[KEY] } : {}),
        ...(storageKey === undefined && actual[STORAGE_KEY] !== undefined
            ? { [STORAGE_KEY_INPUT]: actual[STORAGE_KEY] }
            : {}),
    };
    return {
        ...spec,
        label: String(actual["workspace_name"]),
        region: String(actual["aws_region"]),
        credentials: named(["c2"], "credentials_id") === undefined ? "c1" : "c2",
        key,
        storageKey,
        literals: plainValues as Readonly<Record<string, string>>,
    };
}
