import { expect } from "chai";

import { Acceptance } from "../../provider/migration/acceptance";

describe("what a program accepts of a copy", () => {
    it("is a kind anywhere, and a path with all that is below it", () => {
        const accept = new Acceptance(["library", "/Shared/old/"]);
        const covered = ["/Shared/old", "/Shared/old/n", "/Shared/older", "/Shared"].map((path) =>
            accept.covers("failed", path),
        );
        expect(covered).to.deep.equal([true, true, false, false]);
        expect(accept.covers("library", "/anywhere")).to.equal(true);
    });

    it("is nothing of the other objects unless it names them, one or all", () => {
        const others = (...accept: string[]) => new Acceptance(accept).covers("jobs", "");
        expect([others(), others("jobs"), others("others"), others("library")]).to.deep.equal([
            false,
            true,
            true,
            false,
        ]);
        expect(new Acceptance(["others"]).covers("library", "/n")).to.equal(false);
    });

    it("is empty only without kinds and paths", () => {
        const isEmpty = [[], ["library"], ["/n"]].map((accept) => new Acceptance(accept).isEmpty);
        expect(isEmpty).to.deep.equal([true, false, false]);
    });
});
