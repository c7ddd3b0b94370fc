import { arnPartitionOf } from "../../provider/contract/partitions";
import type { AwsVpcEndpoint } from "../aws/fake-aws-provider";
import type { Behavior } from "../behavior";
import { invalid } from "../http";
import { privateLinkOf } from "./private-link";
import type { Propagation } from "./propagation";
import { type AccountRecord, requireObject } from "./records";

/** What the service knows when it completes an object. */
export interface ServerContext {
    readonly accountId: string;
    readonly behavior: Behavior;
    readonly regions: readonly string[];
    readonly propagation: Propagation;
    /** The VPC endpoint of AWS with this id, if AWS is known to have it. */
    readonly awsVpcEndpoint: (id: string) => AwsVpcEndpoint | undefined;
    /** The customer's AWS account. */
    readonly awsAccountId: string;
}

/** The fields that the service adds to an object other than a workspace. Throws `ApiError` for what it refuses. */
export function serverFields(kind: string, body: AccountRecord, context: ServerContext): AccountRecord {
    switch (kind) {
        case "customer-managed-keys":
            return keyFields(body, context);
        case "credentials":
            return credentialsFields(body, context);
        case "vpc-endpoints":
            return vpcEndpointFields(body, context);
        case "private-access-settings":
            requireRegion(body, context);
            return {
                public_access_enabled: body["public_access_enabled"] ?? false,
                private_access_level: body["private_access_level"] ?? "ACCOUNT",
            };
        default:
            return {};
    }
}

function keyFields(body: AccountRecord, { behavior }: ServerContext): AccountRecord {
    const info = requireObject(body["aws_key_info"], "aws_key_info");
    const region = /^arn:[a-z-]+:kms:([a-z0-9-]+):\d{12}:key\//.exec(String(info["key_arn"]))?.[1];
    if (region === undefined || !String(info["key_arn"]).startsWith(`arn:${arnPartitionOf(region)}:`))
        throw invalid("aws_key_info.key_arn is not the ARN of a KMS key");
    const useCases = body["use_cases"];
    if (
        !Array.isArray(useCases) ||
        useCases.length === 0 ||
        useCases.some((one) => one !== "MANAGED_SERVICES" && one !== "STORAGE")
    ) {
        throw invalid("use_cases must hold MANAGED_SERVICES or STORAGE");
    }
    const reuse = useCases.includes("STORAGE") && behavior.reuseKeyDefault === "true";
    const defaults = reuse ? { reuse_key_for_cluster_volumes: true } : {};
    return { aws_key_info: { ...defaults, ...info, key_region: region } };
}

function credentialsFields(body: AccountRecord, { accountId, behavior, propagation }: ServerContext): AccountRecord {
    const role = requireObject(
        requireObject(body["aws_credentials"], "aws_credentials")["sts_role"],
        "aws_credentials.sts_role",
    );
    if (behavior.roleValidation === "credentials") propagation.requireRole(String(role["role_arn"]));
    return { aws_credentials: { sts_role: { ...role, external_id: accountId } } };
}

function vpcEndpointFields(body: AccountRecord, context: ServerContext): AccountRecord {
    const region = requireRegion(body, context);
    const aws = context.awsVpcEndpoint(String(body["aws_vpc_endpoint_id"]));
    const link = privateLinkOf(aws, region, String(body["vpc_endpoint_name"]));
    if (link === undefined || (aws?.region ?? region) !== region)
        throw invalid(
            `${String(body["aws_vpc_endpoint_id"])} is not connected to an endpoint service of Databricks in ${region}`,
        );
    return {
        state: "available",
        use_case: link.useCase,
        aws_endpoint_service_id: link.service,
        aws_account_id: context.awsAccountId,
    };
}

function requireRegion(body: AccountRecord, { regions }: ServerContext): string {
    const region = String(body["region"]);
    if (!regions.includes(region)) throw invalid(`region ${region} is not available`);
    return region;
}
