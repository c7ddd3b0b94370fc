/**
 * The local cloud: Databricks' Account API, workspaces' notebooks, AWS KMS and a provider in the place of the AWS
 * plugin, on this machine, in memory. Tests of a stack run against it without any account.
 *
 * @module pulumi-databricks-cmk/testing
 */
import "../provider/contract/require-node"; // before what an old Node.js cannot load
import "./peers"; // before what loads them: its error says what to install

export { Account } from "./account-api/account";
export type { AccountRecord } from "./account-api/records";
export { type Behavior, behaviorValues, defaultBehavior, type ErrorFormat } from "./behavior";
export type { AwsAccount, AwsAccounts } from "./aws/connections";
export { FakeAwsProvider } from "./aws/fake-aws-provider";
export type { Fault, FaultEffect } from "./faults";
export type { KmsCall, KmsKey } from "./kms/key";
export { Kms } from "./kms/kms";
export { LocalCloud } from "./local-cloud";
export type { TrustedIssuer } from "./oidc/id-token";
export { type ServicePrincipal, TokenService } from "./oidc/tokens";
export type { LocalCloudOptions } from "./options";
export { CUSTOMER_AWS_ACCOUNT } from "./parts";
export type { RecordedRequest } from "./requests";
export * from "./people";
export * from "./workspace-api";
