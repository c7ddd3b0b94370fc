import * as pulumi from "@pulumi/pulumi";

import type { CurrentConfig } from "../../provider/contract/lookups";
import { withLookups } from "./provider-bridge";

/** The result of {@link getCurrentConfig}. */
export type GetCurrentConfigResult = CurrentConfig;

/**
 * Returns the account, host and authentication method that the stack's configuration, the environment and the profile give.
 * Sends no request. Fails if they are incomplete.
 */
export function getCurrentConfig(): Promise<GetCurrentConfigResult> {
    return withLookups((account) => account.currentConfig());
}

/** {@link getCurrentConfig} as an output. */
export function getCurrentConfigOutput(): pulumi.Output<GetCurrentConfigResult> {
    return pulumi.output(getCurrentConfig());
}
