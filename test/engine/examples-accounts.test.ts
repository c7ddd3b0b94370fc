import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { LocalCloud } from "../../local-cloud";
import { expectOk } from "../helpers/expect-ok";
import { FakeDatabricksProvider } from "./fake-databricks-provider";
import { TestStack } from "./harness";

describe("the example multi-account, on the real engine", () => {
    const accounts = {
        retail: "00000000-0000-4000-8000-000000000001",
        research: "00000000-0000-4000-8000-000000000002",
    };
    let clouds: LocalCloud[] = [];
    let folder: string;
    let first: TestStack;
    let second: TestStack;
    before(async () => {
        const retail = await LocalCloud.start({ accountId: accounts.retail, provisioningMilliseconds: 200 });
        const research = await LocalCloud.start({
            accountId: accounts.research,
            aws: retail,
            provisioningMilliseconds: 200,
        });
        clouds = [retail, research];
        folder = mkdtempSync(join(tmpdir(), "databricks-cmk-profiles-"));
        const profiles = clouds.map(
            ({ host, accountId, clientId, clientSecret }, index) =>
                `[${Object.keys(accounts)[index]}]\nhost = ${host}\naccount_id = ${accountId}\nclient_id = ${clientId}\nclient_secret = ${clientSecret}\n`,
        );
        writeFileSync(join(folder, "databrickscfg"), profiles.join("\n"));
        // Which account it is comes from the profiles alone.
        const environment = {
            DATABRICKS_CONFIG_FILE: join(folder, "databrickscfg"),
            DATABRICKS_HOST: "",
            DATABRICKS_ACCOUNT_ID: "",
            DATABRICKS_CLIENT_ID: "",
            DATABRICKS_CLIENT_SECRET: "",
        };
        first = await TestStack.ofExample(
            retail,
            "multi-account",
            { "databricks:profile": "retail", forceDestroy: true, sharedWith: [accounts.research] },
            environment,
        );
        second = await TestStack.beside(first, "research", { ...research.environment(), ...environment });
        await second.configure({
            "databricks:profile": "research",
            keyStack: "organization/databricks-cmk-multi-account/test",
            forceDestroy: true,
        });
    });
    after(async () => {
        for (const cloud of clouds) await cloud.stop();
        first?.remove();
        rmSync(folder, { recursive: true, force: true });
    });

    it("makes a workspace in each account, and registers one key in both", async () => {
        await expectOk(first.up());
        await expectOk(second.up());
        const [retail, research] = clouds as [LocalCloud, LocalCloud];
        const keys = retail.kms.keys().map(({ arn }) => arn);
        expect(keys).to.have.length(1);
        for (const cloud of [retail, research]) {
            expect(cloud.account.list("workspaces")).to.have.length(1);
            const [registration] = cloud.account.list("customer-managed-keys");
            expect(registration?.["aws_key_info"]).to.include({ key_arn: keys[0] });
        }
        expect(await second.outputs()).to.include({ databricksAccountId: accounts.research });
    });

    it("leaves nothing in either when the stacks are destroyed but the KMS key, which the other account may still need", async () => {
        await expectOk(second.destroy());
        await expectOk(first.destroy());
        const [retail] = clouds as [LocalCloud];
        const keys = retail.kms.keys().map(({ arn }) => `KMS key ${arn}`);
        expect(keys).to.have.length(1);
        for (const cloud of clouds) expect(cloud.contents()).to.deep.equal(keys);
    });
});

/** An example of which the local cloud and a stand-in for `@pulumi/databricks` serve the plugins. */
interface ServedExample {
    readonly cloud: LocalCloud;
    readonly databricks: FakeDatabricksProvider;
    readonly stack: TestStack;
}

async function serve(example: string, config: Record<string, unknown> = {}): Promise<ServedExample> {
    const cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
    const databricks = await FakeDatabricksProvider.start();
    const stack = await TestStack.ofExample(cloud, example, config, {
        PULUMI_DEBUG_PROVIDERS: `aws:${cloud.aws.port},databricks:${databricks.port}`,
    });
    return { cloud, databricks, stack };
}

async function end({ cloud, databricks, stack }: ServedExample): Promise<void> {
    await cloud.stop();
    databricks.stop();
    stack.remove();
}

