import * as pulumi from "@pulumi/pulumi";
import * as databricks from "pulumi-databricks-cmk";

const config = new pulumi.Config();
const name = pulumi.getStack();

// The stack's own configuration says which Databricks account this is, and as whom.
const account = databricks.getCurrentConfigOutput();

// One KMS key for all accounts: the first stack makes it and lets the others in, which refer to that stack. Each account
// registers the key for itself.
const keyStack = config.get("keyStack") || undefined;
const key =
    keyStack === undefined
        ? { sharedWithAccountIds: config.getObject<string[]>("sharedWith") ?? [] }
        : { keyArn: new pulumi.StackReference(keyStack).requireOutput("keyArn").apply(String) };

const workspace = new databricks.EncryptedWorkspace(name, {
    awsRegion: config.require("region"),
    accountId: account.accountId,
    key,
    forceDestroy: config.requireBoolean("forceDestroy"),
});

export const databricksAccountId = account.accountId;
export const { workspaceUrl, workspaceId, keyArn } = workspace;
