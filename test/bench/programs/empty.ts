// The arm `empty`: a dynamic provider that does nothing, with a workspace's inputs. It is what the engine itself costs.
import * as pulumi from "@pulumi/pulumi";

const provider: pulumi.dynamic.ResourceProvider = {
    async create(inputs) {
        return { id: String(inputs["workspaceName"]), outs: inputs };
    },
};

class Nothing extends pulumi.dynamic.Resource {
    constructor(name: string, inputs: pulumi.Inputs) {
        super(provider, name, inputs);
    }
}

for (let index = 0; index < Number(process.env["N"]); index++) {
    new Nothing(`workspace-${index}`, {
        workspaceName: `workspace-${index}`,
        awsRegion: "us-east-1",
        credentialsId: process.env["CREDENTIALS_ID"] ?? "",
        storageConfigurationId: process.env["STORAGE_ID"] ?? "",
        managedServicesCustomerManagedKeyId: process.env["KEY_ID"] ?? "",
    });
}
