import { ApiError, invalid } from "../http";
import { type ArchivedNotebook, readArchive } from "./archive";
import { requireSize, type WorkspaceBehavior } from "./behavior";
import type { Contents } from "./contents";
import { carriedBytes, fromHtml } from "./export";
import { readJupyter } from "./jupyter";
import { fromSource, hasHeader, languageOf, type NotebookContent } from "./notebook";
import type { Principals } from "../people/principals";
import { isContainer, type Language, nameOf, type NewNode, type Node, parentOf, type Tree } from "./tree";

/** What an import request asks for. */
export interface ImportRequest {
    readonly path: string;
    readonly format: string;
    readonly language: string | undefined;
    readonly overwrite: boolean;
    readonly bytes: Buffer;
}

/** Imports objects in the formats of the API. */
export class Importer {
    constructor(
        private readonly tree: Tree,
        private readonly principals: Principals,
        private readonly contents: Contents,
        private readonly behavior: WorkspaceBehavior,
        private readonly now: () => number,
    ) {}

    /** Imports one object, or a folder from an archive; returns what is at the path then. Throws `ApiError`. */
    import(request: ImportRequest): Node {
        const { format, path, bytes } = request;
        requirePlace(this.tree, this.principals, path);
        switch (format) {
            case "SOURCE":
                return this.source(request, requireLanguage(request.language));
            case "AUTO":
                return this.auto(request);
            case "RAW":
                return this.file(request, "FILE");
            case "JUPYTER":
                return this.jupyter(request, path);
            case "DBC":
                return this.archive(request, bytes);
            case "HTML":
                return this.archive(request, fromHtml(bytes));
            default:
                throw invalid(`Format ${format} is not supported.`);
        }
    }

    private source(request: ImportRequest, language: Language, path = request.path): Node {
        return this.notebook(request, path, language, { source: fromSource(language, request.bytes) });
    }

    private jupyter(request: ImportRequest, path: string): Node {
        const { language, content } = readJupyter(request.bytes);
        return this.notebook(request, path, language, content);
    }

    /** By extension and header: a notebook loses its extension, anything else becomes a file. */
    private auto(request: ImportRequest): Node {
        const { path, bytes } = request;
        const withoutExtension = path.replace(/\.[^./]+$/, "");
        if (path.endsWith(".lvdash.json")) return this.file(request, "DASHBOARD");
        if (path.endsWith(".ipynb")) return this.jupyter(request, withoutExtension);
        const language = languageOf(path);
        if (language !== undefined && hasHeader(bytes, language))
            return this.source(request, language, withoutExtension);
        return this.file(request, "FILE");
    }

    private file(request: ImportRequest, type: "FILE" | "DASHBOARD"): Node {
        requireSize(request.bytes.length, this.behavior, type);
        const node = this.place(request, { path: request.path, type });
        this.contents.writeBytes(node, request.bytes);
        return node;
    }

    private archive(request: ImportRequest, bytes: Buffer): Node {
        if (request.overwrite && request.format === "DBC")
            throw invalid("Overwrite cannot be used for the format DBC.");
        const { notebooks, folders } = readArchive(bytes);
        const alone = notebooks.length === 1 && notebooks[0]?.path === "" ? notebooks[0] : undefined;
        if (alone !== undefined) return this.notebook(request, request.path, alone.language, alone.content);
        return this.folder(request, notebooks, folders);
    }

    private folder(request: ImportRequest, notebooks: readonly ArchivedNotebook[], folders: readonly string[]): Node {
        if (this.tree.find(request.path) !== undefined) throw exists(request.path);
        let bytes = 0;
        for (const { language, content } of notebooks) bytes += carriedBytes(language, content, "DBC");
        requireSize(bytes, this.behavior);
        const node = this.tree.add({ path: request.path, type: "DIRECTORY" });
        for (const folder of folders) this.tree.addFolders(`${request.path}/${folder}`);
        for (const { path, language, content } of notebooks)
            this.notebook(request, `${request.path}/${path}`, language, content);
        return node;
    }

    private notebook(request: ImportRequest, path: string, language: Language, content: NotebookContent): Node {
        const { format } = request;
        requireSize(carriedBytes(language, content, format === "JUPYTER" ? format : "DBC"), this.behavior, format);
        const node = this.place(request, { path, type: "NOTEBOOK", language });
        this.contents.writeNotebook(node, content);
        node.language = language;
        return node;
    }

    /** The object to write to: a new one, or the one that is to be overwritten. */
    private place({ overwrite }: ImportRequest, wanted: NewNode): Node {
        const found = this.tree.find(wanted.path);
        if (found === undefined) return this.tree.add(wanted);
        if (!overwrite || found.type !== wanted.type) throw exists(wanted.path);
        found.modifiedAt = this.now();
        return found;
    }
}

/** Refuses a path at which nothing can be made: below a home without its user, or in a folder of the workspace itself. */
export function requirePlace(tree: Tree, principals: Principals, path: string): void {
    const [first, home, ...rest] = path.split("/").slice(1);
    if (path === "/" || (first === "Users" && rest.length === 0)) throw protectedFolder(path === "/" ? path : "Users");
    const hasHome = tree.folder(`/Users/${String(home)}`) !== undefined && principals.find(home ?? "") !== undefined;
    if (first === "Users" && !hasHome)
        throw new ApiError(404, "RESOURCE_DOES_NOT_EXIST", `Path (/Users/${String(home)}) doesn't exist.`);
    if (first === "Repos" && ![...tree.above({ path })].some((folder) => folder.type === "REPO"))
        throw protectedFolder("Repos");
    const parent = tree.find(parentOf(path));
    if (parent !== undefined && !isContainer(parent)) throw exists(parent.path);
}

/** The refusal to change a folder that belongs to the workspace itself. */
export function protectedFolder(path: string): ApiError {
    return new ApiError(400, "DIRECTORY_PROTECTED", `Folder ${nameOf(path) || path} is protected`);
}

/** The refusal of a path at which there is something. */
export function exists(path: string): ApiError {
    return new ApiError(400, "RESOURCE_ALREADY_EXISTS", `Path (${path}) already exists.`);
}

function requireLanguage(language: string | undefined): Language {
    if (language === undefined) throw invalid("Missing required field: language");
    if (!["PYTHON", "SQL", "SCALA", "R"].includes(language)) throw invalid(`Language ${language} is not supported.`);
    return language as Language;
}
