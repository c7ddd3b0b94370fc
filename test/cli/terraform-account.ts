import type { LocalCloud } from "../../local-cloud";
import { poster } from "./account-poster";

/** What the two modules of the account call everything: a prefix with random letters, as guides for Terraform do. */
export const PREFIXES = ["demo-x7k2p1", "demo-7q0m3z"] as const;

/**
 * Fills an account as a Terraform configuration with two modules does: a workspace each with private link and two keys, and
 * the same suffixes in both. Eighteen objects.
 */
export async function fillTerraformAccount(cloud: LocalCloud): Promise<void> {
    for (const [index, prefix] of PREFIXES.entries()) await applyModule(cloud, prefix, index);
}

async function applyModule(cloud: LocalCloud, prefix: string, index: number): Promise<void> {
    const post = poster(cloud);
    const key = (useCase: string, suffix: string) =>
        post(
            "/customer-managed-keys",
            {
                aws_key_info: { key_arn: cloud.createKey(), key_alias: `alias/${prefix}-${suffix}` },
                use_cases: [useCase],
            },
            "customer_managed_key_id",
        );
    const endpoint = (suffix: string, digit: number) =>
        post(
            "/vpc-endpoints",
            {
                vpc_endpoint_name: `${prefix}-${suffix}-${cloud.accountId}`,
                aws_vpc_endpoint_id: `vpce-${`${index}${digit}`.padStart(17, "0")}`,
                region: "us-east-1",
            },
            "vpc_endpoint_id",
        );
    const [notebooks, storage] = [await key("MANAGED_SERVICES", "managed_services"), await key("STORAGE", "storage")];
    const [rest, relay] = [await endpoint("workspace_vpce", 0), await endpoint("relay_vpce", 1)];
    const credentials = await post(
        "/credentials",
        {
            credentials_name: `${prefix}-creds`,
            aws_credentials: { sts_role: { role_arn: `arn:aws:iam::123456789012:role/${prefix}-crossaccount` } },
        },
        "credentials_id",
    );
    const bucket = await post(
        "/storage-configurations",
        { storage_configuration_name: `${prefix}-storage`, root_bucket_info: { bucket_name: `${prefix}-rootbucket` } },
        "storage_configuration_id",
    );
    const digits = String(index).padStart(16, "0");
    const network = await post(
        "/networks",
        {
            network_name: `${prefix}-network`,
            vpc_id: `vpc-${digits}0`,
            subnet_ids: [`subnet-${digits}0`, `subnet-${digits}1`],
            security_group_ids: [`sg-${digits}0`],
            vpc_endpoints: { rest_api: [rest], dataplane_relay: [relay] },
        },
        "network_id",
    );
    const access = await post(
        "/private-access-settings",
        {
            private_access_settings_name: `Private Access Settings for ${prefix}`,
            region: "us-east-1",
            public_access_enabled: true,
        },
        "private_access_settings_id",
    );
    await post(
        "/workspaces",
        {
            workspace_name: prefix,
            deployment_name: prefix,
            aws_region: "us-east-1",
            pricing_tier: "ENTERPRISE",
            credentials_id: credentials,
            storage_configuration_id: bucket,
            network_id: network,
            private_access_settings_id: access,
            managed_services_customer_managed_key_id: notebooks,
            storage_customer_managed_key_id: storage,
            custom_tags: { Owner: "platform@example.com", Terraform: "true" },
        },
        "workspace_id",
    );
}
