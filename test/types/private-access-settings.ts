import type { privateAccessSettingsObject } from "../../provider/objects/private-access-settings";
import type { PrivateAccessSettings, PrivateAccessSettingsArgs } from "../../sdk";
import type { ArgsDifferences, Check, OutputDifferences, WithoutField } from "./checks";

type Definition = typeof privateAccessSettingsObject;
type WithoutArgument = Omit<PrivateAccessSettingsArgs, "region">;
type WithoutResponse = Omit<PrivateAccessSettings, "region">;

/** PrivateAccessSettings: its arguments, its outputs and its definition agree, and what is missing on one side does not compile. */
export type PrivateAccessSettingsChecks = [
    Check<ArgsDifferences<PrivateAccessSettingsArgs, Definition>>,
    Check<OutputDifferences<PrivateAccessSettings, Definition>>,
    // @ts-expect-error -- the class lacks an argument
    Check<ArgsDifferences<WithoutArgument, Definition>>,
    // @ts-expect-error -- the class lacks an output
    Check<OutputDifferences<WithoutResponse, Definition>>,
    // @ts-expect-error -- the definition lacks a field
    Check<ArgsDifferences<PrivateAccessSettingsArgs, WithoutField<Definition, "region">>>,
    // @ts-expect-error -- the definition lacks a field, which is an output too
    Check<OutputDifferences<PrivateAccessSettings, WithoutField<Definition, "region">>>,
];
