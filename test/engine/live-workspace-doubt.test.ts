import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";

import * as databricks from "../../sdk";
import { LocalCloud } from "../../local-cloud";
import { LiveStack, type Needs, registration } from "./live-workspaces";

const UUID = "00000000-0000-4000-8000-000000000000";

// One stack, whose tests follow each other.
describe("what the program never set is not the program's, on the real engine", () => {
    let cloud: LocalCloud;
    let stack: LiveStack;
    let id: string;
    before(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
        const keyArn = cloud.createKey();
        keys = () => {
            registration("notebooks", keyArn);
            new databricks.CustomerManagedKey("storage", { awsKeyInfo: { keyArn }, useCases: ["STORAGE"] });
        };
        stack = await LiveStack.create(cloud);
        await stack.done(program());
        [id = ""] = stack.workspaces();
        await stack.write(id);
    });
    after(async () => {
        stack.end();
        await cloud.stop();
    });

    let keys: () => void;
    const upperCase = (id: pulumi.Input<string | undefined>) => pulumi.output(id).apply((text) => text?.toUpperCase());
    const program =
        (args: Partial<databricks.WorkspaceArgs> = {}, change: (needs: Needs) => Needs = (needs) => needs) =>
        (needs: Needs) => {
            keys();
            new databricks.Workspace("w", { ...change(needs), deploymentName: "acme", ...args });
        };
    const stays = async () => {
        expect(stack.workspaces()).to.deep.equal([id]);
        expect(await stack.held()).to.deep.equal({ w: id });
    };

    it("what was attached in the account console, and a deployment name in other case, are no difference and stay", async () => {
        const registered = await stack.held("CustomerManagedKey");
        const attached = {
            network_connectivity_config_id: UUID,
            private_access_settings_id: UUID,
            storage_customer_managed_key_id: registered["storage"],
            managed_services_customer_managed_key_id: registered["notebooks"],
        };
        cloud.account.change("workspaces", id, { ...attached, deployment_name: "ACME" });
        await stack.refresh();
        expect((await stack.done()).operations).to.deep.equal([]);
        const { operations } = await stack.done(program({ customTags: { team: "a" } }));
        expect(operations).to.deep.equal(["update Workspace w"]);
        expect(cloud.account.get("workspaces", id)).to.include(attached);
        await stays();
    });

    it("ids in upper case are no difference", async () => {
        const shouted = program({ customTags: { team: "a" }, accountId: cloud.accountId.toUpperCase() }, (needs) => ({
            ...needs,
            credentialsId: upperCase(needs.credentialsId),
            storageConfigurationId: upperCase(needs.storageConfigurationId),
        }));
        expect((await stack.done(shouted)).operations).to.deep.equal([]);
        await stays();
    });

    it("what the program itself set and takes away is refused at preview", async () => {
        await stack.done(program({ customTags: { team: "a" }, networkConnectivityConfigId: UUID }));
        const { ok, output } = await stack.preview(program({ customTags: { team: "a" } }));
        expect(ok, output).to.equal(false);
        expect(output).to.contain("networkConnectivityConfigId").and.contain("replaceOn");
        await stays();
    });
});

describe("a workspace that failed is replaced only where it provably never ran, on the real engine", () => {
    /** How much later it is by the service's clock, in milliseconds. */
    let later = 0;
    let cloud: LocalCloud;
    let stack: LiveStack;
    beforeEach(async () => {
        later = 0;
        cloud = await LocalCloud.start({ provisioningMilliseconds: 3000, now: () => Date.now() + later });
        stack = await LiveStack.create(cloud);
    });
    afterEach(async () => {
        stack.end();
        await cloud.stop();
    });
    const failed = async (make?: (needs: Needs) => unknown) => {
        const run = await stack.up(make);
        expect(run.ok, run.output).to.equal(false);
        return run;
    };

    it("one whose wait timed out, and one that was adopted, may have run: neither is replaced, whatever its status", async () => {
        const timedOut = await failed(
            (needs) => new databricks.Workspace("w", { ...needs, provisioningTimeoutSeconds: 1 }),
        );
        expect(timedOut.output).to.contain("still PROVISIONING");
        const [id = ""] = stack.workspaces();
        cloud.account.setStatus(id, "FAILED", "Lost.");
        expect((await failed()).output).to.contain("may have run before, so it is not replaced");
        await stack.refresh();
        await failed();
        await stack.forget("w");
        await failed((needs) => new databricks.Workspace("w", { ...needs, adopt: id }));
        expect((await failed()).output).to.contain("may have run before, so it is not replaced");
        expect([stack.workspaces(), await stack.held()]).to.deep.equal([[id], { w: id }]);
    });

    it("one that was watched from its POST to its failure is replaced with a corrected key if the program gives the word, also under forbid", async () => {
        const arns = [cloud.createKey(), cloud.createKey()];
        const program = (key: 0 | 1) => (needs: Needs) => {
            const ids = arns.map((arn, index) => registration(`k${index}`, arn).customerManagedKeyId);
            const keyed = { managedServicesCustomerManagedKeyId: ids[key], onKeyChange: "forbid" } as const;
            new databricks.Workspace("w", { ...needs, ...keyed, forceDestroy: key === 1 });
        };
        cloud.account.nextOutcome = { status: "FAILED", message: "The key cannot be used." };
        expect((await failed(program(0))).output).to.contain("set forceDestroy: true");
        const [id = ""] = stack.workspaces();
        // A minute later nobody knows whether somebody has repaired and used it since.
        later = 60_000;
        expect((await failed(program(0))).output).to.contain("is FAILED");
        expect(stack.workspaces()).to.deep.equal([id]);
        await stack.done(program(1));
        const [next = "", ...more] = stack.workspaces();
        expect([next === id, more, await stack.held()]).to.deep.equal([false, [], { w: next }]);
        expect(cloud.account.get("workspaces", next)["workspace_status"]).to.equal("RUNNING");
    });
});
