import { expect } from "chai";

import { LocalCloud, seeds } from "../../local-cloud";
import { answer, type WorkspaceScene, workspaceOfEach, workspaceRequests } from "../helpers/workspace-requests";

const URL = "https://github.com/acme/etl.git";
const NOTEBOOK = "# Databricks notebook source\nprint(1)";

describe("the local cloud's git folders", () => {
    let { cloud, workspace, keyArn, send } = {} as WorkspaceScene;
    const scene = workspaceOfEach(async (begun) => {
        ({ cloud, workspace, keyArn, send } = begun);
        cloud.gitRemotes.add(URL, {
            branches: { main: { "job.py": NOTEBOOK, "lib/a.txt": "a" }, dev: { "b.txt": "b" } },
            tags: { v1: { "old.txt": "1" } },
        });
    });

    const create = (path = "/Repos/team/etl", more: object = {}) =>
        send("POST", "/api/2.0/repos", { url: URL, provider: "gitHub", path, ...more });
    const at = (path = "/Repos/team/etl") => `/api/2.0/repos/${workspace.nodes.find(path)?.id ?? ""}`;
    const below = (path: string) =>
        workspace
            .tree()
            .filter((one) => one.path.startsWith(`${path}/`))
            .map((one) => `${one.path.slice(path.length + 1)} ${one.type}`);
    const folder = (path = "/Repos/team/etl") => workspace.gitFolders()[path];
    const status = async (path: string) => {
        const query = `path=${encodeURIComponent(path)}&return_git_info=true`;
        return (await send("GET", `/api/2.0/workspace/get-status?${query}`)).json;
    };

    it("one has the files of its branch, of another branch, or of a tag, each with its commit", async () => {
        const made = (await create()).json;
        expect(made).to.include({ branch: "main", url: URL, provider: "gitHub" });
        expect(made["head_commit_id"]).to.match(/^[0-9a-f]{40}$/);
        expect(below("/Repos/team/etl")).to.deep.equal(["job NOTEBOOK", "lib DIRECTORY", "lib/a.txt FILE"]);
        expect(String(await workspace.read("/Repos/team/etl/job"))).to.equal("print(1)");
        await send("PATCH", at(), { branch: "dev" });
        expect(below("/Repos/team/etl")).to.deep.equal(["b.txt FILE"]);
        expect(folder()?.headCommitId).to.not.equal(made["head_commit_id"]);
        await send("PATCH", at(), { tag: "v1" });
        expect((await send("GET", at())).json).to.not.have.property("branch");
        await send("PATCH", at(), { branch: "main" });
        expect((await send("GET", at())).json["head_commit_id"]).to.equal(made["head_commit_id"]);
        const missing = [404, "RESOURCE_DOES_NOT_EXIST"];
        for (const ref of [{ branch: "none" }, { tag: "main" }])
            expect(await answer(send("PATCH", at(), ref))).to.deep.equal(missing);
        await send("DELETE", at());
        expect(workspace.gitFolders()).to.deep.equal({});
    });

    it("a PATCH without another branch takes the last commit, and loses no uncommitted work unless it is told to", async () => {
        await create();
        const commit = cloud.gitRemotes.push(URL, "main", { "new.txt": "n" });
        await workspace.seed({
            "/Repos/team/etl/lib/a.txt": seeds.file("mine"),
            "/Repos/team/etl/mine": seeds.file(""),
        });
        workspace.delete("/Repos/team/etl/job");
        const paths = ["job", "lib/a.txt", "mine"].map((path) => `/Repos/team/etl/${path}`);
        expect(folder()?.uncommitted).to.deep.equal(paths);
        expect(await answer(send("PATCH", at(), { branch: "main" }))).to.deep.equal([400, "GIT_CONFLICT"]);
        await send("PATCH", at(), { branch: "main", dangerously_force_discard_all: true });
        expect(folder()).to.deep.include({ headCommitId: commit, uncommitted: [] });
        expect(below("/Repos/team/etl")).to.deep.equal(["new.txt FILE"]);
    });

    it("a sparse checkout has the files of its folders, and those beside them", async () => {
        const made = (await create("/Repos/team/etl", { sparse_checkout: { patterns: ["other"] } })).json;
        expect(made["sparse_checkout"]).to.deep.equal({ patterns: ["other"] });
        expect(below("/Repos/team/etl")).to.deep.equal(["job NOTEBOOK"]);
    });

    it("a private remote needs a credential of the caller's own for its provider", async () => {
        cloud.gitRemotes.add(URL, { private: true, branches: { main: { "a.txt": "a" } } });
        const refused = [403, "PERMISSION_DENIED"];
        expect(await answer(create())).to.deep.equal(refused);
        await workspace.seedBeyondTree({ gitCredentials: { "ada@example.com": [{ git_provider: "gitHub" }] } });
        await send("POST", "/api/2.0/git-credentials", { git_provider: "gitLab", personal_access_token: "x" });
        expect(await answer(create())).to.deep.equal(refused);
        const credential = { git_provider: "GITHUB", git_username: "bot" };
        const made = (await send("POST", "/api/2.0/git-credentials", { ...credential, personal_access_token: "t" }))
            .json;
        expect(made).to.deep.equal({ credential_id: made["credential_id"], ...credential });
        expect((await create()).status).to.equal(200);
        await send("DELETE", `/api/2.0/git-credentials/${String(made["credential_id"])}`);
        expect(await answer(send("PATCH", at(), { branch: "main" }))).to.deep.equal(refused);
    });

    it("a person's credentials are listed and changed by that person, their tokens by nobody and under the key", async () => {
        const path = "/api/2.0/git-credentials";
        await workspace.seedBeyondTree({ gitCredentials: { "ada@example.com": [{ git_provider: "gitHub" }] } });
        expect((await send("GET", path)).json).to.deep.equal({});
        const body = { git_provider: "gitLab", personal_access_token: "a-long-token" };
        const { credential_id } = (await send("POST", path, body)).json;
        await send("PATCH", `${path}/${String(credential_id)}`, { git_provider: "gitLab", git_username: "bot" });
        const shown = { credential_id, git_provider: "gitLab", git_username: "bot" };
        expect((await send("GET", path)).json).to.deep.equal({ credentials: [shown] });
        expect((await send("GET", `${path}/${String(credential_id)}`)).json).to.deep.equal(shown);
        expect((await workspace.beyondTree()).gitCredentials).to.deep.equal({
            "ada@example.com": [{ git_provider: "gitHub" }],
            [cloud.clientId]: [{ git_provider: "gitLab", git_username: "bot" }],
        });
        expect(workspace.gitCredentials.all()[1]?.sealed.includes("a-long-token")).to.equal(false);
        const root = { principalArn: "arn:aws:iam::123456789012:root", region: "us-east-1" };
        cloud.kms.call("DisableKey", { KeyId: keyArn }, root);
        scene.now += 60_001;
        expect(await answer(send("GET", path))).to.deep.equal([403, "CUSTOMER_MANAGED_KEY_INACCESSIBLE"]);
    });

    it("one with Git CLI access is a directory, which the list of repos leaves out and get-status names", async () => {
        workspace.behavior.gitFolders = "cli-outside-repos";
        await create();
        await create("/Shared/etl");
        expect(((await send("GET", "/api/2.0/repos")).json["repos"] as unknown[]).length).to.equal(1);
        const shown = (await send("GET", "/api/2.0/workspace/list?path=/Shared")).json["objects"] as object[];
        expect(shown[0]).to.deep.include({ object_type: "DIRECTORY", directory_info: { is_git_folder: true } });
        const id = Number(workspace.nodes.find("/Shared/etl")?.id);
        const { git_info } = await status("/Shared/etl/lib/a.txt");
        expect(git_info).to.deep.equal({ id, path: "/Shared/etl" });
        expect((await send("GET", at("/Shared/etl"))).json).to.include({ git_cli_enabled: true, branch: "main" });
        const standard = await status("/Repos/team/etl/job");
        expect(standard["git_info"]).to.deep.include({ path: "/Repos/team/etl", branch: "main", url: URL });
        expect(await status("/Shared")).to.not.have.any.keys("git_info", "directory_info");
    });

    it("a workspace is seeded with one, and one of a repository that nobody added is empty", async () => {
        await workspace.seed({
            "/Shared/etl": seeds.repo(URL, { branch: "dev", cli: true }),
            "/Repos/team/unknown": seeds.repo("https://github.com/acme/unknown"),
        });
        expect(folder("/Shared/etl")).to.deep.include({ branch: "dev", cli: true, uncommitted: [] });
        expect(below("/Shared/etl")).to.deep.equal(["b.txt FILE"]);
        expect(folder("/Repos/team/unknown")).to.deep.include({ branch: "main", cli: false });
        expect(below("/Repos/team/unknown")).to.deep.equal([]);
    });
});

