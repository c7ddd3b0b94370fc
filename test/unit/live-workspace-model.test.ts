import { expect } from "chai";

import { checkHistory, checkModel } from "../model/check";
import { knownHistories } from "../model/known-histories";
import { hasForceDestroy } from "../model/program";
import type { Step } from "../model/steps";
import { sampleOf } from "../helpers/sample";

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
        expect(await told(checkModel({ runs: sampleOf(60), seed: 20 }))).to.match(expected);
    });

    it("told no more than a plugin can be, in a process for each provider and version of an SDK, neither", async () => {
        expect(await told(checkModel({ runs: sampleOf(30), seed: 20, host: "plugin" }))).to.match(expected);
    });

    it("without what a delete asks, the model finds that content is lost, and prints the history as one that can be pasted", async () => {
        const found = await told(checkModel({ runs: 20, seed: 20, host: "without-gate" }));
        const [, title, steps = ""] = /title: (".*"),\n {8}steps: (\[[^]*\]),\n {4}\},$/.exec(found) ?? [];
        expect(title, found).to.contain("lost: ");
        const pasted = new Function(`return ${steps}`)() as Step[];
        expect(await told(checkHistory(pasted, "without-gate"))).to.contain("lost: ");
    });

    for (const { title, steps, host } of knownHistories) {
        it(`nothing is lost: ${title}`, async () => {
            expect(await told(checkHistory(steps, host))).to.match(expected);
        });
    }
});
