import { invalid } from "../http";
import { parseJson } from "../json";
import { cellSeparator, type NotebookContent } from "./notebook";
import type { Language } from "./tree";

interface Cell {
    cell_type?: string;
    source?: string | string[];
    outputs?: unknown[];
}

/** A notebook as an `.ipynb` document. Outputs go with a notebook of Python only. */
export function writeJupyter(language: Language, content: NotebookContent): Buffer {
    const sources = content.source.toString().split(cellSeparator(language));
    const outputs = language === "PYTHON" ? (content.outputs ?? []) : [];
    return Buffer.from(
        JSON.stringify({
            cells: sources.map((source, index) => ({
                cell_type: "code",
                execution_count: null,
                metadata: {},
                outputs: index === 0 ? outputs : [],
                source: source.match(/[^\n]*\n|[^\n]+/g) ?? [],
            })),
            metadata: {
                "application/vnd.databricks.v1+notebook": {
                    language: language.toLowerCase(),
                    environmentMetadata: content.environment,
                },
                language_info: { name: language.toLowerCase() },
            },
            nbformat: 4,
            nbformat_minor: 0,
        }),
    );
}

/** The notebook of an `.ipynb` document. Throws `ApiError` for anything else. */
export function readJupyter(bytes: Buffer): { language: Language; content: NotebookContent } {
    const document = parse(bytes);
    const { language: named, environmentMetadata: environment } =
        document.metadata?.["application/vnd.databricks.v1+notebook"] ?? {};
    const language = (named ?? document.metadata?.language_info?.name ?? "python").toUpperCase();
    if (!["PYTHON", "SQL", "SCALA", "R"].includes(language))
        throw invalid(`The notebook's language ${language} is not supported.`);
    const cells = document.cells.map(({ source = "" }) => (Array.isArray(source) ? source.join("") : source));
    const outputs = document.cells.flatMap((cell) => cell.outputs ?? []);
    return {
        language: language as Language,
        content: {
            source: Buffer.from(cells.join(cellSeparator(language as Language))),
            ...(outputs.length > 0 ? { outputs } : {}),
            ...(environment == null ? {} : { environment }),
        },
    };
}

interface Document {
    cells: Cell[];
    metadata?: {
        "application/vnd.databricks.v1+notebook"?: { language?: string; environmentMetadata?: unknown };
        language_info?: { name?: string };
    };
}

function parse(bytes: Buffer): Document {
    try {
        const document = parseJson(bytes.toString()) as Document;
        if (Array.isArray(document.cells)) return document;
    } catch {
        // Refused below.
    }
    throw invalid("The content is not a valid Jupyter notebook.");
}
