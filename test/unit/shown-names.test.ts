import { expect } from "chai";

import type { FaultTarget } from "../../local-cloud/faults";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { ReplacedStack } from "../helpers/replaced-stack";

const folder = (path: string) => ({ object_type: "DIRECTORY", path, object_id: path.length });

describe("a list of a workspace that leaves something out for good", () => {
    const scene = ReplacedStack.ofEach();

    /** Each list of a folder in the old workspace, from the one with this number on, is this one. */
    const lie = (path: string, from: number, objects: readonly object[]) => {
        let seen = 0;
        const isList = (request: FaultTarget) =>
            request.workspaceId === scene.old &&
            request.path.endsWith("/workspace/list") &&
            request.query["path"] === path;
        scene.stack.cloud.inject({
            when: (request) => isList(request) && ++seen >= from,
            do: { kind: "body", body: JSON.stringify({ objects }) },
        });
    };
    const contentOf = (id: string) =>
        scene
            .tree(id)
            .tree()
            .map(({ path }) => path)
            .filter((path) => path.startsWith("/Shared/"));

    for (const from of [2, 3, 4])
        it(`loses nothing if it showed it before: from list ${from} on`, async () => {
            lie("/Shared", from, []);
            await expectOk(scene.to("b"));
            expect(scene.stack.workspaces()).to.deep.equal([scene.stack.id()]);
            expect(contentOf(scene.stack.id())).to.have.members(["/Shared/etl", "/Shared/lib.py", "/Shared/empty"]);
        });

    it("loses nothing if that is a folder that every workspace has", async () => {
        lie("/", 1, [folder("/Users"), folder("/Repos")]);
        await expectRefused(scene.stack.destroy(), "it holds content");
        expect(scene.stack.workspaces()).to.deep.equal([scene.old]);
        await expectOk(scene.to("b"));
        expect(contentOf(scene.stack.id())).to.have.members(["/Shared/etl", "/Shared/lib.py", "/Shared/empty"]);
    });

    it("says nothing of what is deleted between two lists", async () => {
        scene.stack.cloud.inject({
            when: ({ method, path }) => method === "POST" && path.endsWith("/workspaces"),
            do: { kind: "call", when: "before", run: async () => scene.tree().delete("/Shared/empty") },
        });
        await expectOk(scene.to("b"));
        expect(contentOf(scene.stack.id())).to.have.members(["/Shared/etl", "/Shared/lib.py"]);
    });
});
