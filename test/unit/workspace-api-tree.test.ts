import { expect } from "chai";

import { LocalCloud, type LocalWorkspace, manyNotebooks, seeds } from "../../local-cloud";
import { type SendToWorkspace, workspaceRequests } from "../helpers/workspace-requests";

describe("the local cloud's workspace API: the tree", () => {
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

    const path = (value: string) => `path=${encodeURIComponent(value)}`;
    const list = (folder: string) => send("GET", `/api/2.0/workspace/list?${path(folder)}`);
    const status = (of: string) => send("GET", `/api/2.0/workspace/get-status?${path(of)}`);
    const importSource = (to: string, source: string, more: object = {}) =>
        send("POST", "/api/2.0/workspace/import", {
            path: to,
            format: "SOURCE",
            language: "PYTHON",
            content: Buffer.from(source).toString("base64"),
            ...more,
        });
    const post = (call: string, body: object) => send("POST", `/api/2.0/workspace/${call}`, body);
    const pathsOf = (json: Record<string, unknown>) =>
        ((json["objects"] ?? []) as { path: string }[]).map((object) => object.path).sort();

    it("has the folders that every workspace has, and the home of its creator", async () => {
        expect(pathsOf((await list("/")).json)).to.deep.equal(["/Repos", "/Shared", "/Users"]);
        expect(pathsOf((await list("/Users")).json)).to.deep.equal([`/Users/${cloud.clientId}`]);
        expect((await status("/Shared")).json).to.include({ object_type: "DIRECTORY", path: "/Shared" });
    });

    it("lists one level, without a field where a folder is empty, and says 404 where there is none", async () => {
        await workspace.seed({ "/Shared/a/b/c": seeds.notebook("1"), "/Shared/empty": seeds.folder() });
        expect(pathsOf((await list("/Shared")).json)).to.deep.equal(["/Shared/a", "/Shared/empty"]);
        expect((await list("/Shared/empty")).json).to.deep.equal({});
        const { status: code, json } = await list("/Shared/none");
        expect([code, json["error_code"]]).to.deep.equal([404, "RESOURCE_DOES_NOT_EXIST"]);
    });

    it("shows kind, language, times, size and an id of 64 bits as a number", async () => {
        await workspace.seed({
            "/Shared/n": seeds.notebook("1", { language: "SQL" }),
            "/Shared/f.bin": seeds.file("abc"),
        });
        const { bytes, json } = await list("/Shared");
        expect(bytes.toString()).to.match(/"object_id":\d{16,}/);
        const [file, notebook] = (json["objects"] as Record<string, unknown>[]).sort((one, other) =>
            String(one["path"]) < String(other["path"]) ? -1 : 1,
        );
        expect(file).to.include({ object_type: "FILE", size: 3 });
        expect(notebook).to.include({ object_type: "NOTEBOOK", language: "SQL" }).and.to.not.have.property("size");
        expect(notebook?.["created_at"]).to.be.a("number");
        workspace.behavior.times = "files";
        expect((await status("/Shared/n")).json).to.not.have.any.keys("created_at", "modified_at");
    });

    it("takes /Workspace before a path for the same path", async () => {
        await workspace.import("/Shared/n", seeds.notebook("1"));
        expect((await status("/Workspace/Shared/n")).json["path"]).to.equal("/Workspace/Shared/n");
        expect((await status("//Workspace/Shared/n")).json["path"]).to.equal("/Shared/n");
    });

    it("imports only into folders that exist, and overwrites only where it is told to", async () => {
        const missing = await importSource("/Shared/none/n", "1");
        expect([missing.status, missing.json["error_code"]]).to.deep.equal([404, "RESOURCE_DOES_NOT_EXIST"]);
        expect((await importSource("/Shared/n", "1")).status).to.equal(200);
        const again = await importSource("/Shared/n", "2");
        expect([again.status, again.json["error_code"]]).to.deep.equal([400, "RESOURCE_ALREADY_EXISTS"]);
        expect((await importSource("/Shared/n", "2", { overwrite: true })).status).to.equal(200);
        expect((await workspace.read("/Shared/n"))?.toString()).to.equal("2");
        const language = await importSource("/Shared/m", "1", { language: undefined });
        expect([language.status, language.json["error_code"]]).to.deep.equal([400, "INVALID_PARAMETER_VALUE"]);
    });

    it("makes folders with their parents, without an error where they exist, and not through a notebook", async () => {
        expect((await post("mkdirs", { path: "/Shared/x/y/z" })).status).to.equal(200);
        expect((await post("mkdirs", { path: "/Shared/x/y/z" })).status).to.equal(200);
        await importSource("/Shared/n", "1");
        for (const at of ["/Shared/n", "/Shared/n/below/it"]) {
            const refused = await post("mkdirs", { path: at });
            expect(refused.json["error_code"], at).to.equal("RESOURCE_ALREADY_EXISTS");
        }
    });

    it("deletes an object, and a folder with what is below it only when told to", async () => {
        await workspace.seed({ "/Shared/a/b": seeds.notebook("1"), "/Shared/c": seeds.notebook("1") });
        expect((await post("delete", { path: "/Shared/a" })).json["error_code"]).to.equal("DIRECTORY_NOT_EMPTY");
        expect((await post("delete", { path: "/Shared/a", recursive: true })).status).to.equal(200);
        expect((await post("delete", { path: "/Shared/c" })).status).to.equal(200);
        expect((await list("/Shared")).json).to.deep.equal({});
        expect((await post("delete", { path: "/Shared/c" })).status).to.equal(404);
    });

    it("protects the folders of the workspace itself, and homes", async () => {
        for (const at of [
            "/Shared",
            "/Users",
            "/Repos",
            `/Users/${cloud.clientId}`,
            `/Users/${cloud.clientId}/Trash`,
        ]) {
            const refused = await post("delete", { path: at, recursive: true });
            expect(refused.json["error_code"], at).to.equal("DIRECTORY_PROTECTED");
        }
        for (const at of ["/Users/nobody", "/Repos/a/b"]) {
            const refused = await post("mkdirs", { path: at });
            expect(refused.json["error_code"], at).to.equal("DIRECTORY_PROTECTED");
        }
        expect((await post("mkdirs", { path: "/Repos/team" })).status).to.equal(200);
        expect((await importSource("/Repos/team/n", "1")).json["error_code"]).to.equal("DIRECTORY_PROTECTED");
    });

    it("imports below a home only as long as its user belongs to the workspace", async () => {
        const unknown = await importSource("/Users/ada@example.com/n", "1");
        expect([unknown.status, unknown.json["error_code"]]).to.deep.equal([404, "RESOURCE_DOES_NOT_EXIST"]);
        workspace.principals.addUser("ada@example.com");
        expect((await importSource("/Users/ada@example.com/n", "1")).status).to.equal(200);
        workspace.principals.remove("ada@example.com");
        expect((await importSource("/Users/ada@example.com/m", "1")).status).to.equal(404);
        expect((await status("/Users/ada@example.com/n")).status).to.equal(200);
    });

    it("shows a folder and a notebook of one path both, and makes no second one itself", async () => {
        await workspace.seed({ "/Shared/twin/below": seeds.notebook("1"), "/Shared/twin": seeds.notebook("2") });
        const objects = (await list("/Shared")).json["objects"] as { object_type: string }[];
        expect(objects.map(({ object_type }) => object_type).sort()).to.deep.equal(["DIRECTORY", "NOTEBOOK"]);
        expect(pathsOf((await list("/Shared/twin")).json)).to.deep.equal(["/Shared/twin/below"]);
        await post("mkdirs", { path: "/Shared/only-a-folder" });
        expect((await importSource("/Shared/only-a-folder", "1")).json["error_code"]).to.equal(
            "RESOURCE_ALREADY_EXISTS",
        );
    });

    it("keeps repos as folders with a remote", async () => {
        const url = "https://github.com/acme/etl.git";
        const made = await send("POST", "/api/2.0/repos", { url, provider: "gitHub", path: "/Repos/team/etl" });
        expect(made.json).to.include({ path: "/Repos/team/etl", url, branch: "main" });
        expect((await send("GET", "/api/2.0/repos")).json["repos"]).to.have.lengthOf(1);
        expect((await importSource("/Repos/team/etl/n", "1")).status).to.equal(200);
        expect((await status("/Repos/team/etl")).json["object_type"]).to.equal("REPO");
        expect((await post("delete", { path: "/Repos/team/etl" })).status).to.equal(200);
    });

    it("holds ten thousand notebooks, and lists them folder by folder", async () => {
        await workspace.seed(manyNotebooks(10_000));
        expect((await list("/Shared/many")).json["objects"]).to.have.lengthOf(100);
        expect((await list("/Shared/many/folder-99")).json["objects"]).to.have.lengthOf(100);
    });
});
