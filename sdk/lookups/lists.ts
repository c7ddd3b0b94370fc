import type * as pulumi from "@pulumi/pulumi";

import type { kinds, ObjectType } from "../../provider/contract/kinds";
import type { Credentials } from "../resources/credentials";
import type { CustomerManagedKey } from "../resources/customer-managed-key";
import type { Network } from "../resources/network";
import type { PrivateAccessSettings } from "../resources/private-access-settings";
import type { StorageConfiguration } from "../resources/storage-configuration";
import type { VpcEndpoint } from "../resources/vpc-endpoint";
import { listAll, listAllOutput } from "./provider-bridge";
import type { GetAllArgs, IdsByName, LookupInputs, LookupOutputOptions, LookupResult } from "./types";
import type { GetWorkspaceResult } from "./workspace";

/** What a list holds of an object of each kind. */
interface Listed {
    Workspace: GetWorkspaceResult;
    CustomerManagedKey: LookupResult<CustomerManagedKey>;
    Credentials: LookupResult<Credentials>;
    StorageConfiguration: LookupResult<StorageConfiguration>;
    Network: LookupResult<Network>;
    VpcEndpoint: LookupResult<VpcEndpoint>;
    PrivateAccessSettings: LookupResult<PrivateAccessSettings>;
}

/** All objects of a kind: under the name of its list, sorted by name and id. */
type AllOf<Type extends ObjectType> = { readonly [Name in (typeof kinds)[Type]["list"]]: readonly Listed[Type][] };

/** All objects of a kind, and their ids by name. */
type NamedOf<Type extends ObjectType> = AllOf<Type> & {
    /** Ids by name. A name that several objects share is left out. */
    readonly ids: IdsByName;
};

/** The results of the lookups that list all objects of a kind. Registrations of keys have no names. */
export type Lists = {
    [Type in ObjectType]: Type extends "CustomerManagedKey" ? AllOf<Type> : NamedOf<Type>;
};

/** A lookup that lists all objects of a kind. `args`: the account, by default the configured one. */
type List<Type extends ObjectType> = (args?: GetAllArgs) => Promise<Lists[Type]>;

/** The same with arguments that may be outputs. `opts`: what must exist before. */
type ListOutput<Type extends ObjectType> = (
    args?: LookupInputs<GetAllArgs>,
    opts?: LookupOutputOptions,
) => pulumi.Output<Lists[Type]>;

function list<Type extends ObjectType>(type: Type): List<Type> {
    return (args = {}) => listAll(type, args);
}

function listOutput<Type extends ObjectType>(type: Type): ListOutput<Type> {
    return (args = {}, opts) => listAllOutput(type, args, opts);
}

/** The result of {@link getCredentials}: the credentials configurations, and their ids by `credentialsName`. */
export type GetCredentialsResult = Lists["Credentials"];
/** Lists the credentials configurations of the account. */
export const getCredentials = list("Credentials");
/** {@link getCredentials} with arguments that may be outputs. */
export const getCredentialsOutput = listOutput("Credentials");

/** The result of {@link getStorageConfigurations}: the storage configurations, and their ids by `storageConfigurationName`. */
export type GetStorageConfigurationsResult = Lists["StorageConfiguration"];
/** Lists the storage configurations of the account. */
export const getStorageConfigurations = list("StorageConfiguration");
/** {@link getStorageConfigurations} with arguments that may be outputs. */
export const getStorageConfigurationsOutput = listOutput("StorageConfiguration");

/** The result of {@link getNetworks}: the network configurations, and their ids by `networkName`. */
export type GetNetworksResult = Lists["Network"];
/** Lists the network configurations of the account. */
export const getNetworks = list("Network");
/** {@link getNetworks} with arguments that may be outputs. */
export const getNetworksOutput = listOutput("Network");

/** The result of {@link getVpcEndpoints}: the registered VPC endpoints, and their ids by `vpcEndpointName`. */
export type GetVpcEndpointsResult = Lists["VpcEndpoint"];
/** Lists the registered VPC endpoints of the account. */
export const getVpcEndpoints = list("VpcEndpoint");
/** {@link getVpcEndpoints} with arguments that may be outputs. */
export const getVpcEndpointsOutput = listOutput("VpcEndpoint");

/** The result of {@link getPrivateAccessSettings}: the settings, and their ids by `privateAccessSettingsName`. */
export type GetPrivateAccessSettingsResult = Lists["PrivateAccessSettings"];
/** Lists the private access settings of the account. */
export const getPrivateAccessSettings = list("PrivateAccessSettings");
/** {@link getPrivateAccessSettings} with arguments that may be outputs. */
export const getPrivateAccessSettingsOutput = listOutput("PrivateAccessSettings");

/** The result of {@link getCustomerManagedKeys}: the registrations of KMS keys, sorted by id. They have no names. */
export type GetCustomerManagedKeysResult = Lists["CustomerManagedKey"];
/** Lists the registrations of KMS keys in the account. */
export const getCustomerManagedKeys = list("CustomerManagedKey");
/** {@link getCustomerManagedKeys} with arguments that may be outputs. */
export const getCustomerManagedKeysOutput = listOutput("CustomerManagedKey");

/** The result of {@link getWorkspaces}: the workspaces, with any status, and their ids by `workspaceName`. */
export type GetWorkspacesResult = Lists["Workspace"];
/** Lists the workspaces of the account, with any status. */
export const getWorkspaces = list("Workspace");
/** {@link getWorkspaces} with arguments that may be outputs. */
export const getWorkspacesOutput = listOutput("Workspace");
