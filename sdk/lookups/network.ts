import type * as pulumi from "@pulumi/pulumi";

import type { Network } from "../resources/network";
import { listAll, listAllOutput } from "./provider-bridge";
import type { GetAllArgs, IdsByName, LookupInputs, LookupOutputOptions, LookupResult } from "./types";

/** The result of {@link getNetworks}. */
export interface GetNetworksResult {
    /** The network configurations, sorted by name. */
    readonly networks: readonly LookupResult<Network>[];
    /** Ids by `networkName`. */
    readonly ids: IdsByName;
}

/**
 * Lists the network configurations of the account.
 *
 * @param args the account. Default: the configured one.
 */
export function getNetworks(args: GetAllArgs = {}): Promise<GetNetworksResult> {
    return listAll("Network", args);
}

/**
 * {@link getNetworks} with arguments that may be outputs.
 *
 * @param args the account. Default: the configured one.
 * @param opts what must exist before.
 */
export function getNetworksOutput(
    args: LookupInputs<GetAllArgs> = {},
    opts?: LookupOutputOptions,
): pulumi.Output<GetNetworksResult> {
    return listAllOutput("Network", args, opts);
}
