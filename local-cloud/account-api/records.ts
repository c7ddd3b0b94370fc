import { isDeepStrictEqual } from "node:util";

import { invalid } from "../http";

/** An object of the account as the API shows it, in snake_case; a workspace's id is a string of digits here. */
export type AccountRecord = Record<string, unknown>;

/** The value at a dotted path. */
export function getPath(record: AccountRecord, path: string): unknown {
    return path
        .split(".")
        .reduce<unknown>((value, name) => (value as AccountRecord | null | undefined)?.[name], record);
}

/** The ids at a dotted path, which holds one id or a list of them. */
export function idsAt(record: AccountRecord, path: string): string[] {
    const value = getPath(record, path);
    return value === undefined || value === null ? [] : [value].flat().map(String);
}

/** A value that has to be an object. Throws `ApiError` for any other. */
export function requireObject(value: unknown, name: string): AccountRecord {
    if (typeof value !== "object" || value === null || Array.isArray(value))
        throw invalid(`Missing required field: ${name}`);
    return value as AccountRecord;
}

/** Whether a record has every value of another one. */
export function contains(record: unknown, wanted: unknown): boolean {
    if (typeof wanted !== "object" || wanted === null || Array.isArray(wanted))
        return isDeepStrictEqual(record, wanted);
    return Object.entries(wanted).every(([name, value]) =>
        contains((record as AccountRecord | undefined)?.[name], value),
    );
}
