import { DATABRICKS_PRINCIPAL, ofDatabricksAccount, type PolicyDocument } from "./document";

/**
 * The policy of a workspace's root bucket: Databricks reads and writes it, for this Databricks account only.
 *
 * @throws RangeError if `databricksAccountId` is not a uuid.
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
                Principal: { AWS: DATABRICKS_PRINCIPAL },
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
