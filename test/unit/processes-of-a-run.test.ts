import { expect } from "chai";

import { seeds } from "../../local-cloud";
import type { Inputs } from "../helpers/engine/engine-types";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { under, workspace } from "../helpers/programs";
import { ReplacedStack } from "../helpers/replaced-stack";
import { handlerIn } from "../model/hosts";

// The same on the real engine: test/engine/plugin-providers.test.ts. How they find each other: plugin-peers.test.ts.
describe("the processes of a run, one for each provider of a plugin, when a workspace is to be deleted", () => {
    const scene = ReplacedStack.ofEach();
    beforeEach(async () => {
        scene.stack.hasProcessForEachProvider = true;
        scene.stack.replaceHandler = (type, handler, session) => handlerIn("plugin", type, handler, session);
        await inState({});
    });

    /** The workspace as the provider of the version before has it, with this in its state. */
    const inState = (inputs: Inputs) => expectOk(scene.to("a", inputs, { provider: "before" }));
    /** Another key, with another version of the SDK. */
    const next = (inputs: Inputs = {}, continues = false) =>
        scene.to("b", inputs, { provider: "after" }, { continues });
    const withLibrary = () => scene.tree().seed({ "/Shared/jar": seeds.library() });

    it("one deletes what another one has copied, once everything is there", async () => {
        await expectOk(next());
        expect(scene.stack.workspaces()).to.deep.equal([scene.stack.id()]);
        expect(await scene.tree(scene.stack.id()).read("/Shared/etl")).to.not.equal(undefined);
    });

    it("a later run does, if the copy was not complete", async () => {
        await withLibrary();
        await expectRefused(next(), "/Shared/jar [library]");
        await expectOk(next({ migrateContent: { accept: ["library"] } }));
        expect(scene.stack.workspaces()).to.deep.equal([scene.stack.id()]);
    });

    it("the word of the old workspace means nothing while another process copies from it, also with --continue-on-error", async () => {
        await inState({ forceDestroy: true });
        await withLibrary();
        await expectRefused(next({}, true), `The workspace ${scene.old} is not deleted`);
        expect(scene.stack.workspaces()).to.include(scene.old).and.to.have.lengthOf(2);
    });

    it("nor in a destroy, for which all are called at the same time", async () => {
        await inState({ forceDestroy: true });
        await withLibrary();
        await expectRefused(next(), "/Shared/jar [library]");
        await expectRefused(scene.stack.destroy(), `The workspace ${scene.old} is not deleted`);
        expect(scene.stack.workspaces()).to.include(scene.old).and.to.have.lengthOf(2);
    });

    it("both go in a destroy if the new one has the word, one after the other", async () => {
        await withLibrary();
        await expectRefused(next({ forceDestroy: true }), "/Shared/jar [library]");
        await expectOk(scene.stack.destroy());
        expect(scene.stack.workspaces()).to.deep.equal([]);
    });

    it("one that a resource of another provider takes over from stays until that has everything", async () => {
        await inState({ forceDestroy: true });
        await withLibrary();
        const other = workspace(
            "other",
            { ...under("a"), migrateContent: { from: [scene.old] } },
            { provider: "after" },
        );
        const up = scene.stack.change({ w: undefined, other }).up({ continues: true });
        await expectRefused(up, `The workspace ${scene.old} is not deleted`);
        expect(scene.stack.workspaces()).to.include(scene.old).and.to.have.lengthOf(2);
    });

    it("one that a resource of another provider has adopted is that one's", async () => {
        await inState({ forceDestroy: true });
        const other = workspace(
            "other",
            { ...under("a"), workspaceName: "w", adopt: scene.old },
            { provider: "after" },
        );
        await expectOk(scene.stack.change({ w: undefined, other }).up());
        expect(scene.stack.workspaces()).to.deep.equal([scene.old]);
        expect(scene.stack.lines.join("\n")).to.contain('it belongs to "other" of this stack now');
    });
});
