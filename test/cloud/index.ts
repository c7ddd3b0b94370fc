/**
 * The local cloud: Databricks' Account API, workspaces' notebooks, AWS KMS and a stand-in for AWS, on this machine, in
 * memory. Tests of a stack run against it without any account.
 */
export { Account, type AccountRecord } from "./account";
export { AwsStandIn } from "./aws-stand-in";
export { Kms, type KmsCall, type KmsKey } from "./kms";
export {
    CUSTOMER_AWS_ACCOUNT,
    type Fault,
    LocalCloud,
    type LocalCloudOptions,
    type Misfortune,
    type RecordedRequest,
} from "./local-cloud";
export { NotebookStore } from "./notebooks";
