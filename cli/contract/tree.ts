import type { Answer } from "./answer";
import type { Scene } from "./scene";

/** The API of a workspace's tree. */
export const TREE = "/api/2.0/workspace";

/** Imports a notebook below the folder of the run, which is made if need be. */
export async function importNotebook(
    scene: Scene,
    name: string,
    { jupyter = false, bytes = 0 } = {},
): Promise<{ readonly path: string; readonly answer: Answer }> {
    const { ask, folder } = await scene.workspace();
    const path = `${folder}/${name}`;
    await ask("POST", `${TREE}/mkdirs`, { path: path.slice(0, path.lastIndexOf("/")) });
    const source = `# Databricks notebook source\n# ${"x".repeat(bytes)}`;
    const content = jupyter
        ? { format: "JUPYTER", content: base64(jupyterOf(source)) }
        : { format: "SOURCE", language: "PYTHON", content: base64(source) };
    return { path, answer: await ask("POST", `${TREE}/import`, { path, ...content }) };
}

/** Writes a file as Databricks' command line does. */
export async function importFile(scene: Scene, name: string, bytes = 1): Promise<Answer> {
    const { ask, folder } = await scene.workspace();
    await ask("POST", `${TREE}/mkdirs`, { path: folder });
    const path = encodeURIComponent(`${folder}/${name}`.slice(1));
    return ask("POST", `/api/2.0/workspace-files/import-file/${path}?overwrite=false`, Buffer.alloc(bytes, "x"));
}

/** Lists a folder below the folder of the run. */
export async function listFolder(scene: Scene, name: string): Promise<Answer> {
    const { ask, folder } = await scene.workspace();
    const path = encodeURIComponent(`${folder}${name}`);
    return (await ask("GET", `${TREE}/list?path=${path}`)).done("the list");
}

/** A notebook of one cell. */
function jupyterOf(source: string): string {
    const cell = { cell_type: "code", source: [source], metadata: {}, outputs: [], execution_count: null };
    const metadata = { language_info: { name: "python" } };
    return JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells: [cell] });
}

function base64(text: string): string {
    return Buffer.from(text).toString("base64");
}
