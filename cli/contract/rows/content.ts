import { NotTried, type Row } from "../row";
import type { Scene } from "../scene";
import { importNotebook, listFolder, TREE } from "../tree";

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
    {
        service: "Content over 10 MB is refused: `MAX_NOTEBOOK_SIZE_EXCEEDED`, by older services `BAD_REQUEST`.",
        source: "API, Users",
        package: "A finding (`too-large`) names it.",
        behavior: "`cloud.workspace(id).behavior.sizeRefusal`",
        checks: [
            {
                id: "too-large",
                level: "workspace",
                states: "workspace.sizeRefusal",
                expected: "MAX_NOTEBOOK_SIZE_EXCEEDED",
                see: async (scene) => {
                    const { answer } = await importNotebook(scene, "large", { bytes: 10_485_761 });
                    if (answer.isSuccess) return "accepted";
                    return answer.status === 200 ? "status 200" : answer.code;
                },
            },
        ],
    },
    {
        service:
            "A Jupyter notebook over 10 MB: Databricks' page on limits gives 100 MB, whether by API too is not known.",
        source: "Users",
        package: "Tries JUPYTER with a notebook in Python, which alone has its outputs there; then says `outputs`.",
        behavior: "`cloud.workspace(id).behavior.largeJupyter`",
        checks: [
            {
                id: "large-jupyter",
                level: "workspace",
                states: "workspace.largeJupyter",
                expected: "refused",
                see: async (scene) => {
                    const { answer } = await importNotebook(scene, "large-jupyter", {
                        jupyter: true,
                        bytes: 11_000_000,
                    });
                    return answer.isSuccess ? "accepted" : "refused";
                },
            },
        ],
    },
    {
        service:
            "A file over 10 MB, and up to 500 MB: it was refused; later it was taken and not given; Databricks' provider for Terraform reads it by `direct_download` since the end of 2025.",
        source: "Users, Terraform",
        package:
            "Tries it with files up to 200 MB; then says `too-large`. A preview reads the beginning of one of them.",
        behavior: "`cloud.workspace(id).behavior.largeFiles`",
        checks: [
            {
                id: "large-file",
                level: "workspace",
                states: "workspace.largeFiles",
                expected: "refused",
                see: async (scene) => {
                    const { ask, folder } = await scene.workspace();
                    if (!(await importFile(scene, "large-file", 11_000_000)).isSuccess) return "refused";
                    const asked = new URLSearchParams({ path: `${folder}/large-file`, direct_download: "true" });
                    return (await ask("GET", `${TREE}/export?${asked.toString()}`)).isSuccess ? "given" : "taken";
                },
            },
        ],
    },
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

/** Writes a file as Databricks' command line does. */
async function importFile(scene: Scene, name: string, bytes = 1) {
    const { ask, folder } = await scene.workspace();
    await ask("POST", `${TREE}/mkdirs`, { path: folder });
    const path = encodeURIComponent(`${folder}/${name}`.slice(1));
    return ask("POST", `/api/2.0/workspace-files/import-file/${path}?overwrite=false`, Buffer.alloc(bytes, "x"));
}

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
