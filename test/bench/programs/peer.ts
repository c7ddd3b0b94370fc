// The arm `peer`: workspaces with @pulumi/databricks, which is no dependency of this package.
import { createRequire } from "node:module";

type MwsWorkspaces = new (name: string, args: Record<string, unknown>) => unknown;

const databricks = createRequire(__filename)("@pulumi/databricks") as { MwsWorkspaces: MwsWorkspaces };

for (let index = 0; index < Number(process.env["N"]); index++) {
    new databricks.MwsWorkspaces(`workspace-${index}`, {
        accountId: process.env["DATABRICKS_ACCOUNT_ID"],
        workspaceName: `workspace-${index}`,
        awsRegion: "us-east-1",
        credentialsId: process.env["CREDENTIALS_ID"],
        storageConfigurationId: process.env["STORAGE_ID"],
        managedServicesCustomerManagedKeyId: process.env["KEY_ID"],
    });
}
