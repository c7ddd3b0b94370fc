import type { s3, types } from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { databricksAccount, partitionOfStack } from "./arguments";
import { aws } from "./aws";
import { type EncryptedWorkspaceArgs, isServerless } from "./encrypted-workspace-args";
import type { EncryptionKey } from "./encryption-key";
import { rootBucketPolicy } from "../policy-documents";
import { StorageConfiguration } from "../resources/storage-configuration";

/** The storage configuration of a workspace, and what of its bucket was made. */
export interface RootStorage {
    readonly bucket?: s3.Bucket;
    readonly bucketEncryption?: s3.BucketServerSideEncryptionConfiguration;
    readonly publicAccessBlock?: s3.BucketPublicAccessBlock;
    readonly bucketPolicy?: s3.BucketPolicy;
    /** `undefined` for a serverless workspace, which has none. */
    readonly storageConfiguration?: StorageConfiguration;
}

/**
 * Makes the root bucket, encrypted and closed to the public, and its registration, except for what the arguments name.
 *
 * @param key the key for storage, if there is one.
 */
export function storageOf(
    name: string,
    args: EncryptedWorkspaceArgs,
    key: EncryptionKey | undefined,
    parent: pulumi.Resource,
): RootStorage {
    const { accountId, awsRegion: region, bucketName, tags } = args;
    if (isServerless(args)) return {};
    if (bucketName !== undefined) {
        return { storageConfiguration: new StorageConfiguration(name, { accountId, bucketName }, { parent }) };
    }
    const bucket = new (aws().s3.Bucket)(name, { region, forceDestroy: args.forceDestroy ?? false, tags }, { parent });
    const ofBucket = { region, bucket: bucket.bucket };
    const bucketEncryption = new (aws().s3.BucketServerSideEncryptionConfiguration)(
        name,
        { ...ofBucket, rules: [encryptionRule(key)] },
        { parent },
    );
    const publicAccessBlock = new (aws().s3.BucketPublicAccessBlock)(name, { ...ofBucket, ...closed }, { parent });
    const policy = pulumi
        .all([bucket.bucket, databricksAccount(accountId)])
        .apply(([ownName, databricksAccountId]) =>
            JSON.stringify(
                rootBucketPolicy({ bucketName: ownName, databricksAccountId, partition: partitionOfStack() }),
            ),
        );
    const bucketPolicy = new (aws().s3.BucketPolicy)(
        name,
        { ...ofBucket, policy },
        { parent, dependsOn: publicAccessBlock },
    );
    // Databricks uses the bucket as long as the configuration exists: it is created after the bucket's policy, and deleted before it.
    const storageConfiguration = new StorageConfiguration(
        name,
        { accountId, bucketName: bucket.bucket },
        { parent, dependsOn: [bucketPolicy, bucketEncryption] },
    );
    return { bucket, bucketEncryption, publicAccessBlock, bucketPolicy, storageConfiguration };
}

const closed = {
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
};

/** Without a key of the customer, not the KMS key that AWS manages for S3: its policy cannot let Databricks in. */
function encryptionRule(key: EncryptionKey | undefined): types.input.s3.BucketServerSideEncryptionConfigurationRule {
    return key === undefined
        ? { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }
        : {
              applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.keyArn },
              bucketKeyEnabled: true,
          };
}
