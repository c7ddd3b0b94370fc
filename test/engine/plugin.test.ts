import { expect } from "chai";

import { LocalCloud, seeds } from "../../local-cloud";
import { hasLanguage, ok, PluginProject, refused, workspaceUnder } from "./plugin-project";

describe("the plugin, with programs in YAML on the real engine", () => {
    let cloud: LocalCloud;
    let project: PluginProject;
    let keys: [string, string];
    before(function () {
        if (!hasLanguage("yaml")) this.skip();
    });
    const begin = async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
        keys = [cloud.createKey(), cloud.createKey()];
        project = await PluginProject.begin(cloud, workspaceUnder(keys[0]));
    };
    const end = async () => {
        project.remove();
        await cloud.stop();
    };

    const workspaces = () => cloud.account.list("workspaces").map(({ workspace_id }) => String(workspace_id));
    const identity = () =>
        project.state.find(({ type }) => type.startsWith("pulumi:providers:"))?.inputs?.["stackUuid"];

    // One stack, whose tests follow each other.
    describe("in one life", () => {
        before(begin);
        after(end);

        it("refuses wrong arguments all at once before anything is created", async () => {
            project.yaml = workspaceUnder(keys[0], { awsRegion: "nowhere", provisioningTimeoutSeconds: 0 });
            await refused(
                project.preview(),
                "awsRegion must be the name of an AWS region",
                "provisioningTimeoutSeconds must be at least 1 second",
            );
            expect(workspaces()).to.deep.equal([]);
        });

        it("creates, shows a diff by property and outputs that are known, and refreshes", async () => {
            project.yaml = workspaceUnder(keys[0]);
            expect(await ok(project.preview())).to.contain("5 to create");
            await ok(project.up());
            expect(await ok(project.preview())).to.contain("5 unchanged");
            const made = identity();
            project.yaml = workspaceUnder(keys[0], { customTags: { team: "a" } });
            const diff = await ok(project.preview());
            expect(diff).to.contain("+ customTags: {").and.to.not.contain("workspaceUrl").and.to.not.contain("- ");
            await ok(project.up());
            expect(await ok(project.run("refresh", "--preview-only", "--diff"))).to.contain("5 unchanged");
            await ok(project.run("refresh", "--yes", "--skip-preview"));
            expect(identity()).to.equal(made).and.to.be.a("string");
        });

        it("keeps a secret argument secret", async () => {
            project.yaml = workspaceUnder(keys[0], { customTags: { "fn::secret": { team: "canary" } } });
            await ok(project.up());
            const [{ custom_tags: tags } = {}] = cloud.account.list("workspaces");
            expect(tags).to.include({ team: "canary" });
            expect(JSON.stringify(project.state)).to.not.contain("canary");
        });

        it("carries the content of a workspace whose key is changed, and shows the replacement by its property", async () => {
            const [old = ""] = workspaces();
            await cloud.workspace(old).seed({ "/Shared/mine": seeds.notebook("print(1)") });
            project.yaml = workspaceUnder(keys[1]);
            const diff = await ok(project.preview());
            expect(diff).to.contain("~ managedServicesCustomerManagedKeyId").and.to.not.contain("workspaceStatus");
            expect(diff).to.contain("Its content is copied into the new one");
            await ok(project.up());
            const [id = "", ...others] = workspaces();
            expect(others).to.deep.equal([]);
            expect(id).to.not.equal(old);
            expect(String(await cloud.workspace(id).read("/Shared/mine"))).to.equal("print(1)");
        });

        it("deletes no workspace that holds a notebook: not if it is removed, destroyed, or deleted before it is replaced", async () => {
            const [id = ""] = workspaces();
            const { w, ...others } = workspaceUnder(keys[1]).resources;
            expect(w).to.be.an("object");
            project.yaml = { resources: others };
            await refused(project.up(), `The workspace ${id} is not deleted`, "/Shared/mine");
            await refused(project.destroy(), `The workspace ${id} is not deleted`);
            project.yaml = workspaceUnder(keys[0], {}, { deleteBeforeReplace: true });
            await refused(project.up(), `The workspace ${id} is not deleted`);
            project.yaml = workspaceUnder(keys[1]);
            await refused(project.up("--replace", "**:Workspace::w"), "it holds content (/Shared/mine)");
            expect(workspaces()).to.deep.equal([id]);
            project.yaml = workspaceUnder(keys[1], { forceDestroy: true });
            await ok(project.up());
            await ok(project.destroy());
            expect(workspaces()).to.deep.equal([]);
        });
    });

    describe("in a stack of its own", () => {
        beforeEach(begin);
        afterEach(end);

        it("imports a workspace with the program that has it, which then changes nothing", async () => {
            await ok(project.up());
            const [id = ""] = workspaces();
            const urn = project.state.find(({ type }) => type.endsWith(":Workspace"))?.urn ?? "";
            const second = await ok(project.run("import", "databricks-cmk:index:Workspace", "twin", id, "--yes"));
            expect(second).to.contain("names another resource of this stack").and.contain("pulumi state delete");
            for (const one of [urn, urn.replace(/w$/, "twin")])
                await ok(project.run("state", "delete", one, "--yes", "--force"));
            const { resources } = workspaceUnder(keys[0]);
            project.yaml = {
                resources: Object.fromEntries(Object.entries(resources).filter(([name]) => name !== "w")),
            };
            const type = "databricks-cmk:index:Workspace";
            const output = await ok(project.run("import", type, "w", id, "--yes", "--protect=false"));
            const program = output.slice(output.indexOf("resources:"));
            expect(program).to.contain("workspaceName: w").and.to.not.contain("owner");
            project.yaml = workspaceUnder(keys[0]);
            cloud.clearRequests();
            expect(await ok(project.preview())).to.contain("5 unchanged");
            await refused(
                project.run("import", type, "other", "123", "--yes"),
                "there is no workspace 123 in the account",
            );
            expect(output).to.not.contain("another stack");
            await ok(project.run("stack", "init", "second"));
            const imported = await ok(project.run("import", type, "w", id, "--yes", "--protect=false"));
            expect(imported).to.contain("names another stack");
            expect(await ok(project.destroy())).to.contain("names another stack");
            expect(workspaces()).to.deep.equal([id]);
        });

        it("keeps a workspace whose resource gets another name by an alias, or another provider", async () => {
            await ok(project.up());
            const [id] = workspaces();
            const old = project.state.find(({ type }) => type.endsWith(":Workspace"))?.urn ?? "";
            const renamed = (options: object) => {
                const { w, ...others } = workspaceUnder(keys[0], {}, options).resources;
                return { resources: { ...others, p: { type: "pulumi:providers:databricks-cmk" }, renamed: w ?? {} } };
            };
            project.yaml = renamed({ aliases: [old] });
            expect(await ok(project.preview())).to.contain("~ owner");
            await ok(project.up());
            project.yaml = renamed({ provider: "${p}" });
            expect(await ok(project.up())).to.contain("6 unchanged");
            expect(workspaces()).to.deep.equal([id]);
        });

        it("finds what a killed up has left, and makes nothing twice", async () => {
            cloud.inject({
                when: ({ method, path }) => method === "POST" && path.endsWith("/workspaces"),
                times: 1,
                do: { kind: "call", when: "after", run: async () => project.kill() },
            });
            await project.up();
            expect(workspaces()).to.have.lengthOf(1);
            await project.run("cancel", "--yes");
            expect(await ok(project.up())).to.contain("was left by an interrupted create");
            expect(workspaces()).to.have.lengthOf(1);
            expect(await ok(project.preview())).to.contain("5 unchanged");
        });

        it("asks before it uses the state of another stack, in the words of its own configuration", async () => {
            await ok(project.up());
            await ok(project.run("stack", "rename", "other"));
            await refused(
                project.up("--stack", "other"),
                "made by the stack dev",
                "databricks-cmk:stackRenamedFrom dev",
            );
            await ok(project.run("config", "set", "databricks-cmk:stackRenamedFrom", "dev", "--stack", "other"));
            expect(await ok(project.up("--stack", "other"))).to.contain("5 unchanged");
            expect(workspaces()).to.have.lengthOf(1);
        });

        it("ends a wait when the operation is cancelled, and keeps the workspace in the state", async () => {
            project.remove();
            await cloud.stop();
            cloud = await LocalCloud.start({ provisioningMilliseconds: 3_600_000 });
            const customTags = { "fn::secret": { team: "canary" } };
            project = await PluginProject.begin(cloud, workspaceUnder(cloud.createKey(), { customTags }));
            let engine = 0;
            cloud.inject({
                when: ({ method, path }) => method === "GET" && /\/workspaces\/\d+$/.test(path),
                times: 1,
                do: { kind: "call", when: "after", run: async () => void process.kill(engine, "SIGINT") },
            });
            const run = project.start((pid) => (engine = pid), "up", "--yes", "--skip-preview");
            await refused(run, "cancelled");
            const [id] = workspaces();
            expect(project.state.find(({ type }) => type.endsWith(":Workspace"))?.id).to.equal(id);
            expect(JSON.stringify(project.state)).to.not.contain("canary");
        });
    });
});
