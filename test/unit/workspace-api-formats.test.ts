import { expect } from "chai";

import { LocalCloud, type LocalWorkspace, seeds } from "../../local-cloud";
import { type SendToWorkspace, workspaceRequests } from "../helpers/workspace-requests";

describe("the local cloud's workspace API: formats", () => {
    let cloud: LocalCloud;
    let workspace: LocalWorkspace;
    let send: SendToWorkspace;
    before(async () => {
        cloud = await LocalCloud.start();
    });
    after(() => cloud.stop());
    beforeEach(async () => {
        workspace = await cloud.addWorkspace();
        send = workspaceRequests(cloud, workspace.id);
    });

    const outputs = [{ output_type: "stream", text: ["1"] }];
    const extras = { dashboards: ["overview"] };
    const code = "a = 1\n\n# COMMAND ----------\n\nprint(a)";

    const exported = async (path: string, format: string) => {
        const query = `path=${encodeURIComponent(path)}&format=${format}`;
        const { status, json } = await send("GET", `/api/2.0/workspace/export?${query}`);
        return { status, json, content: String(json["content"] ?? "") };
    };
    const importBase64 = (path: string, format: string, content: string, more: object = {}) =>
        send("POST", "/api/2.0/workspace/import", { path, format, content, ...more });
    const copy = async (format: string) => {
        const { content } = await exported("/Shared/n", format);
        const more = format === "SOURCE" ? { language: "PYTHON" } : {};
        expect((await importBase64(`/Shared/${format}`, format, content, more)).status, format).to.equal(200);
        return (await workspace.snapshot()).find(({ path }) => path === `/Shared/${format}`)!;
    };

    it("keeps what each format carries: code; code and outputs; everything", async () => {
        await workspace.import("/Shared/n", seeds.notebook(code, { outputs, extras }));
        const original = (await workspace.snapshot()).find(({ path }) => path === "/Shared/n")!;
        const kept = { SOURCE: {}, JUPYTER: { outputs }, DBC: { outputs, extras }, HTML: { outputs, extras } };
        for (const [format, carried] of Object.entries(kept)) {
            const { sha256, outputs: results, extras: more } = await copy(format);
            expect(sha256, format).to.equal(original.sha256);
            expect({ ...(results && { outputs: results }), ...(more ? { extras: more } : {}) }, format).to.deep.equal(
                carried,
            );
        }
    });

    it("marks the source of a notebook with the header of its language, and takes it off again", async () => {
        const headers = { PYTHON: "#", R: "#", SQL: "--", SCALA: "//" } as const;
        for (const language of ["PYTHON", "R", "SQL", "SCALA"] as const) {
            await workspace.import(`/Shared/${language}`, seeds.notebook("x", { language }));
            const { content, json } = await exported(`/Shared/${language}`, "SOURCE");
            const source = Buffer.from(content, "base64").toString();
            expect(source).to.equal(`${headers[language]} Databricks notebook source\nx`);
            expect(json["file_type"]).to.equal({ PYTHON: "py", R: "r", SQL: "sql", SCALA: "scala" }[language]);
            await importBase64(`/Shared/${language}2`, "SOURCE", content, { language });
            expect((await workspace.read(`/Shared/${language}2`))?.toString()).to.equal("x");
        }
    });

    it("never writes an archive of the same notebook twice alike", async () => {
        await workspace.import("/Shared/n", seeds.notebook(code));
        const [first, second] = [await exported("/Shared/n", "DBC"), await exported("/Shared/n", "DBC")];
        expect(first.content).to.not.equal(second.content);
    });

    it("takes no overwrite with an archive, and no archive that is damaged", async () => {
        await workspace.import("/Shared/n", seeds.notebook(code));
        const { content } = await exported("/Shared/n", "DBC");
        expect((await importBase64("/Shared/m", "DBC", content, { overwrite: true })).status).to.equal(400);
        expect((await importBase64("/Shared/n", "DBC", content)).json["error_code"]).to.equal(
            "RESOURCE_ALREADY_EXISTS",
        );
        expect((await importBase64("/Shared/m", "DBC", content.slice(0, content.length / 2))).status).to.equal(400);
        expect((await importBase64("/Shared/m", "DBC", "AAAA")).status).to.equal(400);
    });

    it("exports and imports a folder as an archive of its notebooks and folders", async () => {
        await workspace.seed({
            "/Shared/etl/a/b": seeds.notebook(code, { outputs }),
            "/Shared/etl/empty": seeds.folder(),
            "/Shared/etl/file.txt": seeds.file("not in an archive"),
        });
        const { content } = await exported("/Shared/etl", "DBC");
        expect((await importBase64("/Shared/copy", "DBC", content)).status).to.equal(200);
        const below = workspace.tree().filter(({ path }) => path.startsWith("/Shared/copy"));
        expect(below.map(({ path }) => path).sort()).to.deep.equal([
            "/Shared/copy",
            "/Shared/copy/a",
            "/Shared/copy/a/b",
            "/Shared/copy/empty",
        ]);
        expect((await exported("/Shared/etl", "SOURCE")).status).to.equal(400);
    });

    it("decides with AUTO by extension and header what becomes a notebook", async () => {
        const put = (name: string, text: string) =>
            importBase64(`/Shared/${name}`, "AUTO", Buffer.from(text).toString("base64"));
        await put("notebook.py", "# Databricks notebook source\nx");
        await put("module.py", "x");
        await put("board.lvdash.json", "{}");
        await put("data.csv", "1,2");
        await put("jupyter.ipynb", JSON.stringify({ cells: [{ cell_type: "code", source: ["x"] }] }));
        const kinds = Object.fromEntries(workspace.tree().map(({ path, type }) => [path, type]));
        expect(kinds).to.include({
            "/Shared/notebook": "NOTEBOOK",
            "/Shared/module.py": "FILE",
            "/Shared/board.lvdash.json": "DASHBOARD",
            "/Shared/data.csv": "FILE",
            "/Shared/jupyter": "NOTEBOOK",
        });
    });

    it("takes RAW for a file whatever it looks like", async () => {
        const text = "# Databricks notebook source\nx";
        await importBase64("/Shared/kept.py", "RAW", Buffer.from(text).toString("base64"));
        expect((await workspace.read("/Shared/kept.py"))?.toString()).to.equal(text);
        const { content } = await exported("/Shared/kept.py", "AUTO");
        expect(Buffer.from(content, "base64").toString()).to.equal(text);
    });

    it("takes multipart/form-data with the bytes, and gives the bytes with direct_download", async () => {
        const bytes = Buffer.from(Array.from({ length: 3000 }, (_, index) => index % 256));
        const form = new FormData();
        form.set("path", "/Shared/data.bin");
        form.set("format", "AUTO");
        form.set("overwrite", "true");
        form.set("content", new Blob([bytes]), "content");
        const encoded = new Response(form);
        const type = encoded.headers.get("content-type") ?? "";
        const body = Buffer.from(await encoded.arrayBuffer());
        const sent = await send("POST", "/api/2.0/workspace/import", body, { "content-type": type });
        expect(sent.status).to.equal(200);
        const path = "/api/2.0/workspace/export?path=%2FShared%2Fdata.bin&format=AUTO&direct_download=true";
        expect((await send("GET", path)).bytes.equals(bytes)).to.equal(true);
    });

    it("takes content of exactly its limit, 10 MB unless it is set, and refuses a byte more, in and out", async () => {
        expect(workspace.behavior.contentLimit).to.equal(10_485_760);
        workspace.behavior.contentLimit = 1000;
        const [full, over] = [Buffer.alloc(1000, 1), Buffer.alloc(1001, 1)];
        expect((await importBase64("/Shared/full", "RAW", full.toString("base64"))).status).to.equal(200);
        const refused = await importBase64("/Shared/over", "RAW", over.toString("base64"));
        expect([refused.status, refused.json["error_code"]]).to.deep.equal([400, "MAX_NOTEBOOK_SIZE_EXCEEDED"]);
        await workspace.import("/Shared/over", seeds.file(over));
        expect((await exported("/Shared/full", "AUTO")).status).to.equal(200);
        expect((await exported("/Shared/over", "AUTO")).json["error_code"]).to.equal("MAX_NOTEBOOK_SIZE_EXCEEDED");
        workspace.behavior.sizeRefusal = "BAD_REQUEST";
        expect((await exported("/Shared/over", "AUTO")).json).to.deep.equal({
            error_code: "BAD_REQUEST",
            message: "Size exceeds 1000 bytes",
        });
        workspace.behavior.sizeRefusal = "status 200";
        const odd = await exported("/Shared/over", "AUTO");
        expect([odd.status, odd.json["error_code"]]).to.deep.equal([200, "MAX_NOTEBOOK_SIZE_EXCEEDED"]);
    });

    it("counts outputs towards the limit only in the formats that carry them", async () => {
        workspace.behavior.contentLimit = 1000;
        await workspace.import("/Shared/n", seeds.notebook("x", { outputs: ["o".repeat(1000)] }));
        expect((await exported("/Shared/n", "DBC")).json["error_code"]).to.equal("MAX_NOTEBOOK_SIZE_EXCEEDED");
        expect((await exported("/Shared/n", "JUPYTER")).status).to.equal(400);
        expect((await exported("/Shared/n", "SOURCE")).status).to.equal(200);
    });

    it("exports no library", async () => {
        await workspace.import("/Shared/lib", seeds.library());
        expect((await exported("/Shared/lib", "AUTO")).status).to.equal(400);
    });
});
