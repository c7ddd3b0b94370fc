import type { storageConfigurationObject } from "../../provider/objects/storage-configuration";
import type { StorageConfiguration, StorageConfigurationArgs } from "../../sdk";
import type { ArgsDifferences, Check, OutputDifferences, WithoutField, WithoutOutput } from "./checks";

type Definition = typeof storageConfigurationObject;
type WithoutArgument = Omit<StorageConfigurationArgs, "bucketName">;
type WithoutResponse = Omit<StorageConfiguration, "creationTime">;

/** StorageConfiguration: its arguments, its outputs and its definition agree, and what is missing on one side does not compile. */
export type StorageConfigurationChecks = [
    Check<ArgsDifferences<StorageConfigurationArgs, Definition>>,
    Check<OutputDifferences<StorageConfiguration, Definition>>,
    // @ts-expect-error -- the class lacks an argument
    Check<ArgsDifferences<WithoutArgument, Definition>>,
    // @ts-expect-error -- the class lacks an output
    Check<OutputDifferences<WithoutResponse, Definition>>,
    // @ts-expect-error -- the definition lacks a field
    Check<ArgsDifferences<StorageConfigurationArgs, WithoutField<Definition, "bucketName">>>,
    // @ts-expect-error -- the definition lacks an output
    Check<OutputDifferences<StorageConfiguration, WithoutOutput<Definition, "creationTime">>>,
];
