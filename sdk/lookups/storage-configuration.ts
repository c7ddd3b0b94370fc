import type * as pulumi from "@pulumi/pulumi";

import type { StorageConfiguration } from "../resources/storage-configuration";
import { listAll, listAllOutput } from "./provider-bridge";
import type { GetAllArgs, IdsByName, LookupInputs, LookupOutputOptions, LookupResult } from "./types";

/** The result of {@link getStorageConfigurations}. */
export interface GetStorageConfigurationsResult {
    /** The storage configurations, sorted by name. */
    readonly storageConfigurations: readonly LookupResult<StorageConfiguration>[];
    /** Ids by `storageConfigurationName`. */
    readonly ids: IdsByName;
}

/**
 * Lists the storage configurations of the account.
 *
 * @param args the account. Default: the configured one.
 */
export function getStorageConfigurations(args: GetAllArgs = {}): Promise<GetStorageConfigurationsResult> {
    return listAll("StorageConfiguration", args);
}

/**
 * {@link getStorageConfigurations} with arguments that may be outputs.
 *
 * @param args the account. Default: the configured one.
 * @param opts what must exist before.
 */
export function getStorageConfigurationsOutput(
    args: LookupInputs<GetAllArgs> = {},
    opts?: LookupOutputOptions,
): pulumi.Output<GetStorageConfigurationsResult> {
    return listAllOutput("StorageConfiguration", args, opts);
}
