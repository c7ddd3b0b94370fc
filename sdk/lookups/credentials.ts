import type * as pulumi from "@pulumi/pulumi";

import type { Credentials } from "../resources/credentials";
import { listAll, listAllOutput } from "./provider-bridge";
import type { GetAllArgs, IdsByName, LookupInputs, LookupOutputOptions, LookupResult } from "./types";

/** The result of {@link getCredentials}. */
export interface GetCredentialsResult {
    /** The credentials configurations, sorted by name. */
    readonly credentials: readonly LookupResult<Credentials>[];
    /** Ids by `credentialsName`. */
    readonly ids: IdsByName;
}

/**
 * Lists the credentials configurations of the account.
 *
 * @param args the account. Default: the configured one.
 */
export function getCredentials(args: GetAllArgs = {}): Promise<GetCredentialsResult> {
    return listAll("Credentials", args);
}

/**
 * {@link getCredentials} with arguments that may be outputs.
 *
 * @param args the account. Default: the configured one.
 * @param opts what must exist before.
 */
export function getCredentialsOutput(
    args: LookupInputs<GetAllArgs> = {},
    opts?: LookupOutputOptions,
): pulumi.Output<GetCredentialsResult> {
    return listAllOutput("Credentials", args, opts);
}