describe("the example inside-the-workspace, on the real engine", () => {
    let cloud: LocalCloud;
    let databricks: FakeDatabricksProvider;
    let stack: TestStack;
    before(async () => {
        ({ cloud, databricks, stack } = await serve("inside-the-workspace", {
            metastoreId: "11111111-2222-4333-8444-555555555555",
            catalogStorage: "s3://a-bucket/sales",
            forceDestroy: true,
        }));
    });
    after(() => end({ cloud, databricks, stack }));
    const made = (type: string) => databricks.resources().find((resource) => resource.type === type)?.properties;

    it("makes what is inside by the workspace's own host, with the stack's credential", async () => {
        await expectOk(stack.up());
        const [workspace] = cloud.account.list("workspaces");
        const outputs = await stack.outputs();
        expect(databricks.configuration).to.include({
            host: outputs["workspaceUrl"],
            clientId: cloud.clientId,
        });
        expect(JSON.stringify(databricks.configuration["clientSecret"])).to.contain(cloud.clientSecret);
        expect(made("MetastoreAssignment")).to.include({ workspaceId: String(workspace?.["workspace_id"]) });
        expect(made("Permissions")).to.include({ clusterId: outputs["clusterId"] });
        expect(made("Grants")).to.include({ catalog: "sales" });
    });

    it("keeps no secret in clear, and replaces what is in the workspace with the workspace, but not the catalog", async () => {
        expect(stack.files()).to.not.contain(cloud.clientSecret);
        // The metastore of the old region cannot come along.
        const accept = JSON.stringify({ accept: ["metastore"] });
        await stack.configure({ region: "us-east-2", "databricks:migrateContent": accept });
        const { ok, output, operations } = await stack.preview();
        await stack.configure({ region: "us-east-1", "databricks:migrateContent": undefined });
        expect(ok, output).to.equal(true);
        expect(operations).to.include.members([
            "replace Workspace analytics",
            "replace MetastoreAssignment analytics",
            "replace Cluster shared",
            "replace Permissions shared",
        ]);
        expect(operations).to.not.include("replace Catalog sales");
    });

    it("takes the catalog away at destroy, and leaves what is in the workspace to go with it", async () => {
        await expectOk(stack.destroy());
        expect(cloud.contents().filter((line) => !line.startsWith("KMS key "))).to.deep.equal([]);
        expect(databricks.resources().map(({ type }) => type)).to.have.members([
            "MetastoreAssignment",
            "Cluster",
            "Permissions",
        ]);
    });
});

describe("the example hardened, on the real engine", () => {
    let cloud: LocalCloud;
    let databricks: FakeDatabricksProvider;
    let stack: TestStack;
    before(async () => {
        ({ cloud, databricks, stack } = await serve("hardened"));
    });
    after(() => end({ cloud, databricks, stack }));

    it("makes network rules of the account and settings of the workspace around it, and replaces the settings with it", async () => {
        await expectOk(stack.up());
        const [workspace] = cloud.account.list("workspaces");
        const made = new Map(databricks.resources().map(({ type, properties }) => [type, properties]));
        expect([...made.keys()]).to.have.members([
            "MwsNetworkConnectivityConfig",
            "AccountNetworkPolicy",
            "WorkspaceNetworkOption",
            "ComplianceSecurityProfileWorkspaceSetting",
            "EnhancedSecurityMonitoringWorkspaceSetting",
            "AutomaticClusterUpdateWorkspaceSetting",
            "DisableLegacyAccessSetting",
            "DisableLegacyDbfsSetting",
            "RestrictWorkspaceAdminsSetting",
            "WorkspaceConf",
        ]);
        expect(made.get("WorkspaceNetworkOption")).to.include({
            workspaceId: String(workspace?.["workspace_id"]),
            networkPolicyId: "analytics",
        });
        await stack.configure({ region: "us-east-2", "databricks:migrateContent": '{"accept": ["metastore"]}' });
        const { operations } = await expectOk(stack.preview());
        const replaced = [...made.keys()].filter((type) => operations.includes(`replace ${type} analytics`));
        expect(replaced).to.have.members([...made.keys()].filter((type) => !/^(Mws|Account)/.test(type)));
    });
});
