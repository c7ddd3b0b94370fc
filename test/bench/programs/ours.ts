// The arm `ours`: workspaces with this package.
import * as databricks from "pulumi-databricks-cmk";

const credentials = new databricks.Credentials("credentials", { roleArn: "arn:aws:iam::123456789012:role/bench" });
const storage = new databricks.StorageConfiguration("storage", { bucketName: "bench-root-bucket" });
const key = new databricks.CustomerManagedKey("key", {
    awsKeyInfo: { keyArn: process.env["KEY_ARN"] ?? "" },
    useCases: ["MANAGED_SERVICES"],
});
for (let index = 0; index < Number(process.env["N"]); index++) {
    new databricks.Workspace(`workspace-${index}`, {
        workspaceName: `workspace-${index}`,
        awsRegion: "us-east-1",
        credentialsId: credentials.credentialsId,
        storageConfigurationId: storage.storageConfigurationId,
        managedServicesCustomerManagedKeyId: key.customerManagedKeyId,
    });
}
