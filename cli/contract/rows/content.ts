import { NotTried, type Row } from "../row";
import type { Scene } from "../scene";
import { importFile, importNotebook, listFolder, TREE } from "../tree";
import { sizeRows } from "./sizes";

/** What content is imported, listed and exported. */
export const contentRows: readonly Row[] = [
    {
        service: "A list may come in pages, each naming the next one (`next_page_token`, `has_more`).",
        source: "API",
        package: "Every page is read; a page that names an earlier one, or a list without an end, is an error.",
        behavior: "`cloud.workspace(id).behavior.listPage`",
        checks: [
            {
                id: "pages-of-three",
                level: "workspace",
                states: "workspace.listPage",
                expected: "none",
                see: async (scene) => {
                    for (const name of ["a", "b", "c"]) await importNotebook(scene, `pages/${name}`);
                    const answer = await listFolder(scene, "/pages");
                    return answer.record["next_page_token"] === undefined ? "none" : answer.list.length;
                },
            },
        ],
    },
    {
        service: "A refusal can come with the status 200 and an `error_code` in its body.",
        source: "Users",
        package: "A refusal all the same, with the service's words, for reads and writes.",
        behavior: "`cloud.inject`, `sizeRefusal`",
        checks: "`too-large` tells of one",
    },
    ...sizeRows,
    {
        service:
            "A notebook's environment on serverless compute is in the metadata of JUPYTER, and not in SOURCE; whether DBC has it is not documented.",
        source: "Users",
        package: "Compares code and environment by JUPYTER. What DBC did not carry is a finding (`environment`).",
        behavior: "`cloud.workspace(id).behavior.archivesHaveEnvironments`",
        checks: [
            {
                id: "archive-environment",
                level: "workspace",
                states: "workspace.archivesHaveEnvironments",
                expected: true,
                see: async (scene) => {
                    const original = await importDocument(scene, "environment", "JUPYTER", serverlessNotebook);
                    const archive = await exportDocument(scene, original, "DBC");
                    const copy = await importDocument(scene, "environment-copy", "DBC", archive);
                    return (await exportDocument(scene, copy, "JUPYTER")).includes("numpy==2.0");
                },
            },
        ],
    },
    {
        service: "An import over something without `overwrite` is refused: 400 `RESOURCE_ALREADY_EXISTS`, or 409.",
        source: "API, SDKs",
        package: "Reads both.",
        checks: [
            {
                id: "import-again",
                level: "workspace",
                expected: "400 RESOURCE_ALREADY_EXISTS",
                see: async (scene) => {
                    await importNotebook(scene, "again");
                    const { answer } = await importNotebook(scene, "again");
                    return `${answer.status} ${answer.code}`;
                },
            },
        ],
    },
    {
        service: "Two slashes in a path are read as one; a path that begins with `/Workspace` is the same without it.",
        source: "CLI",
        package: "Asks for paths with one slash and without `/Workspace`.",
        checks: [
            {
                id: "two-slashes",
                level: "workspace",
                expected: "read as one",
                see: async (scene) => {
                    const { path } = await importNotebook(scene, "slashes");
                    const { ask } = await scene.workspace();
                    const two = encodeURIComponent(path.replaceAll("/", "//"));
                    return (await ask("GET", `${TREE}/get-status?path=${two}`)).isSuccess ? "read as one" : "refused";
                },
            },
            {
                id: "workspace-prefix",
                level: "workspace",
                expected: "kept",
                see: async (scene) => {
                    const { path } = await importNotebook(scene, "prefix");
                    const { ask } = await scene.workspace();
                    const asked = `/Workspace${path}`;
                    const shown = await ask("GET", `${TREE}/get-status?path=${encodeURIComponent(asked)}`);
                    return shown.done("get-status").record["path"] === asked ? "kept" : "left out";
                },
            },
        ],
    },
    {
        service: "An import answers with the `object_id`, or, of older services, with nothing.",
        source: "SDKs",
        package: "Does not need it.",
        behavior: "`cloud.workspace(id).behavior.importAnswer`",
        checks: [
            {
                id: "import-answer",
                level: "workspace",
                states: "workspace.importAnswer",
                expected: "object_id",
                see: async (scene) => {
                    const { answer } = await importNotebook(scene, "answer");
                    return answer.done("an import").record["object_id"] === undefined ? "empty" : "object_id";
                },
            },
        ],
    },
    {
        service: "Notebooks are listed with their times; the SDKs promise them for files alone.",
        source: "SDKs",
        package: "Needs them for no notebook.",
        behavior: "`cloud.workspace(id).behavior.times`",
        checks: [
            {
                id: "notebook-times",
                level: "workspace",
                states: "workspace.times",
                expected: "all",
                see: async (scene) => {
                    await importNotebook(scene, "times/notebook");
                    const [notebook] = (await listFolder(scene, "/times")).list;
                    if (notebook === undefined) throw new NotTried("the notebook is not listed");
                    return notebook["modified_at"] === undefined ? "files" : "all";
                },
            },
        ],
    },
    {
        service: "Notebooks may be listed with `modified_at_interactive`, which no import changes.",
        source: "Terraform",
        package: "Where it is there, an edit in the browser is one, whatever the other times say.",
        behavior: "`cloud.workspace(id).behavior.interactiveTimes`",
        checks: "it would take a person in a browser",
    },
    {
        service:
            "Databricks' command line writes with `import-file`, whose body is the bytes; a missing folder is 404, and a file that is there 409.",
        source: "CLI",
        package: "Does not use it.",
        checks: [
            {
                id: "import-file",
                level: "workspace",
                expected: "404, 200, 409",
                see: async (scene) => {
                    const write = async (name: string) => (await importFile(scene, name)).status;
                    const missing = await write("no-such-folder/file");
                    return [missing, await write("file"), await write("file")].join(", ");
                },
            },
        ],
    },
];

const serverlessNotebook = Buffer.from(
    JSON.stringify({
        cells: [{ cell_type: "code", execution_count: null, metadata: {}, outputs: [], source: ["1"] }],
        metadata: {
            "application/vnd.databricks.v1+notebook": {
                language: "python",
                environmentMetadata: { dependencies: ["numpy==2.0"], environment_version: "2" },
            },
            language_info: { name: "python" },
        },
        nbformat: 4,
        nbformat_minor: 0,
    }),
);

async function importDocument(scene: Scene, name: string, format: string, bytes: Buffer): Promise<string> {
    const { ask, folder } = await scene.workspace();
    await ask("POST", `${TREE}/mkdirs`, { path: folder });
    const path = `${folder}/${name}`;
    const answer = await ask("POST", `${TREE}/import`, { path, format, content: bytes.toString("base64") });
    answer.done("an import");
    return path;
}

async function exportDocument(scene: Scene, path: string, format: string): Promise<Buffer> {
    const { ask } = await scene.workspace();
    const answer = await ask("GET", `${TREE}/export?path=${encodeURIComponent(path)}&format=${format}`);
    return Buffer.from(String(answer.done("an export").record["content"]), "base64");
}
