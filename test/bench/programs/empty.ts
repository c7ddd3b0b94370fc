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

// What the workspaces share is a resource each, as in the other arms, so that the engine has the same work; it is there already.
class Shared extends pulumi.dynamic.Resource {
    declare readonly value: pulumi.Output<string>;

    constructor(name: string, value: string | undefined) {
        super({ create: async (inputs) => ({ id: name, outs: inputs }) }, name, { value: value ?? "" });
    }
}

const credentials = new Shared("credentials", process.env["CREDENTIALS_ID"]);
const storage = new Shared("storage", process.env["STORAGE_ID"]);
const key = new Shared("key", process.env["KEY_ID"]);
for (let index = 0; index < Number(process.env["N"]); index++) {
    new Nothing(`workspace-${index}`, {
        workspaceName: `workspace-${index}`,
        awsRegion: "us-east-1",
        credentialsId: credentials.value,
        storageConfigurationId: storage.value,
        managedServicesCustomerManagedKeyId: key.value,
    });
}
