import type { credentialsObject } from "../../provider/objects/credentials";
import type { Credentials, CredentialsArgs } from "../../sdk";
import type { ArgsDifferences, Check, OutputDifferences, WithoutField, WithoutOutput } from "./checks";

type Definition = typeof credentialsObject;
type WithoutArgument = Omit<CredentialsArgs, "roleArn">;
type WithoutResponse = Omit<Credentials, "externalId">;

/** Credentials: its arguments, its outputs and its definition agree, and what is missing on one side does not compile. */
export type CredentialsChecks = [
    Check<ArgsDifferences<CredentialsArgs, Definition>>,
    Check<OutputDifferences<Credentials, Definition>>,
    // @ts-expect-error -- the class lacks an argument
    Check<ArgsDifferences<WithoutArgument, Definition>>,
    // @ts-expect-error -- the class lacks an output
    Check<OutputDifferences<WithoutResponse, Definition>>,
    // @ts-expect-error -- the definition lacks a field
    Check<ArgsDifferences<CredentialsArgs, WithoutField<Definition, "roleArn">>>,
    // @ts-expect-error -- the definition lacks an output
    Check<OutputDifferences<Credentials, WithoutOutput<Definition, "externalId">>>,
];
