import { randomUUID } from "node:crypto";

import { expect } from "chai";

import { LocalCloud } from "../../local-cloud";
import { expectOk } from "../helpers/expect-ok";
import { TestStack } from "./harness";

// What its preview says is in test/engine/start.test.ts.
describe("the main example on the real engine", () => {
    const canary = `canary-${randomUUID()}`;
    let cloud: LocalCloud;
    let stack: TestStack;
    before(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 1500, clientSecret: canary });
        stack = await TestStack.create(cloud);
    });
    after(async () => {
        await cloud.stop();
        stack.remove();
    });

    const writes = () => cloud.requests.filter(({ method, path }) => method !== "GET" && !path.endsWith("/token"));
    const bodyOf = (collection: string) =>
        writes().find(({ path }) => path.endsWith(`/${collection}`))?.body as Record<string, unknown>;

    it("creates key, registration and workspace in this order, with exactly the expected request bodies, and no secret in any log", async () => {
        const keysAtPost: number[] = [];
        cloud.inject({
            when: ({ method, path }) => {
                if (method === "POST" && path.endsWith("/customer-managed-keys"))
                    keysAtPost.push(cloud.kms.keys().length);
                return false;
            },
            do: { kind: "hang" },
        });
        const { output, events } = await expectOk(
            stack.up({
                logVerbosity: 9,
                logFlow: true,
                logToStdErr: true,
                tracing: undefined,
            }),
        );
        expect(output).to.not.contain(canary);
        expect(events).to.not.contain(canary);
        expect(keysAtPost).to.deep.equal([1]);
        expect(
            writes()
                .map(({ path }) => path.split("/").at(-1))
                .at(-1),
        ).to.equal("workspaces");

        const [key] = cloud.kms.keys();
        const [alias] = cloud.kms.aliases();
        const [registration] = cloud.account.list("customer-managed-keys");
        const [credentials] = cloud.account.list("credentials");
        const [storage] = cloud.account.list("storage-configurations");
        const owner = (await stack.state()).resources.find(({ type }) => type.endsWith(":StackIdentity"))?.id;
        expect(bodyOf("customer-managed-keys")).to.deep.equal({
            aws_key_info: { key_arn: key?.arn, key_alias: alias?.name },
            use_cases: ["MANAGED_SERVICES"],
        });
        expect(bodyOf("credentials")).to.deep.equal({
            credentials_name: credentials?.["credentials_name"],
            aws_credentials: {
                sts_role: {
                    role_arn: cloud.aws.resources().find(({ type }) => type.endsWith(":Role"))?.properties["arn"],
                },
            },
        });
        expect(bodyOf("storage-configurations")).to.deep.equal({
            storage_configuration_name: storage?.["storage_configuration_name"],
            root_bucket_info: { bucket_name: cloud.aws.resources().find(({ type }) => type.endsWith(":Bucket"))?.id },
        });
        expect(bodyOf("workspaces")).to.deep.equal({
            workspace_name: "notebooks",
            aws_region: "us-east-1",
            pricing_tier: "ENTERPRISE",
            credentials_id: credentials?.["credentials_id"],
            storage_configuration_id: storage?.["storage_configuration_id"],
            managed_services_customer_managed_key_id: registration?.["customer_managed_key_id"],
            custom_tags: { "pulumi-databricks-cmk": `${owner}/notebooks` },
        });
        expect(
            cloud.kms.calls
                .filter(({ operation }) => operation === "Encrypt")
                .map(({ principalArn, error }) => [principalArn, error]),
        ).to.deep.equal([["arn:aws:iam::414351767826:root", undefined]]);
        expect(key?.rotation).to.equal(true);
    });

    it("returns the workspace's URL, id and key as outputs", async () => {
        const outputs = await stack.outputs();
        const [workspace] = cloud.account.list("workspaces");
        expect(outputs["workspaceId"]).to.equal(workspace?.["workspace_id"]);
        expect(outputs["workspaceUrl"]).to.equal(
            `http://${String(workspace?.["deployment_name"])}.localhost:${new URL(cloud.host).port}`,
        );
        expect(outputs["keyArn"]).to.equal(cloud.kms.keys()[0]?.arn);
    });

    it("keeps no code and no secret in the state: at most 200 bytes of provider text, the same for all of a type", async () => {
        const { text, resources } = await stack.state();
        const ours = resources.filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic/databricks-cmk:"));
        expect(ours.length).to.equal(5);
        for (const { inputs, outputs } of ours) {
            expect(Buffer.byteLength(String(inputs["__provider"]))).to.be.within(1, 200);
            expect(inputs["__provider"]).to.equal(outputs["__provider"]);
        }
        expect(text).to.not.contain(canary);
        expect(stack.files()).to.not.contain(canary);
    });

    it("changes nothing at the second up, and sends no write", async () => {
        cloud.clearRequests();
        const { operations } = await expectOk(stack.up());
        expect(operations).to.deep.equal([]);
        expect(writes()).to.deep.equal([]);
    });

    it("leaves nothing after destroy but the KMS keys, and names its own", async () => {
        const [key] = cloud.kms.keys();
        const { output } = await expectOk(stack.destroy());
        expect(cloud.contents()).to.deep.equal([`KMS key ${key?.arn}`]);
        expect(output).to.contain(`The KMS key ${key?.arn} was kept`);
    });
});
