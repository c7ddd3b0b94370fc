/**
 * What the engine's dynamic-provider process runs. The state's `__provider` requires these by name: a name that was
 * published once stays, or the resources of old states could not be deleted.
 */
import { ObjectHandler } from "./resource/handler";
import { credentialsObject } from "./objects/credentials";
import { customerManagedKeyObject } from "./objects/customer-managed-key";
import { networkObject } from "./objects/network";
import { privateAccessSettingsObject } from "./objects/private-access-settings";
import { storageConfigurationObject } from "./objects/storage-configuration";
import { vpcEndpointObject } from "./objects/vpc-endpoint";
import { workspaceObject } from "./objects/workspace/definition";
import { engineReporter } from "./runtime/reporter";
import { realEnvironment, Session } from "./runtime/session";
import { StackIdentityHandler } from "./objects/stack-identity";
import { WorkspaceHandler } from "./objects/workspace/handler";

const session = new Session(realEnvironment(engineReporter));

/** Handles `StackIdentity`. */
export const stackIdentity = new StackIdentityHandler(session);
/** Handles `CustomerManagedKey`. */
export const customerManagedKey = new ObjectHandler(customerManagedKeyObject, session);
/** Handles `Credentials`. */
export const credentials = new ObjectHandler(credentialsObject, session);
/** Handles `StorageConfiguration`. */
export const storageConfiguration = new ObjectHandler(storageConfigurationObject, session);
/** Handles `Network`. */
export const network = new ObjectHandler(networkObject, session);
/** Handles `VpcEndpoint`. */
export const vpcEndpoint = new ObjectHandler(vpcEndpointObject, session);
/** Handles `PrivateAccessSettings`. */
export const privateAccessSettings = new ObjectHandler(privateAccessSettingsObject, session);
/** Handles `Workspace`. */
export const workspace = new WorkspaceHandler(workspaceObject, session);
