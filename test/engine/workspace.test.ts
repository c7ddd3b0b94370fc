import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import * as databricks from "../../sdk";
import { LocalCloud } from "../../local-cloud";
import { expectOk } from "../helpers/expect-ok";
import { accountRequests, TestStack } from "./harness";

const program = async () => {
    const credentials = new databricks.Credentials("c", { roleArn: "arn:aws:iam::123456789012:role/r" });
    const storage = new databricks.StorageConfiguration("s", { bucketName: "root-bucket" });
    const made = new databricks.Workspace("w", {
        workspaceName: "w",
        awsRegion: "us-east-1",
        credentialsId: credentials.credentialsId,
        storageConfigurationId: storage.storageConfigurationId,
    });
    return { id: made.workspaceId };
};

// What becomes of it is in test/unit/live-workspace-*.test.ts.
describe("a workspace on the real engine", () => {
    let cloud: LocalCloud;
    let stack: TestStack;
    before(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 300 });
        stack = await TestStack.create(cloud, program);
    });
    after(async () => {
        await cloud.stop();
        stack.remove();
    });
    const workspaces = () => cloud.account.list("workspaces");

    it("keeps a 64-bit id digit for digit in the state and the outputs", async () => {
        cloud.account.nextWorkspaceId = "123456789012345678";
        await expectOk(stack.up());
        expect((await stack.outputs())["id"]).to.equal("123456789012345678");
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
        await expectOk(other.up());
        expect((await other.outputs())["url"]).to.contain(String(workspaces()[0]?.["deployment_name"]));
        await other.destroy();
        other.remove();
        expect(workspaces()).to.have.length(1);
    });

    it("leaves nothing after destroy", async () => {
        await expectOk(stack.destroy());
        expect(cloud.contents()).to.deep.equal([]);
    });
});
