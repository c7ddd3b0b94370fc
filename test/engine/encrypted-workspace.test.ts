import type * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";

import * as databricks from "../../sdk";
import { LocalCloud, seeds } from "../../local-cloud";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { REFUSED } from "../helpers/people";
import { accountRequests, TestStack } from "./harness";

type Args = Omit<databricks.EncryptedWorkspaceArgs, "awsRegion">;

/** A program with one EncryptedWorkspace, `w`. */
const program =
    (args: () => Args = () => ({}), opts?: pulumi.ComponentResourceOptions) =>
    async () => {
        const workspace = new databricks.EncryptedWorkspace("w", { awsRegion: "us-east-1", ...args() }, opts);
        const { workspaceId, workspaceUrl, customerManagedKeyId, keyArn } = workspace;
        return { workspaceId, workspaceUrl, customerManagedKeyId, keyArn };
    };

describe("an EncryptedWorkspace on the real engine", () => {
    let cloud: LocalCloud;
    let stack: TestStack;
    const start = async (first: pulumi.automation.PulumiFn) => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
        // The program runs in this process, which takes the account for the policies from its own environment.
        process.env["DATABRICKS_ACCOUNT_ID"] = cloud.accountId;
        stack = await TestStack.create(cloud, first);
    };
    const environment = process.env["DATABRICKS_ACCOUNT_ID"];
    after(() => {
        if (environment === undefined) delete process.env["DATABRICKS_ACCOUNT_ID"];
        else process.env["DATABRICKS_ACCOUNT_ID"] = environment;
    });
    const stop = async () => {
        await cloud.stop();
        stack.remove();
    };
    const up = async (next?: pulumi.automation.PulumiFn) => {
        if (next !== undefined) stack.program = next;
        cloud.clearRequests();
        const run = await expectOk(stack.up());
        return run;
    };
    const bodyOf = (method: string, collection: string) =>
        cloud.requests.find((one) => one.method === method && one.path.includes(`/${collection}`))?.body as
            Record<string, unknown> | undefined;
    const aws = (type: string) => cloud.aws.resources().filter((one) => one.type.endsWith(`:${type}`));

    describe("by default", () => {
        before(() => start(program()));
        after(stop);
        const changed: Args = {
            key: { description: "notebooks" },
            storageKey: { reuseKeyForClusterVolumes: true, description: "storage" },
            customTags: { team: "risk" },
            tags: { owner: "platform" },
        };

        it("creates a key for notebooks, a role, a private and encrypted bucket, and the workspace", async () => {
            await up();
            const [key] = cloud.kms.keys();
            const [role] = aws("Role");
            const [bucket] = aws("Bucket");
            const [registration] = cloud.account.list("customer-managed-keys");
            expect(bodyOf("POST", "customer-managed-keys")).to.deep.include({ use_cases: ["MANAGED_SERVICES"] });
            expect(bodyOf("POST", "credentials")).to.deep.include({
                aws_credentials: { sts_role: { role_arn: role?.properties["arn"] } },
            });
            expect(bodyOf("POST", "storage-configurations")).to.deep.include({
                root_bucket_info: { bucket_name: bucket?.id },
            });
            expect(bodyOf("POST", "workspaces")).to.include({
                workspace_name: "w",
                aws_region: "us-east-1",
                pricing_tier: "ENTERPRISE",
                managed_services_customer_managed_key_id: registration?.["customer_managed_key_id"],
            });
            expect(bucket?.properties["forceDestroy"]).to.equal(false);
            expect(aws("BucketPublicAccessBlock")[0]?.properties).to.include({
                blockPublicAcls: true,
                blockPublicPolicy: true,
                ignorePublicAcls: true,
                restrictPublicBuckets: true,
            });
            expect(aws("BucketServerSideEncryptionConfiguration")[0]?.properties["rules"]).to.deep.equal([
                { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } },
            ]);
            expect(JSON.parse(String(aws("BucketPolicy")[0]?.properties["policy"]))).to.deep.equal(
                databricks.rootBucketPolicy({
                    bucketName: String(bucket?.id),
                    databricksAccountId: cloud.accountId,
                }),
            );
            expect(JSON.parse(String(role?.properties["assumeRolePolicy"]))).to.deep.equal(
                databricks.crossAccountTrustPolicy({ databricksAccountId: cloud.accountId }),
            );
            expect(JSON.parse(String(aws("RolePolicy")[0]?.properties["policy"]))).to.deep.equal(
                databricks.crossAccountPolicy(),
            );
            const outputs = await stack.outputs();
            const [workspace] = cloud.account.list("workspaces");
            expect(outputs["workspaceId"]).to.equal(workspace?.["workspace_id"]);
            expect(outputs["customerManagedKeyId"]).to.equal(registration?.["customer_managed_key_id"]);
            expect(outputs["keyArn"]).to.equal(key?.arn);
            expect(String(outputs["workspaceUrl"])).to.contain(String(workspace?.["deployment_name"]));
        });

        it("adds a storage key and tags in place, and keeps the workspace", async () => {
            const { operations } = await up(program(() => changed));
            const storage = cloud.account
                .list("customer-managed-keys")
                .find(({ use_cases }) => JSON.stringify(use_cases) === '["STORAGE"]');
            expect(operations).to.include("update Workspace w");
            expect(operations.filter((one) => /replace|delete/.test(one))).to.deep.equal([]);
            expect(bodyOf("PATCH", "workspaces")).to.deep.include({
                storage_customer_managed_key_id: storage?.["customer_managed_key_id"],
            });
            expect(bodyOf("PATCH", "workspaces")?.["custom_tags"]).to.include({ team: "risk" });
            expect(aws("Bucket")[0]?.properties["tags"]).to.deep.equal({ owner: "platform" });
            expect(aws("BucketServerSideEncryptionConfiguration")[0]?.properties["rules"]).to.deep.equal([
                {
                    applyServerSideEncryptionByDefault: {
                        sseAlgorithm: "aws:kms",
                        kmsMasterKeyId: (storage?.["aws_key_info"] as Record<string, unknown>)["key_arn"],
                    },
                    bucketKeyEnabled: true,
                },
            ]);
        });

        it("renamed with an alias, keeps the workspace if workspaceName is given, and is refused if it is not", async () => {
            const renamed = (more: Partial<databricks.EncryptedWorkspaceArgs>) => async () => {
                const args = { awsRegion: "us-east-1", ...changed, ...more };
                new databricks.EncryptedWorkspace("renamed", args, { aliases: [{ name: "w" }] });
            };
            const refused = "a workspace is renamed in the account console";
            stack.program = renamed({ workspaceName: "w" });
            const kept = await expectOk(stack.preview());
            expect(kept.operations.filter((one) => !/^update /.test(one) && !/ Alias /.test(one))).to.deep.equal([]);
            expect(kept.output).to.not.contain(refused);
            stack.program = renamed({});
            expect((await stack.preview()).output).to.contain(refused);
        });

        it("is not destroyed with content in it, until forceDestroy is set, which its bucket gets too", async () => {
            const [id = ""] = cloud.account.list("workspaces").map((one) => String(one["workspace_id"]));
            await cloud.workspace(id).seed({ "/Shared/n": seeds.notebook("1") });
            await expectRefused(stack.destroy(), ...REFUSED, id);
            await up(program(() => ({ ...changed, forceDestroy: true })));
            expect(cloud.account.list("workspaces")).to.have.length(1);
            expect(aws("Bucket")[0]?.properties["forceDestroy"]).to.equal(true);
        });

        it("deletes the workspace first, and what allows Databricks access last, and keeps and names the KMS keys", async () => {
            cloud.clearRequests();
            const present: Record<string, number[]> = {};
            cloud.inject({
                when: ({ method, path }) => {
                    const collection = path.split("/").at(-2) ?? "";
                    if (method === "DELETE")
                        present[collection] = [aws("RolePolicy").length, aws("BucketPolicy").length];
                    return false;
                },
                do: { kind: "hang" },
            });
            const { output } = await expectOk(stack.destroy());
            const keys = cloud.kms.keys();
            expect(cloud.contents()).to.have.members(keys.map(({ arn }) => `KMS key ${arn}`));
            expect(keys.map((key) => [key.enabled, key.deletion])).to.deep.equal(keys.map(() => [true, undefined]));
            for (const { arn } of keys) expect(output).to.contain(`The KMS key ${arn} was kept`);
            const deleted = cloud.requests
                .filter(({ method }) => method === "DELETE")
                .map(({ path }) => path.split("/").at(-2));
            expect(deleted[0]).to.equal("workspaces");
            expect(deleted).to.have.members([
                "workspaces",
                "credentials",
                "storage-configurations",
                "customer-managed-keys",
                "customer-managed-keys",
            ]);
            expect(present["workspaces"]).to.deep.equal([1, 1]);
            expect(present["credentials"]?.[0]).to.equal(1);
            expect(present["storage-configurations"]?.[1]).to.equal(1);
        });
    });

    describe("with transforms", () => {
        const seen = new Set<string>();
        const transforms: pulumi.ResourceTransform[] = [
            ({ type, props, opts }) => {
                seen.add(type);
                if (type === "aws:s3/bucket:Bucket") return { props: { ...props, forceDestroy: true }, opts };
                if (type.endsWith(":Workspace"))
                    return { props: { ...props, customTags: { from: "transforms" } }, opts };
                return undefined;
            },
        ];
        before(() => start(program(() => ({ customTags: { from: "arguments" } }), { transforms })));
        after(stop);

        it("lets transforms reach and change every resource inside", async () => {
            await up();
            expect([...seen].sort()).to.deep.equal(
                [
                    "aws:iam/role:Role",
                    "aws:iam/rolePolicy:RolePolicy",
                    "aws:kms/alias:Alias",
                    "aws:kms/key:Key",
                    "aws:s3/bucket:Bucket",
                    "aws:s3/bucketPolicy:BucketPolicy",
                    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
                    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
                    "databricks-cmk:index:EncryptedWorkspace",
                    "databricks-cmk:index:EncryptionKey",
                    ...["Credentials", "CustomerManagedKey", "StorageConfiguration", "Workspace"].map(
                        (type) => `pulumi-nodejs:dynamic/databricks-cmk:${type}`,
                    ),
                ].sort(),
            );
            expect(aws("Bucket")[0]?.properties["forceDestroy"]).to.equal(true);
            expect(bodyOf("POST", "workspaces")?.["custom_tags"]).to.include({ from: "transforms" });
        });

        it("with protect, is not destroyed, and neither is anything inside", async () => {
            await up(program(undefined, { protect: true, customTimeouts: { create: "30m" } }));
            const { resources } = await stack.state();
            const inside = resources.filter(({ urn }) => urn.includes("EncryptedWorkspace"));
            expect(inside).to.have.length(14);
            expect(inside.filter((one) => !("protect" in one))).to.deep.equal([]);
            const workspace = inside.find(({ type }) => type.endsWith(":Workspace"));
            expect(workspace?.inputs["provisioningTimeoutSeconds"]).to.equal(1800);
            const { ok } = await stack.destroy();
            expect(ok).to.equal(false);
            expect(cloud.account.list("workspaces")).to.have.length(1);
        });
    });

    describe("under retainOnDelete", () => {
        const kept = program(
            () => ({
                roleArn: "arn:aws:iam::123456789012:role/existing",
                bucketName: "existing-root-bucket",
                key: { keyArn: cloud.kms.keys()[0]?.arn ?? cloud.createKey() },
            }),
            { retainOnDelete: true },
        );
        before(() => start(kept));
        after(stop);

        it("is kept as a whole, and is not adopted silently when the program asks for it again", async () => {
            await up();
            const [first] = cloud.account.list("workspaces");
            const before = cloud.contents();
            await up(async () => {
                new databricks.Credentials("another", { roleArn: "arn:aws:iam::123456789012:role/another" });
            });
            expect(cloud.contents()).to.include.members(before);

            stack.program = kept;
            await expectRefused(stack.up(), `give this resource adopt: "${String(first?.["workspace_id"])}"`);
            expect(cloud.account.list("workspaces")).to.have.length(1);
        });
    });

    describe("from existing parts", () => {
        const existing: Args = {
            workspaceName: "Sales",
            deploymentName: "sales",
            roleArn: "arn:aws:iam::123456789012:role/existing",
            bucketName: "existing-root-bucket",
            network: {
                vpcId: "vpc-0123456789abcdef0",
                subnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
                securityGroupIds: ["sg-0123456789abcdef0"],
            },
            computeMode: "HYBRID",
        };
        before(() =>
            start(
                program(() => ({
                    ...existing,
                    key: { keyArn: keyOf(cloud), aliasName: "banks-own", reuseKeyForClusterVolumes: false },
                    tags: { owner: "platform" },
                })),
            ),
        );
        after(stop);
        const keyOf = ({ kms }: LocalCloud) => kms.keys()[0]?.arn ?? cloud.createKey();

        it("registers role, bucket, VPC and key, and creates nothing in AWS", async () => {
            await up();
            expect(cloud.aws.resources()).to.deep.equal([]);
            expect(bodyOf("POST", "customer-managed-keys")).to.deep.equal({
                aws_key_info: { key_arn: cloud.kms.keys()[0]?.arn, key_alias: "alias/banks-own" },
                use_cases: ["MANAGED_SERVICES"],
            });
            expect(bodyOf("POST", "credentials")).to.deep.include({
                aws_credentials: { sts_role: { role_arn: existing.roleArn } },
            });
            expect(bodyOf("POST", "storage-configurations")).to.deep.include({
                root_bucket_info: { bucket_name: existing.bucketName },
            });
            const [network] = cloud.account.list("networks");
            expect(bodyOf("POST", "networks")).to.include({ vpc_id: "vpc-0123456789abcdef0" });
            expect(bodyOf("POST", "workspaces")).to.include({
                workspace_name: "Sales",
                deployment_name: "sales",
                compute_mode: "HYBRID",
                network_id: network?.["network_id"],
            });
        });

        it("does not replace the workspace for a new key if onKeyChange forbids it", async () => {
            stack.program = program(() => ({ ...existing, onKeyChange: "forbid" }));
            await expectRefused(stack.preview(), /onKeyChange/);
        });

        it("does not delete what it did not create", async () => {
            await expectOk(stack.destroy());
            expect(cloud.contents()).to.deep.equal([`KMS key ${String(cloud.kms.keys()[0]?.arn)}`]);
        });
    });

    describe("without an account in the environment", () => {
        before(async () => {
            cloud = await LocalCloud.start();
            stack = await TestStack.ofExample(cloud, "both-keys", {}, { DATABRICKS_ACCOUNT_ID: "" });
        });
        after(stop);

        it("says what to do and creates nothing, then takes the account from the stack's configuration", async () => {
            const without = await stack.up();
            expect(without.ok).to.equal(false);
            expect(without.output).to.contain('EncryptedWorkspace "both-keys": accountId is needed');
            expect(without.output).to.not.match(/ at .*encrypted-workspace\.js/);
            expect(without.operations).to.deep.equal(["create Stack databricks-cmk-both-keys-test"]);
            await stack.configure({ "databricks:accountId": cloud.accountId });
            await expectOk(stack.preview());
            expect(accountRequests(cloud)).to.deep.equal(["GET /credentials"]);
        });
    });
});
