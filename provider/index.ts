/**
 * What the engine's dynamic-provider process runs. The state's `__provider` requires these by name: a name that was
 * published once stays, or the resources of old states could not be deleted.
 */
import { ObjectHandler } from "./handler";
import { credentialsObject } from "./objects/credentials";
import { customerManagedKeyObject } from "./objects/customer-managed-key";
import { networkObject } from "./objects/network";
import { privateAccessSettingsObject } from "./objects/private-access-settings";
import { storageConfigurationObject } from "./objects/storage-configuration";
import { vpcEndpointObject } from "./objects/vpc-endpoint";
import { workspaceObject } from "./objects/workspace";
import { engineReporter } from "./reporter";
import { realWorld, Session } from "./session";
import { StackMarkHandler } from "./stack-mark";
import { WorkspaceHandler } from "./workspace";

const session = new Session(realWorld(engineReporter));

/** Handles `StackMark`. */
export const stackMark = new StackMarkHandler(session);
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
