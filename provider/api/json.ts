import { parse, stringify } from "lossless-json";

/**
 * JSON as the Account API means it: an integer too large for a JavaScript number (a workspace's id) becomes a string,
 * digit for digit, and nothing is rounded. Throws `SyntaxError` on text that is not JSON.
 */
export function parseJson(json: string): unknown {
    // The engine's own parser is thirty times faster, which a list of thousands is worth; it rounds nothing that is safe.
    return digitsOf(json).every((digits) => Number.isSafeInteger(Number(digits)))
        ? JSON.parse(json)
        : parse(json, null, { parseNumber });
}

/** The same; `undefined` if the text is not JSON. */
export function jsonOrNothing(text: string): unknown {
    try {
        return parseJson(text);
    } catch {
        return undefined;
    }
}

/** Every row of digits, wherever it stands, that is long enough to be an integer which a number cannot hold. */
function digitsOf(json: string): readonly string[] {
    return json.match(/\d{16,}/g) ?? [];
}

function parseNumber(digits: string): number | string {
    const value = Number(digits);
    return /^-?\d+$/.test(digits) && !Number.isSafeInteger(value) ? digits : value;
}

/** The body of a request. */
export function writeJson(value: unknown): string {
    return stringify(value) ?? "";
}
