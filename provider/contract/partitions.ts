/**
 * What differs between the three parts of AWS in which Databricks has accounts. The names are those that Databricks' Terraform
 * provider gives them (`aws_partition`). Sources: that provider, `aws/constants.go`; Databricks' reference architecture for AWS.
 */
export const partitions = {
    /** The commercial part. */
    aws: {
        accountHost: "accounts.cloud.databricks.com",
        workspaceDomain: "cloud.databricks.com",
        databricksAwsAccount: "414351767826",
        arnPartition: "aws",
        regions: ["us-east-1", "us-east-2", "us-west-2"],
        hasServerless: true,
    },
    /** AWS GovCloud. */
    "aws-us-gov": {
        accountHost: "accounts.cloud.databricks.us",
        workspaceDomain: "cloud.databricks.us",
        databricksAwsAccount: "044793339203",
        arnPartition: "aws-us-gov",
        regions: ["us-gov-west-1"],
        hasServerless: false,
    },
    /** AWS GovCloud, for the Department of Defense. */
    "aws-us-gov-dod": {
        accountHost: "accounts-dod.cloud.databricks.mil",
        workspaceDomain: "cloud.databricks.mil",
        databricksAwsAccount: "170661010020",
        arnPartition: "aws-us-gov",
        regions: ["us-gov-west-1"],
        hasServerless: false,
    },
} as const satisfies Record<PartitionName, Partition>;

/** One part of AWS. */
export interface Partition {
    /** Host name of the account console and of the Account API. */
    readonly accountHost: string;
    /** The domain below which the workspaces' host names are. */
    readonly workspaceDomain: string;
    /** The AWS account of Databricks' control plane: the one that policies let in. */
    readonly databricksAwsAccount: string;
    /** The partition as ARNs name it. Two parts have the same: an ARN does not tell GovCloud's accounts apart. */
    readonly arnPartition: string;
    /** Where workspaces may be unless `databricks:allowedRegions` says otherwise. */
    readonly regions: readonly string[];
    /** Whether workspaces can be serverless. */
    readonly hasServerless: boolean;
}

/** The names of the parts of AWS in which Databricks has accounts. */
export const partitionNames = ["aws", "aws-us-gov", "aws-us-gov-dod"] as const;

/** The name of a part of AWS in which Databricks has accounts. */
export type PartitionName = (typeof partitionNames)[number];

/** A host as people write it, with or without `https://` and a path; `undefined` if it is none. */
export function urlOfHost(host: string): URL | undefined {
    return [host, `https://${host}`].filter((text) => URL.canParse(text)).map((text) => new URL(text))[0];
}

/** A local cloud that stands for one of the parts has its host names below this one. */
const LOCAL = /\.localhost$/;

/** The name of the part whose account console has this host name; `undefined` for any other host. */
export function partitionOfHost(hostname: string): PartitionName | undefined {
    const name = hostname.replace(LOCAL, "");
    return partitionNames.find((one) => partitions[one].accountHost === name);
}

/** The parts whose ARNs begin with `arn:<arnPartition>:`; none if Databricks has no account. */
export function partitionsWithArn(arnPartition: string): Partition[] {
    return Object.values(partitions).filter((one) => one.arnPartition === arnPartition);
}

/** The partition that ARNs of a region name. */
export function arnPartitionOf(region: string): string {
    return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

/** The principal that Databricks' control plane is to a policy. */
export function databricksPrincipal({ arnPartition, databricksAwsAccount }: Partition): string {
    return `arn:${arnPartition}:iam::${databricksAwsAccount}:root`;
}
