import * as pulumi from "@pulumi/pulumi";

import type { ListName, QuestionName } from "../provider/lookups";
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
} from "./lookups";
import { perStack, settledResources } from "./stack";

interface One extends Record<QuestionName, object> {
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
    one<Name extends QuestionName>(name: Name, args: object): Promise<One[Name]>;
    all<Name extends ListName>(name: Name, args: object): Promise<All[Name]>;
    currentConfig(): Promise<GetCurrentConfigResult>;
}

interface LookupsModule {
    lookupsOf(configuration: Readonly<Record<string, string>>, made: () => number): AccountLookups;
}

/** The one door from here to the provider's code, which is loaded at a program's first lookup. */
const lookups = perStack(() => {
    const settled = settledResources();
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load it with this package
    const provider: LookupsModule = require("../provider/lookups");
    return provider.lookupsOf(pulumi.runtime.allConfig(), () => settled.count);
});

/** Asks the account, for the stack whose program runs. */
export async function ask<Result>(question: (account: AccountLookups) => Promise<Result>): Promise<Result> {
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
