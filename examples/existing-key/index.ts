import * as pulumi from "@pulumi/pulumi";
import * as databricks from "pulumi-databricks-cmk";

const config = new pulumi.Config();
const name = config.require("name");
const region = config.require("region");
const keyArn = config.get("keyArn") || undefined;
const customKeyStoreId = config.get("customKeyStoreId") || undefined;
if ((keyArn === undefined) === (customKeyStoreId === undefined)) {
    throw new pulumi.RunError(
        "Say which key the notebooks are to be under: set keyArn for one that was made elsewhere, or customKeyStoreId to make one in that key store; not both.",
    );
}

const key =
    keyArn === undefined
        ? new databricks.EncryptionKey(name, { customKeyStoreId, region })
        : // It is registered and nothing more: its policy and its rotation stay in the hands of those who made it.
          new databricks.EncryptionKey(name, {
              keyArn,
              aliasName: config.get("keyAlias") || undefined,
              region,
              checkKey: config.requireBoolean("checkKey"),
          });

const workspace = new databricks.EncryptedWorkspace(name, {
    awsRegion: region,
    key,
    forceDestroy: config.requireBoolean("forceDestroy"),
});

export const workspaceUrl = workspace.workspaceUrl;
export const workspaceId = workspace.workspaceId;
export const usedKeyArn = key.keyArn;
/** What the policy of a key that was made elsewhere has to say: hand it to those who look after the key. */
export const requiredKeyPolicy = key.keyArn.apply((arn) =>
    JSON.stringify(
        databricks.databricksKeyPolicy({
            awsAccountId: arn.split(":")[4] ?? "",
            databricksAccountId: new pulumi.Config("databricks").get("accountId") || process.env.DATABRICKS_ACCOUNT_ID,
        }),
    ),
);
