import type * as pulumi from "@pulumi/pulumi";

import { AccountResource, type AccountResourceArgs, type OutputsOf } from "./account-resource";

/** The arguments of {@link StorageConfiguration}. A change of any of them replaces the storage configuration. */
export interface StorageConfigurationArgs extends AccountResourceArgs {
    /**
     * Name of the configuration: 1 to 256 characters, unique in the account.
     *
     * @default generated from the resource's name (recommended)
     */
    storageConfigurationName?: pulumi.Input<string | undefined>;
    /** Name of the S3 bucket (3 to 63 characters), not its ARN. See {@link rootBucketPolicy} for its policy. */
    bucketName: pulumi.Input<string>;
    /**
     * ARN of an IAM role with which Databricks accesses the bucket.
     *
     * @default none, the bucket's policy gives access
     */
    roleArn?: pulumi.Input<string | undefined>;
}

/**
 * A storage configuration (Account API: `/storage-configurations`): the root bucket of a workspace.
 *
 * It is immutable. A key for `MANAGED_SERVICES` does not encrypt the bucket: the bucket's own encryption or a key for
 * `STORAGE` does.
 *
 * @example
 * ```ts
 * import * as databricks from "pulumi-databricks-cmk";
 *
 * const storage = new databricks.StorageConfiguration("analytics", { bucketName: "analytics-root" });
 * export const id = storage.storageConfigurationId;
 * ```
 */
export class StorageConfiguration extends AccountResource {
    /** Id of the Databricks account. */
    declare readonly accountId: pulumi.Output<string>;
    /** Name of the configuration. */
    declare readonly storageConfigurationName: pulumi.Output<string>;
    /** Name of the S3 bucket. */
    declare readonly bucketName: pulumi.Output<string>;
    /** ARN of the IAM role with which Databricks accesses the bucket. */
    declare readonly roleArn: pulumi.Output<string | undefined>;
    /** Id of the configuration (a uuid). */
    declare readonly storageConfigurationId: pulumi.Output<string>;
    /** Creation time, in milliseconds since 1970. */
    declare readonly creationTime: pulumi.Output<number>;

    /**
     * Creates a storage configuration.
     *
     * @param name the resource's name in the stack.
     * @param args the bucket. Checked at preview.
     * @param opts Pulumi's resource options, except `import` (use `adopt`).
     */
    constructor(name: string, args: StorageConfigurationArgs, opts?: pulumi.CustomResourceOptions) {
        super(name, { type: "StorageConfiguration", inputs: { ...args }, outputs }, opts);
    }
}

const outputs: OutputsOf<StorageConfiguration> = {
    accountId: undefined,
    storageConfigurationName: undefined,
    bucketName: undefined,
    roleArn: undefined,
    storageConfigurationId: undefined,
    creationTime: undefined,
};
