import * as inside from "@pulumi/databricks";
import * as pulumi from "@pulumi/pulumi";
import { EncryptedWorkspace, insideWorkspace } from "pulumi-databricks-cmk";

const config = new pulumi.Config();
const databricks = new pulumi.Config("databricks");
const group = config.require("group");
const forceDestroy = config.requireBoolean("forceDestroy");

// This package: the workspace, its key, role and bucket.
const { workspace } = new EncryptedWorkspace("analytics", {
    awsRegion: config.require("region"),
    key: { useCases: ["MANAGED_SERVICES", "STORAGE"], reuseKeyForClusterVolumes: true },
    forceDestroy,
});

// `@pulumi/databricks`: what is in it. The provider speaks to the workspace, as the same service principal: it made the
// workspace, and so is an admin there. (The account's host in `databricks:host` is for this package alone.)
const provider = new inside.Provider("analytics", {
    host: workspace.workspaceUrl,
    authType: "oauth-m2m",
    clientId: databricks.get("clientId") ?? process.env.DATABRICKS_CLIENT_ID,
    clientSecret: databricks.getSecret("clientSecret") ?? pulumi.secret(process.env.DATABRICKS_CLIENT_SECRET),
});

// What lives in the workspace goes with it, and is made anew in the one that replaces it. What lives in the metastore outlives it.
const inWorkspace = insideWorkspace(workspace, { provider });

const metastore = new inside.MetastoreAssignment(
    "analytics",
    { workspaceId: workspace.workspaceId, metastoreId: config.require("metastoreId") },
    inWorkspace,
);
const catalog = new inside.Catalog(
    "sales",
    { name: "sales", storageRoot: config.require("catalogStorage"), isolationMode: "OPEN", forceDestroy },
    { provider, dependsOn: metastore },
);
new inside.Grants(
    "sales",
    { catalog: catalog.name, grants: [{ principal: group, privileges: ["USE_CATALOG", "USE_SCHEMA", "SELECT"] }] },
    { provider },
);

// The key registered above encrypts the cluster's volumes.
const cluster = new inside.Cluster(
    "shared",
    {
        clusterName: "shared",
        sparkVersion: config.require("sparkVersion"),
        nodeTypeId: config.require("nodeType"),
        autoscale: { minWorkers: 1, maxWorkers: 4 },
        autoterminationMinutes: 30,
        dataSecurityMode: "USER_ISOLATION",
    },
    { ...inWorkspace, dependsOn: metastore },
);
new inside.Permissions(
    "shared",
    { clusterId: cluster.id, accessControls: [{ groupName: group, permissionLevel: "CAN_RESTART" }] },
    inWorkspace,
);

export const { workspaceUrl, workspaceId } = workspace;
export const catalogName = catalog.name;
export const clusterId = cluster.id;
