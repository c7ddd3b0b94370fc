import { regionOfKeyArn } from "../contract/forms";
import { writeNotes } from "../contract/state-notes";
import type { Settings } from "../runtime/settings";
import { getPath, getString, isRecord, type Properties, sameValue, setPath } from "../util/property-path";
import type { ObjectDefinition } from "./definition";
import { differences, setInputsMask } from "./diff";
import { type OutputContext, responseValue, toOutputs, toState } from "./mapping";
import { checkInputs } from "./validation";

/** The ids of other objects that an object of the account names. */
export function referencesIn(definition: ObjectDefinition, response: Properties): string[] {
    return Object.entries(definition.fields)
        .filter(([, { references }]) => references !== undefined)
        .flatMap(([path]) => [responseValue(definition, response, path)].flat())
        .filter((id) => typeof id === "string");
}

/** Values that the service chose: whether one is, by the input's path. A program that leaves it out says the same. */
const CHOSEN: Readonly<Record<string, (value: unknown) => boolean>> = {
    "awsKeyInfo.keyRegion": () => true,
    deploymentName: (value) => /^dbc-[0-9a-f]{8}-[0-9a-f]{4}$/.test(String(value)),
    computeMode: (value) => value !== "SERVERLESS",
};

/** An object as the account shows it, and what its arguments depend on. */
export interface Shown {
    readonly definition: ObjectDefinition;
    readonly id: string;
    readonly response: Properties;
    readonly context: OutputContext;
    readonly settings: Settings;
}

/**
 * The arguments of a resource that adopts the object and changes nothing: without defaults, and without what only the
 * service knows. What the provider's own check refuses is left out if leaving it out is not a difference. Returns the
 * reason if that leads to no such arguments.
 */
export function inputsOf(shown: Shown): Properties | string {
    const { definition, id, response, context, settings } = shown;
    let paths = Object.keys(definition.fields).filter((path) => isWritten(definition, path, response));
    for (;;) {
        const inputs = pick(definition, response, context, paths);
        const failures = checkInputs(definition, { ...inputs, adopt: id }, { allowedRegions: regionsOf(inputs) });
        const [failure] = failures;
        if (failure === undefined) {
            const [different] = remaining(shown, inputs, settings);
            if (different !== undefined) return `its ${different} cannot be said in a program`;
            return untransportable(inputs) ?? withTag(definition, inputs, response);
        }
        const refused = paths.find((path) => isAt(failure.property, path));
        const optional = refused !== undefined && definition.fields[refused]?.schema.safeParse(undefined).success;
        if (refused === undefined || optional !== true) return `${failure.property} ${failure.reason}`;
        paths = paths.filter((path) => path !== refused);
    }
}

/** The tag that Pulumi's SDK for Node.js, and every check of inputs, leaves out of what it is given. */
export const UNKEPT_TAG = "__proto__";

/** The inputs with that tag, if the object has it: the program says what the account says. */
function withTag(definition: ObjectDefinition, inputs: Properties, response: Properties): Properties {
    const { tagsField } = definition;
    const shown = tagsField === undefined ? undefined : responseValue(definition, response, tagsField);
    if (tagsField === undefined || !isRecord(shown) || !Object.hasOwn(shown, UNKEPT_TAG)) return inputs;
    const known = inputs[tagsField];
    const tag = Object.entries(shown).filter(([name]) => name === UNKEPT_TAG);
    // Not by assignment, which would set the object's prototype.
    return {
        ...inputs,
        [tagsField]: Object.fromEntries([...(isRecord(known) ? Object.entries(known) : []), ...tag]),
    };
}

/** Why Pulumi cannot carry these inputs from a program to the provider; `undefined` if it can. */
function untransportable(inputs: Properties): string | undefined {
    const texts = (value: unknown): string[] => {
        if (typeof value === "string") return [value];
        if (Array.isArray(value)) return value.flatMap(texts);
        return isRecord(value) ? Object.entries(value).flatMap(([name, member]) => [name, ...texts(member)]) : [];
    };
    for (const [field, value] of Object.entries(inputs)) {
        if (isRecord(value) && Object.hasOwn(value, "toString"))
            return `its ${field} have one named toString, at which Pulumi's SDK for Node.js fails. Rename it in the account, then run the command again`;
        const broken = texts(value).find((text) => /\p{Cs}/u.test(text));
        if (broken !== undefined)
            return `its ${field} is not valid text, ${JSON.stringify(broken)}: it holds half of a surrogate pair, which Pulumi's engine refuses. Correct it in the account, then run the command again`;
    }
    return undefined;
}

function isWritten(definition: ObjectDefinition, path: string, response: Properties): boolean {
    const field = definition.fields[path];
    const value = responseValue(definition, response, path);
    if (field === undefined || value === undefined || CHOSEN[path]?.(value) === true) return false;
    return !sameValue(value, undefined) && !sameValue(value, field.apiDefault);
}

function pick(
    definition: ObjectDefinition,
    response: Properties,
    context: OutputContext,
    paths: readonly string[],
): Properties {
    const outputs = toOutputs(definition, response, context);
    const inputs: Record<string, unknown> = {};
    for (const path of paths) setPath(inputs, path, getPath(outputs, path));
    return inputs;
}

/** The inputs that a resource with these arguments would change, or could not adopt. */
function remaining({ definition, response, context }: Shown, inputs: Properties, settings: Settings): string[] {
    const state = toState(definition, inputs, response, context);
    const asAdopted = differences(definition, state, inputs, settings).filter(
        ({ change, removed }) => change === "replace" || (change === "refuse" && !removed),
    );
    const setInputs = setInputsMask(definition, inputs);
    const afterwards = differences(definition, writeNotes(state, { setInputs }), inputs, settings);
    return [...asAdopted, ...afterwards].filter(({ change }) => change !== "ignore").map(({ path }) => path);
}

/** The state of a resource with these arguments that has adopted the object, without its owner. */
export function adoptedState(
    { definition, response, context }: Pick<Shown, "definition" | "response" | "context">,
    inputs: Properties,
): Properties {
    const notes = { setInputs: setInputsMask(definition, inputs), adoption: Math.random().toString(36).slice(2, 8) };
    return toState(definition, writeNotes(inputs, notes), response, context);
}

/** Whether a failure's property is this input, or something inside it. */
function isAt(property: string, path: string): boolean {
    return property === path || property.startsWith(`${path}.`);
}

/** The regions that an object names. All of them pass the check: the account has the object already. */
export function regionsOf(inputs: Properties): string[] {
    const ofKey = regionOfKeyArn(getString(inputs, "awsKeyInfo.keyArn"));
    return [inputs["awsRegion"], inputs["region"], ofKey].filter((region) => typeof region === "string");
}
