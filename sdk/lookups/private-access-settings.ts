import type * as pulumi from "@pulumi/pulumi";

import type { PrivateAccessSettings } from "../resources/private-access-settings";
import { listAll, listAllOutput } from "./provider-bridge";
import type { GetAllArgs, IdsByName, LookupInputs, LookupOutputOptions, LookupResult } from "./types";

/** The result of {@link getPrivateAccessSettings}. */
export interface GetPrivateAccessSettingsResult {
    /** The private access settings, sorted by name. */
    readonly privateAccessSettings: readonly LookupResult<PrivateAccessSettings>[];
    /** Ids by `privateAccessSettingsName`. */
    readonly ids: IdsByName;
}

/**
 * Lists the private access settings of the account.
 *
 * @param args the account. Default: the configured one.
 */
export function getPrivateAccessSettings(args: GetAllArgs = {}): Promise<GetPrivateAccessSettingsResult> {
    return listAll("PrivateAccessSettings", args);
}

/**
 * {@link getPrivateAccessSettings} with arguments that may be outputs.
 *
 * @param args the account. Default: the configured one.
 * @param opts what must exist before.
 */
export function getPrivateAccessSettingsOutput(
    args: LookupInputs<GetAllArgs> = {},
    opts?: LookupOutputOptions,
): pulumi.Output<GetPrivateAccessSettingsResult> {
    return listAllOutput("PrivateAccessSettings", args, opts);
}
