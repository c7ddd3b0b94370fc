import { checkModel } from "../model/check";

describe("a live workspace is never lost: a sample of random lives (npm run test:model has 10,000)", () => {
    it("whatever program, state and account do, content is deleted only where somebody said so, and nothing is done twice or by halves", async () => {
        await checkModel({ runs: 200, seed: 20 });
    }).timeout(300_000);
});
