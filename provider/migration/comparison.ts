import { createHash } from "node:crypto";

import { ApiError } from "../api/errors";
import { parseJson } from "../api/json";
import { isRecord } from "../util/property-path";
import { ContentTooLargeError, type WorkspaceContent, type WorkspaceObject } from "./content";
import type { ContentReader } from "./content-reader";
import { type NotebookDocument, readDocument } from "./notebook-document";
import { requireOtherObject } from "./other-object";

/** Compares the contents of objects of two workspaces. */
export class Comparison {
    constructor(
        private readonly from: WorkspaceContent,
        private readonly to: WorkspaceContent,
        private readonly reader: ContentReader,
    ) {}

    /** Whether two objects of one type hold the same, see {@link compare}. */
    async isEqual(source: WorkspaceObject, target: WorkspaceObject): Promise<boolean> {
        return (await this.compare(source, target)) === "equal";
    }

    /**
     * Compares two objects of one type: by language and a hash of a notebook's code, and its environment, or by a file's bytes. Sizes
     * alone say that two differ, never that they are equal. `environment`: nothing else differs. Rejects if they are one object.
     */
    async compare(source: WorkspaceObject, target: WorkspaceObject): Promise<"equal" | "environment" | "different"> {
        requireOtherObject(source.id, target, source.path);
        if (source.type === "FILE" && differ(source.size, target.size)) return "different";
        if (differ(source.language, target.language)) return "different";
        const [one, other] = await Promise.all([this.document(this.from, source), this.document(this.to, target)]);
        const isSame = one !== undefined && one.cells === other?.cells ? true : await this.hasSameBytes(source, target);
        if (!isSame) return "different";
        return differ(one?.environment, other?.environment) ? "environment" : "equal";
    }

    private async hasSameBytes(source: WorkspaceObject, target: WorkspaceObject): Promise<boolean> {
        const [one, other] = await Promise.all([this.hash(this.from, source), this.hash(this.to, target)]);
        return one === other;
    }

    /** A notebook as JUPYTER, which alone shows its environment; `undefined`: it is none, or is not given so. */
    private async document(
        workspace: WorkspaceContent,
        object: WorkspaceObject,
    ): Promise<NotebookDocument | undefined> {
        if (object.type !== "NOTEBOOK") return undefined;
        try {
            return await this.reader.read(workspace, object, "JUPYTER", async (bytes) => readDocument(bytes));
        } catch (error) {
            const isRefused = error instanceof ApiError && (error.kind === "invalid" || error.kind === "validation");
            if (!(error instanceof ContentTooLargeError) && !isRefused) throw error;
            return undefined;
        }
    }

    private async hash(workspace: WorkspaceContent, object: WorkspaceObject): Promise<string> {
        const format = object.type === "NOTEBOOK" ? "SOURCE" : "AUTO";
        return this.reader.read(workspace, object, format, async (bytes) => contentHash(object, bytes));
    }
}

/** The SHA-256 of a content, in hexadecimal. A dashboard's is that of its JSON, which the service writes in its own form. */
export function contentHash({ type }: Pick<WorkspaceObject, "type">, bytes: Buffer): string {
    const canonical = type === "DASHBOARD" ? canonicalJson(bytes) : undefined;
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
