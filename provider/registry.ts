import type { ObjectType } from "./contract/kinds";
import { credentialsObject } from "./objects/credentials";
import { customerManagedKeyObject } from "./objects/customer-managed-key";
import { CustomerManagedKeyHandler } from "./objects/customer-managed-key-handler";
import { networkObject } from "./objects/network";
import { privateAccessSettingsObject } from "./objects/private-access-settings";
import { storageConfigurationObject } from "./objects/storage-configuration";
import { vpcEndpointObject } from "./objects/vpc-endpoint";
import { workspaceObject } from "./objects/workspace/definition";
import { WorkspaceHandler } from "./objects/workspace/handler";
import type { ObjectDefinition } from "./resource/definition";
import { ObjectHandler } from "./resource/handler";
import type { Session } from "./runtime/session";

/** A kind of account object: its definition, and the handler that runs the definition. */
interface ObjectKind {
    readonly definition: ObjectDefinition;
    readonly handler: typeof ObjectHandler;
    /** The output that lookups use as the object's name. Default: the definition's `nameField`. */
    readonly nameOutput?: string;
}

/** Every kind of account object, once. */
export const registry: Readonly<Record<ObjectType, ObjectKind>> = {
    CustomerManagedKey: { definition: customerManagedKeyObject, handler: CustomerManagedKeyHandler },
    Credentials: { definition: credentialsObject, handler: ObjectHandler },
    StorageConfiguration: { definition: storageConfigurationObject, handler: ObjectHandler },
    Network: { definition: networkObject, handler: ObjectHandler },
    VpcEndpoint: { definition: vpcEndpointObject, handler: ObjectHandler },
    PrivateAccessSettings: { definition: privateAccessSettingsObject, handler: ObjectHandler },
    Workspace: { definition: workspaceObject, handler: WorkspaceHandler, nameOutput: "workspaceName" },
};

/** Creates the handler of a kind of account object. */
export function createHandler(type: ObjectType, session: Session): ObjectHandler {
    const { definition, handler } = registry[type];
    return new handler(definition, session);
}

/** The definition of the kind that a handler is for; `undefined` where there is none. */
export function definitionOf(handler: string): ObjectDefinition | undefined {
    const found = Object.entries(registry).find(([type]) => type.toLowerCase() === handler.toLowerCase());
    return found?.[1].definition;
}
