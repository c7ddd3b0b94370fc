import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import * as databricks from "../../sdk";
import { LocalCloud } from "../../local-cloud";
import { TestStack } from "./harness";
import { LiveStack, type Needs, programOf, registration } from "./live-workspaces";

describe("whatever the service answers after a POST, or in a list, on the real engine", () => {
    let cloud: LocalCloud;
    let stack: LiveStack;
    beforeEach(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
        stack = await LiveStack.create(cloud);
    });
    afterEach(async () => {
        stack.stack.remove();
        await cloud.stop();
    });

    const one =
        (args: Partial<databricks.WorkspaceArgs> = {}) =>
        (needs: Needs) =>
            new databricks.Workspace("w", { ...needs, ...args });
    const isList = (kind: string) => (request: { method: string; path: string }) =>
        request.method === "GET" && request.path.endsWith(`/${kind}`);
    const posts = (kind: string) =>
        cloud.requests.filter(({ method, path }) => method === "POST" && path.endsWith(`/${kind}`)).length;

    it("an update that follows the create and is refused leaves the workspace in the state with the reason, and destroy works", async () => {
        await stack.done(one());
        const [id = ""] = stack.workspaces();
        await stack.forget("w");
        const mend = cloud.inject({
            when: ({ method }) => method === "PATCH",
            do: {
                kind: "status",
                status: 400,
                body: '{"error_code":"INVALID_PARAMETER_VALUE","message":"No tags today."}',
            },
        });
        const { output } = await stack.refused(["No tags today"], one({ customTags: { team: "a" } }));
        expect(output).to.contain("is adopted");
        expect(await stack.held()).to.deep.equal({ w: id });
        mend();
        expect((await stack.stack.destroy()).ok).to.equal(true);
        expect(cloud.contents()).to.deep.equal([]);
    });

    it("a record of a list without id or use cases concerns that record alone; a list without content is no empty account", async () => {
        const { aws_key_info } = await cloud.account.create("customer-managed-keys", {
            aws_key_info: { key_arn: cloud.createKey() },
            use_cases: ["STORAGE"],
        });
        const odd = JSON.stringify([{ customer_managed_key_id: "odd", aws_key_info }]);
        cloud.inject({ when: isList("customer-managed-keys"), times: 1, do: { kind: "body", body: odd } });
        cloud.inject({
            when: isList("workspaces"),
            times: 1,
            do: { kind: "body", body: '[{"workspace_name":"odd"},{"workspace_id":1,"workspace_name":"x"}]' },
        });
        await stack.done((needs) => {
            const { customerManagedKeyId } = registration("k", cloud.createKey());
            one({ managedServicesCustomerManagedKeyId: customerManagedKeyId })(needs);
        });
        const { w: id = "" } = await stack.held();
        await stack.write(id);
        await stack.forget("w");
        cloud.clearRequests();
        const mend = cloud.inject({ when: isList("workspaces"), do: { kind: "body", body: "" } });
        await stack.stack.configure({ "databricks:retryTimeoutSeconds": 1 });
        await stack.refused([], one());
        expect([posts("workspaces"), stack.workspaces()]).to.deep.equal([0, [id]]);
        mend();
    });

    it("a service that answers an equal POST with the existing registration is asked a few times, and the error says what to do", async () => {
        cloud.behavior.equalPost = "existing";
        const arn = cloud.createKey();
        const { output } = await stack.refused(["keeps one object for equal content"], () => {
            registration("first", arn);
            registration("second", arn);
        });
        expect(output).to.contain("Use that resource here too");
        expect(posts("customer-managed-keys")).to.be.at.most(8);
        expect(cloud.account.list("customer-managed-keys")).to.have.length(1);
    });

    it("a fixed name that needs another role or bucket is found at preview, with the remedy, while a workspace uses it", async () => {
        const program = (role: string, bucketName: string) => async () => {
            const roleArn = `arn:aws:iam::123456789012:role/${role}`;
            const { credentialsId } = new databricks.Credentials("c", { credentialsName: "fixed", roleArn });
            const storage = new databricks.StorageConfiguration("s", {
                storageConfigurationName: "fixed",
                bucketName,
            });
            const { storageConfigurationId } = storage;
            const needs = { workspaceName: "w", awsRegion: "us-east-1", credentialsId, storageConfigurationId };
            new databricks.Workspace("w", needs);
        };
        stack.stack.program = program("one", "bucket-one");
        expect((await stack.stack.up()).ok).to.equal(true);
        const [id = ""] = stack.workspaces();
        for (const [role, bucketName, field] of [
            ["two", "bucket-one", "credentialsName"],
            ["one", "bucket-two", "storageConfigurationName"],
        ] as const) {
            stack.stack.program = program(role, bucketName);
            const { ok, output } = await stack.stack.preview();
            expect(ok, output).to.equal(false);
            expect(output).to.contain(`while the workspace ${id} uses it`).and.contain(`Leave ${field} out`);
        }
    });
});

describe("configuration as people have it, on the real engine", () => {
    let cloud: LocalCloud;
    before(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
    });
    after(() => cloud.stop());

    it("a file with a byte order mark, CRLF and a profile [prod.eu], an empty DATABRICKS_CONFIG_PROFILE, and HTTP_PROXY beside a loopback host", async () => {
        const names = Object.keys(cloud.environment()).filter((name) => name.startsWith("DATABRICKS_"));
        const stack = await TestStack.create(cloud, programOf(), {
            ...Object.fromEntries(names.map((name) => [name, ""])),
            DATABRICKS_CONFIG_PROFILE: "",
            HTTP_PROXY: "http://127.0.0.1:9",
        });
        const section = (name: string, secret: string) => [
            `[${name}]`,
            `host = ${cloud.host}`,
            `account_id = ${cloud.accountId}`,
            `client_id = ${cloud.clientId}`,
            `client_secret = ${secret}`,
        ];
        const file = join(stack.folder, "databrickscfg");
        stack.stack.workspace.envVars["DATABRICKS_CONFIG_FILE"] = file;
        const write = (lines: string[]) => writeFileSync(file, `\uFEFF${lines.join("\r\n")}\r\n`);
        write(section("DEFAULT", cloud.clientSecret));
        const first = await stack.up();
        expect(first.ok, first.output).to.equal(true);
        write([...section("DEFAULT", "wrong"), ...section("prod.eu", cloud.clientSecret)]);
        await stack.configure({ "databricks:profile": "prod.eu" });
        stack.program = programOf((needs) => new databricks.Workspace("w", needs));
        const second = await stack.up();
        expect(second.ok, second.output).to.equal(true);
        expect((await stack.destroy()).ok).to.equal(true);
        expect(cloud.contents()).to.deep.equal([]);
        stack.remove();
    });
});
