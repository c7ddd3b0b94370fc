import type { networkObject } from "../../provider/objects/network";
import type { Network, NetworkArgs } from "../../sdk";
import type { ArgsDifferences, Check, OutputDifferences, WithoutField, WithoutOutput } from "./checks";

type Definition = typeof networkObject;
type WithoutArgument = Omit<NetworkArgs, "subnetIds">;
type WithoutResponse = Omit<Network, "vpcStatus">;

/** Network: its arguments, its outputs and its definition agree, and what is missing on one side does not compile. */
export type NetworkChecks = [
    Check<ArgsDifferences<NetworkArgs, Definition>>,
    Check<OutputDifferences<Network, Definition>>,
    // @ts-expect-error -- the class lacks an argument
    Check<ArgsDifferences<WithoutArgument, Definition>>,
    // @ts-expect-error -- the class lacks an output
    Check<OutputDifferences<WithoutResponse, Definition>>,
    // @ts-expect-error -- the definition lacks a field
    Check<ArgsDifferences<NetworkArgs, WithoutField<Definition, "subnetIds">>>,
    // @ts-expect-error -- the definition lacks an output
    Check<OutputDifferences<Network, WithoutOutput<Definition, "vpcStatus">>>,
];
