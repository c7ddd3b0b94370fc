// The arm `plugin`: the workspaces of `ours`, as resources of the plugin.
import * as pulumi from "@pulumi/pulumi";

import { workspaces } from "./stack";

const resource = (kind: string) =>
    class extends pulumi.CustomResource {
        constructor(name: string, inputs: pulumi.Inputs) {
            super(`databricks-cmk:index:${kind}`, name, inputs);
        }
    };
const [Credentials, StorageConfiguration] = [resource("Credentials"), resource("StorageConfiguration")];
const CustomerManagedKey = resource("CustomerManagedKey");

const credentials = new Credentials("credentials", { roleArn: "arn:aws:iam::123456789012:role/bench" });
const storage = new StorageConfiguration("storage", { bucketName: "bench-root-bucket" });
const key = new CustomerManagedKey("key", {
    awsKeyInfo: { keyArn: process.env["KEY_ARN"] ?? "" },
    useCases: ["MANAGED_SERVICES"],
});
// The plugin's ids of these are the account's own.
workspaces(resource("Workspace"), {
    credentialsId: credentials.id,
    storageConfigurationId: storage.id,
    managedServicesCustomerManagedKeyId: key.id,
});
