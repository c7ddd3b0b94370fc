import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { LocalCloud, type LocalWorkspace } from "../../local-cloud";
import { commandLine, sayMissing } from "./clients";

const NOTEBOOK = "# Databricks notebook source\nprint(1)\n";
const BUNDLE = `
bundle: { name: small, engine: direct }
resources:
  jobs:
    hello:
      name: hello
      tasks: [{ task_key: main, notebook_task: { notebook_path: ./load.py } }]
`;

const databricks = commandLine();

if ("missing" in databricks) sayMissing("Databricks' command line", databricks);
else
    describe("Databricks' command line against the local cloud", () => {
        let cloud: LocalCloud;
        let workspace: LocalWorkspace;
        let home: string;
        let folder: string;
        let environment: Record<string, string>;
        before(async () => {
            cloud = await LocalCloud.start();
            workspace = await cloud.addWorkspace({ keyArn: cloud.createKey() });
            workspace.principals.assign(cloud.clientId, "ADMIN");
            home = `/Users/${cloud.clientId}`;
            environment = {
                DATABRICKS_HOST: await cloud.openWorkspacePort(workspace.id),
                DATABRICKS_CLIENT_ID: cloud.clientId,
                DATABRICKS_CLIENT_SECRET: cloud.clientSecret,
            };
            folder = mkdtempSync(join(tmpdir(), "databricks-cli-"));
            mkdirSync(join(folder, "code", "sub"), { recursive: true });
            writeFileSync(join(folder, "code", "load.py"), NOTEBOOK);
            writeFileSync(join(folder, "code", "sub", "data.csv"), "1,2");
            writeFileSync(join(folder, "code", "databricks.yml"), BUNDLE);
        });
        after(async () => {
            rmSync(folder, { recursive: true });
            await cloud.stop();
        });

        const run = (...args: string[]) => databricks.run(environment, folder, args);
        const json = async (...args: string[]) => JSON.parse(await run(...args, "-o", "json")) as unknown;
        const made = (body: object) => ["--json", JSON.stringify(body)];

        it("imports a folder, again over it, and exports it as it was", async () => {
            await run("workspace", "import-dir", "code", `${home}/imported`);
            await run("workspace", "import-dir", "code", `${home}/imported`, "--overwrite");
            await run("workspace", "export-dir", `${home}/imported`, "exported");
            expect(readFileSync(join(folder, "exported", "load.py"), "utf8")).to.equal(NOTEBOOK);
            expect(readFileSync(join(folder, "exported", "sub", "data.csv"), "utf8")).to.equal("1,2");
        });

        it("synchronizes a folder", async () => {
            await run("sync", "code", `${home}/synchronized`);
            const types = workspace.tree().filter(({ path }) => path.startsWith(`${home}/synchronized/`));
            expect(types.map(({ path, type }) => [path.slice(home.length + 14), type])).to.deep.include.members([
                ["load", "NOTEBOOK"],
                ["sub/data.csv", "FILE"],
            ]);
        });

        it("deploys a bundle, finds nothing to do the second time, and destroys it", async () => {
            const bundle = (...args: string[]) =>
                databricks.run(environment, join(folder, "code"), ["bundle", ...args]);
            await bundle("deploy");
            expect(workspace.others.jobs).to.have.lengthOf(1);
            const requests = cloud.requests.length;
            await bundle("deploy");
            expect(
                cloud.requests.slice(requests).filter(({ path }) => /jobs\/(create|reset)$/.test(path)),
            ).to.deep.equal([]);
            await bundle("destroy", "--auto-approve");
            expect(workspace.others.jobs).to.deep.equal([]);
        });

        it("keeps secrets and their ACLs", async () => {
            await run("secrets", "create-scope", "s");
            await run("secrets", "put-secret", "s", "k", "--string-value", "v");
            await run("secrets", "put-acl", "s", "users", "READ");
            expect(await json("secrets", "get-secret", "s", "k")).to.deep.equal({ key: "k", value: "dg==" });
            expect(await json("secrets", "list-acls", "s")).to.deep.include({ principal: "users", permission: "READ" });
            await run("secrets", "delete-scope", "s");
            expect(await json("secrets", "list-scopes")).to.deep.equal([]);
        });

        it("makes, publishes, renames and trashes a dashboard", async () => {
            const body = made({ display_name: "d", parent_path: home, serialized_dashboard: "{}" });
            const { dashboard_id: id } = (await json("lakeview", "create", ...body)) as { dashboard_id: string };
            await run("lakeview", "publish", id);
            await run("lakeview", "update", id, ...made({ display_name: "e" }));
            expect(await json("lakeview", "get", id)).to.include({ path: `${home}/e.lvdash.json` });
            await run("lakeview", "trash", id);
            expect(await json("lakeview", "get", id)).to.include({ lifecycle_state: "TRASHED" });
        });

        it("makes and deletes git folders and queries, and sets permissions", async () => {
            const path = `${home}/hello`;
            await run("repos", "create", "https://github.com/octocat/Hello-World.git", "gitHub", "--path", path);
            await run("repos", "update", path, "--branch", "main");
            expect(await json("repos", "get", path)).to.include({ path, branch: "main" });
            await run("repos", "delete", path);
            const query = made({ query: { display_name: "q", query_text: "SELECT 1", parent_path: home } });
            const { id } = (await json("queries", "create", ...query)) as { id: string };
            await run("queries", "delete", id);
            // 64 bits, which JavaScript rounds.
            const [, object = ""] =
                /"object_id":\s*(\d+)/.exec(await run("workspace", "get-status", home, "-o", "json")) ?? [];
            const acl = made({ access_control_list: [{ group_name: "users", permission_level: "CAN_READ" }] });
            const set = await json("permissions", "update", "directories", object, ...acl);
            expect(JSON.stringify(set)).to.contain('"group_name":"users"');
        });
    });
