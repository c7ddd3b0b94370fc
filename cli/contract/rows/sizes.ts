import type { Row } from "../row";
import { importFile, importNotebook, TREE } from "../tree";

/** How large content may be. */
export const sizeRows: readonly Row[] = [
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
                    const { answer } = await importNotebook(scene, "large", { bytes: scene.tooMany });
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
                        bytes: scene.tooMany,
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
                    if (!(await importFile(scene, "large-file", scene.tooMany)).isSuccess) return "refused";
                    const asked = new URLSearchParams({ path: `${folder}/large-file`, direct_download: "true" });
                    return (await ask("GET", `${TREE}/export?${asked.toString()}`)).isSuccess ? "given" : "taken";
                },
            },
        ],
    },
];
