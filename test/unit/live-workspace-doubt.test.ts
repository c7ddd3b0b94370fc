import { expect } from "chai";

import { endEngines, engine, type EngineStack } from "../helpers/engine";
import { type Inputs, Output } from "../helpers/engine/engine-types";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { people } from "../helpers/people";
import { key, resource, under, workspace, workspaceProgram } from "../helpers/programs";

const UUID = "00000000-0000-4000-8000-000000000000";
const tagged = { customTags: { team: "a" } };

describe("what the program never set is not the program's", () => {
    let stack: EngineStack;
    let id: string;
    beforeEach(async () => {
        stack = await engine((cloud) => {
            const keyArn = cloud.createKey();
            const storage = resource("CustomerManagedKey", "storage", {
                awsKeyInfo: { keyArn },
                useCases: ["STORAGE"],
            });
            return workspaceProgram(workspace("w", { deploymentName: "acme" }), [key("notebooks", keyArn), storage]);
        });
        await expectOk(stack.up());
        id = stack.id();
        await people(stack, id);
    });
    afterEach(endEngines);
    const change = (inputs: Inputs) => stack.change({ w: workspace("w", { deploymentName: "acme", ...inputs }) });
    const stays = () => expect([stack.workspaces(), stack.held()]).to.deep.equal([[id], { w: id }]);

    it("what was attached in the account console, and a deployment name in other case, are no difference and stay", async () => {
        const attached = {
            network_connectivity_config_id: UUID,
            private_access_settings_id: UUID,
            storage_customer_managed_key_id: stack.id("storage"),
            managed_services_customer_managed_key_id: stack.id("notebooks"),
        };
        stack.cloud.account.change("workspaces", id, { ...attached, deployment_name: "ACME" });
        await expectOk(stack.refresh());
        expect(await stack.changes()).to.deep.equal([]);
        expect(await change(tagged).changes()).to.deep.equal(["update w"]);
        // Adopted, it keeps what is no key of its notebooks.
        const notebooks = { managed_services_customer_managed_key_id: undefined };
        stack.cloud.account.change("workspaces", id, notebooks);
        stack.forget("w");
        await expectOk(change({ ...tagged, adopt: id }).up());
        expect(stack.cloud.account.get("workspaces", id)).to.include({ ...attached, ...notebooks });
        stays();
    });

    it("ids in upper case are no difference, for adopt neither", async () => {
        const shouted = (name: string, property: string) =>
            new Output(name, property, (value) => String(value).toUpperCase());
        const inputs = {
            accountId: stack.cloud.accountId.toUpperCase(),
            credentialsId: shouted("c", "credentialsId"),
            storageConfigurationId: shouted("s", "storageConfigurationId"),
        };
        expect(await change(inputs).changes()).to.deep.equal([]);
        stack.forget("w");
        await expectOk(change({ ...inputs, adopt: id }).up());
        stays();
    });

    it("what the program itself set and takes away is refused before anything is sent, unless the workspace is replaced anyway", async () => {
        await expectOk(change({ ...tagged, networkConnectivityConfigId: UUID }).up());
        stack.clear();
        await expectRefused(change(tagged).up(), "networkConnectivityConfigId", "replaceOn");
        expect(stack.writes()).to.deep.equal([]);
        stays();
        const elsewhere = change({ ...tagged, awsRegion: "us-west-2", migrateContent: false });
        expect(await elsewhere.plan()).to.deep.equal(["delete w", "create w"]);
    });
});

describe("a workspace that failed is replaced only where it provably never ran", () => {
    afterEach(endEngines);

    it("one whose wait timed out, and one that was adopted, may have run: neither is replaced, whatever its status", async () => {
        const short = (more: Inputs = {}) =>
            workspaceProgram(workspace("w", { provisioningTimeoutSeconds: 1, ...more }));
        const stack = await engine(short());
        await expectRefused(stack.up(), "still PROVISIONING");
        const id = stack.id();
        stack.cloud.account.setStatus(id, "FAILED", "Lost.");
        const mayHaveRun = "may have run before, so it is not replaced";
        await expectRefused(stack.up(), mayHaveRun);
        await stack.refresh();
        await expectRefused(stack.up());
        stack.forget("w");
        stack.program = short({ adopt: id });
        await expectRefused(stack.up());
        await expectRefused(stack.up(), mayHaveRun);
        expect([stack.workspaces(), stack.held()]).to.deep.equal([[id], { w: id }]);
    });

    it("one that was watched from its POST to its failure is replaced with a corrected key if the program gives the word, also under forbid", async () => {
        const made = (name: "a" | "b", more: Inputs = {}) =>
            workspace("w", { ...under(name), onKeyChange: "forbid", ...more });
        const stack = await engine((cloud) =>
            workspaceProgram(
                made("a"),
                ["a", "b"].map((name) => key(name, cloud.createKey())),
            ),
        );
        stack.cloud.account.nextOutcome = { status: "FAILED", message: "The key cannot be used." };
        await expectRefused(stack.up(), "set forceDestroy: true");
        const id = stack.id();
        // A minute later nobody knows whether somebody has repaired and used it since.
        stack.clock.pass(60_000);
        await expectRefused(stack.up(), "is FAILED");
        expect(stack.workspaces()).to.deep.equal([id]);
        await expectOk(stack.change({ w: made("b", { forceDestroy: true }) }).up());
        expect(stack.workspaces()).to.deep.equal([stack.id()]).and.not.include(id);
        expect(stack.cloud.account.get("workspaces", stack.id())["workspace_status"]).to.equal("RUNNING");
    });
});

describe("a workspace of a stack", () => {
    afterEach(endEngines);

    it("that drifted is corrected, and one that is gone is created again", async () => {
        const stack = await engine(workspaceProgram(workspace("w", tagged)));
        await expectOk(stack.up());
        stack.cloud.account.change("workspaces", stack.id(), { custom_tags: { team: "somebody else" } });
        await expectOk(stack.refresh());
        expect(await stack.changes()).to.deep.equal(["update w"]);
        expect(stack.cloud.account.get("workspaces", stack.id())["custom_tags"]).to.include({ team: "a" });
        stack.cloud.account.remove("workspaces", stack.id());
        await expectOk(stack.refresh());
        expect(await stack.changes()).to.deep.equal(["create w"]);
    });

    it("with a fixed deployment name is deleted before its replacement is created, if its content may go", async () => {
        const fixed = { deploymentName: "fixed", replaceOn: ["workspaceName"], migrateContent: false };
        const stack = await engine(workspaceProgram(workspace("w", fixed)));
        await expectOk(stack.up());
        stack.clear();
        await expectOk(stack.change({ w: workspace("w", { ...fixed, workspaceName: "renamed" }) }).up());
        expect(stack.writes().filter((one) => one.endsWith("/workspaces"))).to.deep.equal([
            "DELETE /workspaces",
            "POST /workspaces",
        ]);
    });
});
