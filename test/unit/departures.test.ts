import { expect } from "chai";

import { Departures } from "../../provider/objects/workspace/handover/departures";
import { Handovers } from "../../provider/objects/workspace/handover/handover";
import { RunView } from "../../provider/objects/workspace/handover/run-view";
import { newSource } from "../../provider/objects/workspace/handover/sources";
import { Session } from "../../provider/runtime/session";
import { fakeEnvironment } from "../helpers/environment";

/** The workspaces "1" and "2", which took over from it. */
function scene() {
    const handovers = new Handovers();
    handovers.add("2", newSource("1", undefined));
    const departures = new Departures(handovers, new RunView(), new Session(fakeEnvironment({})), async () => []);
    const events: string[] = [];
    /** A departure whose decision is made by the function that it returns. */
    const depart = (id: string) => {
        const over = departures.ask(id);
        let decide: (isSent: boolean) => void = () => undefined;
        const decided = new Promise<boolean>((resolve) => (decide = resolve));
        const asked = departures
            .depart(id, async () => {
                events.push(`decides about ${id}`);
                return decided;
            })
            .finally(over);
        return { asked, decide };
    };
    const stays = async (id: string) => events.push(`${id} ${(await departures.stays(id)) ? "stays" : "goes"}`);
    return { departures, depart, stays, events };
}

// By itself: which of two deletes comes first is the engine's choice, and the small engine always makes the same one.
describe("workspaces whose ends are asked for at the same time", () => {
    const settle = () => new Promise((resolve) => setImmediate(resolve));

    for (const isSent of [true, false])
        it(`are decided about one after the other, and whether the other one ${isSent ? "goes" : "stays"} is not said before`, async () => {
            const { depart, stays, events } = scene();
            const [first, second] = [depart("1"), depart("2")];
            const said = stays("2");
            await settle();
            expect(events).to.deep.equal(["decides about 1"]);
            first.decide(true);
            expect(await first.asked).to.equal(true);
            await settle();
            expect(events).to.deep.equal(["decides about 1", "decides about 2"]);
            second.decide(isSent);
            expect(await second.asked).to.equal(isSent);
            await said;
            expect(events.at(-1)).to.equal(isSent ? "2 goes" : "2 stays");
        });

    it("stay if nobody asks for their end, or if the call that asked ends without a decision", async () => {
        const { departures, stays, events } = scene();
        await stays("2");
        const over = departures.ask("2");
        const said = stays("2");
        await settle();
        expect(events).to.deep.equal(["2 stays"]);
        over();
        await said;
        expect(events).to.deep.equal(["2 stays", "2 stays"]);
    });
});
