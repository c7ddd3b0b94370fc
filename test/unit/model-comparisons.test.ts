import { expect } from "chai";
import fc from "fast-check";

import { checkModel } from "../model/check";
import { checkLateReads, checkThereAndBack } from "../model/comparisons";
import { sequences } from "../model/histories";
import type { Step } from "../model/steps";
import { library, rename, toKey, up, write } from "../model/words";

/** Random lives in which nothing goes wrong. */
const calm = (runs: number, seed: number): Step[][] =>
    fc
        .sample(sequences, { seed, numRuns: runs })
        .map((steps) => steps.map((step) => ("during" in step ? ({ ...step, during: undefined } as Step) : step)));

describe("lives that have to end alike", () => {
    it("a key that is changed and changed back leaves account and trees as never changed", async () => {
        let done = 0;
        for (const steps of calm(12, 7)) if (await checkThereAndBack(steps)) done++;
        expect(done).to.be.at.least(2);
    });

    for (const [what, steps] of Object.entries<Step[]>({
        "a key change": [toKey("k2"), up(), write(0), toKey("k3"), up()],
        "a rename with a key change": [rename("w", "o"), toKey("k2", "o"), up(), write(1), up()],
        "an incomplete copy": [library, toKey("k2"), up(), write(1), up({ continues: true })],
    }))
        it(`reads that show what was up to 30 s ago end as those that show what is: ${what}`, () =>
            checkLateReads(steps));
});

describe("the model, from a state that pulumi stack export wrote", () => {
    const resource = (id: string, more: object = {}) => ({
        urn: "urn:pulumi:prod::shop::pulumi-nodejs:dynamic/databricks-cmk:Workspace::analytics",
        type: "pulumi-nodejs:dynamic/databricks-cmk:Workspace",
        id,
        inputs: { workspaceName: "analytics", awsRegion: "us-east-1", managedServicesCustomerManagedKeyId: "key-2" },
        ...more,
    });
    const state = JSON.stringify({
        version: 3,
        deployment: {
            resources: [
                resource("4711", {
                    outputs: { sources: [{ from: "4710" }] },
                    initErrors: ["the copy is not complete"],
                }),
                resource("4710", { delete: true }),
            ],
        },
    });

    it("holds, and finds losses without what a delete asks", async () => {
        await checkModel({ runs: 5, seed: 3, from: state });
        const found = await checkModel({ runs: 10, seed: 3, from: state, host: "without-gate" }).then(
            () => "",
            (error: unknown) => String(error),
        );
        expect(found).to.match(/lost: /);
    });

    it("says so if the state has no workspace", async () => {
        const empty = JSON.stringify({ deployment: { resources: [] } });
        const failed = checkModel({ runs: 1, seed: 1, from: empty }).catch((error: unknown) => String(error));
        expect(await failed).to.contain("The state has no Workspace of this package.");
    });
});
