/**
 * The handlers, which run in the engine's dynamic-provider process. The `__provider` of a state requires each by its name:
 * a name that was released must stay, or resources of existing states could not be deleted.
 *
 * @module pulumi-databricks-cmk/provider
 */
import "./contract/require-node"; // before what an old Node.js cannot load

import { StackIdentityHandler } from "./objects/stack-identity";
import { createHandler, definitionOf } from "./registry";
import { engineCancellation } from "./runtime/engine";
import { EngineCalls, quietErrors } from "./runtime/engine-calls";
import { EngineReporter } from "./runtime/reporter";
import { realEnvironment, Session } from "./runtime/session";
import { SignIn } from "./runtime/sign-in";

quietErrors();
const reporter = new EngineReporter();
const session = new Session({ ...realEnvironment(reporter, "resources"), cancelled: engineCancellation() });
const calls = new EngineCalls(reporter, new SignIn(session), session);

/** The handler of the identity of a stack. */
export const stackIdentity = calls.wrap(new StackIdentityHandler(session, definitionOf));
/** The handler of registrations of KMS keys. */
export const customerManagedKey = calls.wrap(createHandler("CustomerManagedKey", session));
/** The handler of credentials configurations. */
export const credentials = calls.wrap(createHandler("Credentials", session));
/** The handler of storage configurations. */
export const storageConfiguration = calls.wrap(createHandler("StorageConfiguration", session));
/** The handler of network configurations. */
export const network = calls.wrap(createHandler("Network", session));
/** The handler of registrations of VPC endpoints. */
export const vpcEndpoint = calls.wrap(createHandler("VpcEndpoint", session));
/** The handler of private access settings. */
export const privateAccessSettings = calls.wrap(createHandler("PrivateAccessSettings", session));
/** The handler of workspaces. */
export const workspace = calls.wrap(createHandler("Workspace", session));
