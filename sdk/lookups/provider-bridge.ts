import * as pulumi from "@pulumi/pulumi";

import type { AccountLookups } from "../../provider/contract/lookups";
import { perStack, registeredResources } from "../resources/stack";
import { outputOf } from "./output-form";
import type { GetAllArgs, LookupInputs, LookupOutputOptions } from "./types";
import type { GetCustomerManagedKeyResult } from "./customer-managed-key";
import type { Lists } from "./lists";
import type { GetWorkspaceResult } from "./workspace";

/** The results of the lookups that return one object. */
interface Objects {
    Workspace: GetWorkspaceResult;
    CustomerManagedKey: GetCustomerManagedKeyResult;
}

/** `provider/lookups.ts`, as this side of the package sees it. */
interface LookupsModule {
    createLookups(
        configuration: Readonly<Record<string, string>>,
        registeredCount: () => number,
    ): AccountLookups<Objects, Lists>;
}

/** The only entry point from the sdk to the provider's code, which is loaded at a program's first lookup. */
const lookups = perStack(() => {
    const registered = registeredResources();
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- a static import would load it with this package
    const provider: LookupsModule = require("../../provider/lookups");
    return provider.createLookups(pulumi.runtime.allConfig(), () => registered.count);
});

/**
 * Lists all objects of a kind. In a `pulumi up` the list is read after the resources of this kind have been created that the
 * program registered before the call, so that it is the same in the first `up` and in the next one.
 */
export function listAll<Type extends keyof Lists>(type: Type, args: object): Promise<Lists[Type]> {
    return withLookups((account) => account.list(type, args), registeredResources().untilEnded(type));
}

/** The output form of {@link listAll}. */
export function listAllOutput<Type extends keyof Lists>(
    type: Type,
    args: LookupInputs<GetAllArgs>,
    opts: LookupOutputOptions | undefined,
): pulumi.Output<Lists[Type]> {
    // Resources that are registered later may depend on the result: they are not waited for.
    const earlier = registeredResources().untilEnded(type);
    const list = (given: GetAllArgs) => withLookups((account) => account.list(type, given), earlier);
    return outputOf(list, pulumi.output(args), opts);
}

/**
 * Runs a lookup for the stack whose program is running.
 *
 * @param earlier what ends first. Default: nothing.
 */
export async function withLookups<Result>(
    lookup: (account: AccountLookups<Objects, Lists>) => Promise<Result>,
    earlier?: Promise<void>,
): Promise<Result> {
    const account = lookups();
    const done = pulumi.runtime.rpcKeepAlive();
    try {
        await earlier;
        // Resources whose registration has just ended must be counted before the lookup reads the cached list.
        await new Promise((resolve) => setImmediate(resolve));
        return await lookup(account);
    } finally {
        // Keeps the engine until the program has registered the resources that use the result.
        setImmediate(done);
    }
}
