import * as pulumi from "@pulumi/pulumi";
import * as databricks from "pulumi-databricks-cmk";

const config = new pulumi.Config();
const keys = config.require("keys");
if (keys !== "one" && keys !== "two") throw new pulumi.RunError(`keys must be "one" or "two"; it is "${keys}".`);

const workspace = new databricks.EncryptedWorkspace(config.require("name"), {
    awsRegion: config.require("region"),
    forceDestroy: config.requireBoolean("forceDestroy"),
    // The cross-account role, made inside, is let in to the key for storage by itself: clusters encrypt their volumes with it.
    ...(keys === "one"
        ? { key: { useCases: ["MANAGED_SERVICES", "STORAGE"], reuseKeyForClusterVolumes: true } }
        : { storageKey: { reuseKeyForClusterVolumes: true } }),
});

export const workspaceUrl = workspace.workspaceUrl;
export const workspaceId = workspace.workspaceId;
export const notebooksKeyArn = workspace.keyArn;
export const storageKeyArn = workspace.storageKey?.keyArn;
