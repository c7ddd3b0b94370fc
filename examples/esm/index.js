import { Config } from "@pulumi/pulumi";
import { EncryptedWorkspace } from "pulumi-databricks-cmk";

const workspace = new EncryptedWorkspace("esm", { awsRegion: new Config().require("region") });

export const { workspaceUrl, workspaceId, keyArn } = workspace;
