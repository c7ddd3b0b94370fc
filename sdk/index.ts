/**
 * Databricks workspaces on AWS under a customer-managed key: the resources, the component and the policy documents that
 * a Pulumi program uses.
 */
export { Credentials, type CredentialsArgs } from "./resources/credentials";
export {
    type AwsKeyInfo,
    CustomerManagedKey,
    type CustomerManagedKeyArgs,
    type KeyUseCase,
} from "./resources/customer-managed-key";
export { EncryptedWorkspace, type EncryptedWorkspaceArgs } from "./components/encrypted-workspace";
export {
    type LookupResult as Found,
    type GetAllArgs,
    getCredentials,
    getCredentialsOutput,
    type GetCredentialsResult,
    getCurrentConfig,
    getCurrentConfigOutput,
    type GetCurrentConfigResult,
    getCustomerManagedKey,
    type GetCustomerManagedKeyArgs,
    getCustomerManagedKeyOutput,
    type GetCustomerManagedKeyResult,
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
    getWorkspace,
    type GetWorkspaceArgs,
    getWorkspaceOutput,
    type GetWorkspaceResult,
    getWorkspaces,
    getWorkspacesOutput,
    type GetWorkspacesResult,
    type IdsByName,
    type LookupInputs,
    type LookupOutputOptions,
} from "./lookups/functions";
export { Network, type NetworkArgs, type NetworkVpcEndpoints } from "./resources/network";
export {
    EncryptionKey as EncryptionKey,
    type EncryptionKeyArgs as EncryptionKeyArgs,
} from "./components/encryption-key";
export {
    crossAccountPolicy,
    type CrossAccountNetwork,
    crossAccountTrustPolicy,
    DATABRICKS_AWS_ACCOUNT,
    databricksKeyPolicy,
    type KeyPolicyArgs,
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
export { StackIdentity as StackIdentity } from "./resources/account-resource";
export { StorageConfiguration, type StorageConfigurationArgs } from "./resources/storage-configuration";
export { VpcEndpoint, type VpcEndpointArgs } from "./resources/vpc-endpoint";
export {
    type ComputeMode,
    type OnKeyChange,
    type PricingTier,
    Workspace,
    type WorkspaceArgs,
} from "./resources/workspace";
