import { databricksPrincipal } from "../../provider/contract/partitions";
import { ofDatabricksAccount, type PartitionArgs, partitionOf, type PolicyDocument } from "./document";

/**
 * The policy of a workspace's root bucket: Databricks reads and writes it, for this Databricks account only.
 *
 * @throws RangeError if `databricksAccountId` is not a uuid.
 * @param args `bucketName`: bare name of the bucket; `databricksAccountId`: the account's uuid; `partition`: default `aws`.
 */
export function rootBucketPolicy(
    args: { bucketName: string; databricksAccountId: string } & PartitionArgs,
): PolicyDocument {
    const partition = partitionOf(args);
    const bucket = `arn:${partition.arnPartition}:s3:::${args.bucketName}`;
    return {
        Version: "2012-10-17",
        Statement: [
            {
                Sid: "Grant Databricks Access",
                Effect: "Allow",
                Principal: { AWS: databricksPrincipal(partition) },
                Action: [
                    "s3:GetObject",
                    "s3:GetObjectVersion",
                    "s3:PutObject",
                    "s3:DeleteObject",
                    "s3:ListBucket",
                    "s3:GetBucketLocation",
                ],
                Resource: [`${bucket}/*`, bucket],
                Condition: ofDatabricksAccount(args.databricksAccountId),
            },
        ],
    };
}
