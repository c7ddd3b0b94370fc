// The common part of the arms' programs, so that the engine has the same work in all of them.
import * as pulumi from "@pulumi/pulumi";

/** The inputs of a workspace that reference shared objects. */
export interface SharedInputs {
    readonly credentialsId: pulumi.Input<string>;
    readonly storageConfigurationId: pulumi.Input<string>;
    readonly managedServicesCustomerManagedKeyId: pulumi.Input<string>;
}

/** The id of an existing object, as a resource whose provider does nothing. */
class Registered extends pulumi.dynamic.Resource {
    declare readonly value: pulumi.Output<string>;

    constructor(name: string, value: string | undefined) {
        super({ create: async (inputs) => ({ id: "id", outs: inputs }) }, name, { value: value ?? "" });
    }
}

/** The existing shared objects, one resource each. */
export function registered(): SharedInputs {
    return {
        credentialsId: new Registered("credentials", process.env["CREDENTIALS_ID"]).value,
        storageConfigurationId: new Registered("storage", process.env["STORAGE_ID"]).value,
        managedServicesCustomerManagedKeyId: new Registered("key", process.env["KEY_ID"]).value,
    };
}

/** The arm's workspaces. */
export function workspaces(
    Workspace: new (name: string, inputs: SharedInputs & { workspaceName: string; awsRegion: string }) => unknown,
    shared: SharedInputs,
): void {
    for (let index = 0; index < Number(process.env["N"]); index++) {
        new Workspace(`workspace-${index}`, { workspaceName: `workspace-${index}`, awsRegion: "us-east-1", ...shared });
    }
}
