import { isRecord } from "../util/property-path";
import { parseJson, writeJson } from "./json";

/** Secrets, each in the forms in which a text from outside may repeat it: as it is, and URL-encoded. */
export class Secrets {
    private readonly forms = new Set<string>();

    constructor(secrets: Iterable<string> = []) {
        for (const secret of secrets) this.add(secret);
    }

    add(secret: string): void {
        const encoded = new URLSearchParams([["", secret]]).toString().slice(1);
        for (const form of [secret, encodeURIComponent(secret), encoded]) this.forms.add(form);
    }

    /** A text from outside, such as an answer that repeats its request, without these secrets, however JSON escapes them. */
    redact(text: string): string {
        // A path, of which every request has one, is no JSON: that is known without an error.
        if (!/^\s*["[{]/.test(text)) return this.plain(text);
        try {
            return writeJson(this.inside(parseJson(text)));
        } catch {
            return this.plain(text);
        }
    }

    private plain(text: string): string {
        let shown = text;
        for (const form of this.forms) shown = shown.replaceAll(form, "[secret]");
        return shown;
    }

    private inside(value: unknown): unknown {
        if (typeof value === "string") return this.plain(value);
        if (Array.isArray(value)) return value.map((member) => this.inside(member));
        if (!isRecord(value)) return value;
        return Object.fromEntries(
            Object.entries(value).map(([name, member]) => [this.plain(name), this.inside(member)]),
        );
    }
}
