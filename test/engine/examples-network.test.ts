import { expect } from "chai";

import { databricksKeyPolicy } from "../../sdk/policy-documents";
import { CUSTOMER_AWS_ACCOUNT, LocalCloud, seeds } from "../../local-cloud";
import { privateLinkServices } from "../../local-cloud/account-api/private-link";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { describeExample } from "./example";
import { TestStack } from "./harness";

/** A KMS key that Databricks may use, made by somebody else. */
function makeKey(cloud: LocalCloud, more: Record<string, unknown> = {}): string {
    const caller = { principalArn: `arn:aws:iam::${CUSTOMER_AWS_ACCOUNT}:root`, region: "us-east-1" };
    const policy = JSON.stringify(
        databricksKeyPolicy({ awsAccountId: CUSTOMER_AWS_ACCOUNT, databricksAccountId: cloud.accountId }),
    );
    const { KeyMetadata } = cloud.kms.call("CreateKey", { Policy: policy, ...more }, caller);
    return (KeyMetadata as { Arn: string }).Arn;
}

describeExample({
    example: "existing-key",
    as: "a key that was made elsewhere, in a custom key store",
    config: (cloud) => ({ keyArn: makeKey(cloud, { CustomKeyStoreId: "cks-elsewhere" }), keyAlias: "theirs" }),
    made({ cloud, outputs, bodies }) {
        const [key, ...more] = cloud.kms.keys();
        expect(more).to.deep.equal([]);
        expect(bodies("customer-managed-keys")).to.deep.equal([
            { aws_key_info: { key_arn: key?.arn, key_alias: "alias/theirs" }, use_cases: ["MANAGED_SERVICES"] },
        ]);
        expect(bodies("workspaces")[0]).to.include({
            managed_services_customer_managed_key_id:
                cloud.account.list("customer-managed-keys")[0]?.["customer_managed_key_id"],
        });
        expect(outputs["usedKeyArn"]).to.equal(key?.arn);
        expect(outputs["requiredKeyPolicy"]).to.equal(key?.policy);
    },
});

describeExample({
    example: "existing-key",
    as: "a key made in a given custom key store",
    config: { customKeyStoreId: "cks-1234567890abcdef0" },
    made({ cloud, outputs }) {
        const [key, ...more] = cloud.kms.keys();
        expect(more).to.deep.equal([]);
        expect(key).to.include({ customKeyStoreId: "cks-1234567890abcdef0", rotation: false });
        expect(outputs["usedKeyArn"]).to.equal(key?.arn);
    },
});

describeExample({
    example: "private-link",
    made({ cloud, outputs, bodies }) {
        const services = privateLinkServices["us-east-1"];
        const awsEndpoint = (service: string | undefined) =>
            cloud.aws
                .resources()
                .find(({ type, properties }) => type.endsWith(":VpcEndpoint") && properties["serviceName"] === service);
        const idOf = (useCase: "WORKSPACE_ACCESS" | "DATAPLANE_RELAY_ACCESS") =>
            cloud.account
                .list("vpc-endpoints")
                .find((one) => one["aws_vpc_endpoint_id"] === awsEndpoint(services?.[useCase])?.id)?.[
                "vpc_endpoint_id"
            ];
        const made = (type: string) =>
            cloud.aws
                .resources()
                .filter((one) => one.type.endsWith(`:${type}`))
                .map(({ id }) => id);
        const [network] = bodies("networks");
        expect(network).to.deep.include({
            vpc_id: made("Vpc")[0],
            security_group_ids: made("SecurityGroup"),
            vpc_endpoints: {
                rest_api: [idOf("WORKSPACE_ACCESS")],
                dataplane_relay: [idOf("DATAPLANE_RELAY_ACCESS")],
            },
        });
        expect(network?.["subnet_ids"]).to.have.members(made("Subnet"));
        expect(bodies("private-access-settings")[0]).to.deep.include({
            region: "us-east-1",
            public_access_enabled: false,
            private_access_level: "ENDPOINT",
            allowed_vpc_endpoint_ids: [idOf("WORKSPACE_ACCESS")],
        });
        expect(bodies("workspaces")[0]).to.include({
            network_id: cloud.account.list("networks")[0]?.["network_id"],
            private_access_settings_id:
                cloud.account.list("private-access-settings")[0]?.["private_access_settings_id"],
            managed_services_customer_managed_key_id:
                cloud.account.list("customer-managed-keys")[0]?.["customer_managed_key_id"],
        });
        expect(outputs["endpoints"]).to.deep.equal({
            workspace: { useCase: "WORKSPACE_ACCESS", state: "available" },
            relay: { useCase: "DATAPLANE_RELAY_ACCESS", state: "available" },
        });
    },
});

