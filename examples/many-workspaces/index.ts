import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as databricks from "pulumi-databricks-cmk";

const config = new pulumi.Config();
const awsRegion = config.require("region");
const forceDestroy = config.requireBoolean("forceDestroy");
const protect = config.requireBoolean("protect");

const databricksAccountId = new pulumi.Config("databricks").get("accountId") ?? process.env.DATABRICKS_ACCOUNT_ID;
if (databricksAccountId === undefined) {
    throw new pulumi.RunError("Name the Databricks account: pulumi config set databricks:accountId <uuid>");
}

// Shared by all teams: the key, and the role with which Databricks launches clusters in this AWS account.
const key = new databricks.EncryptionKey("teams", { region: awsRegion }, { protect });
const role = new aws.iam.Role("teams", {
    assumeRolePolicy: JSON.stringify(databricks.crossAccountTrustPolicy({ databricksAccountId })),
});
const rolePolicy = new aws.iam.RolePolicy("teams", {
    role: role.name,
    policy: JSON.stringify(databricks.crossAccountPolicy()),
});
const credentials = new databricks.Credentials("teams", { roleArn: role.arn }, { dependsOn: rolePolicy });

// Each team's own: a root bucket, so that no team reads another's files, and the workspace.
const workspaces = config.requireObject<string[]>("teams").map((team) => ({
    team,
    workspace: new databricks.EncryptedWorkspace(
        team,
        {
            awsRegion,
            key,
            credentialsId: credentials.credentialsId,
            customTags: { team },
            tags: { team },
            forceDestroy,
        },
        { protect },
    ),
}));

export const workspaceUrls = Object.fromEntries(
    workspaces.map(({ team, workspace }) => [team, workspace.workspaceUrl]),
);
export const keyArn = key.keyArn;
