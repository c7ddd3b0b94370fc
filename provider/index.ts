/**
 * The handlers, which run in the engine's dynamic-provider process. The `__provider` of a state requires each by its name:
 * a name that was released must stay, or resources of existing states could not be deleted.
 */
import { StackIdentityHandler } from "./objects/stack-identity";
import { createHandler, definitionOf } from "./registry";
import { engineReporter } from "./runtime/reporter";
import { realEnvironment, Session } from "./runtime/session";

const session = new Session(realEnvironment(engineReporter));

export const stackIdentity = new StackIdentityHandler(session, definitionOf);
export const customerManagedKey = createHandler("CustomerManagedKey", session);
export const credentials = createHandler("Credentials", session);
export const storageConfiguration = createHandler("StorageConfiguration", session);
export const network = createHandler("Network", session);
export const vpcEndpoint = createHandler("VpcEndpoint", session);
export const privateAccessSettings = createHandler("PrivateAccessSettings", session);
export const workspace = createHandler("Workspace", session);
