import { isRecord } from "../util/property-path";
import { parseJson, writeJson } from "./json";

/**
 * A text from outside, such as an answer that repeats its request, without these secrets: as they are, URL-encoded, and
 * however JSON escapes them.
 */
export function redact(text: string, secrets: Iterable<string>): string {
    const forms = [...secrets].flatMap((secret) => [...formsOf(secret)]);
    const plain = (part: string) => forms.reduce((shown, form) => shown.replaceAll(form, "[secret]"), part);
    const inside = (value: unknown): unknown => {
        if (typeof value === "string") return plain(value);
        if (Array.isArray(value)) return value.map(inside);
        if (!isRecord(value)) return value;
        return Object.fromEntries(Object.entries(value).map(([name, member]) => [plain(name), inside(member)]));
    };
    // A path, of which every request has one, is no JSON: that is known without an error.
    if (!/^\s*["[{]/.test(text)) return plain(text);
    try {
        return writeJson(inside(parseJson(text)));
    } catch {
        return plain(text);
    }
}

/** A secret as it is and URL-encoded, each form once. */
function formsOf(secret: string): ReadonlySet<string> {
    return new Set([secret, encodeURIComponent(secret), new URLSearchParams([["", secret]]).toString().slice(1)]);
}
