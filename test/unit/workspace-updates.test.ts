import { expect } from "chai";

import { isComputeRefusal } from "../../provider/objects/workspace/updates";
import { ApiError, apiErrorKind } from "../../provider/api/errors";
import { endEngines, engine, type EngineStack } from "../helpers/engine";
import { type Inputs, Output } from "../helpers/engine/engine-types";
import { expectOk, expectRefused, textOf } from "../helpers/expect-ok";
import { key, resource, under, workspace, workspaceProgram } from "../helpers/programs";

const data = { customTags: { team: "data" } };

describe("an update of a workspace", () => {
    let stack: EngineStack;
    beforeEach(async () => {
        stack = await engine(
            (cloud) => {
                const awsKeyInfo = { keyArn: cloud.createKey() };
                const storage = resource("CustomerManagedKey", "storage", { awsKeyInfo, useCases: ["STORAGE"] });
                return workspaceProgram(workspace(), [key("k", cloud.createKey()), storage]);
            },
            { provisioningMilliseconds: 2_000 },
        );
        await expectOk(stack.up());
        stack.clear();
    });
    afterEach(endEngines);
    const change = (inputs: Inputs = data) => stack.change({ w: workspace("w", inputs) }).up();
    const inPlace = { ...under("k"), onKeyChange: "update" };
    const patches = () => stack.cloud.requests.filter(({ method }) => method === "PATCH");
    const told = () => stack.lines.filter((line) => line.includes("20 minutes"));

    it("that the service shows later is waited for with progress, and is done when GET shows it", async () => {
        Object.assign(stack.cloud.behavior, { updates: "late", updateMilliseconds: 120_000, updateStatus: "running" });
        const began = stack.clock.now();
        await expectOk(change());
        expect(stack.entry().outputs).to.deep.include(data);
        expect(stack.clock.now() - began).to.be.at.least(120_000);
        expect(stack.engine.progress[0]).to.equal("w: waiting until the service shows the changed customTags");
        expect(patches()).to.have.length(1);
        expect(await stack.changes()).to.deep.equal([]);
    });

    for (const updates of ["dropped", "reverted"] as const) {
        it(`that the service accepts and ${updates === "dropped" ? "never shows" : "takes back before it is looked at"} is an error that names the field, and the state says what exists`, async () => {
            Object.assign(stack.cloud.behavior, { updates, updateMilliseconds: 0, updateStatus: "running" });
            const began = stack.clock.now();
            const words = "after 600 s it does not show it: customTags (it shows ";
            await expectRefused(change(), words, "databricks:updateTimeoutSeconds");
            expect(stack.clock.now() - began).to.be.within(600_000, 660_000);
            expect(stack.entry().outputs["customTags"] ?? {}).to.not.have.property("team");
            stack.cloud.behavior.updates = "at-once";
            expect(await stack.changes()).to.deep.equal(["update w"]);
            expect(stack.entry().outputs).to.deep.include(data);
        });
    }

    it("while classic compute runs in it is refused, and the error says what to stop, also for a key change", async () => {
        stack.cloud.account.setCompute(stack.id(), "cluster 0101-1 and warehouse w1");
        stack.cloud.behavior.keyChange = "updatable";
        const remedies =
            /Nothing was changed.*terminate its clusters.*instance pools.*SQL warehouses.*run the command again/;
        for (const inputs of [data, inPlace]) {
            const refused = await expectRefused(change(inputs), "cluster 0101-1 and warehouse w1", remedies);
            expect(textOf(refused)).to.not.contain("Correct the named value");
        }
        stack.cloud.account.setCompute(stack.id(), undefined);
        await expectOk(change());
    });

    it("that names what another stack has deleted is refused, as a create is, and the error says to run `pulumi refresh`", async () => {
        const storage = { storageCustomerManagedKeyId: new Output("storage", "customerManagedKeyId") };
        stack.cloud.account.remove("customer-managed-keys", stack.id("storage"));
        const remedy =
            /does not exist.* If storageCustomerManagedKeyId comes from a resource, its object was deleted outside.*`pulumi refresh`.*creates a new one/;
        const updated = await expectRefused(change(storage), remedy);
        const created = await expectRefused(stack.change({ w: workspace(), v: workspace("v", storage) }).up(), remedy);
        // The response to the first PATCH is lost, so it is sent once more.
        stack.cloud.inject({
            when: ({ method }) => method === "PATCH",
            times: 1,
            do: { kind: "drop", when: "before" },
        });
        const again = await expectRefused(change(storage), remedy);
        for (const refused of [updated, created, again])
            expect(textOf(refused)).to.not.contain("Correct the named value");
        await expectOk(stack.refresh());
        await expectOk(stack.up());
        expect(stack.entry("v").outputs["storageCustomerManagedKeyId"]).to.equal(stack.id("storage"));
    });

    it("that the service was asked for in vain can be given up, and takes nothing away if the service makes it after that", async () => {
        const storage = { storageCustomerManagedKeyId: new Output("storage", "customerManagedKeyId") };
        Object.assign(stack.cloud.behavior, {
            updates: "late",
            updateMilliseconds: 3_600_000,
            updateStatus: "running",
        });
        await expectRefused(change(storage), "does not show it: storageCustomerManagedKeyId");
        await expectOk(change({}));
        const id = stack.id();
        stack.clock.pass(3_600_000);
        expect(stack.cloud.account.get("workspaces", id)).to.have.property("storage_customer_managed_key_id");
        // It has one now, which nothing takes away again.
        const { lines } = await expectOk(change({}));
        expect(lines.join()).to.contain("asked earlier to change storageCustomerManagedKeyId");
        await expectOk(stack.refresh());
        await expectOk(change({}));
        expect(stack.cloud.account.get("workspaces", id)).to.have.property("storage_customer_managed_key_id");
        await expectOk(change(storage));
        expect(await stack.changes()).to.deep.equal([]);
        expect(stack.workspaces()).to.deep.equal([id]);
    });

    it("that is refused for another reason says to correct the value, also if the service names an id", async () => {
        const message = `credentials ${stack.id("c")} cannot be used with the storage`;
        stack.cloud.inject({
            when: ({ method }) => method === "PATCH",
            do: {
                kind: "status",
                status: 400,
                body: JSON.stringify({ error_code: "INVALID_PARAMETER_VALUE", message }),
            },
        });
        await expectRefused(change(), message, "Correct the named value");
    });

    it("is told from any other refusal by the sense of its words", () => {
        const error = (status: number, detail: string) =>
            new ApiError(apiErrorKind(status, "", detail), status, "INVALID_STATE", detail, "PATCH /workspaces/1");
        for (const words of [
            "Cannot update workspace while clusters are running.",
            "Workspace has active instance pools",
            "Please terminate all running compute resources before updating",
            "stop the SQL warehouses first",
        ])
            expect(isComputeRefusal(error(400, words)), words).to.equal(true);
        for (const words of ["credentials_id does not exist", "Workspace 1 is PROVISIONING", "network is BROKEN"])
            expect(isComputeRefusal(error(400, words)), words).to.equal(false);
        expect(isComputeRefusal(error(500, "clusters are running"))).to.equal(false);
    });

    it("says in one line that clusters cannot start for 20 minutes, and of a storage key that DBFS cannot be used", async () => {
        await expectOk(change());
        expect(told()).to.deep.equal([
            "w: its update is done (customTags). Clusters cannot start for 20 minutes from now.",
        ]);
        await expectOk(change({ ...data, storageCustomerManagedKeyId: stack.id("storage") }));
        expect(told()).to.deep.equal([
            "w: its update is done (storageCustomerManagedKeyId). Clusters cannot start for 20 minutes from now, and DBFS cannot be used.",
        ]);
    });

    it("of the notebooks key, of nothing, and of a serverless workspace says no such line", async () => {
        stack.cloud.behavior.keyChange = "updatable";
        const serverless = (inputs: Inputs = {}) =>
            resource("Workspace", "serverless", {
                workspaceName: "s",
                awsRegion: "us-east-1",
                computeMode: "SERVERLESS",
                ...inputs,
            });
        for (const made of [serverless(), serverless(data)]) {
            await expectOk(stack.change({ w: workspace("w", inPlace), serverless: made }).up());
            expect(told()).to.deep.equal([]);
        }
        expect(stack.entry().outputs["managedServicesCustomerManagedKeyId"]).to.equal(stack.id("k"));
        expect(stack.entry("serverless").outputs).to.deep.include(data);
    });

    it("that empties the tags leaves the ownership tag, so that the map that is sent is never empty and it converges", async () => {
        expect(stack.cloud.behavior.emptyTags).to.equal("ignored");
        for (const emptied of [{ customTags: {} }, {}]) {
            await expectOk(change());
            await expectOk(change(emptied));
            expect(stack.entry().outputs["customTags"] ?? {}).to.deep.equal({});
            expect(await stack.changes()).to.deep.equal([]);
        }
    });
});
