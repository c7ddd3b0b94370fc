import type { LocalCloud } from "../../local-cloud";
import { poster } from "./account-poster";

/** Names as people and other tools give them. Each is the name of a credentials configuration and of other objects. */
const NAMES = [
    "Analytics Prod (EU)",
    "2024.finance_team",
    "class",
    "daten größe – Überblick",
    "データ基盤",
    'the "best" one',
    "back`tick ${process.exit(1)} \\ end",
    "module.databricks_mws[0].this",
] as const;

/**
 * Fills an account with 40 objects of every kind, by its API: with and without private links, keys, tags and a network;
 * shared and unused ones; and names in other tools' styles, some of them equal across kinds.
 */
export async function fillMixedAccount(cloud: LocalCloud): Promise<void> {
    const post = poster(cloud);
    const keys: string[] = [];
    for (const [index, useCases] of [
        ["MANAGED_SERVICES"],
        ["STORAGE"],
        ["MANAGED_SERVICES", "STORAGE"],
        ["STORAGE"],
    ].entries()) {
        const info = {
            key_arn: cloud.createKey(),
            ...(index === 0 ? { key_alias: "alias/notebooks.${stage}" } : {}),
            ...(index === 2 ? { key_alias: "alias/both" } : {}),
            ...(index === 3 ? { reuse_key_for_cluster_volumes: false } : {}),
        };
        keys.push(
            await post(
                "/customer-managed-keys",
                { aws_key_info: info, use_cases: useCases },
                "customer_managed_key_id",
            ),
        );
    }
    const credentials: string[] = [];
    const storage: string[] = [];
    for (const [index, name] of NAMES.entries()) {
        const role = { role_arn: `arn:aws:iam::123456789012:role/databricks-${index}` };
        credentials.push(
            await post(
                "/credentials",
                { credentials_name: name, aws_credentials: { sts_role: role } },
                "credentials_id",
            ),
        );
        const body = {
            storage_configuration_name: name,
            root_bucket_info: { bucket_name: `root-bucket-${index}` },
            ...(index % 4 === 1 ? { role_arn: "arn:aws:iam::123456789012:role/storage" } : {}),
        };
        storage.push(await post("/storage-configurations", body, "storage_configuration_id"));
    }
    const endpoints: string[] = [];
    for (const [index, name] of ["Rest API (us-east-1)", "relay (us-east-1)", "rest-api", "Relay"].entries()) {
        const body = {
            vpc_endpoint_name: name,
            aws_vpc_endpoint_id: `vpce-${String(index).padStart(17, "0")}`,
            region: index < 2 ? "us-east-1" : "us-west-2",
        };
        endpoints.push(await post("/vpc-endpoints", body, "vpc_endpoint_id"));
    }
    const [rest = "", relay = "", westRest = "", westRelay = ""] = endpoints;
    const networks: string[] = [];
    for (const [index, name] of [NAMES[0], "delete-me", "delete me", NAMES[4]].entries()) {
        const digits = String(index).padStart(16, "0");
        const body = {
            network_name: name,
            vpc_id: `vpc-${digits}0`,
            subnet_ids: [`subnet-${digits}0`, `subnet-${digits}1`],
            security_group_ids: [`sg-${digits}0`],
            ...(index === 0 ? { vpc_endpoints: { rest_api: [rest], dataplane_relay: [relay] } } : {}),
            ...(index === 3 ? { vpc_endpoints: { rest_api: [westRest], dataplane_relay: [westRelay] } } : {}),
        };
        networks.push(await post("/networks", body, "network_id"));
    }
    const settings: string[] = [];
    for (const [index, body] of [
        { region: "us-east-1", private_access_level: "ENDPOINT", allowed_vpc_endpoint_ids: [rest] },
        { region: "us-west-2", public_access_enabled: true },
        // The service keeps a list that counts for nothing here, which the provider's check refuses in a program.
        { region: "us-east-1", public_access_enabled: false, allowed_vpc_endpoint_ids: [rest] },
    ].entries()) {
        const named = { private_access_settings_name: NAMES[index] ?? "", ...body };
        settings.push(await post("/private-access-settings", named, "private_access_settings_id"));
    }
    const workspaces: readonly object[] = [
        {
            network_id: networks[0],
            private_access_settings_id: settings[0],
            managed_services_customer_managed_key_id: keys[0],
            storage_customer_managed_key_id: keys[1],
            pricing_tier: "ENTERPRISE",
            deployment_name: "acme-analytics",
        },
        { managed_services_customer_managed_key_id: keys[2], storage_customer_managed_key_id: keys[2] },
        { custom_tags: { "cost center": '4 "7"', ["__proto__"]: "y", Team: "`data`" } },
        { network_id: networks[1], aws_region: "us-east-2" },
        { network_id: networks[3], private_access_settings_id: settings[1], aws_region: "us-west-2" },
        { pricing_tier: "PREMIUM" },
        // The same name as another workspace's.
        { workspace_name: NAMES[0] },
        { network_connectivity_config_id: "5f0f8f44-0000-4000-8000-000000000001" },
    ];
    for (const [index, body] of workspaces.entries()) {
        const common = {
            workspace_name: NAMES[index],
            aws_region: "us-east-1",
            credentials_id: credentials[index % 6],
            storage_configuration_id: storage[index % 6],
        };
        await post("/workspaces", { ...common, ...body }, "workspace_id");
    }
    await post(
        "/workspaces",
        { workspace_name: "serverless", aws_region: "us-east-1", compute_mode: "SERVERLESS" },
        "workspace_id",
    );
}
