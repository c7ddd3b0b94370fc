import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as databricks from "pulumi-databricks-cmk";

const config = new pulumi.Config();
const name = config.require("name");
const region = config.require("region");
const existingKeyArn = config.get("keyArn") || undefined;
const forceDestroy = config.requireBoolean("forceDestroy");

const databricksAccountId = new pulumi.Config("databricks").get("accountId") ?? process.env.DATABRICKS_ACCOUNT_ID;
if (databricksAccountId === undefined) {
    throw new Error("Name the Databricks account: pulumi config set databricks:accountId <uuid>");
}

// The role with which Databricks launches clusters in this AWS account.
const role = new aws.iam.Role(name, {
    assumeRolePolicy: JSON.stringify(databricks.crossAccountTrustPolicy({ databricksAccountId })),
});
const rolePolicy = new aws.iam.RolePolicy(name, {
    role: role.name,
    policy: JSON.stringify(databricks.crossAccountPolicy()),
});

// The root bucket. The key for notebooks does not encrypt it: S3 does, by its own means. (Not by AWS' KMS key for S3, whose
// policy lets nobody in from another account, and so not Databricks.)
const bucket = new aws.s3.Bucket(name, { region, forceDestroy });
new aws.s3.BucketServerSideEncryptionConfiguration(name, {
    region,
    bucket: bucket.bucket,
    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
});
const publicAccessBlock = new aws.s3.BucketPublicAccessBlock(name, {
    region,
    bucket: bucket.bucket,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
});
const bucketPolicy = new aws.s3.BucketPolicy(
    name,
    {
        region,
        bucket: bucket.bucket,
        policy: bucket.bucket.apply((bucketName) =>
            JSON.stringify(databricks.rootBucketPolicy({ bucketName, databricksAccountId })),
        ),
    },
    { dependsOn: publicAccessBlock },
);

// The customer-managed key, registered for notebooks.
const key = new databricks.EncryptionKey(name, { keyArn: existingKeyArn });

const credentials = new databricks.Credentials(name, { roleArn: role.arn }, { dependsOn: rolePolicy });
const storage = new databricks.StorageConfiguration(name, { bucketName: bucket.bucket }, { dependsOn: bucketPolicy });

const workspace = new databricks.Workspace(name, {
    workspaceName: name,
    awsRegion: region,
    pricingTier: "ENTERPRISE",
    credentialsId: credentials.credentialsId,
    storageConfigurationId: storage.storageConfigurationId,
    managedServicesCustomerManagedKeyId: key.customerManagedKeyId,
    forceDestroy, // without it, only an empty workspace is deleted
});

export const workspaceUrl = workspace.workspaceUrl;
export const workspaceId = workspace.workspaceId;
export const keyArn = key.keyArn;
