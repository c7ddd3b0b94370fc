import type { Partition } from "../../provider/contract/partitions";
import { invalid } from "../http";
import type { AccountRecord } from "./records";

/** What needs the Enterprise plan of a workspace. */
const enterpriseFields = [
    "managed_services_customer_managed_key_id",
    "storage_customer_managed_key_id",
    "private_access_settings_id",
];

/** Refuses a workspace that the service would not create. Throws `ApiError`. */
export function requireCreation(asked: AccountRecord, regions: readonly string[], { hasServerless }: Partition): void {
    if (!regions.includes(String(asked["aws_region"])))
        throw invalid(`aws_region ${String(asked["aws_region"])} is not available`);
    requireTier(asked);
    if (asked["compute_mode"] === "SERVERLESS" && !hasServerless)
        throw invalid("compute_mode SERVERLESS is not available");
    requireComputeMode(asked);
}

function requireTier(asked: AccountRecord): void {
    const demanding = enterpriseFields.find((field) => asked[field] !== undefined);
    const tier = asked["pricing_tier"];
    if (demanding !== undefined && tier !== undefined && !["ENTERPRISE", "DEDICATED"].includes(String(tier)))
        throw invalid(`${demanding} needs the pricing tier ENTERPRISE or higher`);
}

/** A serverless workspace has neither credentials nor storage nor a network of the customer's; every other one needs the first two. */
function requireComputeMode(asked: AccountRecord): void {
    const own = ["credentials_id", "storage_configuration_id", "network_id"];
    if (asked["compute_mode"] === "SERVERLESS") {
        const given = own.find((field) => asked[field] !== undefined);
        if (given !== undefined) throw invalid(`${given} must not be set for a workspace with compute_mode SERVERLESS`);
        return;
    }
    const missing = own.slice(0, 2).find((field) => asked[field] === undefined);
    if (missing !== undefined) throw invalid(`Missing required field: ${missing}`);
}

/** What the service says of a workspace beyond what was asked. */
export function serviceFields(asked: AccountRecord): AccountRecord {
    const serverless = asked["compute_mode"] === "SERVERLESS";
    const mode = serverless ? "SERVERLESS" : "HYBRID";
    return {
        pricing_tier: asked["pricing_tier"] ?? "ENTERPRISE",
        compute_mode: mode,
        effective_compute_mode: mode,
        storage_mode: serverless ? "DEFAULT_STORAGE" : "CUSTOMER_HOSTED",
        is_no_public_ip_enabled: true,
        cloud: "aws",
    };
}
