import { ApiError, invalid } from "../http";
import { type ArchivedNotebook, writeArchive } from "./archive";
import { requireSize, type WorkspaceBehavior } from "./behavior";
import type { Contents } from "./contents";
import { writeJupyter } from "./jupyter";
import { languages, type NotebookContent, toSource } from "./notebook";
import { isContainer, type Language, type Node, type Tree } from "./tree";

/** An exported object. */
export interface Exported {
    readonly bytes: Buffer;
    /** What the file would have as its extension. */
    readonly fileType: string;
}

/** Exports objects in the formats of the API. */
export class Exporter {
    constructor(
        private readonly tree: Tree,
        private readonly contents: Contents,
        private readonly behavior: WorkspaceBehavior,
    ) {}

    /** Throws `ApiError` if the object has no such format, or is too large in it. */
    export(node: Node, format: string, isDirect = false): Exported {
        if (isContainer(node)) return this.folder(node, format);
        switch (node.type) {
            case "NOTEBOOK":
                return this.notebook(node, format);
            case "FILE":
            case "DASHBOARD":
                return this.file(node, format, isDirect);
            default:
                throw new ApiError(400, "BAD_REQUEST", `${node.path} is a library, which cannot be exported.`);
        }
    }

    private file(node: Node, format: string, isDirect: boolean): Exported {
        if (!["AUTO", "SOURCE", "RAW"].includes(format))
            throw invalid(`${node.path} is not a notebook, and can be exported with AUTO only.`);
        const bytes = this.contents.readBytes(node);
        const isGiven = isDirect && this.behavior.largeFiles === "given";
        requireSize(bytes.length, this.behavior, isGiven ? node.type : "");
        return { bytes, fileType: /\.([^./]+)$/.exec(node.path)?.[1] ?? "" };
    }

    private notebook(node: Node, format: string): Exported {
        const language = node.language ?? "PYTHON";
        const content = this.contents.readNotebook(node);
        requireSize(carriedBytes(language, content, format), this.behavior, format);
        switch (format) {
            case "SOURCE":
            case "AUTO":
                return { bytes: toSource(language, content.source), fileType: languages[language].extension };
            case "JUPYTER":
                return { bytes: writeJupyter(language, content), fileType: "ipynb" };
            case "HTML":
                return {
                    bytes: toHtml(writeArchive([{ path: "", language, content: this.archived(content) }])),
                    fileType: "html",
                };
            case "DBC":
                return {
                    bytes: writeArchive([{ path: "", language, content: this.archived(content) }]),
                    fileType: "dbc",
                };
            default:
                throw invalid(`Format ${format} is not supported for a notebook.`);
        }
    }

    private archived({ environment, ...content }: NotebookContent): NotebookContent {
        return this.behavior.archivesHaveEnvironments ? { ...content, environment } : content;
    }

    private folder(node: Node, format: string): Exported {
        if (format !== "DBC") throw new ApiError(400, "BAD_REQUEST", "A folder can be exported in DBC format only.");
        const notebooks: ArchivedNotebook[] = [];
        const folders: string[] = [];
        let bytes = 0;
        for (const one of this.tree.all(node)) {
            const path = one.path.slice(node.path === "/" ? 1 : node.path.length + 1);
            if (isContainer(one)) folders.push(path);
            if (one.type !== "NOTEBOOK") continue;
            const language = one.language ?? "PYTHON";
            const content = this.contents.readNotebook(one);
            bytes += carriedBytes(language, content, "DBC");
            requireSize(bytes, this.behavior);
            notebooks.push({ path, language, content: this.archived(content) });
        }
        return { bytes: writeArchive(notebooks, folders), fileType: "dbc" };
    }
}

/** How much of a notebook a format carries, in bytes: the limit counts this, and not the form around it. */
export function carriedBytes(language: Language, { source, outputs, extras }: NotebookContent, format: string): number {
    const code = toSource(language, source).length;
    if (format === "SOURCE" || format === "AUTO") return code;
    const results = outputs === undefined ? 0 : Buffer.byteLength(JSON.stringify(outputs));
    if (format === "JUPYTER") return code + (language === "PYTHON" ? results : 0);
    return code + results + (extras === undefined ? 0 : Buffer.byteLength(JSON.stringify(extras)));
}

/** A notebook as a page that shows it; it holds the whole notebook, as the service's pages do. */
function toHtml(archive: Buffer): Buffer {
    return Buffer.from(
        `<!DOCTYPE html>\n<html><head><title>Notebook</title><script>var __DATABRICKS_NOTEBOOK_MODEL = '${archive.toString("base64")}';</script></head><body></body></html>\n`,
    );
}

/** The archive in a page that `export` made. Throws `ApiError`. */
export function fromHtml(page: Buffer): Buffer {
    const model = /__DATABRICKS_NOTEBOOK_MODEL = '([^']*)'/.exec(page.toString("latin1"))?.[1];
    if (model === undefined) throw invalid("The content is not an exported notebook.");
    return Buffer.from(model, "base64");
}
