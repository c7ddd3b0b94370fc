// The arm `ours`: workspaces with this package.
import * as databricks from "pulumi-databricks-cmk";

import { workspaces } from "./stack";

const credentials = new databricks.Credentials("credentials", { roleArn: "arn:aws:iam::123456789012:role/bench" });
const storage = new databricks.StorageConfiguration("storage", { bucketName: "bench-root-bucket" });
const key = new databricks.CustomerManagedKey("key", {
    awsKeyInfo: { keyArn: process.env["KEY_ARN"] ?? "" },
    useCases: ["MANAGED_SERVICES"],
});
workspaces(databricks.Workspace, {
    credentialsId: credentials.credentialsId,
    storageConfigurationId: storage.storageConfigurationId,
    managedServicesCustomerManagedKeyId: key.customerManagedKeyId,
});
