import * as pulumi from "@pulumi/pulumi";

import type { AccountLookups } from "../../provider/contract/lookups";
import { perStack, registeredResources } from "../resources/stack";
import type { GetCredentialsResult } from "./credentials";
import type { GetCustomerManagedKeyResult, GetCustomerManagedKeysResult } from "./customer-managed-key";
import type { GetNetworksResult } from "./network";
import type { GetPrivateAccessSettingsResult } from "./private-access-settings";
import type { GetStorageConfigurationsResult } from "./storage-configuration";
import type { GetVpcEndpointsResult } from "./vpc-endpoint";
import type { GetWorkspaceResult, GetWorkspacesResult } from "./workspace";

/** The results of the lookups that return one object. */
interface Objects {
    Workspace: GetWorkspaceResult;
    CustomerManagedKey: GetCustomerManagedKeyResult;
}

/** The results of the lookups that list all objects of a kind. */
interface Lists {
    Workspace: GetWorkspacesResult;
    CustomerManagedKey: GetCustomerManagedKeysResult;
    Credentials: GetCredentialsResult;
    StorageConfiguration: GetStorageConfigurationsResult;
    Network: GetNetworksResult;
    VpcEndpoint: GetVpcEndpointsResult;
    PrivateAccessSettings: GetPrivateAccessSettingsResult;
}

/** `provider/lookups.ts`, as this side of the package sees it. */
interface LookupsModule {
    createLookups(
        configuration: Readonly<Record<string, string>>,
        registeredCount: () => number,
    ): AccountLookups<Objects, Lists>;
}

/** The only door from the sdk to the provider's code, which is loaded at a program's first lookup. */
const lookups = perStack(() => {
    const registered = registeredResources();
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- a static import would load it with this package
    const provider: LookupsModule = require("../../provider/lookups");
    return provider.createLookups(pulumi.runtime.allConfig(), () => registered.count);
});

/** Runs a lookup for the stack whose program is running. */
export async function withLookups<Result>(
    lookup: (account: AccountLookups<Objects, Lists>) => Promise<Result>,
): Promise<Result> {
    const account = lookups();
    const done = pulumi.runtime.rpcKeepAlive();
    try {
        // Resources whose registration has just ended must be counted before the lookup reads the cached list.
        await new Promise((resolve) => setImmediate(resolve));
        return await lookup(account);
    } finally {
        // Keeps the engine until the program has registered the resources that use the result.
        setImmediate(done);
    }
}
