import { spawnSync } from "node:child_process";

import { expect } from "chai";

import { findCredential } from "../../provider/api/credential";
import { workspaceUrl } from "../../provider/api/host";
import { type PartitionName, partitions } from "../../provider/contract/partitions";
import { createHandler } from "../../provider/registry";
import { Session } from "../../provider/runtime/session";
import { LocalCloud } from "../../local-cloud";
import { root } from "../engine/harness";
import { endEngines, engine } from "../helpers/engine";
import { fakeEnvironment, ownerFor } from "../helpers/environment";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { workspace, workspaceProgram } from "../helpers/programs";

const accountId = "11111111-2222-4333-8444-555555555555";
const uuid = "99999999-2222-4333-8444-555555555555";

/** The failures of a check, against an account console. */
async function failuresOf(type: "Workspace" | "Credentials" | "CustomerManagedKey", host: string, inputs: object) {
    const environment = { DATABRICKS_HOST: host, DATABRICKS_ACCOUNT_ID: accountId, DATABRICKS_TOKEN: "t" };
    const handler = createHandler(type, new Session(fakeEnvironment(environment)));
    const { failures = [] } = await handler.check({}, { owner: ownerFor("w"), ...inputs });
    return failures.map(({ property, reason }) => `${property} ${reason}`);
}

