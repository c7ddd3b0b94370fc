import type { customerManagedKeyObject } from "../../provider/objects/customer-managed-key";
import type { CustomerManagedKey, CustomerManagedKeyArgs } from "../../sdk";
import type { ArgsDifferences, Check, OutputDifferences, WithoutField, WithoutOutput } from "./checks";

type Definition = typeof customerManagedKeyObject;
type WithoutArgument = Omit<CustomerManagedKeyArgs, "useCases">;
type WithoutResponse = Omit<CustomerManagedKey, "creationTime">;

/** CustomerManagedKey: its arguments, its outputs and its definition agree, and what is missing on one side does not compile. */
export type CustomerManagedKeyChecks = [
    Check<ArgsDifferences<CustomerManagedKeyArgs, Definition>>,
    Check<OutputDifferences<CustomerManagedKey, Definition>>,
    // @ts-expect-error -- the class lacks an argument
    Check<ArgsDifferences<WithoutArgument, Definition>>,
    // @ts-expect-error -- the class lacks an output
    Check<OutputDifferences<WithoutResponse, Definition>>,
    // @ts-expect-error -- the definition lacks a field
    Check<ArgsDifferences<CustomerManagedKeyArgs, WithoutField<Definition, "useCases">>>,
    // @ts-expect-error -- the definition lacks an output
    Check<OutputDifferences<CustomerManagedKey, WithoutOutput<Definition, "creationTime">>>,
];
