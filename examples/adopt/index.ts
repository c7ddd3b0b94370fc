import * as pulumi from "@pulumi/pulumi";
import * as databricks from "pulumi-databricks-cmk";

const config = new pulumi.Config();

// From the first `pulumi up` on the stack owns all this. Protected, nothing of it can be lost by a slip.
const options = { protect: config.requireBoolean("protect") };

const credentials = new databricks.Credentials(
    "workspace",
    { adopt: config.require("credentialsId"), roleArn: config.require("roleArn") },
    options,
);
const storage = new databricks.StorageConfiguration(
    "workspace",
    { adopt: config.require("storageConfigurationId"), bucketName: config.require("bucketName") },
    options,
);
const key = new databricks.CustomerManagedKey(
    "workspace",
    {
        adopt: config.require("customerManagedKeyId"),
        awsKeyInfo: { keyArn: config.require("keyArn") },
        useCases: ["MANAGED_SERVICES"],
    },
    options,
);
const workspace = new databricks.Workspace(
    "workspace",
    {
        adopt: config.require("workspaceId"),
        workspaceName: config.require("workspaceName"),
        awsRegion: config.require("region"),
        customTags: config.requireObject<Record<string, string>>("customTags"),
        credentialsId: credentials.credentialsId,
        storageConfigurationId: storage.storageConfigurationId,
        managedServicesCustomerManagedKeyId: key.customerManagedKeyId,
        onKeyChange: "forbid",
        forceDestroy: config.requireBoolean("forceDestroy"),
    },
    options,
);

export const workspaceUrl = workspace.workspaceUrl;
export const workspaceStatus = workspace.workspaceStatus;
export const pricingTier = workspace.pricingTier;
