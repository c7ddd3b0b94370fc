import type { Behavior } from "../behavior";
import { ApiError, invalid } from "../http";
import { type Find, kindOf, kinds } from "./kinds";
import { type AccountRecord, getPath, idsAt, requireObject } from "./records";
import type { ObjectStore } from "./store";

/** What a body holds of this kind's fields, and the paths of what the service does not know. */
export function splitFields(kind: string, body: AccountRecord): { known: AccountRecord; unknown: string[] } {
    const { required, optional, members = {} } = kindOf(kind);
    const known: AccountRecord = structuredClone(body);
    const unknown: string[] = [];
    const drop = (record: AccountRecord, names: readonly string[], prefix: string) => {
        for (const name of Object.keys(record).filter((one) => !names.includes(one))) {
            unknown.push(`${prefix}${name}`);
            Reflect.deleteProperty(record, name);
        }
    };
    drop(known, [...required, ...optional], "");
    // An empty value and null say the same as leaving the field out.
    for (const [name, value] of Object.entries(known))
        if (value === null || value === "") Reflect.deleteProperty(known, name);
    for (const [field, names] of Object.entries(members)) {
        if (getPath(known, field) !== undefined && getPath(known, field) !== null)
            drop(requireObject(getPath(known, field), field), names, `${field}.`);
    }
    return { known, unknown };
}

/** Refuses fields that the service does not know: the strict mode. */
export function rejectUnknownFields(unknown: readonly string[]): void {
    if (unknown[0] !== undefined) throw new ApiError(400, "MALFORMED_REQUEST", `Unknown field: ${unknown[0]}`);
}

/**
 * Refuses a body that lacks a field, has a malformed value, or takes a value that only one object can have. `own` is the
 * id of the object that the body replaces.
 */
export function requireValid(
    store: ObjectStore,
    kind: string,
    body: AccountRecord,
    { subnets }: Behavior,
    own?: string,
): void {
    const { id: idField, required, unique = [], exclusive = [], noun } = kindOf(kind);
    for (const field of required) {
        if (body[field] === undefined) throw invalid(`Missing required field: ${field}`);
    }
    requireForms(kind, body);
    const others = store.list(kind).filter((one) => one[idField] !== own);
    for (const field of unique) {
        if (others.some((one) => one[field] === body[field]))
            throw new ApiError(
                409,
                "RESOURCE_ALREADY_EXISTS",
                `${noun} with ${field} ${String(body[field])} already exists`,
            );
    }
    for (const field of subnets === "exclusive" ? exclusive : []) {
        const taken = new Map(others.flatMap((one) => idsAt(one, field).map((id) => [id, one[idField]])));
        const id = idsAt(body, field).find((one) => taken.has(one));
        if (id !== undefined)
            throw new ApiError(
                409,
                "RESOURCE_CONFLICT",
                `${id} (${field}) is used by another ${noun}: ${String(taken.get(id))}`,
            );
    }
}

/** Refuses values that are not of their field's form. */
export function requireForms(kind: string, body: AccountRecord): void {
    for (const [field, [words, test]] of Object.entries(kindOf(kind).forms ?? {})) {
        const value = getPath(body, field);
        if (value !== undefined && !test(value)) throw invalid(`${field} ${words}`);
    }
}

/** Refuses a body that names an object which does not exist, or which does not go with it. */
export function requireReferences(store: ObjectStore, kind: string, body: AccountRecord): void {
    const find: Find = (to, id) => store.find(to, id);
    for (const { field, to, refuse } of kindOf(kind).references ?? []) {
        for (const id of idsAt(body, field)) {
            requireId(to, id);
            const { noun } = kindOf(to);
            const named = find(to, id);
            if (named === undefined) throw invalid(`${noun} ${id} does not exist (${field})`);
            const problem = refuse?.(body, named, find);
            if (problem !== undefined) throw invalid(`${noun} ${id} cannot be used as ${field}: ${problem}`);
        }
    }
}

/** Refuses to delete an object that another one names. */
export function requireUnused(store: ObjectStore, kind: string, id: string): void {
    for (const [user, { references = [], noun, id: idField }] of Object.entries(kinds)) {
        const fields = references.filter(({ to }) => to === kind).map(({ field }) => field);
        const using = store.list(user).find((one) => fields.some((field) => idsAt(one, field).includes(id)));
        if (using !== undefined)
            throw new ApiError(
                409,
                "RESOURCE_CONFLICT",
                `${kindOf(kind).noun} ${id} is used by ${noun} ${String(using[idField])}`,
            );
    }
}

/** Refuses what is no id of this kind of object. */
export function requireId(kind: string, id: string): void {
    const valid = kind === "workspaces" ? /^\d{1,19}$/.test(id) : /^[0-9a-f-]{36}$/.test(id);
    if (!valid) throw new ApiError(400, "MALFORMED_REQUEST", `Invalid ${kindOf(kind).noun}Id: ${id}`);
}