describe("the parts of AWS in which Databricks has accounts", () => {
    afterEach(endEngines);

    const names: [PartitionName, string][] = [
        ["aws", "https://acme.cloud.databricks.com"],
        ["aws-us-gov", "https://acme.cloud.databricks.us"],
        ["aws-us-gov-dod", "https://acme.cloud.databricks.mil"],
    ];
    for (const [name, url] of names) {
        const { accountHost, arnPartition, regions, hasServerless } = partitions[name];
        const host = `https://${accountHost}`;

        it(`${accountHost}: a local cloud that stands for it has its regions, its names, and ${hasServerless ? "" : "no "}serverless workspaces`, async () => {
            const cloud = await LocalCloud.start({ partition: name });
            try {
                expect(new URL(cloud.host).hostname).to.equal(`${accountHost}.localhost`);
                const create = (aws_region: string) =>
                    cloud.account
                        .create("workspaces", { workspace_name: "w", aws_region, compute_mode: "SERVERLESS" })
                        .then(() => "made", String);
                expect(await create("eu-west-1")).to.contain("eu-west-1 is not available");
                const outcome = hasServerless ? "made" : "compute_mode SERVERLESS is not available";
                expect(await create(regions[0])).to.contain(outcome);
                const { id } = await cloud.addWorkspace();
                expect(cloud.account.get("workspaces", id)["aws_region"]).to.equal(regions[0]);
            } finally {
                await cloud.stop();
            }
        });

        it(`${accountHost}: hosts, regions, ARNs and serverless workspaces follow the account's host`, async () => {
            expect(workspaceUrl(host, "acme")).to.equal(url);
            expect(workspaceUrl(`http://${accountHost}.localhost:80`, "acme")).to.equal(
                url.replace("https", "http").concat(".localhost"),
            );
            const workspace = { workspaceName: "w", awsRegion: regions[0], credentialsId: uuid };
            const inputs = { ...workspace, storageConfigurationId: uuid };
            expect(await failuresOf("Workspace", host, inputs)).to.deep.equal([]);
            const elsewhere = await failuresOf("Workspace", host, { ...inputs, awsRegion: "eu-west-1" });
            expect(elsewhere.join()).to.match(/^awsRegion is "eu-west-1", but a workspace may only be in/);
            const role = (partition: string) => ({ roleArn: `arn:${partition}:iam::123456789012:role/r` });
            expect(await failuresOf("Credentials", host, role(arnPartition))).to.deep.equal([]);
            const other = arnPartition === "aws" ? "aws-us-gov" : "aws";
            expect((await failuresOf("Credentials", host, role(other))).join()).to.contain(
                `roleArn is an ARN of the partition "${other}", and the accounts of ${accountHost} are in "${arnPartition}"`,
            );
            const key = (partition: string) => ({
                useCases: ["MANAGED_SERVICES"],
                awsKeyInfo: { keyArn: `arn:${partition}:kms:${regions[0]}:123456789012:key/${uuid}` },
            });
            expect(await failuresOf("CustomerManagedKey", host, key(arnPartition))).to.deep.equal([]);
            expect(await failuresOf("CustomerManagedKey", host, key(other))).to.have.length(1);
            const serverless = { workspaceName: "w", awsRegion: regions[0], computeMode: "SERVERLESS" };
            const refused = await failuresOf("Workspace", host, serverless);
            expect(refused.join()).to.match(hasServerless ? /^$/ : /^computeMode .*there are no serverless workspaces/);
        });

        it(`${accountHost}: the policies of the components let in Databricks' account of that part`, () => {
            const script = `
                const pulumi = require("@pulumi/pulumi");
                pulumi.runtime.setMocks({
                    newResource: ({ name, inputs, type }) => {
                        const text = inputs.policy ?? inputs.assumeRolePolicy;
                        if (text !== undefined) console.log(type, text);
                        return { id: name, state: { ...inputs, arn: "arn:${arnPartition}:x", bucket: "b" } };
                    },
                    call: () => ({ accountId: "123456789012", arn: "arn:${arnPartition}:iam::123456789012:root" }),
                });
                const { EncryptedWorkspace } = require("pulumi-databricks-cmk");
                new EncryptedWorkspace("w", { awsRegion: "${regions[0]}", accountId: "${accountId}" });`;
            const env = { ...process.env, DATABRICKS_HOST: host };
            const { stdout, stderr } = spawnSync(process.execPath, ["-e", script], {
                cwd: root,
                encoding: "utf8",
                env,
            });
            const documents = stdout.split("\n").filter((line) => line.includes("Statement"));
            expect(documents.length, stderr).to.equal(4);
            const principal = `arn:${arnPartition}:iam::${partitions[name].databricksAwsAccount}:root`;
            // The policy of the role itself names no principal.
            expect(documents.filter((line) => line.includes(principal))).to.have.length(3);
            const wrong = arnPartition === "aws" ? "arn:aws-us-gov:" : "arn:aws:";
            expect(stdout).to.not.contain(wrong);
        });
    }

    it("say nothing about a workspace of another part: no state loses it", async () => {
        const stack = await engine(workspaceProgram(workspace("w", { forceDestroy: true })));
        await expectOk(stack.up());
        const { cloud: other } = await engine([], { partition: "aws-us-gov" });
        Object.assign(stack.environment, other.environment());
        const says = [`the workspace ${stack.id()} is at http`, "cannot have it", "Set databricks:host"];
        await expectRefused(stack.refresh(), ...says);
        await expectRefused(stack.destroy(), ...says);
        Object.assign(stack.environment, stack.cloud.environment());
        await expectOk(stack.refresh());
        await expectOk(stack.destroy());
        expect(stack.workspaces()).to.deep.equal([]);
    });

    it("are the only hosts of an account, beside this machine", () => {
        const find = (host: string) =>
            findCredential({
                configuration: () => undefined,
                environment: { DATABRICKS_HOST: host, DATABRICKS_ACCOUNT_ID: accountId, DATABRICKS_TOKEN: "t" },
            });
        for (const host of ["https://acme.cloud.databricks.com", "accounts.azuredatabricks.net", "https://example.com"])
            expect(() => find(host)).to.throw(
                /is not an account console on AWS: these are accounts\.cloud\.databricks\.com, /,
            );
        for (const host of [
            "http://localhost:1",
            "http://127.0.0.1:1",
            "http://accounts.cloud.databricks.us.localhost:1",
        ])
            expect(find(host).host).to.equal(host);
    });
});
