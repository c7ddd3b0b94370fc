import { parse, stringify } from "lossless-json";

/**
 * JSON as the Account API means it: an integer too large for a JavaScript number (a workspace's id) becomes a string,
 * digit for digit, and nothing is rounded. Throws `SyntaxError` on text that is not JSON.
 */
export function parseJson(json: string): unknown {
    return parse(json, null, { parseNumber });
}

function parseNumber(digits: string): number | string {
    const value = Number(digits);
    return /^-?\d+$/.test(digits) && !Number.isSafeInteger(value) ? digits : value;
}

/** The body of a request. */
export function writeJson(value: unknown): string {
    return stringify(value) ?? "";
}
