import { createHash } from "node:crypto";

import { parseJson } from "../api/json";
import { canonicalText } from "../util/canonical";
import { isRecord } from "../util/property-path";

/** What a notebook's JUPYTER export says beside its outputs. */
export interface NotebookDocument {
    /** Sums up its cells. */
    readonly cells: string;
    /** What it needs on serverless compute, as text; empty: nothing. SOURCE leaves it out. */
    readonly environment: string;
}

/** Reads a JUPYTER export; `undefined` for anything else. */
export function readDocument(bytes: Buffer): NotebookDocument | undefined {
    try {
        const { cells, metadata } = recordOf(parseJson(bytes.toString()));
        if (!Array.isArray(cells)) return undefined;
        const { environmentMetadata } = recordOf(recordOf(metadata)["application/vnd.databricks.v1+notebook"]);
        const code = cells.map((cell) => [recordOf(cell)["cell_type"], textOf(recordOf(cell)["source"])]);
        return {
            cells: createHash("sha256").update(JSON.stringify(code)).digest("hex"),
            environment: canonicalText(environmentMetadata),
        };
    } catch {
        return undefined;
    }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
    return isRecord(value) ? value : {};
}

/** A cell's code is one text, or its lines. */
function textOf(source: unknown): unknown {
    return Array.isArray(source) ? source.join("") : source;
}
