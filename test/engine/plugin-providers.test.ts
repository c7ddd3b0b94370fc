import { expect } from "chai";

import { LocalCloud, seeds } from "../../local-cloud";
import { hasLanguage, ok, PluginProject, refused, workspaceUnder } from "./plugin-project";

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

    it("carries the content if the key changes with the version of an SDK, keeps the owner, and then deletes neither workspace", async () => {
        const ids = () => cloud.account.list("workspaces").map(({ workspace_id }) => String(workspace_id));
        const owners = () =>
            project.state.flatMap(({ type, inputs }) => (type.endsWith(":Workspace") ? [inputs?.["owner"]] : []));
        await ok(project.up());
        const [old = ""] = ids();
        const before = owners();
        await cloud.workspace(old).seed({ "/Shared/mine": seeds.notebook("print(1)") });
        project.yaml = workspaceUnder(keys[1], {}, { version: "0.2.0" });
        for (const run of [() => project.up(), () => project.up(), () => project.destroy()])
            await refused(run(), `The workspace ${old} is not deleted`);
        const [first, id = "", ...others] = ids();
        expect([first, others]).to.deep.equal([old, []]);
        expect(String(await cloud.workspace(id).read("/Shared/mine"))).to.equal("print(1)");
        expect(owners()).to.deep.equal([...before, ...before]);
    });
});
