import { expect } from "chai";

import { crashAt, type KillPoint, type Phase, type Victim } from "../crash/crash";
import { crashMove } from "../crash/move";

const NOTHING = { orphans: 0, lost: 0, duplicates: 0, problem: undefined };

/** After the workspace is there, and before anybody has heard of it. */
const created = (phase: Phase, victim: Victim): KillPoint => ({
    ...{ phase, victim, request: "POST workspaces", when: "after" },
});

// Every kill point of the account's writes is in test/unit/small-engine.test.ts, and of a copy's in replaced-content-faults.test.ts and
// replaced-kinds-faults.test.ts beside it; here real processes end.
describe("kill -9 on the real engine (a sample; npm run test:crash has all)", () => {
    it("of engine and provider in a replace loses nothing, leaves no orphan and creates nothing twice", async () => {
        expect(await crashAt(created("replace", "both"))).to.deep.include(NOTHING);
    });

    it("converges when the engine left the file beside its state empty, after that file is deleted as docs/troubleshooting.md says", async () => {
        const outcome = await crashAt(created("create", "engine"), { emptied: true });
        expect(outcome).to.deep.equal({ ...NOTHING, attributesDeleted: true, adopted: true });
    });

    for (const request of ["POST workspace/import (workspace)", "DELETE workspaces/…"])
        it(`in a replacement, before ${request}, loses no object, doubles none, and deletes no old workspace early`, async () => {
            const outcome = await crashMove({ request, occurrence: 1, victim: "both" });
            expect(outcome).to.deep.equal({ lost: 0, duplicates: 0, early: 0, problem: undefined });
        });
});
