import { formatStateObjects, handedOver } from "../../../provider/contract/state-objects";
import { UNKNOWN } from "../../../provider/util/property-path";
import { type Entry, type Goal, type Inputs, Output, type StackState, type Type } from "./engine-types";

/** A program or a provider was refused; the deployment ends. */
export class Refused extends Error {}

/** The copy of a stack that a preview changes. */
export function previewOf({ name, renamedFrom, state }: StackState): StackState {
    const preview: StackState = {
        name,
        renamedFrom,
        state: structuredClone(state),
        deleting: new Set(),
        pendingCreates: new Set(),
        isPreview: true,
        entry: (resource) => entryIn(preview, resource),
        created: () => undefined,
    };
    return preview;
}

/** The entry that a name has in the state, but for those that wait for their end. */
export function entryIn({ state }: StackState, name: string): Entry | undefined {
    return state.find((one) => one.name === name && !one.delete);
}

/** Gives an entry another name, in whatever depends on it too. */
export function rename({ state }: StackState, entry: Entry, name: string): void {
    for (const one of state) {
        const renamed = (names: readonly string[]) => names.map((each) => (each === entry.name ? name : each));
        one.dependencies = renamed(one.dependencies);
        one.propertyDependencies = Object.fromEntries(
            Object.entries(one.propertyDependencies).map(([property, names]) => [property, renamed(names)]),
        );
    }
    entry.name = name;
}

/** The inputs of a goal, with the outputs that they refer to. */
export function resolve(goal: Goal, stack: StackState): Inputs {
    const resolved = Object.entries(goal.inputs).flatMap(([property, value]) => {
        const given = filled(value, stack);
        return given === undefined ? [] : [[property, given]];
    });
    return { ...(Object.fromEntries(resolved) as Inputs), __provider: "p" };
}

function filled(value: unknown, stack: StackState): unknown {
    if (value instanceof Output) {
        const entry = stack.entry(value.name);
        const given = entry?.outputs[value.property];
        if (given === undefined && entry !== undefined && stack.isPreview === true) return UNKNOWN;
        if (given === undefined) throw new Refused(`${value.name} is not there`);
        return value.format(given);
    }
    if (Array.isArray(value)) return value.map((one) => filled(one, stack));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, filled(inner, stack)]));
}

/** The outputs that an input refers to. */
function outputsIn(value: unknown): Output[] {
    if (value instanceof Output) return [value];
    return typeof value === "object" && value !== null ? Object.values(value).flatMap(outputsIn) : [];
}

/** The resources that a goal depends on. */
export function dependenciesOf(goal: Goal): string[] {
    return [...outputsIn(goal.inputs).map(({ name }) => name), ...(goal.dependsOn ?? [])];
}

/** What the state holds of a goal. */
export function entryOf(goal: Goal, id: string, inputs: Inputs, outputs: Inputs, initErrors: boolean): Entry {
    const propertyDependencies = Object.fromEntries(
        Object.entries(goal.inputs).flatMap(([property, value]) => {
            const names = outputsIn(value).map(({ name }) => name);
            return names.length > 0 ? [[property, names]] : [];
        }),
    );
    return {
        name: goal.name,
        type: goal.type,
        id,
        inputs,
        outputs,
        dependencies: dependenciesOf(goal),
        propertyDependencies,
        replaceWith: goal.replaceWith ?? [],
        initErrors,
        taint: false,
        delete: false,
        pendingReplacement: false,
        retainOnDelete: goal.retainOnDelete ?? false,
        ignoreChanges: goal.ignoreChanges ?? [],
        provider: goal.provider,
    };
}

/** Everything that depends on some of these resources, and they themselves. */
export function dependentsOf(names: readonly string[], state: readonly Entry[]): Set<string> {
    return closure(names, (name) => state.filter((one) => one.dependencies.includes(name)).map((one) => one.name));
}

/** Everything that these resources depend on, without themselves. */
export function neededBy(names: readonly string[], state: readonly Entry[]): Set<string> {
    const direct = (name: string) => state.filter((one) => one.name === name).flatMap((one) => one.dependencies);
    return closure(names.flatMap(direct), direct);
}

/** What can be reached from these, and they themselves. */
export function closure(from: readonly string[], next: (one: string) => Iterable<string>): Set<string> {
    const found = new Set<string>();
    const open = [...from];
    for (let one = open.pop(); one !== undefined; one = open.pop()) {
        if (found.has(one)) continue;
        found.add(one);
        open.push(...next(one));
    }
    return found;
}

/** What a program reads of its own stack's state when it begins. */
export function stateObjectsOf(state: readonly Entry[]): string {
    const known = state.filter((entry) => !entry.delete);
    return formatStateObjects(
        known.flatMap(({ type, name, id, outputs }) => {
            const { owner } = outputs;
            const handler = `${type[0]?.toLowerCase()}${type.slice(1)}`;
            return typeof owner === "string"
                ? [{ handler, id, owner, urn: urnOf(type, name), notes: handedOver(outputs) }]
                : [];
        }),
    );
}

/** The URN of a resource, as far as it tells one of a stack from another. */
export function urnOf(type: Type, name: string): string {
    return `urn:pulumi:model::model::${type}::${name}`;
}

/** The inputs with the ignored ones as they were. */
export function ignoring({ ignoreChanges = [] }: Goal, news: Inputs, olds: Inputs): Inputs {
    const kept = Object.entries(news).filter(([property]) => !ignoreChanges.includes(property));
    const before = Object.entries(olds).filter(([property]) => ignoreChanges.includes(property));
    return Object.fromEntries([...kept, ...before]);
}

/** Properties as the wire carries them: nothing is shared, and what is undefined is not there. */
export function copy(properties: unknown): Inputs {
    return JSON.parse(JSON.stringify(properties ?? {})) as Inputs;
}

/** Properties as the wire carries them, with the provider. */
export function withProvider(properties: unknown): Inputs {
    return { ...copy(properties), __provider: "p" };
}

/** Whether a property has a value. */
export function isSet(properties: unknown, name: string): boolean {
    return (properties as Inputs | undefined)?.[name] !== undefined;
}
