import { expect } from "chai";

import { endEngines, type EngineStack } from "../helpers/engine";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { key } from "../helpers/programs";
import { ReplacedStack } from "../helpers/replaced-stack";

const TAG = "pulumi-databricks-cmk";

/** Another stack adopts a workspace while this one runs. Its tag decides as it is when the workspace is to be deleted. */
describe("a workspace that another stack adopts during an up", () => {
    const scene = ReplacedStack.ofEach();
    afterEach(endEngines);

    const adopt = (stack: EngineStack) =>
        stack.cloud.account.change("workspaces", scene.old, { custom_tags: { [TAG]: "other/w" } });

    /** Another stack adopts the workspace right before the first such request, some seconds after the latest list. */
    const adoptBefore = (stack: EngineStack, method: string, path: RegExp) =>
        stack.cloud.inject({
            when: (request) => request.method === method && path.test(request.path),
            times: 1,
            do: {
                kind: "call",
                when: "before",
                run: async () => {
                    adopt(stack);
                    await stack.clock.hold(5_000);
                },
            },
        });

    it("is not deleted, although the program said forceDestroy", async () => {
        const { stack } = scene;
        await expectOk(scene.to("a", { forceDestroy: true }));
        stack.restart();
        adoptBefore(stack, "POST", /customer-managed-keys$/);
        const more = key("more", stack.cloud.createKey());
        await expectOk(stack.change({ w: undefined, more }).up());
        expect(stack.workspaces()).to.deep.equal([scene.old]);
        expect(stack.lines.join("\n")).to.contain("its ownership tag names another stack");
    });

    it("is not deleted, although the account's list never shows it", async () => {
        const { stack } = scene;
        await expectOk(scene.to("a", { forceDestroy: true }));
        stack.restart();
        adopt(stack);
        stack.cloud.inject({
            when: ({ method, path }) => method === "GET" && path.endsWith("/workspaces"),
            do: { kind: "body", body: "[]" },
        });
        await expectOk(stack.change({ w: undefined }).up());
        expect(stack.workspaces()).to.deep.equal([scene.old]);
    });

    it("is not deleted while its content is copied", async () => {
        const { stack } = scene;
        adoptBefore(stack, "POST", /workspace\/import$/);
        await expectOk(scene.to("b"));
        scene.bothStay();
        expect(stack.lines.join("\n")).to.contain("its ownership tag names another stack");
    });

    it("is not deleted while it is looked at", async () => {
        const { stack } = scene;
        stack.cloud.inject({
            when: ({ method }) => method === "DELETE",
            times: 1,
            do: { kind: "status", status: 409 },
        });
        await expectRefused(scene.to("b"), "409");
        adoptBefore(stack, "GET", /api\/2.0\/global-init-scripts/);
        await expectRefused(stack.up(), "another stack has adopted it meanwhile");
        scene.bothStay();
        await expectOk(stack.up());
        scene.bothStay();
    });
});
