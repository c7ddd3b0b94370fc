/**
 * Databricks workspaces on AWS under a customer-managed key: the resources, the component and the policy documents that
 * a Pulumi program uses.
 *
 * @module pulumi-databricks-cmk
 */
import "../provider/contract/require-node"; // before what an old Node.js cannot load

export { Credentials, type CredentialsArgs } from "./resources/credentials";
export {
    type AwsKeyInfo,
    CustomerManagedKey,
    type CustomerManagedKeyArgs,
    type KeyUseCase,
} from "./resources/customer-managed-key";
export { EncryptedWorkspace } from "./components/encrypted-workspace";
export type { EncryptedWorkspaceArgs } from "./components/encrypted-workspace-args";
export {
    getCredentials,
    getCredentialsOutput,
    type GetCredentialsResult,
    getCustomerManagedKeys,
    getCustomerManagedKeysOutput,
    type GetCustomerManagedKeysResult,
    getNetworks,
    getNetworksOutput,
    type GetNetworksResult,
    getPrivateAccessSettings,
    getPrivateAccessSettingsOutput,
    type GetPrivateAccessSettingsResult,
    getStorageConfigurations,
    getStorageConfigurationsOutput,
    type GetStorageConfigurationsResult,
    getVpcEndpoints,
    getVpcEndpointsOutput,
    type GetVpcEndpointsResult,
    getWorkspaces,
    getWorkspacesOutput,
    type GetWorkspacesResult,
} from "./lookups/lists";
export type { AuthType, CurrentConfig } from "../provider/contract/lookups";
export { getCurrentConfig, getCurrentConfigOutput, type GetCurrentConfigResult } from "./lookups/current-config";
export {
    getCustomerManagedKey,
    type GetCustomerManagedKeyArgs,
    type GetCustomerManagedKeyByArnArgs,
    type GetCustomerManagedKeyByIdArgs,
    getCustomerManagedKeyOutput,
    type GetCustomerManagedKeyResult,
} from "./lookups/customer-managed-key";
export type {
    ExactlyOne,
    GetAllArgs,
    IdsByName,
    LookupInputs,
    LookupOutputOptions,
    LookupResult,
} from "./lookups/types";
export {
    getWorkspace,
    type GetWorkspaceArgs,
    getWorkspaceOutput,
    type GetWorkspaceResult,
    type WorkspaceSelectors,
} from "./lookups/workspace";
export { Network, type NetworkArgs, type NetworkVpcEndpoints } from "./resources/network";
export { EncryptionKey } from "./components/encryption-key";
export type { EncryptionKeyArgs, KeyRemoval } from "./components/encryption-key-args";
export {
    crossAccountPolicy,
    type CrossAccountNetwork,
    crossAccountTrustPolicy,
    DATABRICKS_AWS_ACCOUNT,
    databricksKeyPolicy,
    type KeyPolicyArgs,
    type PartitionArgs,
    type PartitionName,
    type PolicyDocument,
    type PolicyStatement,
    rootBucketPolicy,
    storageKeyPolicy,
} from "./policy-documents";
export {
    type PrivateAccessLevel,
    PrivateAccessSettings,
    type PrivateAccessSettingsArgs,
} from "./resources/private-access-settings";
export {
    type AccountResource,
    type AccountResourceArgs,
    type DynamicResource,
    StackIdentity,
} from "./resources/account-resource";
export { StorageConfiguration, type StorageConfigurationArgs } from "./resources/storage-configuration";
export { VpcEndpoint, type VpcEndpointArgs } from "./resources/vpc-endpoint";
export { insideWorkspace } from "./resources/inside-workspace";
export { type Migration, Workspace } from "./resources/workspace";
export type {
    ComputeMode,
    MigrateContent,
    OnKeyChange,
    PricingTier,
    RefusedChange,
    WorkspaceArgs,
} from "./resources/workspace-args";
