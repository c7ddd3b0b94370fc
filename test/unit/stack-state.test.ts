import { expect } from "chai";

import { readState } from "../../sdk/resources/stack-state";

describe("the state that a program reads", () => {
    const state = { outputs: { "urn:a": { type: "t", outputs: { id: "1" } } } };

    it("is read again where a read fails while the engine writes it", async () => {
        let reads = 0;
        const resources = await readState("o/p/s", async () => {
            if (++reads < 4) throw new Error("failed to load checkpoint: EOF");
            return state;
        });
        expect(resources).to.deep.equal([{ urn: "urn:a", type: "t", outputs: { id: "1" } }]);
        expect(reads).to.equal(4);
    });

    it("is not known if it can never be read, which fails nothing", async () => {
        let reads = 0;
        const resources = await readState("o/p/s", () => Promise.reject(new Error(`no ${++reads}`)));
        expect([resources, reads]).to.deep.equal([undefined, 6]);
    });
});
