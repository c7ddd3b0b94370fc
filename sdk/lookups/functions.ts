import * as pulumi from "@pulumi/pulumi";

import { withLookups } from "./provider-bridge";
import type { Credentials } from "../resources/credentials";
import type { CustomerManagedKey, KeyUseCase } from "../resources/customer-managed-key";
import type { Network } from "../resources/network";
import type { PrivateAccessSettings } from "../resources/private-access-settings";
import type { StorageConfiguration } from "../resources/storage-configuration";
import type { VpcEndpoint } from "../resources/vpc-endpoint";
import type { Workspace } from "../resources/workspace";

/** What a resource's outputs say of an object, by the same names: what a lookup finds. */
export type LookupResult<Resource extends pulumi.CustomResource, Without extends keyof Resource = never> = {
    readonly [Name in keyof Resource as Exclude<Name, keyof pulumi.CustomResource | Without>]: pulumi.Unwrap<
        Resource[Name]
    >;
};

/** The arguments of a lookup, each of which may be an output. */
export type LookupInputs<Args> = { [Name in keyof Args]: pulumi.Input<Args[Name]> };

/** What the `Output` forms of the lookups take beside their arguments. */
export interface LookupOutputOptions {
    /**
     * Resources that must be there before the account is asked. While a preview does not know one of them yet, the answer
     * is not known either. Of a component, name the resources in it.
     */
    dependsOn?: pulumi.Input<pulumi.Input<pulumi.Resource>[]> | pulumi.Input<pulumi.Resource>;
}

/** The arguments of the lookups that list everything of a kind. */
export interface GetAllArgs {
    /** The Databricks account. Default: that of the stack's configuration, environment or profile. */
    accountId?: string | undefined;
}

/** Ids by name. A name that several objects bear is not in it: the objects themselves are. */
export type IdsByName = Readonly<Record<string, string>>;

/** The arguments of {@link getWorkspace}: exactly one of `name`, `id` and `deploymentName`. */
export interface GetWorkspaceArgs extends GetAllArgs {
    /** The name that people see. Several workspaces may have the same. */
    name?: string | undefined;
    /** Id of the workspace: a 64-bit integer, as a string. */
    id?: string | undefined;
    /** The label of its host name, with the account's prefix. */
    deploymentName?: string | undefined;
}

/** A workspace that exists. */
export type GetWorkspaceResult = LookupResult<Workspace, "deploymentNamePrefix">;

/**
 * Looks up one workspace. Fails when there is none, and when several have the name: the error then lists their ids.
 *
 * @param args by what it is looked up.
 */
export function getWorkspace(args: GetWorkspaceArgs): Promise<GetWorkspaceResult> {
    return withLookups((account) => account.get("workspace", args));
}

/**
 * {@link getWorkspace} with arguments that may be outputs.
 *
 * @param args by what it is looked up.
 * @param opts what must be there before.
 */
export function getWorkspaceOutput(
    args: LookupInputs<GetWorkspaceArgs>,
    opts?: LookupOutputOptions,
): pulumi.Output<GetWorkspaceResult> {
    return outputOf(getWorkspace, pulumi.output(args), opts);
}

/** The workspaces of an account, by name and id in order. */
export interface GetWorkspacesResult {
    readonly workspaces: readonly GetWorkspaceResult[];
    /** Ids by `workspaceName`. */
    readonly ids: IdsByName;
}

/** Lists the workspaces of the account, whatever their status. */
export function getWorkspaces(args: GetAllArgs = {}): Promise<GetWorkspacesResult> {
    return withLookups((account) => account.list("workspaces", args));
}

/** {@link getWorkspaces} with arguments that may be outputs. */
export function getWorkspacesOutput(
    args: LookupInputs<GetAllArgs> = {},
    opts?: LookupOutputOptions,
): pulumi.Output<GetWorkspacesResult> {
    return outputOf(getWorkspaces, pulumi.output(args), opts);
}

