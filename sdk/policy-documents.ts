import type { KeyUseCase } from "./resources/customer-managed-key";

/** The AWS account in which Databricks' control plane runs. */
export const DATABRICKS_AWS_ACCOUNT = "414351767826";

const DATABRICKS = `arn:aws:iam::${DATABRICKS_AWS_ACCOUNT}:root`;

/** One statement of an IAM, bucket or key policy. */
export interface PolicyStatement {
    Sid?: string;
    Effect: "Allow" | "Deny";
    Principal?: { AWS: string | string[] };
    Action: string | string[];
    /** A trust policy has none: it is about the role that it stands on. */
    Resource?: string | string[];
    Condition?: Record<string, Record<string, string | string[]>>;
}

/** An IAM, bucket or key policy: plain data, to be given to `JSON.stringify`. */
export interface PolicyDocument {
    Version: "2012-10-17";
    Id?: string;
    Statement: PolicyStatement[];
}

/** What {@link databricksKeyPolicy} and {@link storageKeyPolicy} need to know. */
export interface KeyPolicyArgs {
    /** The AWS account that owns the key (12 digits): it keeps every right, or nobody could change the key again. */
    awsAccountId: string;
    /** For `STORAGE`: the Databricks account (a uuid). Given, Databricks may use the key for this account's workspaces only. */
    databricksAccountId?: string;
    /** For `STORAGE` with `reuseKeyForClusterVolumes`: ARN of the cross-account role, which then uses the key through EC2, for EBS volumes. */
    crossAccountRoleArn?: string;
}

/**
 * The policy of a KMS key that Databricks may use for these use cases, and for nothing more. Default: notebooks
 * (`MANAGED_SERVICES`). For AWS' commercial partition (`aws`), where Databricks' account is. Source: Databricks,
 * "Customer managed keys for notebooks", step 3.
 */
export function databricksKeyPolicy(args: KeyPolicyArgs & { useCases?: readonly KeyUseCase[] }): PolicyDocument {
    const { useCases = ["MANAGED_SERVICES"] } = args;
    return {
        Version: "2012-10-17",
        Id: "key-policy-databricks",
        Statement: [
            ownerStatement(args.awsAccountId),
            ...(useCases.includes("MANAGED_SERVICES") ? [notebooksStatement] : []),
            ...(useCases.includes("STORAGE") ? storageStatements(args) : []),
        ],
    };
}

/** The policy of a KMS key for the use case `STORAGE` alone: root bucket and, with the cross-account role, cluster volumes. */
export function storageKeyPolicy(args: KeyPolicyArgs): PolicyDocument {
    return databricksKeyPolicy({ ...args, useCases: ["STORAGE"] });
}

