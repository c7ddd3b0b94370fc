/** IAM, bucket and key policies that let Databricks do what a workspace needs, and nothing more. */
export { crossAccountPolicy, type CrossAccountNetwork, crossAccountTrustPolicy } from "./cross-account-role";
export { DATABRICKS_AWS_ACCOUNT, type PartitionArgs, type PolicyDocument, type PolicyStatement } from "./document";
export type { PartitionName } from "../../provider/contract/partitions";
export { databricksKeyPolicy, type KeyPolicyArgs, storageKeyPolicy } from "./key-policy";
export { rootBucketPolicy } from "./root-bucket";
