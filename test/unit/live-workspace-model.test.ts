import { expect } from "chai";

import { checkHistory, checkModel } from "../model/check";
import { knownHistories } from "../model/known-histories";
import { hasForceDestroy } from "../model/program";

/** What a check of the model says; empty if everything held. */
const told = (run: Promise<void>): Promise<string> =>
    run.then(
        () => "",
        (error: unknown) => String(error),
    );

/** Until a workspace has `forceDestroy`, its deletes are decided by what was, and the model shows what that loses. */
const expected = hasForceDestroy ? /^$/ : /lost: /;

describe("a live workspace is never lost: a sample of random lives (npm run test:model has 20,000)", () => {
    it("whatever programs, states, people and the account do, what somebody wrote goes only with a word, and nothing is done twice or by halves", async () => {
        expect(await told(checkModel({ runs: 60, seed: 20 }))).to.match(expected);
    });

    it("told no more than a plugin can be, in a process for each provider and version of an SDK, neither", async () => {
        expect(await told(checkModel({ runs: 30, seed: 20, host: "plugin" }))).to.match(expected);
    });

    it("without what a delete asks, the model finds that content is lost", async () => {
        expect(await told(checkModel({ runs: 20, seed: 20, host: "without-gate" }))).to.match(/lost: /);
    });

    for (const { title, steps, host } of knownHistories) {
        it(`nothing is lost: ${title}`, async () => {
            expect(await told(checkHistory(steps, host))).to.match(expected);
        });
    }
});
