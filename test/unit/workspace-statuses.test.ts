import { expect } from "chai";

import { endEngines, engine, type EngineStack, type Place } from "../helpers/engine";
import type { Inputs } from "../helpers/engine/engine-types";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { workspace, workspaceProgram } from "../helpers/programs";

const HOUR = 3_600_000;
const tagged = { customTags: { team: "data" } };

describe("a workspace's statuses and tags, as the service shows them", () => {
    afterEach(endEngines);
    const begin = (behavior: Place["behavior"] = {}, inputs: Inputs = {}) =>
        engine(workspaceProgram(workspace("w", inputs)), { behavior });
    const sent = ({ cloud }: EngineStack, method: string) =>
        cloud.requests.filter((one) => one.method === method && one.path.includes("/workspaces"));

    it("NOT_PROVISIONED is waited for as PROVISIONING is, with the service's words", async () => {
        const stack = await begin({ queueMilliseconds: 90_000 });
        await expectOk(stack.up());
        expect(stack.entry().outputs).to.include({ workspaceStatus: "RUNNING" });
        const { progress } = stack.engine;
        expect(progress[0]).to.match(/^w: NOT_PROVISIONED for \d+ s: Workspace has not yet begun provisioning$/);
        expect(progress.some((line) => line.startsWith("w: PROVISIONING for"))).to.equal(true);
        expect(sent(stack, "POST")).to.have.length(1);
    });

    it("a change that is refused because provisioning has not begun is made once it has ended", async () => {
        const stack = await begin({ queueMilliseconds: 300_000 }, { provisioningTimeoutSeconds: 60 });
        const words = "still NOT_PROVISIONED after 60 s: Workspace has not yet begun provisioning";
        await expectRefused(stack.up(), words);
        await expectOk(stack.change({ w: workspace("w", { provisioningTimeoutSeconds: 600, ...tagged }) }).up());
        expect(stack.entry().outputs).to.deep.include({ workspaceStatus: "RUNNING", ...tagged });
        expect(sent(stack, "PATCH").map(({ status }) => status)).to.deep.equal([400, 200]);
    });

    it("a workspace that goes back from RUNNING to PROVISIONING is waited for by the next up, and neither changed nor replaced", async () => {
        const stack = await begin({ relapseMilliseconds: 120_000 });
        await expectOk(stack.up());
        await expectOk(stack.refresh());
        expect(stack.entry().outputs).to.include({ workspaceStatus: "PROVISIONING" });
        expect(await stack.changes()).to.deep.equal(["update w"]);
        expect(stack.entry().outputs).to.include({ workspaceStatus: "RUNNING" });
        expect([...sent(stack, "PATCH"), ...sent(stack, "DELETE")]).to.deep.equal([]);
        expect(await stack.changes()).to.deep.equal([]);
    });

    it("with waitUntilReady a workspace that goes back to PROVISIONING is waited for at once", async () => {
        const stack = await begin({ relapseMilliseconds: 120_000 }, { waitUntilReady: true });
        const began = stack.clock.now();
        await expectOk(stack.up());
        expect(stack.clock.now() - began).to.be.at.least(150_000);
        expect(stack.cloud.account.list("workspaces")[0]).to.include({ workspace_status: "RUNNING" });
    });

    for (const status of ["CANCELLING", "CANCELLED"])
        it(`one that is ${status} before it ever ran ends the wait with the service's words, and the next up replaces it`, async () => {
            const stack = await begin();
            stack.cloud.account.nextOutcome = { status, message: "The provisioning was cancelled." };
            await expectRefused(stack.up(), `is ${status}: The provisioning was cancelled`);
            expect(sent(stack, "DELETE")).to.deep.equal([]);
            expect(await stack.changes()).to.deep.equal(["delete w", "create w"]);
        });

    it("one that ran and is CANCELLING is not replaced", async () => {
        const stack = await begin();
        await expectOk(stack.up());
        stack.cloud.account.setStatus(stack.id(), "CANCELLING", "");
        await expectOk(stack.refresh());
        await expectRefused(stack.up(), /is CANCELLING.*may have run before, so it is not replaced/);
        expect(sent(stack, "POST")).to.have.length(1);
    });

    it("tags that an update changes and that come an hour later: an error names them, and a later up has nothing to send", async () => {
        const stack = await begin({ updateStatus: "running" });
        await expectOk(stack.up());
        stack.cloud.behavior.tagsMilliseconds = HOUR;
        stack.change({ w: workspace("w", tagged) });
        await expectRefused(stack.up(), "after 600 s it does not show it: customTags");
        stack.clock.pass(HOUR);
        expect(await stack.changes()).to.deep.equal(["update w"]);
        expect(stack.entry().outputs).to.deep.include(tagged);
        expect(sent(stack, "PATCH")).to.have.length(1);
        expect(await stack.changes()).to.deep.equal([]);
    });

    it("tags of a new workspace that come an hour later cost no second workspace", async () => {
        const stack = await begin({ tagsMilliseconds: HOUR, updateStatus: "running" }, tagged);
        await expectRefused(stack.up(), "does not show it: customTags");
        expect(stack.entry().outputs).to.include({ workspaceStatus: "RUNNING" });
        stack.clock.pass(2 * HOUR);
        await expectOk(stack.up());
        expect(stack.entry().outputs).to.deep.include(tagged);
        expect(sent(stack, "POST")).to.have.length(1);
        expect(await stack.changes()).to.deep.equal([]);
    });
});
