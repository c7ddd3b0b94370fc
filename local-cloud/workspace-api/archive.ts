import { randomUUID } from "node:crypto";

import { invalid } from "../http";
import { parseJson } from "../json";
import { type NotebookContent, pack, unpack } from "./notebook";
import type { Language } from "./tree";

/** A notebook in an archive. */
export interface ArchivedNotebook {
    /** Path below the exported folder; empty for a notebook that was exported alone. */
    readonly path: string;
    readonly language: Language;
    readonly content: NotebookContent;
}

const MAGIC = Buffer.from("local-cloud-dbc/1\n");

/**
 * The DBC format of the local cloud: everything that notebooks hold, in a form of our own. As with real archives, two
 * archives of the same notebook differ, so they tell nothing about equality.
 */
export function writeArchive(notebooks: readonly ArchivedNotebook[], folders: readonly string[] = []): Buffer {
    const packed = notebooks.map(({ content }) => pack(content));
    const index = Buffer.from(
        JSON.stringify({
            guid: randomUUID(),
            folders,
            notebooks: notebooks.map(({ path, language }, at) => ({ path, language, bytes: packed[at]?.length })),
        }),
    );
    const length = Buffer.alloc(4);
    length.writeUInt32BE(index.length);
    return Buffer.concat([MAGIC, length, index, ...packed]);
}

/** The notebooks and folders of an archive. Throws `ApiError` for anything else. */
export function readArchive(bytes: Buffer): { notebooks: ArchivedNotebook[]; folders: string[] } {
    if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw invalid("The content is not a valid DBC archive.");
    try {
        let at = MAGIC.length + 4 + bytes.readUInt32BE(MAGIC.length);
        const index = parseJson(bytes.subarray(MAGIC.length + 4, at).toString()) as {
            folders: string[];
            notebooks: { path: string; language: Language; bytes: number }[];
        };
        const notebooks = index.notebooks.map(({ path, language, bytes: length }) => {
            if (at + length > bytes.length) throw new RangeError("the archive ends early");
            const content = unpack(bytes.subarray(at, at + length));
            at += length;
            return { path, language, content };
        });
        return { notebooks, folders: index.folders };
    } catch {
        throw invalid("The content is a damaged DBC archive.");
    }
}
