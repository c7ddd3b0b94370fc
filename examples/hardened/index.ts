import * as around from "@pulumi/databricks";
import * as pulumi from "@pulumi/pulumi";
import { EncryptedWorkspace, getCurrentConfig, insideWorkspace } from "pulumi-databricks-cmk";

const config = new pulumi.Config();
const databricks = new pulumi.Config("databricks");
const region = config.require("region");
const complianceStandards = config.requireObject<string[]>("complianceStandards");

// Both providers sign in as the same service principal: it is an admin of the account, and of the workspace that it makes.
const credential = {
    authType: "oauth-m2m",
    clientId: databricks.get("clientId") ?? process.env.DATABRICKS_CLIENT_ID,
    clientSecret: databricks.getSecret("clientSecret") ?? pulumi.secret(process.env.DATABRICKS_CLIENT_SECRET),
};
const current = pulumi.output(getCurrentConfig());
const account = new around.Provider("account", { ...credential, host: current.host, accountId: current.accountId });
const inAccount = { provider: account };

// Where serverless compute may go. These objects belong to the account: they outlive a workspace that is replaced.
const connectivity = new around.MwsNetworkConnectivityConfig("analytics", { region }, inAccount);
const egress = new around.AccountNetworkPolicy(
    "analytics",
    {
        networkPolicyId: "analytics",
        egress: {
            networkAccess: {
                restrictionMode: "RESTRICTED_ACCESS",
                policyEnforcement: { enforcementMode: "ENFORCED" },
            },
        },
        ingress: {
            privateAccess: { restrictionMode: "ALLOW_ALL_REGISTERED_ENDPOINTS" },
            publicAccess: { restrictionMode: "FULL_ACCESS" },
        },
    },
    inAccount,
);

// This package: the workspace, its key, role and bucket.
const { workspace } = new EncryptedWorkspace("analytics", {
    awsRegion: region,
    key: { useCases: ["MANAGED_SERVICES", "STORAGE"] },
    networkConnectivityConfigId: connectivity.networkConnectivityConfigId,
    waitUntilReady: true,
    forceDestroy: config.requireBoolean("forceDestroy"),
});
new around.WorkspaceNetworkOption(
    "analytics",
    { workspaceId: workspace.workspaceId, networkPolicyId: egress.networkPolicyId },
    insideWorkspace(workspace, inAccount),
);

// Settings of the workspace: they go with it, and are made anew in the one that replaces it.
const provider = new around.Provider("analytics", { ...credential, host: workspace.workspaceUrl });
const inWorkspace = insideWorkspace(workspace, { provider });

new around.ComplianceSecurityProfileWorkspaceSetting(
    "analytics",
    { complianceSecurityProfileWorkspace: { isEnabled: true, complianceStandards } },
    inWorkspace,
);
new around.EnhancedSecurityMonitoringWorkspaceSetting(
    "analytics",
    { enhancedSecurityMonitoringWorkspace: { isEnabled: true } },
    inWorkspace,
);
new around.AutomaticClusterUpdateWorkspaceSetting(
    "analytics",
    { automaticClusterUpdateWorkspace: { enabled: true, restartEvenIfNoUpdatesAvailable: true } },
    inWorkspace,
);
new around.DisableLegacyAccessSetting("analytics", { disableLegacyAccess: { value: true } }, inWorkspace);
new around.DisableLegacyDbfsSetting("analytics", { disableLegacyDbfs: { value: true } }, inWorkspace);
new around.RestrictWorkspaceAdminsSetting(
    "analytics",
    { restrictWorkspaceAdmins: { status: "RESTRICT_TOKENS_AND_JOB_RUN_AS" } },
    inWorkspace,
);
new around.WorkspaceConf("analytics", { customConfig: { enableResultsDownloading: "false" } }, inWorkspace);

export const { workspaceUrl, workspaceId } = workspace;
