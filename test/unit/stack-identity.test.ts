import { expect } from "chai";

import { StackIdentityHandler } from "../../provider/objects/stack-identity";
import { EngineCalls } from "../../provider/runtime/engine-calls";
import { EngineReporter } from "../../provider/runtime/reporter";
import { Session } from "../../provider/runtime/session";
import { fakeEnvironment, stackOf } from "../helpers/environment";

const [old, own] = ["organization/project/old", "organization/project/own"];

// By hand: the program itself, and with it the small engine, refuses a copied state before the identity is asked.
describe("the identity of a stack", () => {
    const identity = (configuration: Record<string, string> = {}) => {
        const session = new Session(
            fakeEnvironment({ DATABRICKS_ACCOUNT_ID: "0ac0ffee-1234-4abc-8def-00c0ffee1234", DATABRICKS_TOKEN: "t" }),
        );
        session.configure((key) => configuration[key]);
        return new StackIdentityHandler(session, () => undefined);
    };
    const failures = async (handler: StackIdentityHandler, stackName?: string) =>
        (await handler.check(stackName === undefined ? {} : { stackName }, { stackName: own })).failures ?? [];

    it("that another stack made fails the check, also if the program could not read the state", async () => {
        const [failure, ...more] = await failures(identity(), old);
        expect(failure?.reason)
            .to.contain(`The state of the stack ${own} was made by the stack ${old}`)
            .and.contain(`pulumi config set databricks:stackRenamedFrom ${old} --stack ${own}`)
            .and.contain(`pulumi state delete --all --stack ${own}`);
        expect(more).to.deep.equal([]);
    });

    it("passes in its own stack, in a renamed one by the setting, and where it has no name yet", async () => {
        expect(await failures(identity(), own)).to.deep.equal([]);
        expect(await failures(identity())).to.deep.equal([]);
        // As a state has it that was the plugin's before.
        expect(await failures(identity(), "project/own")).to.deep.equal([]);
        expect(await failures(identity(), "project/old")).to.have.length(1);
        expect(await failures(identity({ "databricks:stackRenamedFrom": old }), "project/old")).to.deep.equal([]);
        expect(await failures(identity({ "databricks:stackRenamedFrom": old }), old)).to.deep.equal([]);
        expect(
            await failures(identity({ "databricks:stackRenamedFrom": "organization/project/older" }), old),
        ).to.have.length(1);
    });

    it("takes another name in place, and keeps its uuid", async () => {
        const [olds, news] = [{ uuid: stackOf(1), stackName: old }, { stackName: own }];
        expect(await identity().diff("1", olds, news)).to.deep.equal({ changes: true, replaces: [] });
        expect(await identity().update("1", olds, news)).to.deep.equal({ outs: { uuid: stackOf(1), stackName: own } });
        expect(await identity().diff("1", { ...olds, ...news }, news)).to.deep.equal({ changes: false, replaces: [] });
    });
});

// By hand: what is around every handler, which the small engine calls without it.
describe("a resource in a state that another stack made", () => {
    it("fails its check with the question of the program, which no state keeps, and is not looked at any further", async () => {
        let checks = 0;
        const handler = new EngineCalls(new EngineReporter(async () => {})).wrap({
            check: async (_olds, news) => {
                checks++;
                return { inputs: news };
            },
            create: async () => ({ id: "1" }),
        });
        const failed = await handler.check?.({}, { name: "n", movedState: "Was the stack renamed?" });
        expect(failed).to.deep.equal({
            inputs: { name: "n" },
            failures: [{ property: "", reason: "Was the stack renamed? [CMK1003]" }],
        });
        expect(checks).to.equal(0);
        expect((await handler.check?.({}, { name: "n" }))?.inputs).to.deep.equal({ name: "n" });
    });
});
