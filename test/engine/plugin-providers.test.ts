import { expect } from "chai";

import { LocalCloud, seeds } from "../../local-cloud";
import { hasLanguage, ok, PluginProject, refused, workspaceUnder, type YamlProgram } from "./plugin-project";

describe("a plugin that serves two providers of a program, each with a process of its own, on the real engine", () => {
    let cloud: LocalCloud;
    let project: PluginProject;
    let keys: [string, string];
    before(function () {
        if (!hasLanguage("yaml")) this.skip();
    });
    beforeEach(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
        keys = [cloud.createKey(), cloud.createKey()];
        project = await PluginProject.begin(cloud, workspaceUnder(keys[0], {}, { version: "0.1.0" }));
    });
    afterEach(async () => {
        project.remove();
        await cloud.stop();
    });

    const ids = () => cloud.account.list("workspaces").map(({ workspace_id }) => String(workspace_id));
    const notebook = { "/Shared/mine": seeds.notebook("print(1)") };
    /** A library has no content that could be copied. */
    const whole = { ...notebook, "/Shared/lib.jar": seeds.library() };

    it("carries the content if the key changes with the version of an SDK, keeps the owner, and deletes the old workspace", async () => {
        const owners = () =>
            project.state.flatMap(({ type, inputs }) => (type.endsWith(":Workspace") ? [inputs?.["owner"]] : []));
        await ok(project.up());
        const [old = ""] = ids();
        const before = owners();
        await cloud.workspace(old).seed(notebook);
        project.yaml = workspaceUnder(keys[1], {}, { version: "0.2.0" });
        await ok(project.up());
        const [id = "", ...others] = ids();
        expect([id === old, others]).to.deep.equal([false, []]);
        expect(String(await cloud.workspace(id).read("/Shared/mine"))).to.equal("print(1)");
        expect(owners()).to.deep.equal(before);
    });

    it("keeps the old workspace, whatever it says itself, until the one of the other process has everything", async () => {
        project.yaml = workspaceUnder(keys[0], { forceDestroy: true }, { version: "0.1.0" });
        await ok(project.up());
        const [old = ""] = ids();
        await cloud.workspace(old).seed(whole);
        const next = (workspace: object = {}) => workspaceUnder(keys[1], workspace, { version: "0.2.0" });
        project.yaml = next();
        const up = () => project.up("--continue-on-error");
        const told = await refused(up(), "/Shared/lib.jar", `The workspace ${old} is not deleted`);
        expect(told).to.not.contain("no live resource in the state has it");
        await refused(project.destroy(), `The workspace ${old} is not deleted`);
        expect(ids()).to.have.lengthOf(2).and.to.include(old);
        project.yaml = next({ migrateContent: { accept: ["library"] } });
        await ok(project.up());
        expect(ids()).to.have.lengthOf(1).and.to.not.include(old);
    });

    it("keeps what a resource of another provider takes over from, until that has everything", async () => {
        const { c, s, w, ...rest } = workspaceUnder(keys[0], { forceDestroy: true }, { provider: "${p}" }).resources;
        const providers = {
            p: { type: "pulumi:providers:databricks-cmk" },
            q: { type: "pulumi:providers:databricks-cmk" },
        };
        const shared = { ...providers, c: c ?? {}, s: s ?? {}, ...rest };
        const program = (resources: Record<string, object>): YamlProgram => ({
            resources: { ...shared, ...resources },
        });
        project.yaml = program({ w: w ?? {} });
        await ok(project.up());
        const [old = ""] = ids();
        await cloud.workspace(old).seed(whole);
        const other = (more: object) => {
            const named = workspaceUnder(keys[0], { workspaceName: "other", ...more }, { provider: "${q}" });
            return program({ other: named.resources["w"] ?? {} });
        };
        project.yaml = other({ migrateContent: { from: [old] } });
        await refused(project.up("--continue-on-error"), "/Shared/lib.jar", `The workspace ${old} is not deleted`);
        expect(ids()).to.have.lengthOf(2).and.to.include(old);
    });
});
