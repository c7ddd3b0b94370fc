import { expect } from "chai";

import { LocalCloud } from "../../local-cloud";

type Body = Record<string, unknown>;

/**
 * The requests of Terraform's provider for Databricks, and so of `@pulumi/databricks`, which wraps it: bodies with fields
 * that the service ignores, 64-bit ids as integers, and updates that send everything that could be updated.
 * Source: databricks/terraform-provider-databricks, mws/.
 */
describe("the local cloud, to Terraform's provider", () => {
    let cloud: LocalCloud;
    before(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 0, workspacePorts: true });
    });
    after(() => cloud.stop());

    async function call(
        method: string,
        path: string,
        body?: Body,
    ): Promise<{ status: number; text: string; body: Body }> {
        const response = await fetch(`${cloud.host}/api/2.0/accounts/${cloud.accountId}/${path}`, {
            method,
            headers: { authorization: `Bearer ${cloud.token}`, "content-type": "application/json" },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const text = await response.text();
        return { status: response.status, text, body: JSON.parse(text) as Body };
    }
    const made: Record<string, string> = {};

    async function create(kind: string, id: string, body: Body): Promise<Body> {
        const { status, text, body: answer } = await call("POST", kind, { account_id: cloud.accountId, ...body });
        expect(status, text).to.equal(201);
        made[kind] = String(answer[id]);
        const read = (await call("GET", `${kind}/${made[kind]}`)).body;
        for (const [field, value] of Object.entries(body))
            // The answer's role also has the external id.
            if (field !== "aws_credentials") expect(read[field], field).to.deep.equal(value);
        expect((await call("GET", kind)).body, kind)
            .to.be.an("array")
            .with.length(1);
        return read;
    }

    it("creates what a workspace needs, with the account's id in each body", async () => {
        await create("customer-managed-keys", "customer_managed_key_id", {
            aws_key_info: { key_arn: cloud.createKey(), key_alias: "alias/terraform", key_region: "us-east-1" },
            use_cases: ["MANAGED_SERVICES"],
        });
        await create("credentials", "credentials_id", {
            credentials_name: "terraform",
            aws_credentials: { sts_role: { role_arn: "arn:aws:iam::123456789012:role/terraform" } },
        });
        await create("storage-configurations", "storage_configuration_id", {
            storage_configuration_name: "terraform",
            root_bucket_info: { bucket_name: "terraform" },
        });
        const network = await create("networks", "network_id", {
            network_name: "terraform",
            vpc_id: "vpc-0123456789abcdef0",
            subnet_ids: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
            security_group_ids: ["sg-0123456789abcdef0"],
        });
        expect(network["vpc_status"]).to.equal("UNATTACHED");
        await create("private-access-settings", "private_access_settings_id", {
            private_access_settings_name: "terraform",
            region: "us-east-1",
            private_access_level: "ACCOUNT",
        });
    });

    it("creates a workspace with fields that it does not know, and answers with an integer and a reachable address", async () => {
        cloud.account.nextWorkspaceId = "9007199254740995";
        const { status, text, body } = await call("POST", "workspaces", {
            account_id: cloud.accountId,
            workspace_name: "terraform",
            deployment_name: "terraform",
            aws_region: "us-east-1",
            credentials_id: made["credentials"],
            storage_configuration_id: made["storage-configurations"],
            managed_services_customer_managed_key_id: made["customer-managed-keys"],
            network_id: made["networks"],
            private_access_settings_id: made["private-access-settings"],
            pricing_tier: "ENTERPRISE",
            is_no_public_ip_enabled: true,
            effective_compute_mode: "",
        });
        expect(status, text).to.equal(201);
        expect(text).to.contain('"workspace_id":9007199254740995');
        made["workspaces"] = "9007199254740995";
        // The provider asks the workspace who it is before it takes the workspace for RUNNING.
        const url = `${String(body["workspace_url"])}/api/2.0/preview/scim/v2/Me?excludedAttributes=entitlements`;
        const authorization = `Bearer ${cloud.tokens.createWorkspaceToken(made["workspaces"])}`;
        expect((await fetch(url, { headers: { authorization } })).status).to.equal(200);
    });

    it("takes an update that repeats everything, and changes what is different", async () => {
        const body: Body = {
            credentials_id: made["credentials"],
            custom_tags: { team: "terraform" },
            managed_services_customer_managed_key_id: made["customer-managed-keys"],
            network_id: made["networks"],
            private_access_settings_id: made["private-access-settings"],
            expected_workspace_status: "RUNNING",
        };
        const path = `workspaces/${made["workspaces"]}`;
        const updated = await call("PATCH", `${path}?update_mask=${Object.keys(body).sort().join(",")}`, body);
        expect([updated.status, updated.body["custom_tags"]], updated.text).to.deep.equal([200, { team: "terraform" }]);
        expect(cloud.requests.at(-1)?.ignored).to.deep.equal(["expected_workspace_status"]);
        const { body: read } = await call("GET", path);
        expect(read).to.include({ compute_mode: "HYBRID", workspace_status: "RUNNING", pricing_tier: "ENTERPRISE" });
    });

    it("replaces private access settings whose ids the body repeats", async () => {
        const path = `private-access-settings/${made["private-access-settings"]}`;
        const { status, body } = await call("PUT", path, {
            account_id: cloud.accountId,
            private_access_settings_id: made["private-access-settings"],
            private_access_settings_name: "terraform",
            region: "us-east-1",
            public_access_enabled: true,
            private_access_level: "ENDPOINT",
            allowed_vpc_endpoint_ids: [],
        });
        expect([status, body["private_access_level"]]).to.deep.equal([200, "ENDPOINT"]);
    });

    it("deletes all of it from the workspace on, each gone when GET answers 404 with the code that the provider knows", async () => {
        for (const kind of Object.keys(made).reverse()) {
            expect((await call("DELETE", `${kind}/${made[kind]}`)).status, kind).to.equal(200);
            const { status, body } = await call("GET", `${kind}/${made[kind]}`);
            expect([status, body["error_code"]], kind).to.deep.equal([404, "RESOURCE_DOES_NOT_EXIST"]);
        }
        expect(cloud.contents().filter((line) => !line.startsWith("KMS "))).to.deep.equal([]);
    });
});
