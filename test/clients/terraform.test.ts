import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { LocalCloud } from "../../local-cloud";
import { sayMissing, terraform } from "./clients";

const ROLE = "arn:aws:iam::123456789012:role/terraform";
const NOTEBOOK = "# Databricks notebook source\nprint(1)\n";

/** A workspace under a key, and what its own API makes inside it, as one configuration. */
function configuration(cloud: LocalCloud, keyArn: string): object {
    const account = { provider: "databricks.account", account_id: cloud.accountId };
    const signIn = { client_id: cloud.clientId, client_secret: cloud.clientSecret };
    const inside = { provider: "databricks.workspace" };
    return {
        terraform: { required_providers: { databricks: { source: "databricks/databricks" } } },
        provider: {
            databricks: [
                { alias: "account", host: cloud.host, account_id: cloud.accountId, ...signIn },
                { alias: "workspace", host: "${databricks_mws_workspaces.w.workspace_url}", ...signIn },
            ],
        },
        resource: {
            databricks_mws_credentials: {
                w: { provider: account.provider, credentials_name: "terraform", role_arn: ROLE },
            },
            databricks_mws_storage_configurations: {
                w: { ...account, storage_configuration_name: "terraform", bucket_name: "terraform" },
            },
            databricks_mws_customer_managed_keys: {
                w: {
                    ...account,
                    aws_key_info: [{ key_arn: keyArn }],
                    use_cases: ["MANAGED_SERVICES"],
                },
            },
            databricks_mws_workspaces: {
                w: {
                    ...account,
                    workspace_name: "terraform",
                    aws_region: "us-east-1",
                    credentials_id: "${databricks_mws_credentials.w.credentials_id}",
                    storage_configuration_id: "${databricks_mws_storage_configurations.w.storage_configuration_id}",
                    managed_services_customer_managed_key_id:
                        "${databricks_mws_customer_managed_keys.w.customer_managed_key_id}",
                },
            },
            databricks_directory: { d: { ...inside, path: "/Shared/terraform" } },
            databricks_notebook: {
                n: {
                    ...inside,
                    path: "${databricks_directory.d.path}/load",
                    language: "PYTHON",
                    content_base64: Buffer.from(NOTEBOOK).toString("base64"),
                },
            },
            databricks_secret_scope: { s: { ...inside, name: "terraform" } },
            databricks_secret: {
                k: { ...inside, scope: "${databricks_secret_scope.s.name}", key: "k", string_value: "v" },
            },
            databricks_permissions: {
                p: {
                    ...inside,
                    directory_path: "${databricks_directory.d.path}",
                    access_control: [{ group_name: "users", permission_level: "CAN_READ" }],
                },
            },
        },
    };
}

const client = terraform();

if ("missing" in client) sayMissing("Databricks' Terraform provider", client);
else
    describe("Databricks' Terraform provider against the local cloud", () => {
        let cloud: LocalCloud;
        let folder: string;
        before(async () => {
            cloud = await LocalCloud.start({ provisioningMilliseconds: 100, workspacePorts: true });
            folder = mkdtempSync(join(tmpdir(), "terraform-"));
            writeFileSync(join(folder, "main.tf.json"), JSON.stringify(configuration(cloud, cloud.createKey())));
        });
        after(async () => {
            rmSync(folder, { recursive: true });
            await cloud.stop();
        });

        const run = (...args: string[]) => client.run({}, folder, args);

        it("creates a workspace under a key, with a notebook, a secret and permissions inside", async () => {
            await run("apply", "-auto-approve", "-no-color");
            const [workspace] = cloud.account.list("workspaces");
            expect(workspace).to.include({ workspace_status: "RUNNING" });
            expect(workspace!["managed_services_customer_managed_key_id"]).to.be.a("string");
            const inside = cloud.workspace(String(workspace!["workspace_id"]));
            expect(inside.tree().map(({ path }) => path)).to.include("/Shared/terraform/load");
        });

        it("finds nothing to change the second time", async () => {
            // 0 says so; 2 would be a difference, and fails.
            await run("plan", "-detailed-exitcode", "-no-color");
        });

        it("destroys all of it", async () => {
            await run("destroy", "-auto-approve", "-no-color");
            expect(cloud.contents().filter((line) => !line.startsWith("KMS "))).to.deep.equal([]);
        });
    });
