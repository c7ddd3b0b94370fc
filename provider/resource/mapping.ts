import { z } from "zod";

import type { ObjectDefinition, Field } from "./definition";
import { camelCaseDeep, snakeCase } from "../util/case";
import { idOf } from "../api/codec";
import { UnexpectedResponseError } from "../api/errors";
import { noteNames } from "../contract/state-notes";
import { OWNERSHIP_TAG, formatTag, type OwnershipTag } from "../contract/ownership-tag";
import { getPath, getString, isRecord, type Properties, mergeDeep, setPath } from "../util/property-path";

// Maps between the names of a Pulumi program (camelCase) and those of the API (snake_case). Nothing else converts them.

/** The path of an input in the API's bodies; `undefined` for one that is never sent. */
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
        const target = field && apiPath(path, field);
        if (target !== undefined) setPath(body, target, getPath(inputs, path));
    }
    return body;
}

/** The value of one input in a response, as the API sent it; `undefined` if it is absent. */
export function responseValue(object: ObjectDefinition, response: Properties, path: string): unknown {
    const field = object.fields[path];
    const source = field && apiPath(path, field);
    return source === undefined ? undefined : getPath(response, source);
}

/** The inputs and outputs in a response, under the names of the program. */
export function fromResponse(object: ObjectDefinition, response: Properties): Record<string, unknown> {
    const properties: Record<string, unknown> = { [object.idField]: idOf(object, response) };
    for (const { path, source, schema, preserveKeys } of fieldMappings(object)) {
        const value = getPath(response, source);
        const result = parseLeniently(schema, preserveKeys ? value : camelCaseDeep(value));
        if (result?.success !== true)
            throw new UnexpectedResponseError(
                `a response about a ${object.noun} has a ${source} of an unexpected type`,
            );
        setPath(properties, path, result.data);
    }
    return properties;
}

/** The value by its schema, also if the service writes a number or a truth value as text, or the reverse. */
function parseLeniently(schema: z.ZodType, value: unknown) {
    const result = schema.safeParse(value);
    if (result.success) return result;
    return otherForms(value)
        .map((form) => schema.safeParse(form))
        .find(({ success }) => success);
}

function otherForms(value: unknown): unknown[] {
    if (typeof value === "number" || typeof value === "boolean") return [String(value)];
    if (value === "true" || value === "false") return [value === "true"];
    return typeof value === "string" && /^-?\d{1,15}$/.test(value) ? [Number(value)] : [];
}

/** One input or output of an object in the API's responses. */
interface FieldMapping {
    /** Its path in inputs and outputs. */
    readonly path: string;
    /** Its path in a response. */
    readonly source: string;
    readonly schema: z.ZodType;
    /** Whether the keys inside it keep their spelling. */
    readonly preserveKeys: boolean;
}

const optionalText = z.string().optional();
const mappings = new WeakMap<ObjectDefinition, readonly FieldMapping[]>();

/** Everything that a response about an object of this kind may contain; computed once for each kind. */
function fieldMappings(object: ObjectDefinition): readonly FieldMapping[] {
    const known = mappings.get(object);
    if (known !== undefined) return known;
    const inputs = Object.entries(object.fields).flatMap(([path, field]): FieldMapping[] => {
        const source = apiPath(path, field);
        const schema = field.responseSchema ?? optionalText;
        return source === undefined ? [] : [{ path, source, schema, preserveKeys: field.preserveKeys === true }];
    });
    const outputs = Object.entries(object.outputs).map(([path, { apiPath: api, schema }]): FieldMapping => ({
        path,
        source: api ?? snakeCase(path),
        schema,
        preserveKeys: false,
    }));
    const all = [...inputs, ...outputs];
    mappings.set(object, all);
    return all;
}

/** What an object's outputs depend on beside the response. */
export interface OutputContext {
    /** The account, if the response does not name it. */
    readonly accountId: string;
    /** Origin of the account console; `undefined` if no output needs it. */
    readonly host: string | undefined;
}

/** The body of a request, with the ownership tag if the kind has tags. */
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

/** The object in a response under the names of the program, without the ownership tag. */
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

/** What a state keeps of the properties that it had, beside inputs and outputs that the API never shows. */
const KEPT = ["owner", "migration", ...noteNames];

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
    for (const name of KEPT) if (inputs[name] !== undefined) state[name] = inputs[name];
    return mergeDeep(state, toOutputs(definition, response, context, inputs));
}

/** A state without the inputs that the API never sees: an update takes them from the program, or leaves them out as it does. */
export function withoutOwnInputs({ fields }: ObjectDefinition, state: Properties): Properties {
    const isOwn = (name: string) => fields[name]?.apiPath === null && fields[name].computed !== true;
    return Object.fromEntries(Object.entries(state).filter(([name]) => !isOwn(name)));
}

function withoutOwnershipTag(tags: unknown): unknown {
    if (!isRecord(tags)) return tags;
    const rest = Object.entries(tags).filter(([key]) => key !== OWNERSHIP_TAG);
    return rest.length === 0 ? undefined : Object.fromEntries(rest);
}
