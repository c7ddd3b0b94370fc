import { expect } from "chai";

import { endEngines, engine, type EngineStack } from "../helpers/engine";
import { textOf } from "../helpers/expect-ok";
import { key, under, workspace, workspaceProgram } from "../helpers/programs";

describe("a replacement that is killed after its POST is not forgotten", () => {
    afterEach(endEngines);

    /** A stack whose replacement was killed, and the workspace that it left. */
    const killed = async (): Promise<{ stack: EngineStack; left: string }> => {
        const stack = await engine((cloud) =>
            workspaceProgram(
                workspace("w", under("a")),
                ["a", "b"].map((name) => key(name, cloud.createKey())),
            ),
        );
        await stack.up();
        const known = stack.workspaces();
        await stack.change({ w: workspace("w", under("b")) }).up({ kill: "after POST /workspaces" });
        stack.restart();
        const [left = "", ...more] = stack.workspaces().filter((id) => !known.includes(id));
        expect([left, more]).to.deep.equal([left, []]).and.not.include("");
        return { stack, left };
    };

    for (const [what, parts] of [
        ["the key is put back", { w: workspace("w", under("a")) }],
        [
            "the resource is renamed by alias",
            { w: undefined, v: workspace("v", { ...under("b"), workspaceName: "w" }, { aliases: ["w"] }) },
        ],
        ["the resource is removed from the program", { w: undefined }],
    ] as const) {
        it(`by the next up if ${what}`, async () => {
            const { stack, left } = await killed();
            const run = await stack.change(parts).up();
            if (stack.engine.state.every(({ id }) => id !== left)) expect(textOf(run)).to.contain(`adopt: "${left}"`);
        });
    }

    it("by destroy, whose error is about the workspace that was left", async () => {
        const { stack, left } = await killed();
        expect(textOf(await stack.destroy()))
            .to.contain(left)
            .and.not.contain("Choose another name");
    });
});