/** The arguments of {@link getCustomerManagedKey}: either `id` or `keyArn`. */
export interface GetCustomerManagedKeyArgs extends GetAllArgs {
    /** Id of the registration (a uuid). */
    id?: string | undefined;
    /** ARN of the KMS key. One key may be registered more than once. */
    keyArn?: string | undefined;
    /** With `keyArn`: what the registration must be for, among other things. */
    useCase?: KeyUseCase | undefined;
}

/** A KMS key's registration that exists. */
export type GetCustomerManagedKeyResult = LookupResult<CustomerManagedKey>;

/**
 * Looks up one registration of a KMS key. Fails when there is none, and when there are several: the error then lists their
 * ids.
 *
 * @param args by what it is looked up.
 */
export function getCustomerManagedKey(args: GetCustomerManagedKeyArgs): Promise<GetCustomerManagedKeyResult> {
    return withLookups((account) => account.get("customerManagedKey", args));
}

/**
 * {@link getCustomerManagedKey} with arguments that may be outputs.
 *
 * @param args by what it is looked up.
 * @param opts what must be there before.
 */
export function getCustomerManagedKeyOutput(
    args: LookupInputs<GetCustomerManagedKeyArgs>,
    opts?: LookupOutputOptions,
): pulumi.Output<GetCustomerManagedKeyResult> {
    return outputOf(getCustomerManagedKey, pulumi.output(args), opts);
}

/** The registered KMS keys of an account, by id in order. They have no names. */
export interface GetCustomerManagedKeysResult {
    readonly customerManagedKeys: readonly GetCustomerManagedKeyResult[];
}

/** Lists the registered KMS keys of the account. */
export function getCustomerManagedKeys(args: GetAllArgs = {}): Promise<GetCustomerManagedKeysResult> {
    return withLookups((account) => account.list("customerManagedKeys", args));
}

/** {@link getCustomerManagedKeys} with arguments that may be outputs. */
export function getCustomerManagedKeysOutput(
    args: LookupInputs<GetAllArgs> = {},
    opts?: LookupOutputOptions,
): pulumi.Output<GetCustomerManagedKeysResult> {
    return outputOf(getCustomerManagedKeys, pulumi.output(args), opts);
}

/** The credentials configurations of an account, by name in order. */
export interface GetCredentialsResult {
    readonly credentials: readonly LookupResult<Credentials>[];
    /** Ids by `credentialsName`. */
    readonly ids: IdsByName;
}

/** Lists the credentials configurations of the account. */
export function getCredentials(args: GetAllArgs = {}): Promise<GetCredentialsResult> {
    return withLookups((account) => account.list("credentials", args));
}

/** {@link getCredentials} with arguments that may be outputs. */
export function getCredentialsOutput(
    args: LookupInputs<GetAllArgs> = {},
    opts?: LookupOutputOptions,
): pulumi.Output<GetCredentialsResult> {
    return outputOf(getCredentials, pulumi.output(args), opts);
}

/** The storage configurations of an account, by name in order. */
export interface GetStorageConfigurationsResult {
    readonly storageConfigurations: readonly LookupResult<StorageConfiguration>[];
    /** Ids by `storageConfigurationName`. */
    readonly ids: IdsByName;
}

/** Lists the storage configurations of the account. */
export function getStorageConfigurations(args: GetAllArgs = {}): Promise<GetStorageConfigurationsResult> {
    return withLookups((account) => account.list("storageConfigurations", args));
}

/** {@link getStorageConfigurations} with arguments that may be outputs. */
export function getStorageConfigurationsOutput(
    args: LookupInputs<GetAllArgs> = {},
    opts?: LookupOutputOptions,
): pulumi.Output<GetStorageConfigurationsResult> {
    return outputOf(getStorageConfigurations, pulumi.output(args), opts);
}

/** The network configurations of an account, by name in order. */
export interface GetNetworksResult {
    readonly networks: readonly LookupResult<Network>[];
    /** Ids by `networkName`. */
    readonly ids: IdsByName;
}

/** Lists the network configurations of the account. */
export function getNetworks(args: GetAllArgs = {}): Promise<GetNetworksResult> {
    return withLookups((account) => account.list("networks", args));
}

