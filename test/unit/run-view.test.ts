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
});
