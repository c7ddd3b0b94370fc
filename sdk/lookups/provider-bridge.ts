import * as pulumi from "@pulumi/pulumi";

import type { ListName, LookupName } from "../../provider/lookups";
import type {
    GetCredentialsResult,
    GetCurrentConfigResult,
    GetCustomerManagedKeyResult,
    GetCustomerManagedKeysResult,
    GetNetworksResult,
    GetPrivateAccessSettingsResult,
    GetStorageConfigurationsResult,
    GetVpcEndpointsResult,
    GetWorkspaceResult,
    GetWorkspacesResult,
} from "./functions";
import { perStack, registeredResources } from "../resources/stack";

interface One extends Record<LookupName, object> {
    workspace: GetWorkspaceResult;
    customerManagedKey: GetCustomerManagedKeyResult;
}

interface All extends Record<ListName, object> {
    workspaces: GetWorkspacesResult;
    customerManagedKeys: GetCustomerManagedKeysResult;
    credentials: GetCredentialsResult;
    storageConfigurations: GetStorageConfigurationsResult;
    networks: GetNetworksResult;
    vpcEndpoints: GetVpcEndpointsResult;
    privateAccessSettings: GetPrivateAccessSettingsResult;
}

/** What a program can ask of the account: the package's other side, as this side sees it. */
interface AccountLookups {
    get<Name extends LookupName>(name: Name, args: object): Promise<One[Name]>;
    list<Name extends ListName>(name: Name, args: object): Promise<All[Name]>;
    currentConfig(): Promise<GetCurrentConfigResult>;
}

interface LookupsModule {
    createLookups(configuration: Readonly<Record<string, string>>, made: () => number): AccountLookups;
}

/** The one door from here to the provider's code, which is loaded at a program's first lookup. */
const lookups = perStack(() => {
    const settled = registeredResources();
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load it with this package
    const provider: LookupsModule = require("../../provider/lookups");
    return provider.createLookups(pulumi.runtime.allConfig(), () => settled.count);
});

/** Asks the account, for the stack whose program runs. */
export async function withLookups<Result>(question: (account: AccountLookups) => Promise<Result>): Promise<Result> {
    const account = lookups();
    const done = pulumi.runtime.rpcKeepAlive();
    try {
        // A resource that settles in this very moment is one that the answer must know of.
        await new Promise((resolve) => setImmediate(resolve));
        return await question(account);
    } finally {
        // The engine is not left before what the answer leads to, which may be a resource, is registered.
        setImmediate(done);
    }
}
