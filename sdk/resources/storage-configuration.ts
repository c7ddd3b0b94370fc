import type * as pulumi from "@pulumi/pulumi";

import { AccountResource } from "./account-resource";

/** The inputs of a {@link StorageConfiguration}. */
export interface StorageConfigurationArgs {
    /**
     * Id of an existing storage configuration to take over in place of making one, after comparing what cannot be changed. Read once, when
     * this resource is created; taking it away later changes nothing. From then on the stack owns it, and deletes it.
     */
    adopt?: pulumi.Input<string | undefined>;
    /** The Databricks account. Default: `databricks:accountId`. */
    accountId?: pulumi.Input<string | undefined>;
    /** Its name, 1 to 256 characters, unique in the account. Left out, one is made from the resource's name. */
    storageConfigurationName?: pulumi.Input<string | undefined>;
    /** Bare name of the S3 bucket (3 to 63 characters): see {@link rootBucketPolicy}. */
    bucketName: pulumi.Input<string>;
    /** ARN of a role with which the bucket is reached. Default: by the bucket's policy. */
    roleArn?: pulumi.Input<string | undefined>;
}

/**
 * A storage configuration (Account API: storage configurations): the root bucket of a workspace. It cannot be changed.
 * The key for notebooks does not encrypt the bucket: its own encryption, or a key for `STORAGE`, does.
 */
export class StorageConfiguration extends AccountResource {
    /** The Databricks account. */
    declare readonly accountId: pulumi.Output<string>;
    /** Its name. */
    declare readonly storageConfigurationName: pulumi.Output<string>;
    /** Name of the S3 bucket. */
    declare readonly bucketName: pulumi.Output<string>;
    /** ARN of the role with which the bucket is reached. */
    declare readonly roleArn: pulumi.Output<string | undefined>;
    /** Id of the configuration (a uuid). */
    declare readonly storageConfigurationId: pulumi.Output<string>;
    /** When it was made, in milliseconds since 1970. */
    declare readonly creationTime: pulumi.Output<number>;

    /**
     * Registers a root bucket.
     *
     * @param name the resource's name in this stack.
     * @param args the bucket; checked at preview.
     * @param opts Pulumi's resource options.
     */
    constructor(name: string, args: StorageConfigurationArgs, opts?: pulumi.CustomResourceOptions);
    /** @internal */
    constructor(name: string, args: StorageConfigurationArgs | undefined, opts?: pulumi.CustomResourceOptions);
    constructor(name: string, args: StorageConfigurationArgs | undefined, opts?: pulumi.CustomResourceOptions) {
        const outputs = [
            "accountId",
            "storageConfigurationName",
            "bucketName",
            "roleArn",
            "storageConfigurationId",
            "creationTime",
        ];
        super(name, { type: "StorageConfiguration", inputs: { ...args }, outputs }, opts);
    }

    /** Reads an existing configuration, which this stack then neither changes nor deletes. Fails when it is not there. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): StorageConfiguration {
        return new StorageConfiguration(name, undefined, { ...opts, id });
    }
}
