// The arm `carrier`: an empty provider whose workspaces have the outputs in OUTPUTS, and a text of its code that is as short as
// this package's. It is what the engine costs with such resources, whoever makes them.
import * as pulumi from "@pulumi/pulumi";

const code =
    "exports.handler=_=>({create:async i=>({id:i.workspaceName,outs:Object.assign({},i,JSON.parse(process.env.OUTPUTS))})})";

class Carrier extends pulumi.CustomResource {
    constructor(name: string, inputs: pulumi.Inputs) {
        super("pulumi-nodejs:dynamic:Resource", name, { ...inputs, __provider: code });
    }
}

class Shared extends Carrier {
    declare readonly value: pulumi.Output<string>;

    constructor(name: string, value: string | undefined) {
        super(name, { workspaceName: name, value: value ?? "" });
    }
}

const credentials = new Shared("credentials", process.env["CREDENTIALS_ID"]);
const storage = new Shared("storage", process.env["STORAGE_ID"]);
const key = new Shared("key", process.env["KEY_ID"]);
for (let index = 0; index < Number(process.env["N"]); index++) {
    new Carrier(`workspace-${index}`, {
        workspaceName: `workspace-${index}`,
        awsRegion: "us-east-1",
        credentialsId: credentials.value,
        storageConfigurationId: storage.value,
        managedServicesCustomerManagedKeyId: key.value,
    });
}
