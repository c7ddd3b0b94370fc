import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import * as databricks from "../../sdk";
import { LocalCloud } from "../../local-cloud";
import { expectOk } from "../helpers/expect-ok";
import { accountRequests, TestStack } from "./harness";

interface Shape {
    key?: string;
    workspace?: Partial<databricks.WorkspaceArgs>;
}

const program =
    ({ key, workspace = {} }: Shape) =>
    async () => {
        const credentials = new databricks.Credentials("c", { roleArn: "arn:aws:iam::123456789012:role/r" });
        const storage = new databricks.StorageConfiguration("s", { bucketName: "root-bucket" });
        const registration =
            key === undefined
                ? undefined
                : new databricks.CustomerManagedKey("k", {
                      awsKeyInfo: { keyArn: key },
                      useCases: ["MANAGED_SERVICES"],
                  });
        const made = new databricks.Workspace("w", {
            workspaceName: "w",
            awsRegion: "us-east-1",
            credentialsId: credentials.credentialsId,
            storageConfigurationId: storage.storageConfigurationId,
            managedServicesCustomerManagedKeyId: registration?.customerManagedKeyId,
            ...workspace,
        });
        return { id: made.workspaceId };
    };

describe("a workspace on the real engine", () => {
    let cloud: LocalCloud;
    let stack: TestStack;
    before(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 300 });
        stack = await TestStack.create(cloud, program({}));
    });
    after(async () => {
        await cloud.stop();
        stack.remove();
    });
    const workspaces = () => cloud.account.list("workspaces");
    const up = async (shape: Shape) => {
        stack.program = program(shape);
        cloud.clearRequests();
        const run = await stack.up();
        expect(run.ok, run.output).to.equal(true);
        return run;
    };

    it("keeps a 64-bit id digit for digit in the state and the outputs", async () => {
        cloud.account.nextWorkspaceId = "123456789012345678";
        await up({ workspace: { customTags: { team: "a" } } });
        expect((await stack.stack.outputs())["id"]?.value).to.equal("123456789012345678");
    });

    it("updates tags in place", async () => {
        const { operations } = await up({ workspace: { customTags: { team: "b" } } });
        expect(operations).to.deep.equal(["update Workspace w"]);
        expect(
            cloud.requests.filter(({ method }) => method === "PATCH").map(({ query }) => query["update_mask"]),
        ).to.deep.equal(["custom_tags"]);
    });

    it("shows drift after a refresh and corrects it", async () => {
        cloud.account.change("workspaces", "123456789012345678", { custom_tags: { team: "somebody else" } });
        const refreshed = await stack.refresh();
        expect(refreshed.ok, refreshed.output).to.equal(true);
        const { operations } = await up({ workspace: { customTags: { team: "b" } } });
        expect(operations).to.deep.equal(["update Workspace w"]);
        expect((workspaces()[0]?.["custom_tags"] as Record<string, string>)["team"]).to.equal("b");
    });

    it("creates a workspace again that is gone after a refresh", async () => {
        cloud.account.remove("workspaces", "123456789012345678");
        await stack.refresh();
        const { operations } = await up({ workspace: { deploymentName: "fixed" } });
        expect(operations).to.deep.equal(["create Workspace w"]);
    });

    it("deletes a workspace with a fixed deployment name before it creates the replacement, where its content may go", async () => {
        const renamed: Partial<databricks.WorkspaceArgs> = { workspaceName: "renamed", replaceOn: ["workspaceName"] };
        await up({ workspace: { deploymentName: "fixed", ...renamed, migrateContent: false } });
        const writes = cloud.requests
            .filter(({ method, path }) => method !== "GET" && path.includes("/workspaces"))
            .map(({ method }) => method);
        expect(writes).to.deep.equal(["DELETE", "POST"]);
    });

    it("replaces a workspace when its key is added or changed, and creates the new one first if it can", async () => {
        await up({ workspace: { replaceOn: ["workspaceName"] } });
        const before = workspaces()[0]?.["workspace_id"];
        const { operations } = await up({ key: cloud.createKey() });
        expect(operations).to.include("replace Workspace w");
        expect(workspaces().map((one) => one["workspace_id"]))
            .to.have.length(1)
            .and.not.include(before);
    });

    it("flags nothing and sends only the request that tries the credential while the key is unknown", async () => {
        const other = await TestStack.create(cloud, async () => {
            const role = new databricks.EncryptionKey("fresh");
            new databricks.Workspace("w", {
                workspaceName: "w",
                awsRegion: "us-east-1",
                credentialsId: pulumi.output(role.customerManagedKeyId),
                storageConfigurationId: role.customerManagedKeyId,
                managedServicesCustomerManagedKeyId: role.customerManagedKeyId,
            });
        });
        cloud.clearRequests();
        const { ok, output } = await other.preview();
        other.remove();
        expect(ok, output).to.equal(true);
        expect(accountRequests(cloud)).to.deep.equal(["GET /credentials"]);
    });

    it("reads an existing workspace with get, and never deletes it", async () => {
        const id = String(workspaces()[0]?.["workspace_id"]);
        const other = await TestStack.create(cloud, async () => ({
            url: databricks.Workspace.get("existing", id).workspaceUrl,
        }));
        const run = await other.up();
        expect(run.ok, run.output).to.equal(true);
        expect((await other.stack.outputs())["url"]?.value).to.contain(String(workspaces()[0]?.["deployment_name"]));
        await other.destroy();
        other.remove();
        expect(workspaces()).to.have.length(1);
    });

    it("reports why a workspace failed, keeps it, and replaces it at the next up that gives the word", async () => {
        cloud.account.nextOutcome = { status: "FAILED", message: "No capacity in the zone." };
        const key = cloud.createKey();
        stack.program = program({ key });
        const failed = await stack.up();
        expect(failed.ok).to.equal(false);
        expect(failed.output).to.contain("is FAILED");
        const { output } = await up({ key, workspace: { forceDestroy: true } });
        expect(output).to.not.contain("error");
        expect(workspaces().map((one) => one["workspace_status"])).to.deep.equal(["RUNNING"]);
    });

    it("leaves nothing after destroy", async () => {
        await expectOk(stack.destroy());
        // The KMS keys were made outside the stack.
        expect(cloud.contents().filter((line) => !line.startsWith("KMS key"))).to.deep.equal([]);
    });
});
