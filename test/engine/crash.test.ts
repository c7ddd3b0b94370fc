import { expect } from "chai";

import { crashAt, type KillPoint, killPoints, recordPhases } from "../crash/crash";
import { crashMove, movePoints, recordMove } from "../crash/move";

/** The kill points. Their recording takes a whole life of a stack, so it is made once. */
let points: Promise<KillPoint[]> | undefined;
const allPoints = () => (points ??= recordPhases().then(killPoints));

// Every kill point of the account's writes is in test/unit/small-engine.test.ts; here real processes end.
describe("kill -9 on the real engine (a sample; npm run test:crash has all)", () => {
    it("loses nothing, leaves no orphan and creates nothing twice", async () => {
        const points = await allPoints();
        const after = points.filter(({ request, when }) => request === "POST workspaces" && when === "after");
        const sample = [
            after.find(({ phase, victim }) => phase === "create" && victim === "provider"),
            after.find(({ phase, victim }) => phase === "create" && victim === "both"),
            after.find(({ phase }) => phase === "replace"),
        ].filter((point) => point !== undefined);
        expect(sample).to.have.length(3);
        for (const point of sample) {
            const { orphans, lost, duplicates, problem } = await crashAt(point);
            const found = { orphans, lost, duplicates, problem };
            expect(found, JSON.stringify(point)).to.deep.equal({
                orphans: 0,
                lost: 0,
                duplicates: 0,
                problem: undefined,
            });
        }
    });

    it("converges when the engine left the file beside its state empty, after that file is deleted as docs/troubleshooting.md says", async () => {
        const points = await allPoints();
        const [point] = points.filter(
            ({ request, phase, when, victim }) =>
                request === "POST workspaces" && phase === "create" && when === "after" && victim === "engine",
        );
        const { orphans, lost, duplicates, problem, attributesDeleted, adopted } = await crashAt(point!, {
            emptied: true,
        });
        expect({ orphans, lost, duplicates, problem, attributesDeleted, adopted }).to.deep.equal({
            orphans: 0,
            lost: 0,
            duplicates: 0,
            problem: undefined,
            attributesDeleted: true,
            adopted: true,
        });
    });

    it("in a replacement loses no object, doubles none, and deletes no old workspace early", async () => {
        const points = movePoints(await recordMove());
        const first = (part: RegExp) => points.find(({ request }) => part.test(request));
        // The last one starts an alert that waits until the old workspace is gone.
        const sample = [first(/^POST workspace\/import/), first(/^DELETE workspaces/), first(/^PATCH alerts/)];
        for (const point of sample) {
            if (point === undefined) throw new Error("a kind of request is missing");
            const outcome = await crashMove({ ...point, victim: "both" });
            expect(outcome, JSON.stringify(point)).to.deep.equal({
                lost: 0,
                duplicates: 0,
                early: 0,
                problem: undefined,
            });
        }
    });
});
