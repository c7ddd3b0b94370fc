import { z } from "zod";

import type { ObjectDefinition, Field } from "./definition";
import { camelCaseDeep, snakeCase } from "../util/case";
import { idOf } from "../api/codec";
import { UnexpectedResponseError } from "../api/errors";
import { OWNERSHIP_TAG, formatTag, type OwnershipTag } from "../contract/ownership-tag";
import { getPath, getString, isRecord, type Properties, mergeDeep, setPath } from "../util/property-path";

/**
 * Between the words of a Pulumi program and those of the API: the one place where camelCase meets snake_case.
 */

/** Where an input stands in the API's bodies; `undefined` where the API never sees it. */
export function apiPath(path: string, field: Field): string | undefined {
    if (field.apiPath === null || field.deprecatedAliasOf !== undefined) return undefined;
    return field.apiPath ?? snakeCase(path);
}

/** The request's body for these inputs, or for only some of them. */
export function toRequestBody(
    object: ObjectDefinition,
    inputs: Properties,
    only: readonly string[] = Object.keys(object.fields),
): Record<string, unknown> {
    const body: Record<string, unknown> = {};
    for (const path of only) {
        const field = object.fields[path];
        const place = field && apiPath(path, field);
        if (place !== undefined) setPath(body, place, getPath(inputs, path));
    }
    return body;
}

/** What the API's answer says of one input, as it stands there; `undefined` where it says nothing. */
export function responseValue(object: ObjectDefinition, answer: Properties, path: string): unknown {
    const field = object.fields[path];
    const place = field && apiPath(path, field);
    return place === undefined ? undefined : getPath(answer, place);
}

/** What the answer says of the inputs and outputs of its object, in the words of the program. */
export function fromResponse(object: ObjectDefinition, answer: Properties): Record<string, unknown> {
    const properties: Record<string, unknown> = { [object.idField]: idOf(object, answer) };
    for (const { path, place, schema, verbatim } of fieldMappings(object)) {
        const value = getPath(answer, place);
        const result = schema.safeParse(verbatim ? value : camelCaseDeep(value));
        if (!result.success)
            throw new UnexpectedResponseError(
                `an answer about a ${object.noun} holds a ${place} of an unexpected kind`,
            );
        setPath(properties, path, result.data);
    }
    return properties;
}

/** One input or output of an object in the API's answers. */
interface FieldMapping {
    readonly path: string;
    readonly place: string;
    readonly schema: z.ZodType;
    /** Whether the names in it keep their spelling. */
    readonly verbatim: boolean;
}

const textOrNothing = z.string().optional();
const words = new WeakMap<ObjectDefinition, readonly FieldMapping[]>();

/** What an answer may say of an object of this kind; worked out once, for thousands of answers. */
function fieldMappings(object: ObjectDefinition): readonly FieldMapping[] {
    const known = words.get(object);
    if (known !== undefined) return known;
    const inputs = Object.entries(object.fields).flatMap(([path, field]): FieldMapping[] => {
        const place = apiPath(path, field);
        const schema = field.responseSchema ?? textOrNothing;
        return place === undefined ? [] : [{ path, place, schema, verbatim: field.preserveKeys === true }];
    });
    const outputs = Object.entries(object.outputs).map(([path, { apiPath: api, schema }]): FieldMapping => ({
        path,
        place: api ?? snakeCase(path),
        schema,
        verbatim: false,
    }));
    const made = [...inputs, ...outputs];
    words.set(object, made);
    return made;
}

/** What an object's outputs depend on beside the response. */
export interface OutputContext {
    /** The account, where the response does not name it. */
    readonly accountId: string;
    /** Origin of the account console; `undefined` where no output needs it. */
    readonly host: string | undefined;
}

/** The body of a request, with the ownership tag where the kind has tags. */
export function toTaggedBody(
    definition: ObjectDefinition,
    inputs: Properties,
    owner: OwnershipTag | undefined,
    only?: readonly string[],
): Record<string, unknown> {
    const { tagsField } = definition;
    if (tagsField === undefined || owner === undefined || only?.includes(tagsField) === false) {
        return toRequestBody(definition, inputs, only);
    }
    const tags = getPath(inputs, tagsField);
    const tagged = { ...(isRecord(tags) ? tags : {}), [OWNERSHIP_TAG]: formatTag(owner) };
    return toRequestBody(definition, { ...inputs, [tagsField]: tagged }, only);
}

/** What a response says of its object, in the words of the program, without this package's own tag. */
export function toOutputs(
    definition: ObjectDefinition,
    response: Properties,
    { accountId, host }: OutputContext,
    inputs: Properties = {},
): Record<string, unknown> {
    const { tagsField, derive } = definition;
    const outputs = fromResponse(definition, response);
    if (tagsField !== undefined) outputs[tagsField] = withoutOwnershipTag(outputs[tagsField]);
    const all = { accountId: getString(response, "account_id") ?? accountId, ...outputs };
    return { ...all, ...derive?.(all, inputs, host) };
}

/** Properties of the state that are neither inputs nor outputs of a class: the handlers' own notes. */
const NOTES = ["owner", "adoption", "given"] as const;

/** The state after a response: the inputs that the API never shows, the handlers' notes, and everything that the API shows. */
export function toState(
    definition: ObjectDefinition,
    inputs: Properties,
    response: Properties,
    context: OutputContext,
): Record<string, unknown> {
    const state: Record<string, unknown> = {};
    for (const [path, field] of Object.entries(definition.fields)) {
        if (field.apiPath === null) setPath(state, path, getPath(inputs, path));
    }
    for (const name of NOTES) if (inputs[name] !== undefined) state[name] = inputs[name];
    return mergeDeep(state, toOutputs(definition, response, context, inputs));
}

function withoutOwnershipTag(tags: unknown): unknown {
    if (!isRecord(tags)) return tags;
    const rest = Object.entries(tags).filter(([key]) => key !== OWNERSHIP_TAG);
    return rest.length === 0 ? undefined : Object.fromEntries(rest);
}
