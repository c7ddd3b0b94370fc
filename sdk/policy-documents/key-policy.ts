import type { KeyUseCase } from "../resources/customer-managed-key";
import { withCode } from "../../provider/contract/coded-message";
import { databricksPrincipal } from "../../provider/contract/partitions";
import {
    ofDatabricksAccount,
    type PartitionArgs,
    partitionOf,
    type PolicyDocument,
    type PolicyStatement,
} from "./document";

/** What {@link databricksKeyPolicy} and {@link storageKeyPolicy} need to know. */
export interface KeyPolicyArgs extends PartitionArgs {
    /** The AWS account that owns the key (12 digits): it keeps every right, or nobody could change the key again. */
    awsAccountId: string;
    /**
     * The Databricks account (a uuid): Databricks may then use the key for this account's workspaces only. Left out, any
     * Databricks account that learns the key's ARN can register the key.
     */
    databricksAccountId?: string;
    /**
     * Further Databricks accounts (uuids) that use the key too. They count only beside `databricksAccountId`.
     *
     * @default none
     */
    sharedWithAccountIds?: readonly string[];
    /** For `STORAGE` with `reuseKeyForClusterVolumes`: ARN of the cross-account role, which then uses the key through EC2, for EBS volumes. */
    crossAccountRoleArn?: string;
}

/**
 * The policy of a KMS key that Databricks may use for these use cases, and for nothing more. Default: notebooks
 * (`MANAGED_SERVICES`).
 *
 * Sources: Databricks, "Customer managed keys for notebooks", step 3, is the statement without `databricksAccountId`;
 * "Configure customer-managed keys for encryption" has the condition on the account, and the statements for storage.
 *
 * @throws RangeError if `awsAccountId` is not 12 digits, `databricksAccountId` is not a uuid, or Databricks has no accounts in
 * the partition.
 */
export function databricksKeyPolicy(args: KeyPolicyArgs & { useCases?: readonly KeyUseCase[] }): PolicyDocument {
    const { useCases = ["MANAGED_SERVICES"] } = args;
    return {
        Version: "2012-10-17",
        Id: "key-policy-databricks",
        Statement: [
            ownerStatement(args),
            ...(useCases.includes("MANAGED_SERVICES") ? [notebooksStatement(args)] : []),
            ...(useCases.includes("STORAGE") ? storageStatements(args) : []),
        ],
    };
}

/** The policy of a KMS key for the use case `STORAGE` alone: root bucket and, with the cross-account role, cluster volumes. */
export function storageKeyPolicy(args: KeyPolicyArgs): PolicyDocument {
    return databricksKeyPolicy({ ...args, useCases: ["STORAGE"] });
}

function ownerStatement(args: KeyPolicyArgs): PolicyStatement {
    const { awsAccountId } = args;
    if (!/^\d{12}$/.test(awsAccountId)) {
        throw new RangeError(
            withCode(
                `awsAccountId must be the 12 digits of the AWS account that owns the key, as text; it is "${awsAccountId}". Without its owner in its policy nobody could change the key again.`,
                "CMK1002",
            ),
        );
    }
    return {
        Sid: "Owner keeps every right",
        Effect: "Allow",
        Principal: { AWS: `arn:${partitionOf(args).arnPartition}:iam::${awsAccountId}:root` },
        Action: "kms:*",
        Resource: "*",
    };
}

function notebooksStatement(args: KeyPolicyArgs): PolicyStatement {
    const condition = accountCondition(args);
    return {
        Sid: "Allow Databricks to use KMS key for Notebooks",
        Effect: "Allow",
        Principal: { AWS: databricksPrincipal(partitionOf(args)) },
        Action: ["kms:Encrypt", "kms:Decrypt"],
        Resource: "*",
        ...(condition === undefined ? {} : { Condition: condition }),
    };
}

function storageStatements(args: KeyPolicyArgs): PolicyStatement[] {
    const condition = accountCondition(args);
    const statements: PolicyStatement[] = [
        {
            Sid: "Allow Databricks to use KMS key for DBFS",
            Effect: "Allow",
            Principal: { AWS: databricksPrincipal(partitionOf(args)) },
            Action: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
            Resource: "*",
            ...(condition === undefined ? {} : { Condition: condition }),
        },
        {
            Sid: "Allow Databricks to use KMS key for DBFS (Grants)",
            Effect: "Allow",
            Principal: { AWS: databricksPrincipal(partitionOf(args)) },
            Action: ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
            Resource: "*",
            Condition: { ...condition, Bool: { "kms:GrantIsForAWSResource": "true" } },
        },
    ];
    const { crossAccountRoleArn } = args;
    return crossAccountRoleArn === undefined ? statements : [...statements, volumesStatement(crossAccountRoleArn)];
}

function volumesStatement(crossAccountRoleArn: string): PolicyStatement {
    return {
        Sid: "Allow Databricks to use KMS key for EBS",
        Effect: "Allow",
        Principal: { AWS: crossAccountRoleArn },
        Action: ["kms:Decrypt", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:DescribeKey"],
        Resource: "*",
        Condition: { "ForAnyValue:StringLike": { "kms:ViaService": "ec2.*.amazonaws.com" } },
    };
}

function accountCondition({
    databricksAccountId,
    sharedWithAccountIds = [],
}: KeyPolicyArgs): ReturnType<typeof ofDatabricksAccount> | undefined {
    if (databricksAccountId === undefined) return undefined;
    return ofDatabricksAccount(databricksAccountId, ...sharedWithAccountIds);
}
