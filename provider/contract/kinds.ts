/**
 * The kinds of resources of this package. The key is the type in the state and the name of the class in `sdk/`; `handler`
 * is the name under which `provider/index.ts` exports the handler; `list` is the name of the list that a lookup returns.
 * `provider/registry.ts` adds the definition and the handler of each kind, and the compiler checks that none is missing.
 *
 * A type name and a handler name are part of every state: once released, neither may change.
 */
export const kinds = {
    StackIdentity: { handler: "stackIdentity" },
    CustomerManagedKey: { handler: "customerManagedKey", list: "customerManagedKeys" },
    Credentials: { handler: "credentials", list: "credentials" },
    StorageConfiguration: { handler: "storageConfiguration", list: "storageConfigurations" },
    Network: { handler: "network", list: "networks" },
    VpcEndpoint: { handler: "vpcEndpoint", list: "vpcEndpoints" },
    PrivateAccessSettings: { handler: "privateAccessSettings", list: "privateAccessSettings" },
    Workspace: { handler: "workspace", list: "workspaces" },
} as const;

/** The type of a resource of this package, without the module in front of it. */
export type ResourceType = keyof typeof kinds;

/** The type of a resource that is an object of the Databricks account. */
export type ObjectType = Exclude<ResourceType, "StackIdentity">;

/** The types of all objects of the account. */
export const objectTypes = Object.keys(kinds).filter(isObjectType);

/** The components, which are made of such objects and of AWS resources. */
export const componentTypes = ["EncryptedWorkspace", "EncryptionKey"] as const;

/** Whether this is the type of an object of the account. */
export function isObjectType(type: string): type is ObjectType {
    return type in kinds && type !== "StackIdentity";
}

/** The name under which `provider/index.ts` exports a handler. */
export type HandlerName = (typeof kinds)[ResourceType]["handler"];

/** The output of an object of the account that holds its id: `networkId` of a `Network`. */
export function idOutputOf(type: ObjectType): string {
    return `${type.slice(0, 1).toLowerCase()}${type.slice(1)}Id`;
}

/** The type of a resource as the engine, its state and policy packs spell it. */
export function typeOf(type: ResourceType): string {
    return `pulumi-nodejs:dynamic/databricks-cmk:${type}`;
}

/** The package that the plugin serves, as the engine names it: in tokens, in the executable's name and in the stack's configuration. */
export const PLUGIN_PACKAGE = "databricks-cmk";

/** The type of the plugin's provider in a state. */
export const PLUGIN_PROVIDER = `pulumi:providers:${PLUGIN_PACKAGE}`;

/** The token of a resource of the plugin, of a component, or of another type, as a program with the plugin spells it. */
export function tokenOf(type: string): string {
    return `${PLUGIN_PACKAGE}:index:${type}`;
}
