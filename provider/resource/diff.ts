import { notesOf } from "../contract/state-notes";
import type { Settings } from "../runtime/settings";
import { getPath, type Properties, sameValue, UNKNOWN } from "../util/property-path";
import type { Change, Field, ObjectDefinition } from "./definition";

/** One input that differs from what exists, and what that leads to. */
export interface Difference {
    /** The input's dotted path. */
    readonly path: string;
    readonly change: Change;
    /** Whether the program gave it before and leaves it out now. */
    readonly removed: boolean;
}

/**
 * The inputs that differ between what exists and what the program asks for.
 *
 * An input that the program leaves out is a difference only if the program gave it before: what the service, or
 * somebody in the account console, set beside the program is not the program's to take away.
 *
 * @param state the outputs of the state, or a check's old inputs, all of which the program gave.
 */
export function differences(
    definition: ObjectDefinition,
    state: Properties,
    inputs: Properties,
    settings: Settings,
): Difference[] {
    const set = setPaths(definition, state);
    return Object.entries(definition.fields).flatMap(([path, field]) => {
        if (field.deprecatedAliasOf !== undefined) return [];
        const [actual, asked] = [getPath(state, path), getPath(inputs, path)];
        const removed = asked === undefined;
        if (removed && (field.computed === true || actual === undefined || set?.has(path) === false)) return [];
        if (isSame(field, asked, actual, state)) return [];
        const change = changeOf(field, { state, inputs, removed, settings });
        return [{ path, change: change === "refuse" && mayReplace(inputs, path) ? "replace" : change, removed }];
    });
}

function isSame(field: Field, asked: unknown, actual: unknown, state: Properties): boolean {
    if (asked === UNKNOWN) return false;
    return field.isEqual?.(asked, actual, state) ?? sameValue(asked ?? field.apiDefault, actual ?? field.apiDefault);
}

/** Whether the program asks for a replacement if the service refuses a change of this input. */
function mayReplace({ replaceOn }: Properties, path: string): boolean {
    return Array.isArray(replaceOn) && replaceOn.includes(path);
}

function changeOf(field: Field, situation: Parameters<Exclude<Field["onChange"], Change | undefined>>[0]): Change {
    const rule = (situation.removed ? field.onRemoval : undefined) ?? field.onChange ?? "replace";
    return typeof rule === "function" ? rule(situation) : rule;
}

/** The paths of the differences that lead to one of these changes. */
export function pathsOf(found: readonly Difference[], ...changes: readonly Change[]): string[] {
    return found.filter(({ change }) => changes.includes(change)).map(({ path }) => path);
}

/**
 * Which inputs the program gave, as a number for the state: bit n stands for the n-th field of the definition. The engine
 * hands a refresh and a diff no inputs, so without it nobody could tell what the program never set.
 */
export function setInputsMask(definition: ObjectDefinition, inputs: Properties): number {
    return Object.keys(definition.fields).reduce(
        (bits, path, index) => (getPath(inputs, path) === undefined ? bits : bits + 2 ** index),
        0,
    );
}

/** The paths of the inputs that the program gave, by the state; `undefined` if it does not say: then all count as given. */
export function setPaths(definition: ObjectDefinition, state: Properties): ReadonlySet<string> | undefined {
    const { setInputs: bits } = notesOf(state);
    if (bits === undefined) return undefined;
    return new Set(Object.keys(definition.fields).filter((_, index) => Math.floor(bits / 2 ** index) % 2 === 1));
}

/** Whether a replacement cannot be created while the old object exists, because a name or the like can exist only once. */
export function nameCollides(definition: ObjectDefinition, state: Properties, inputs: Properties): boolean {
    const { nameField, unique = [] } = definition;
    return [...(nameField === undefined ? [] : [nameField]), ...unique].some((path) => {
        const [asked, field] = [getPath(inputs, path), definition.fields[path]];
        return typeof asked === "string" && field !== undefined && isSame(field, asked, getPath(state, path), state);
    });
}

/** Whether an object is what the program asks for, but for what can be changed in place. */
export function matchesInputs(
    definition: ObjectDefinition,
    state: Properties,
    inputs: Properties,
    settings: Settings,
): boolean {
    return conflicts(definition, state, inputs, settings).length === 0;
}

/**
 * The inputs in which an object that exists cannot become what the program asks for. An omitted input that the service
 * never removes does not count: somebody may have attached it beside the program.
 */
export function conflicts(
    definition: ObjectDefinition,
    state: Properties,
    inputs: Properties,
    settings: Settings,
): string[] {
    return differences(definition, state, inputs, settings)
        .filter(({ change, removed }) => change === "replace" || (change === "refuse" && !removed))
        .map(({ path }) => path);
}

/** The member that a replacement is about, in the engine's words: it knows top-level properties only. */
export function topLevel(paths: readonly string[]): string[] {
    return [...new Set(paths.map((path) => path.split(".")[0] ?? path))];
}
