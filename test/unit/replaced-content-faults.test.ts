import { expect } from "chai";

import { textOf } from "../helpers/expect-ok";
import { moveFaults } from "../helpers/move-faults";
import { ReplacedStack } from "../helpers/replaced-stack";

const calls = [
    "workspace/list",
    "workspace/export",
    "workspace/import",
    "workspace/mkdirs",
    "permissions",
    "/workspaces",
];

describe("the content of a workspace that is replaced", () => {
    const scene = ReplacedStack.ofEach();
    const contentOf = async (id: string) =>
        (await scene.tree(id).snapshot()).map(({ path, type, sha256 }) => `${type} ${path} ${String(sha256)}`).sort();

    for (const effect of moveFaults)
        it(`is neither lost nor doubled nor deleted early if each kind of request meets ${JSON.stringify(effect)}`, async () => {
            const held = await contentOf(scene.old);
            const { cloud } = scene.stack;
            const early: string[] = [];
            const run = async () => {
                for (const id of scene.stack.workspaces())
                    if (String(await contentOf(id)) !== String(held)) early.push(id);
            };
            cloud.inject({ when: ({ method }) => method === "DELETE", do: { kind: "call", when: "before", run } });
            for (const call of calls) cloud.inject({ when: ({ path }) => path.includes(call), times: 1, do: effect });
            let last = await scene.to("b");
            for (let again = 0; !last.ok && again < 3; again++) last = await scene.stack.up();
            expect([last.ok, early], textOf(last)).to.deep.equal([true, []]);
            scene.isReplaced();
            expect(await contentOf(scene.stack.id())).to.deep.equal(held);
        });
});