describe("the local cloud's notebooks, as their browsers and older services have them", () => {
    it("names who changed one last in the browser, where the service does; an import changes that not", async () => {
        const cloud = await LocalCloud.start({ workspaces: { interactiveTimes: true } });
        try {
            const workspace = await cloud.addWorkspace();
            const send = workspaceRequests(cloud, workspace.id);
            const edited = seeds.notebook("1", { editedBy: "ada@example.com", modifiedAt: 1000 });
            await workspace.seed({ "/Shared/n": edited });
            const overwrite = { path: "/Shared/n", language: "PYTHON", content: "Mg==", overwrite: true };
            await send("POST", "/api/2.0/workspace/import", overwrite);
            await send("POST", "/api/2.0/workspace/import", { ...overwrite, path: "/Shared/m" });
            const shown = async (path: string) =>
                (await send("GET", `/api/2.0/workspace/get-status?path=${path}`)).json["modified_at_interactive"];
            const user_id = Number(workspace.principals.find("ada@example.com")?.id);
            expect(await shown("/Shared/n")).to.deep.equal({ user_id, time_millis: 1000 });
            expect(await shown("/Shared/m")).to.equal(undefined);
            workspace.behavior.interactiveTimes = false;
            expect(await shown("/Shared/n")).to.equal(undefined);
        } finally {
            await cloud.stop();
        }
    });

    it("answers an import with the id of the object, or, as older services do, with nothing", async () => {
        const cloud = await LocalCloud.start();
        try {
            const workspace = await cloud.addWorkspace();
            const send = workspaceRequests(cloud, workspace.id);
            const body = { path: "/Shared/n", language: "PYTHON", content: "MQ==", overwrite: true };
            const { json } = await send("POST", "/api/2.0/workspace/import", body);
            expect(json).to.deep.equal({ object_id: Number(workspace.nodes.find("/Shared/n")?.id) });
            workspace.behavior.importAnswer = "empty";
            expect((await send("POST", "/api/2.0/workspace/import", body)).json).to.deep.equal({});
        } finally {
            await cloud.stop();
        }
    });
});
