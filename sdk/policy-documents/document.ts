import { withCode } from "../../provider/contract/coded-message";
import { UUID } from "../../provider/contract/forms";
import { type Partition, type PartitionName, partitions } from "../../provider/contract/partitions";

/** The AWS account in which Databricks' control plane runs, in the commercial partition. */
export const DATABRICKS_AWS_ACCOUNT = partitions.aws.databricksAwsAccount;

/** What every policy document here takes. */
export interface PartitionArgs {
    /**
     * The part of AWS that the policy is for: `aws`, `aws-us-gov` (GovCloud) or `aws-us-gov-dod` (GovCloud, Department
     * of Defense). Databricks has an AWS account in each, and a policy can let in principals of its own partition only.
     *
     * @default `"aws"`
     */
    partition?: PartitionName;
}

/**
 * The part of AWS that a policy is for.
 *
 * @throws RangeError if Databricks has no accounts in a partition of that name.
 */
export function partitionOf({ partition = "aws" }: PartitionArgs): Partition {
    if (Object.hasOwn(partitions, partition)) return partitions[partition];
    throw new RangeError(
        withCode(
            `partition must be one of ${Object.keys(partitions).join(", ")}; it is "${String(partition)}". Databricks has no accounts in other partitions.`,
            "CMK1002",
        ),
    );
}

/** One statement of an IAM, bucket or key policy. */
export interface PolicyStatement {
    /** Name of the statement, in AWS' words its statement id. */
    Sid?: string;
    /** Whether the statement allows or denies. */
    Effect: "Allow" | "Deny";
    /** Whom it concerns; only in the policy of a role, a bucket or a key. */
    Principal?: {
        /** ARNs of accounts, roles or users. */
        AWS: string | string[];
    };
    /** Which actions it concerns, for example `kms:Decrypt`. */
    Action: string | string[];
    /** A trust policy has none: it is about the role that it is attached to. */
    Resource?: string | string[];
    /** When it applies: values by condition operator and key. */
    Condition?: Record<string, Record<string, string | string[]>>;
}

/** An IAM, bucket or key policy: plain data, to be given to `JSON.stringify`. */
export interface PolicyDocument {
    /** Version of the policy language. */
    Version: "2012-10-17";
    /** Name of the policy. */
    Id?: string;
    /** Its statements. */
    Statement: PolicyStatement[];
}

/**
 * The condition that only the sessions meet in which Databricks acts for this account.
 *
 * @throws RangeError if the id is not a uuid: the condition would let nobody in.
 */
export function ofDatabricksAccount(...databricksAccountIds: readonly string[]): {
    StringEquals: Record<string, string[]>;
} {
    for (const id of databricksAccountIds) {
        if (UUID.test(id)) continue;
        throw new RangeError(
            withCode(
                `databricksAccountId must be the uuid of the Databricks account; it is "${id}". It is shown in the account console, at the top right.`,
                "CMK1002",
            ),
        );
    }
    return { StringEquals: { "aws:PrincipalTag/DatabricksAccountId": [...databricksAccountIds] } };
}
