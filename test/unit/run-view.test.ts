import { expect } from "chai";

import { RunView } from "../../provider/objects/workspace/handover/run-view";

describe("what one process of a run tells another one of a workspace", () => {
    // Not through the engine: it takes two entries of one workspace and two processes to see it.
    it("is each entry whose end the engine asks for, once, also if both tell each other again", () => {
        const [one, two] = [new RunView(), new RunView()];
        for (const state of [{ forceDestroy: true }, { workspaceName: "w" }]) {
            one.noteState("1", state);
            one.noteLeaving("1", state);
        }
        for (let round = 0; round < 3; round++) {
            two.learn("1", one.tell("1") ?? {});
            one.learn("1", two.tell("1") ?? {});
        }
        const entries = [{ forceDestroy: true }, { workspaceName: "w" }];
        expect(two.leavingStatesOf("1")).to.deep.equal(entries);
        expect(one.leavingStatesOf("1")).to.deep.equal(entries);
    });

    it("never takes the place of what the other one was told itself", () => {
        const [one, two] = [new RunView(), new RunView()];
        one.noteInputs("1", { workspaceName: "of one" });
        one.noteState("1", { workspaceName: "was one" });
        two.noteInputs("1", { workspaceName: "of two" });
        two.learn("1", one.tell("1") ?? {});
        expect([two.inputsOf("1"), two.stateOf("1")]).to.deep.equal([
            { workspaceName: "of two" },
            { workspaceName: "was one" },
        ]);
        two.noteState("1", { workspaceName: "was two" });
        two.learn("1", one.tell("1") ?? {});
        expect(two.stateOf("1")).to.deep.equal({ workspaceName: "was two" });
    });

    it("is what decides about its deletion, and nothing else of its inputs and its state", () => {
        const run = new RunView();
        const said = { forceDestroy: true, customTags: { team: "a" }, privateAccessSettingsId: "p" };
        run.noteInputs("1", said);
        run.noteState("1", { ...said, workspaceStatus: "RUNNING", externalId: "e" });
        run.noteLeaving("1", { ...said, sources: [] });
        expect(run.tell("1")).to.deep.equal({
            id: "1",
            inputs: { forceDestroy: true },
            state: { forceDestroy: true, workspaceStatus: "RUNNING" },
            isReplaced: false,
            isWanted: false,
            leaving: [{ forceDestroy: true, sources: [] }],
            hasDeparted: false,
        });
        expect(run.tell("2")).to.equal(undefined);
    });
});
