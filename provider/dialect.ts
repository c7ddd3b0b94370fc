import { z } from "zod";

import type { AccountObject, Field } from "./account-object";
import { camelCaseDeep, snakeCase } from "./case";
import { UnexpectedAnswerError } from "./client/errors";
import { at, type Properties, put } from "./properties";

/**
 * Between the words of a Pulumi program and those of the API: the one place where camelCase meets snake_case.
 */

/** Where an input stands in the API's bodies; `undefined` where the API never sees it. */
export function apiPath(path: string, field: Field): string | undefined {
    if (field.api === null || field.oldNameOf !== undefined) return undefined;
    return field.api ?? snakeCase(path);
}

/** The request's body for these inputs, or for only some of them. */
export function bodyOf(
    object: AccountObject,
    inputs: Properties,
    only: readonly string[] = Object.keys(object.fields),
): Record<string, unknown> {
    const body: Record<string, unknown> = {};
    for (const path of only) {
        const field = object.fields[path];
        const place = field && apiPath(path, field);
        if (place !== undefined) put(body, place, at(inputs, path));
    }
    return body;
}

/** What the API's answer says of one input, as it stands there; `undefined` where it says nothing. */
export function answeredAt(object: AccountObject, answer: Properties, path: string): unknown {
    const field = object.fields[path];
    const place = field && apiPath(path, field);
    return place === undefined ? undefined : at(answer, place);
}

/** The id that the API's answer gives its object. */
export function idOf(object: AccountObject, answer: Properties): string {
    const name = snakeCase(object.idField);
    const id = idSchema.safeParse(answer[name]);
    if (!id.success) throw new UnexpectedAnswerError(`an answer about a ${object.noun} holds no ${name}`);
    return String(id.data);
}

const idSchema = z.union([z.string().regex(/^[A-Za-z0-9_-]{1,128}$/), z.number().int().nonnegative()]);

/** What the answer says of the inputs and outputs of its object, in the words of the program. */
export function propertiesOf(object: AccountObject, answer: Properties): Record<string, unknown> {
    const properties: Record<string, unknown> = { [object.idField]: idOf(object, answer) };
    for (const [path, field] of Object.entries(object.fields)) {
        const place = apiPath(path, field);
        if (place === undefined) continue;
        const value = at(answer, place);
        const spelled = field.verbatim === true ? value : camelCaseDeep(value);
        put(properties, path, parsed(object, place, field.answered ?? z.string().optional(), spelled));
    }
    for (const [path, output] of Object.entries(object.outputs)) {
        const place = output.api ?? snakeCase(path);
        put(properties, path, parsed(object, place, output.schema, camelCaseDeep(at(answer, place))));
    }
    return properties;
}

function parsed(object: AccountObject, place: string, schema: z.ZodType, value: unknown): unknown {
    const result = schema.safeParse(value);
    if (!result.success)
        throw new UnexpectedAnswerError(`an answer about a ${object.noun} holds a ${place} of an unexpected kind`);
    return result.data;
}
