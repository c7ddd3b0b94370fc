import * as pulumi from "@pulumi/pulumi";

import type { CustomerManagedKey, KeyUseCase } from "../resources/customer-managed-key";
import { outputOf } from "./output-form";
import { withLookups } from "./provider-bridge";
import type { GetAllArgs, LookupInputs, LookupOutputOptions, LookupResult } from "./types";

/** The arguments of {@link getCustomerManagedKey} that identify a registration by its id. */
export interface GetCustomerManagedKeyByIdArgs extends GetAllArgs {
    /** Id of the registration (a uuid). */
    id: string;
    /** Not allowed beside `id`. */
    keyArn?: undefined;
    /** Not allowed beside `id`. */
    useCase?: undefined;
}

/** The arguments of {@link getCustomerManagedKey} that identify a registration by its KMS key. */
export interface GetCustomerManagedKeyByArnArgs extends GetAllArgs {
    /** ARN of the KMS key. One key may have several registrations. */
    keyArn: string;
    /**
     * A use case that the registration must have; it may have another one too.
     *
     * @default any
     */
    useCase?: KeyUseCase | undefined;
    /** Not allowed beside `keyArn`. */
    id?: undefined;
}

/** The arguments of {@link getCustomerManagedKey}: either `id`, or `keyArn` and perhaps `useCase`; and `accountId`. */
export type GetCustomerManagedKeyArgs = GetCustomerManagedKeyByIdArgs | GetCustomerManagedKeyByArnArgs;

/** An existing registration of a KMS key: the outputs of {@link CustomerManagedKey}. */
export type GetCustomerManagedKeyResult = LookupResult<CustomerManagedKey>;

/**
 * Looks up one registration of a KMS key. Fails if there is none, or if there are several: the error then contains their
 * ids.
 *
 * @param args what identifies the registration.
 */
export function getCustomerManagedKey(args: GetCustomerManagedKeyArgs): Promise<GetCustomerManagedKeyResult> {
    return withLookups((account) => account.get("CustomerManagedKey", args));
}

/**
 * {@link getCustomerManagedKey} with arguments that may be outputs.
 *
 * @param args what identifies the registration.
 * @param opts what must exist before.
 */
export function getCustomerManagedKeyOutput(
    args: LookupInputs<GetCustomerManagedKeyArgs>,
    opts?: LookupOutputOptions,
): pulumi.Output<GetCustomerManagedKeyResult> {
    return outputOf((given: GetCustomerManagedKeyArgs) => getCustomerManagedKey(given), pulumi.output(args), opts);
}
