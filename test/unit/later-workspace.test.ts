import { expect } from "chai";

import { seeds } from "../../local-cloud";
import { expectRefused } from "../helpers/expect-ok";
import { ReplacedStack } from "../helpers/replaced-stack";

/** With the plugin, another process may have made the workspace that replaces one: here, the state of this one does not have it. */
describe("a workspace whose replacement this process has not heard of", () => {
    const scene = ReplacedStack.ofEach();
    const keepInState = (...ids: string[]) => {
        const { engine } = scene.stack;
        engine.state = engine.state.filter(({ type, id }) => type !== "Workspace" || ids.includes(id));
    };

    it("goes if everything in it is in one that was created later for the same resource", async () => {
        const next = await scene.verified();
        keepInState(scene.old);
        // Its key stays: the later one has it.
        await expectRefused(scene.stack.destroy(), `Everything in the workspace ${scene.old} is in ${next}`);
        expect(scene.stack.workspaces()).to.deep.equal([next]);
    });

    it("stays if something in it has been written since, or is missing there", async () => {
        await scene.verified();
        await scene.tree().seed({ "/Shared/new": seeds.notebook("print(2)") });
        keepInState(scene.old);
        await expectRefused(scene.stack.destroy(), `The workspace ${scene.old} is not deleted`, "/Shared/");
        expect(scene.stack.workspaces()).to.have.length(2);
    });

    it("stays if the other one is older: of two equal workspaces one stays", async () => {
        const next = await scene.verified();
        keepInState(next);
        await expectRefused(scene.stack.destroy(), `The workspace ${next} is not deleted`);
        expect(scene.stack.workspaces()).to.have.members([scene.old, next]);
    });

    it("stays if the other one is another resource's", async () => {
        const next = await scene.verified();
        const custom_tags = { "pulumi-databricks-cmk": "0193a1b2-c3d4-7e5f-8a6b-123456789abc/w" };
        scene.stack.cloud.account.change("workspaces", next, { custom_tags });
        keepInState(scene.old);
        await expectRefused(scene.stack.destroy(), `The workspace ${scene.old} is not deleted`);
        expect(scene.stack.workspaces()).to.have.members([scene.old, next]);
    });
});
