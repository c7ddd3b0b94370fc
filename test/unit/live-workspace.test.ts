import { expect } from "chai";

import { OWNERSHIP_TAG } from "../../provider/contract/ownership-tag";
import { seeds } from "../../local-cloud";
import { endEngines, engine } from "../helpers/engine";
import { stackOf } from "../helpers/environment";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { key, under, workspace, workspaceProgram } from "../helpers/programs";

describe("a live workspace is never lost", () => {
    afterEach(endEngines);
    const made = async () => {
        const stack = await engine(workspaceProgram());
        await expectOk(stack.up());
        return stack;
    };

    it("if it failed before it ran and was repaired since: it is not replaced, and not deleted by a replacement already begun", async () => {
        const stack = await engine(workspaceProgram());
        stack.cloud.account.nextOutcome = { status: "FAILED", message: "No capacity." };
        await expectRefused(stack.up(), "No capacity");
        const id = stack.id();
        await stack.cloud.workspace(id).seed({ "/Shared/work": seeds.notebook("1") });
        const { onCall } = stack.engine;
        stack.engine.onCall = (call) => {
            onCall(call);
            if (call !== "delete w") return;
            // The diff is over; the engine is about to delete the old one.
            stack.clock.pass(60_000);
            stack.cloud.account.setStatus(id, "RUNNING", "");
        };
        await expectRefused(stack.up(), "it holds content (/Shared/work)");
        await expectRefused(stack.up(), "it was repaired outside Pulumi", "pulumi refresh");
        expect([stack.workspaces(), stack.held()]).to.deep.equal([[id], { w: id }]);
    });

    it("if its tag names another stack: it is not taken back by a change of its tags, and not deleted, and the user is told", async () => {
        const stack = await made();
        const id = stack.id();
        const tags = { [OWNERSHIP_TAG]: `${stackOf(7)}/w` };
        stack.cloud.account.change("workspaces", id, { custom_tags: tags });
        stack.change({ w: workspace("w", { customTags: { team: "a" } }) });
        await expectRefused(stack.up(), "names another stack", "pulumi state delete");
        expect(stack.cloud.account.get("workspaces", id)["custom_tags"]).to.deep.equal(tags);
        const { lines } = await expectOk(stack.change({ w: undefined }).up());
        expect(stack.workspaces()).to.deep.equal([id]);
        expect(lines.at(-1)).to.contain(`workspace ${id} is not deleted`).and.contain("another stack");
    });

    it("if the account shows the new key already, also under forbid: the state learns of it without a replacement", async () => {
        const program = (name: string) => workspace("w", { ...under(name), onKeyChange: "forbid" });
        const stack = await engine((cloud) =>
            workspaceProgram(
                program("first"),
                ["first", "second"].map((name) => key(name, cloud.createKey())),
            ),
        );
        await expectOk(stack.up());
        const field = "managed_services_customer_managed_key_id";
        stack.cloud.account.change("workspaces", stack.id(), { [field]: stack.id("second") });
        stack.clear();
        expect(await stack.change({ w: program("second") }).changes()).to.deep.equal(["update w"]);
        expect(stack.entry().outputs["managedServicesCustomerManagedKeyId"]).to.equal(stack.id("second"));
        expect(stack.writes()).to.deep.equal([]);
        expect(await stack.changes()).to.deep.equal([]);
    });

    it("if the state alone differs from the program in what needs another workspace: a replacement that no check announced is refused", async () => {
        const stack = await made();
        stack.entry().outputs["awsRegion"] = "us-west-2";
        await expectRefused(stack.up(), "differs from the program");
    });
});