describe("the example adopt, on the real engine", () => {
    let cloud: LocalCloud;
    let stack: TestStack;
    before(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
        const keyArn = makeKey(cloud);
        const make = async (collection: string, field: string, body: Record<string, unknown>) =>
            String((await cloud.account.create(collection, body))[field]);
        const roleArn = `arn:aws:iam::${CUSTOMER_AWS_ACCOUNT}:role/old`;
        const credentialsId = await make("credentials", "credentials_id", {
            credentials_name: "old credentials",
            aws_credentials: { sts_role: { role_arn: roleArn } },
        });
        const storageConfigurationId = await make("storage-configurations", "storage_configuration_id", {
            storage_configuration_name: "old storage",
            root_bucket_info: { bucket_name: "old-bucket" },
        });
        const customerManagedKeyId = await make("customer-managed-keys", "customer_managed_key_id", {
            aws_key_info: { key_arn: keyArn, key_alias: "alias/old" },
            use_cases: ["MANAGED_SERVICES"],
        });
        const workspaceId = await make("workspaces", "workspace_id", {
            workspace_name: "old",
            deployment_name: "old",
            aws_region: "us-east-1",
            credentials_id: credentialsId,
            storage_configuration_id: storageConfigurationId,
            managed_services_customer_managed_key_id: customerManagedKeyId,
            custom_tags: { team: "risk" },
        });
        cloud.account.setStatus(workspaceId, "RUNNING", "Workspace is running.");
        await cloud.workspace(workspaceId).import("/kept", seeds.notebook("print('kept')"));
        stack = await TestStack.ofExample(cloud, "adopt", {
            workspaceId,
            workspaceName: "new",
            customTags: { team: "risk" },
            credentialsId,
            roleArn,
            storageConfigurationId,
            bucketName: "old-bucket",
            customerManagedKeyId,
            keyArn,
        });
    });
    after(async () => {
        await cloud.stop();
        stack.remove();
    });
    const writes = () =>
        cloud.requests
            .filter(({ method, path }) => method !== "GET" && !path.endsWith("/token"))
            .map(({ method, path }) => `${method} ${path.split("/").slice(5).join("/")}`);

    it("lists what differs, and changes nothing", async () => {
        await expectRefused(stack.up(), 'workspaceName is "old", the program says "new"');
        expect(writes()).to.deep.equal([]);
    });

    it("adopts everything, and creates nothing", async () => {
        await stack.configure({ workspaceName: "old" });
        await expectOk(stack.up());
        expect(writes()).to.deep.equal([]);
        const outputs = await stack.outputs();
        expect(outputs["workspaceUrl"]).to.match(/^http:\/\/old\.localhost:/);
        expect(outputs).to.include({ workspaceStatus: "RUNNING", pricingTier: "ENTERPRISE" });
    });

    it("changes nothing at a refresh and a second up", async () => {
        expect((await expectOk(stack.up({ refresh: true }))).operations).to.deep.equal([]);
        expect(writes()).to.deep.equal([]);
    });

    it("deletes nothing while it is protected", async () => {
        const [workspace] = cloud.account.list("workspaces");
        expect((await stack.destroy()).ok).to.equal(false);
        expect(writes()).to.deep.equal([]);
        const notebook = await cloud.workspace(String(workspace?.["workspace_id"])).read("/kept");
        expect(notebook?.toString()).to.equal("print('kept')");
    });

    it("leaves nothing after destroy, once protect is off and forceDestroy is set", async () => {
        await stack.configure({ protect: "false", forceDestroy: "true" });
        await expectOk(stack.up());
        await expectOk(stack.destroy());
        expect(cloud.contents().filter((line) => !line.startsWith("KMS key"))).to.deep.equal([]);
    });
});

// Which other problems a key may have is in test/unit/existing-key.test.ts.
describe("a workspace under an existing key, on the real engine", () => {
    const owner = { principalArn: `arn:aws:iam::${CUSTOMER_AWS_ACCOUNT}:root`, region: "us-east-1" };
    let cloud: LocalCloud;
    let stack: TestStack;
    before(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
        stack = await TestStack.ofExample(cloud, "existing-key");
    });
    after(async () => {
        await cloud.stop();
        stack.remove();
    });
    it("that is in another region is refused at preview", async () => {
        const made = cloud.kms.call("CreateKey", {}, { ...owner, region: "us-west-2" });
        await stack.configure({ keyArn: (made["KeyMetadata"] as { Arn: string }).Arn });
        await expectRefused(stack.preview(), "names a key in us-west-2, and the workspace is in us-east-1");
    });

    it("that is disabled is refused before anything is created, without a preview too, and used once it is enabled", async () => {
        const KeyId = makeKey(cloud);
        cloud.kms.call("DisableKey", { KeyId }, owner);
        const before = cloud.contents();
        await stack.configure({ keyArn: KeyId });
        const words = 'EncryptionKey "existing-key": keyArn names a key that is disabled: run `aws kms enable';
        await expectRefused(stack.up(), words);
        expect(cloud.contents()).to.deep.equal(before);

        await stack.configure({ checkKey: "false" });
        await expectOk(stack.preview());
        cloud.kms.call("EnableKey", { KeyId }, owner);
        await stack.configure({ checkKey: "true" });
        await expectOk(stack.up());
        expect(cloud.account.list("workspaces")[0]).to.include({ aws_region: "us-east-1" });
    });
});

describe("an example whose configuration is not enough, on the real engine", () => {
    for (const [example, config, message] of [
        ["existing-key", {}, "Say which key the notebooks are to be under: set keyArn"],
        ["existing-key", { keyArn: "arn", customKeyStoreId: "cks" }, "not both"],
        ["private-link", { region: "eu-west-1" }, "workspaceService must be set for eu-west-1"],
    ] as const) {
        it(`says so at preview: ${example} with ${Object.keys(config).join(" and ") || "nothing"}`, async () => {
            const cloud = await LocalCloud.start();
            const stack = await TestStack.ofExample(cloud, example, config);
            const { ok, output } = await stack.preview();
            stack.remove();
            await cloud.stop();
            expect(ok).to.equal(false);
            expect(output).to.contain(message);
            expect(cloud.requests).to.deep.equal([]);
        });
    }
});
