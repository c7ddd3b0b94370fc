import { expect } from "chai";

import { endEngines, engine, type EngineStack } from "../helpers/engine";
import { expectOk, textOf } from "../helpers/expect-ok";
import { people, refuses } from "../helpers/people";
import { workspace, workspaceProgram } from "../helpers/programs";

/** What the service itself puts into a new workspace. */
const starter = { warehouses: [{ id: "8f0e1d2c3b4a5968", name: "Serverless Starter Warehouse", state: "STOPPED" }] };

const forced = (name: string) => workspace(name, { forceDestroy: true });

describe("a workspace that is not empty is deleted only if forceDestroy says so", () => {
    let stack: EngineStack;
    beforeEach(async () => {
        stack = await engine(workspaceProgram([workspace("w"), workspace("other")]));
        await expectOk(stack.up());
    });
    afterEach(endEngines);

    for (const [what, options] of [
        ["", {}],
        [", also with --continue-on-error", { continues: true }],
        [", also with --target", { target: ["w"] }],
    ] as const) {
        it(`a removal from the program is refused${what}; it is done once an up has set forceDestroy`, async () => {
            const work = await people(stack, stack.id());
            await refuses(stack, await stack.change({ w: undefined }).up(options), work);
            await expectOk(stack.change({ w: forced("w") }).up());
            await expectOk(stack.change({ w: undefined }).up(options));
            expect(stack.workspaces()).to.deep.equal([stack.id("other")]);
        });
    }

    it("destroy is refused, of everything and with --target; it is done once an up has set forceDestroy", async () => {
        const work = await people(stack, stack.id());
        await refuses(stack, await stack.destroy({ target: ["w"] }), work);
        await refuses(stack, await stack.destroy(), work);
        await expectOk(stack.change({ w: forced("w"), other: undefined }).up());
        await expectOk(stack.destroy());
        expect(stack.cloud.account.list("workspaces")).to.deep.equal([]);
    });

    it("a job in an empty tree counts", async () => {
        const id = stack.id();
        stack.cloud.workspace(id).fill({ jobs: [{ job_id: 1, settings: { name: "nightly" } }] });
        await refuses(stack, await stack.destroy({ target: ["w"] }), { workspace: id, texts: {} });
    });

    it("one that holds nothing but what the service put there goes without a word", async () => {
        stack.cloud.workspace(stack.id()).fill(starter);
        const run = await expectOk(stack.destroy({ target: ["w"] }));
        expect(stack.workspaces()).to.deep.equal([stack.id("other")]);
        expect(textOf(run)).to.not.match(/forceDestroy|warning/);
    });
});
