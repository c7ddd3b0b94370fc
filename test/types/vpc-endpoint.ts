import type { vpcEndpointObject } from "../../provider/objects/vpc-endpoint";
import type { VpcEndpoint, VpcEndpointArgs } from "../../sdk";
import type { ArgsDifferences, Check, OutputDifferences, WithoutField, WithoutOutput } from "./checks";

type Definition = typeof vpcEndpointObject;
type WithoutArgument = Omit<VpcEndpointArgs, "region">;
type WithoutResponse = Omit<VpcEndpoint, "useCase">;

/** VpcEndpoint: its arguments, its outputs and its definition agree, and what is missing on one side does not compile. */
export type VpcEndpointChecks = [
    Check<ArgsDifferences<VpcEndpointArgs, Definition>>,
    Check<OutputDifferences<VpcEndpoint, Definition>>,
    // @ts-expect-error -- the class lacks an argument
    Check<ArgsDifferences<WithoutArgument, Definition>>,
    // @ts-expect-error -- the class lacks an output
    Check<OutputDifferences<WithoutResponse, Definition>>,
    // @ts-expect-error -- the definition lacks a field
    Check<ArgsDifferences<VpcEndpointArgs, WithoutField<Definition, "region">>>,
    // @ts-expect-error -- the definition lacks an output
    Check<OutputDifferences<VpcEndpoint, WithoutOutput<Definition, "useCase">>>,
];
