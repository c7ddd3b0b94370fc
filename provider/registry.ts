import { kinds, type ObjectType, objectTypes } from "./contract/kinds";
import { credentialsObject } from "./objects/credentials";
import { customerManagedKeyObject } from "./objects/customer-managed-key";
import { CustomerManagedKeyLifecycle } from "./objects/customer-managed-key-lifecycle";
import { networkObject } from "./objects/network";
import { privateAccessSettingsObject } from "./objects/private-access-settings";
import { storageConfigurationObject } from "./objects/storage-configuration";
import { vpcEndpointObject } from "./objects/vpc-endpoint";
import { workspaceObject } from "./objects/workspace/definition";
import { WorkspaceLifecycle } from "./objects/workspace/lifecycle";
import { ObjectAccess } from "./resource/access";
import type { ObjectDefinition } from "./resource/definition";
import { ObjectHandler } from "./resource/handler";
import type { Lifecycle } from "./resource/lifecycle";
import { Relations } from "./resource/relations";
import type { Session } from "./runtime/session";

/** A kind of account object: its definition, and what it adds to the engine's calls. */
interface ObjectKind {
    readonly definition: ObjectDefinition;
    readonly lifecycle?: new (access: ObjectAccess) => Lifecycle;
    /** The output that lookups use as the object's name. Default: the definition's `nameField`. */
    readonly nameOutput?: string;
}

/** Every kind of account object, once. */
const every = {
    CustomerManagedKey: { definition: customerManagedKeyObject, lifecycle: CustomerManagedKeyLifecycle },
    Credentials: { definition: credentialsObject },
    StorageConfiguration: { definition: storageConfigurationObject },
    Network: { definition: networkObject },
    VpcEndpoint: { definition: vpcEndpointObject },
    PrivateAccessSettings: { definition: privateAccessSettingsObject },
    Workspace: { definition: workspaceObject, lifecycle: WorkspaceLifecycle, nameOutput: "workspaceName" },
} as const satisfies Readonly<Record<ObjectType, ObjectKind>>;

/** The kinds, with what is special about the type of each. */
export type Kinds = typeof every;

/** Every kind of account object, by its type. */
export const registry: Readonly<Record<ObjectType, ObjectKind>> = every;

/** What refers to what, by the definitions of all kinds. */
const relations = new Relations(registry);

/** Creates the handler of a kind of account object. */
export function createHandler(type: ObjectType, session: Session): ObjectHandler {
    const { definition, lifecycle } = registry[type];
    const access = new ObjectAccess(definition, session, relations);
    return new ObjectHandler(access, lifecycle && new lifecycle(access));
}

/** The definition of the kind that a handler is for; `undefined` if there is none. */
export function definitionOf(handler: string): ObjectDefinition | undefined {
    const type = objectTypes.find((one) => kinds[one].handler === handler);
    return type && registry[type].definition;
}
