import type * as pulumi from "@pulumi/pulumi";

import type { VpcEndpoint } from "../resources/vpc-endpoint";
import { listAll, listAllOutput } from "./provider-bridge";
import type { GetAllArgs, IdsByName, LookupInputs, LookupOutputOptions, LookupResult } from "./types";

/** The result of {@link getVpcEndpoints}. */
export interface GetVpcEndpointsResult {
    /** The registered VPC endpoints, sorted by name. */
    readonly vpcEndpoints: readonly LookupResult<VpcEndpoint>[];
    /** Ids by `vpcEndpointName`. */
    readonly ids: IdsByName;
}

/**
 * Lists the registered VPC endpoints of the account.
 *
 * @param args the account. Default: the configured one.
 */
export function getVpcEndpoints(args: GetAllArgs = {}): Promise<GetVpcEndpointsResult> {
    return listAll("VpcEndpoint", args);
}

/**
 * {@link getVpcEndpoints} with arguments that may be outputs.
 *
 * @param args the account. Default: the configured one.
 * @param opts what must exist before.
 */
export function getVpcEndpointsOutput(
    args: LookupInputs<GetAllArgs> = {},
    opts?: LookupOutputOptions,
): pulumi.Output<GetVpcEndpointsResult> {
    return listAllOutput("VpcEndpoint", args, opts);
}
