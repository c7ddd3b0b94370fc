import { expect } from "chai";

import { ownerOfInputs } from "../../provider/contract/ownership-tag";
import { workspaceObject } from "../../provider/objects/workspace/definition";
import { seeds } from "../../local-cloud";
import { failure, initError, type Inputs, type ReplacedContent, sceneOfEach } from "../helpers/replaced-content";

describe("the content of a workspace that is replaced, at the delete of the old one", () => {
    let cloud: ReplacedContent["cloud"];
    let world: ReplacedContent["world"];
    let news: ReplacedContent["news"];
    let old: ReplacedContent["old"];
    const { handlers, changed, existing, compare } = sceneOfEach((scene) => ({ cloud, world, news, old } = scene));

    it("goes with a destroy where somebody gave the word, whatever was copied; else it stays", async () => {
        await cloud.workspace(old.id).seed({ "/Shared/jar": seeds.library() });
        const process = handlers();
        await compare(process, old, changed());
        const error = await initError(process.workspace.create(changed()));
        const destroy = async (outs: Inputs) => {
            const destroying = handlers();
            destroying.session.claims.isWholeProgram = false;
            await destroying.workspace.delete(error.id, outs);
            await destroying.workspace.delete(old.id, old.outs);
        };
        expect((await failure(destroy({ ...error.properties }))).message).to.contain("forceDestroy");
        expect(existing()).to.have.members([old.id, error.id]);
        // The word stands in the state of the one that the resource has now, and covers the one that it has replaced.
        await destroy({ ...error.properties, forceDestroy: true });
        expect(existing()).to.deep.equal([]);
    });

    it("stays where its resource is taken out of the program, and so does what has taken over from it", async () => {
        await cloud.workspace(old.id).seed({ "/Shared/jar": seeds.library() });
        let process = handlers();
        await compare(process, old, changed());
        const error = await initError(process.workspace.create(changed()));
        process = handlers();
        process.session.claims.isProgramRunning = true;
        process.session.claims.knowsState = true;
        process.session.claims.addStateObject(workspaceObject, {
            id: error.id,
            owner: ownerOfInputs(news),
            urn: undefined,
            notes: {},
        });
        for (const [id, outs] of [
            [error.id, error.properties],
            [old.id, old.outs],
        ] as const)
            expect((await failure(process.workspace.delete(id, { ...outs }))).message).to.contain("is not deleted");
        expect(existing()).to.have.members([old.id, error.id]);
    });

    it("is kept where replaceWith or replaceOnChanges makes the engine delete it before its program is heard", async () => {
        const process = handlers();
        process.session.claims.isProgramRunning = true;
        process.session.claims.knowsState = true;
        process.session.claims.addStateObject(workspaceObject, {
            id: old.id,
            owner: ownerOfInputs(news),
            urn: undefined,
            notes: {},
        });
        expect((await failure(process.workspace.delete(old.id, old.outs))).message).to.contain("deleteBeforeReplace");
        expect(existing()).to.deep.equal([old.id]);
    });

    it("is kept, without a wait, where the new one failed", async () => {
        const process = handlers();
        await compare(process, old, changed());
        cloud.account.nextOutcome = { status: "FAILED", message: "no" };
        const error = await initError(process.workspace.create(changed()));
        expect(error.properties["migration"], "what is still to come").to.include({ from: old.id });
        const began = world.clock.now();
        expect((await failure(process.workspace.delete(old.id, old.outs))).message).to.contain("is FAILED");
        expect(world.clock.now() - began).to.be.lessThan(10 * 60_000);
        expect(existing()).to.have.length(2);
    });

    it("is never deleted before there is a replacement (deleteBeforeReplace)", async () => {
        const process = handlers();
        await compare(process, old, changed());
        expect((await failure(process.workspace.delete(old.id, old.outs))).message).to.contain("deleteBeforeReplace");
        expect(existing()).to.deep.equal([old.id]);
    });
});
