import { type Goal, type Inputs, Output, type Type } from "./engine/engine-types";

/** The name of the resource that is a stack's identity. */
export const IDENTITY = "databricks-cmk";
export const ROLE_ARN = "arn:aws:iam::123456789012:role/r";

/** What a program may say of a resource beside its inputs. */
export type Options = Omit<Goal, "name" | "type" | "inputs">;

/** A resource of a program, with the ownership tag that its class adds. */
export function resource(type: Type, name: string, inputs: Inputs = {}, options: Options = {}): Goal {
    const mark = options.retainOnDelete === true ? "+retained" : "";
    const owner = new Output(IDENTITY, "uuid", (uuid) => `${String(uuid)}${mark}/${name}`);
    return { name, type, inputs: { ...inputs, owner }, ...options };
}

/** The identity of a stack, which every program begins with. */
export const identity: Goal = { name: IDENTITY, type: "StackIdentity", inputs: {} };

/** The credentials `c` and the storage configuration `s`, which every workspace needs. */
export const needs: readonly Goal[] = [
    resource("Credentials", "c", { roleArn: ROLE_ARN }),
    resource("StorageConfiguration", "s", { bucketName: "root-bucket" }),
];

/** A registration of a KMS key for notebooks. */
export function key(name: string, keyArn: string, options: Options = {}): Goal {
    return resource("CustomerManagedKey", name, { awsKeyInfo: { keyArn }, useCases: ["MANAGED_SERVICES"] }, options);
}

/** The id of a registered key, as an input of a workspace. */
export const under = (name: string): Inputs => ({
    managedServicesCustomerManagedKeyId: new Output(name, "customerManagedKeyId"),
});

/** A workspace with the credentials `c` and the storage configuration `s`. */
export function workspace(name = "w", inputs: Inputs = {}, options: Options = {}): Goal {
    const of = {
        workspaceName: name,
        awsRegion: "us-east-1",
        credentialsId: new Output("c", "credentialsId"),
        storageConfigurationId: new Output("s", "storageConfigurationId"),
    };
    return resource("Workspace", name, { ...of, ...inputs }, options);
}

/** The program "credentials, storage configuration, workspace"; more resources come before the workspaces. */
export function workspaceProgram(workspaces: Goal | readonly Goal[] = workspace(), more: readonly Goal[] = []): Goal[] {
    return [identity, ...needs, ...more, ...[workspaces].flat()];
}
