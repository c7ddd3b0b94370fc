import { createHash } from "node:crypto";

import { parseJson } from "../api/json";
import { isRecord } from "../util/property-path";
import type { WorkspaceContent, WorkspaceObject } from "./content";
import type { ContentReader } from "./content-reader";

/** Compares the contents of objects of two workspaces. */
export class Comparison {
    constructor(
        private readonly from: WorkspaceContent,
        private readonly to: WorkspaceContent,
        private readonly reader: ContentReader,
    ) {}

    /**
     * Whether two objects of one type hold the same: by language and a hash of a notebook's SOURCE, or of a file's bytes. Sizes
     * alone say that two differ, never that they are equal.
     */
    async isEqual(source: WorkspaceObject, target: WorkspaceObject): Promise<boolean> {
        if (source.type === "FILE" && differ(source.size, target.size)) return false;
        if (differ(source.language, target.language)) return false;
        const [one, other] = await Promise.all([this.hash(this.from, source), this.hash(this.to, target)]);
        return one === other;
    }

    private async hash(workspace: WorkspaceContent, object: WorkspaceObject): Promise<string> {
        const format = object.type === "NOTEBOOK" ? "SOURCE" : "AUTO";
        return this.reader.read(workspace, object, format, async (bytes) => contentHash(object, bytes));
    }
}

/** The SHA-256 of a content, in hexadecimal. A dashboard's is that of its JSON, which the service writes in its own form. */
export function contentHash(object: WorkspaceObject, bytes: Buffer): string {
    const canonical = object.type === "DASHBOARD" ? canonicalJson(bytes) : undefined;
    return createHash("sha256")
        .update(canonical ?? bytes)
        .digest("hex");
}

function differ<Value extends number | string>(one: Value | undefined, other: Value | undefined): boolean {
    return one !== undefined && other !== undefined && one !== other;
}

/** The same for two texts that differ in white space and in the order of members only. */
function canonicalJson(bytes: Buffer): string | undefined {
    try {
        return JSON.stringify(parseJson(bytes.toString()), (_name, value: unknown) =>
            isRecord(value)
                ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
                : value,
        );
    } catch {
        return undefined;
    }
}