/** {@link getNetworks} with arguments that may be outputs. */
export function getNetworksOutput(
    args: LookupInputs<GetAllArgs> = {},
    opts?: LookupOutputOptions,
): pulumi.Output<GetNetworksResult> {
    return outputOf(getNetworks, pulumi.output(args), opts);
}

/** The registered VPC endpoints of an account, by name in order. */
export interface GetVpcEndpointsResult {
    readonly vpcEndpoints: readonly LookupResult<VpcEndpoint>[];
    /** Ids by `vpcEndpointName`. */
    readonly ids: IdsByName;
}

/** Lists the registered VPC endpoints of the account. */
export function getVpcEndpoints(args: GetAllArgs = {}): Promise<GetVpcEndpointsResult> {
    return withLookups((account) => account.list("vpcEndpoints", args));
}

/** {@link getVpcEndpoints} with arguments that may be outputs. */
export function getVpcEndpointsOutput(
    args: LookupInputs<GetAllArgs> = {},
    opts?: LookupOutputOptions,
): pulumi.Output<GetVpcEndpointsResult> {
    return outputOf(getVpcEndpoints, pulumi.output(args), opts);
}

/** The private access settings of an account, by name in order. */
export interface GetPrivateAccessSettingsResult {
    readonly privateAccessSettings: readonly LookupResult<PrivateAccessSettings>[];
    /** Ids by `privateAccessSettingsName`. */
    readonly ids: IdsByName;
}

/** Lists the private access settings of the account. */
export function getPrivateAccessSettings(args: GetAllArgs = {}): Promise<GetPrivateAccessSettingsResult> {
    return withLookups((account) => account.list("privateAccessSettings", args));
}

/** {@link getPrivateAccessSettings} with arguments that may be outputs. */
export function getPrivateAccessSettingsOutput(
    args: LookupInputs<GetAllArgs> = {},
    opts?: LookupOutputOptions,
): pulumi.Output<GetPrivateAccessSettingsResult> {
    return outputOf(getPrivateAccessSettings, pulumi.output(args), opts);
}

/** How this package is configured, without its secrets. */
export interface GetCurrentConfigResult {
    /** The account that is meant where nothing else is said. */
    readonly accountId: string;
    /** Origin of the account console. */
    readonly host: string;
    /** `oauth-m2m`: as a service principal; `pat`: with a token. */
    readonly authType: "oauth-m2m" | "pat";
}

/** Says which account the stack's configuration, environment and profile lead to. Calls nothing; fails when they lead to none. */
export function getCurrentConfig(): Promise<GetCurrentConfigResult> {
    return withLookups((account) => account.currentConfig());
}

/** {@link getCurrentConfig} as an output. */
export function getCurrentConfigOutput(): pulumi.Output<GetCurrentConfigResult> {
    return pulumi.output(getCurrentConfig());
}

/**
 * The output form of a lookup. As with every Pulumi function, a preview does not ask while one of the resources that the
 * arguments come from does not exist yet, even where the argument itself is known.
 */
function outputOf<Args, Result>(
    lookup: (args: Args) => Promise<Result>,
    args: pulumi.Output<Args>,
    opts: LookupOutputOptions = {},
): pulumi.Output<Result> {
    const sources = pulumi.getAllResources(args).then((resources) =>
        // A component has no id, and its outputs come from resources that have.
        [...resources].flatMap((resource) => (pulumi.CustomResource.isInstance(resource) ? [resource.id] : [])),
    );
    const before = pulumi.output(opts.dependsOn ?? []).apply((named) => pulumi.all([named].flat().map(idOf)));
    return pulumi
        .all([pulumi.output(sources), before])
        .apply(() => args)
        .apply(lookup);
}

/** The id of a resource that is named in `dependsOn`: it is known when the resource is there. */
function idOf(resource: pulumi.Resource): pulumi.Output<pulumi.ID> {
    if (pulumi.CustomResource.isInstance(resource)) return resource.id;
    throw new pulumi.RunError(
        "dependsOn: a component is not waited for as a whole. Name the resources in it, or pass one of its outputs as an argument.",
    );
}