function ownerStatement(awsAccountId: string): PolicyStatement {
    if (!/^\d{12}$/.test(awsAccountId)) {
        throw new RangeError(
            `awsAccountId must be the 12 digits of the AWS account that owns the key, as text; it is "${awsAccountId}". Without its owner in its policy nobody could change the key again.`,
        );
    }
    return {
        Sid: "Owner keeps every right",
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${awsAccountId}:root` },
        Action: "kms:*",
        Resource: "*",
    };
}

const notebooksStatement: PolicyStatement = {
    Sid: "Allow Databricks to use KMS key for Notebooks",
    Effect: "Allow",
    Principal: { AWS: DATABRICKS },
    Action: ["kms:Encrypt", "kms:Decrypt"],
    Resource: "*",
};

function storageStatements({ databricksAccountId, crossAccountRoleArn }: KeyPolicyArgs): PolicyStatement[] {
    const forAccount =
        databricksAccountId === undefined
            ? undefined
            : { StringEquals: { "aws:PrincipalTag/DatabricksAccountId": [databricksAccountId] } };
    const statements: PolicyStatement[] = [
        {
            Sid: "Allow Databricks to use KMS key for DBFS",
            Effect: "Allow",
            Principal: { AWS: DATABRICKS },
            Action: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
            Resource: "*",
            ...(forAccount === undefined ? {} : { Condition: forAccount }),
        },
        {
            Sid: "Allow Databricks to use KMS key for DBFS (Grants)",
            Effect: "Allow",
            Principal: { AWS: DATABRICKS },
            Action: ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
            Resource: "*",
            Condition: { ...forAccount, Bool: { "kms:GrantIsForAWSResource": "true" } },
        },
    ];
    if (crossAccountRoleArn === undefined) return statements;
    return [
        ...statements,
        {
            Sid: "Allow Databricks to use KMS key for EBS",
            Effect: "Allow",
            Principal: { AWS: crossAccountRoleArn },
            Action: ["kms:Decrypt", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:DescribeKey"],
            Resource: "*",
            Condition: { StringLike: { "kms:ViaService": "ec2.*.amazonaws.com" } },
        },
    ];
}

/**
 * Who may take the cross-account role on: Databricks, and only for this Databricks account.
 *
 * @param args `databricksAccountId`: the account's uuid, which Databricks names as the external id.
 */
export function crossAccountTrustPolicy(args: { databricksAccountId: string }): PolicyDocument {
    return {
        Version: "2012-10-17",
        Statement: [
            {
                Effect: "Allow",
                Principal: { AWS: DATABRICKS },
                Action: "sts:AssumeRole",
                Condition: { StringEquals: { "sts:ExternalId": args.databricksAccountId } },
            },
        ],
    };
}

/** Whose network the clusters run in: one that Databricks makes, or the customer's own VPC. */
export type CrossAccountNetwork = "databricks-managed" | "customer-managed";

/**
 * What Databricks may do with the cross-account role: launch clusters and, in a network that it manages itself, make and
 * remove that network.
 *
 * @param args `network`: whose network it is. Default: `databricks-managed`. `passRoles`: ARNs of the roles that clusters
 * may be given by an instance profile. Default: none.
 */
export function crossAccountPolicy(
    args: { network?: CrossAccountNetwork; passRoles?: readonly string[] } = {},
): PolicyDocument {
    const { network = "databricks-managed", passRoles = [] } = args;
    const passing: PolicyStatement[] =
        passRoles.length === 0 ? [] : [{ Effect: "Allow", Action: "iam:PassRole", Resource: [...passRoles] }];
    return {
        Version: "2012-10-17",
        Statement: [
            {
                Effect: "Allow",
                Action: [...clusterActions, ...(network === "databricks-managed" ? networkActions : [])].sort(),
                Resource: "*",
            },
            {
                Effect: "Allow",
                Action: ["iam:CreateServiceLinkedRole", "iam:PutRolePolicy"],
                Resource: "arn:aws:iam::*:role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot",
                Condition: { StringLike: { "iam:AWSServiceName": "spot.amazonaws.com" } },
            },
            ...passing,
        ],
    };
}

const clusterActions = [
    "AssignPrivateIpAddresses",
    "AssociateIamInstanceProfile",
    "AttachVolume",
    "AuthorizeSecurityGroupEgress",
    "AuthorizeSecurityGroupIngress",
    "CancelSpotInstanceRequests",
    "CreateFleet",
    "CreateLaunchTemplate",
    "CreateLaunchTemplateVersion",
    "CreateTags",
    "CreateVolume",
    "DeleteFleets",
    "DeleteLaunchTemplate",
    "DeleteLaunchTemplateVersions",
    "DeleteTags",
    "DeleteVolume",
    "DescribeAvailabilityZones",
    "DescribeFleetHistory",
    "DescribeFleetInstances",
    "DescribeFleets",
    "DescribeIamInstanceProfileAssociations",
    "DescribeInstanceStatus",
    "DescribeInstances",
    "DescribeInternetGateways",
    "DescribeLaunchTemplateVersions",
    "DescribeLaunchTemplates",
    "DescribeNatGateways",
    "DescribeNetworkAcls",
    "DescribePrefixLists",
    "DescribeReservedInstancesOfferings",
    "DescribeRouteTables",
    "DescribeSecurityGroups",
    "DescribeSpotInstanceRequests",
    "DescribeSpotPriceHistory",
    "DescribeSubnets",
    "DescribeVolumes",
    "DescribeVpcAttribute",
    "DescribeVpcs",
    "DetachVolume",
    "DisassociateIamInstanceProfile",
    "GetLaunchTemplateData",
    "GetSpotPlacementScores",
    "ModifyFleet",
    "ModifyLaunchTemplate",
    "ReplaceIamInstanceProfileAssociation",
    "RequestSpotInstances",
    "RevokeSecurityGroupEgress",
    "RevokeSecurityGroupIngress",
    "RunInstances",
    "TerminateInstances",
].map((action) => `ec2:${action}`);

const networkActions = [
    "AllocateAddress",
    "AssociateDhcpOptions",
    "AssociateRouteTable",
    "AttachInternetGateway",
    "CreateDhcpOptions",
    "CreateInternetGateway",
    "CreateNatGateway",
    "CreateRoute",
    "CreateRouteTable",
    "CreateSecurityGroup",
    "CreateSubnet",
    "CreateVpc",
    "CreateVpcEndpoint",
    "DeleteDhcpOptions",
    "DeleteInternetGateway",
    "DeleteNatGateway",
    "DeleteRoute",
    "DeleteRouteTable",
    "DeleteSecurityGroup",
    "DeleteSubnet",
    "DeleteVpc",
    "DeleteVpcEndpoints",
    "DetachInternetGateway",
    "DisassociateRouteTable",
    "ModifyVpcAttribute",
    "ReleaseAddress",
].map((action) => `ec2:${action}`);

/**
 * The policy of a workspace's root bucket: Databricks reads and writes it, for this Databricks account only.
 *
 * @param args `bucketName`: bare name of the bucket; `databricksAccountId`: the account's uuid.
 */
export function rootBucketPolicy(args: { bucketName: string; databricksAccountId: string }): PolicyDocument {
    const bucket = `arn:aws:s3:::${args.bucketName}`;
    return {
        Version: "2012-10-17",
        Statement: [
            {
                Sid: "Grant Databricks Access",
                Effect: "Allow",
                Principal: { AWS: DATABRICKS },
                Action: [
                    "s3:GetObject",
                    "s3:GetObjectVersion",
                    "s3:PutObject",
                    "s3:DeleteObject",
                    "s3:ListBucket",
                    "s3:GetBucketLocation",
                ],
                Resource: [`${bucket}/*`, bucket],
                Condition: { StringEquals: { "aws:PrincipalTag/DatabricksAccountId": [args.databricksAccountId] } },
            },
        ],
    };
}
