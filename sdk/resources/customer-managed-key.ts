import type * as pulumi from "@pulumi/pulumi";

import { AccountResource } from "./account-resource";

/** What Databricks encrypts with a customer-managed key. */
export type KeyUseCase =
    /** Notebooks and other data of the control plane. */
    | "MANAGED_SERVICES"
    /** The root bucket and, if asked for, cluster volumes. */
    | "STORAGE";

/** A KMS key as it is registered. */
export interface AwsKeyInfo {
    /** ARN of the KMS key itself, not of an alias: `arn:aws:kms:<region>:<account>:key/<id>`. */
    keyArn: pulumi.Input<string>;
    /** The key's alias, `alias/<name>`. A name only: changing it here changes nothing that exists. */
    keyAlias?: pulumi.Input<string | undefined>;
    /** Region of the key. Left out, it is taken from the ARN. */
    keyRegion?: pulumi.Input<string | undefined>;
    /** Whether a key for `STORAGE` also encrypts the EBS volumes of clusters. Default: false. */
    reuseKeyForClusterVolumes?: pulumi.Input<boolean | undefined>;
}

/** The inputs of a {@link CustomerManagedKey}. */
export interface CustomerManagedKeyArgs {
    /**
     * Id of an existing registration to take over in place of making one, after comparing what cannot be changed. Read once, when
     * this resource is created; taking it away later changes nothing. From then on the stack owns it, and deletes it.
     */
    adopt?: pulumi.Input<string | undefined>;
    /** The Databricks account. Default: `databricks:accountId`. */
    accountId?: pulumi.Input<string | undefined>;
    /** The KMS key. */
    awsKeyInfo: pulumi.Input<AwsKeyInfo>;
    /** What the key is for, one or both of `MANAGED_SERVICES` and `STORAGE`. */
    useCases: pulumi.Input<pulumi.Input<KeyUseCase>[]>;
}

/**
 * A KMS key's registration with a Databricks account (Account API: customer-managed keys).
 *
 * Nothing of a registration can be changed: another key, another use case is another registration. It can be deleted
 * only when no workspace uses it. The KMS key's own policy must let Databricks use it: see {@link databricksKeyPolicy}.
 */
export class CustomerManagedKey extends AccountResource {
    /** The Databricks account. */
    declare readonly accountId: pulumi.Output<string>;
    /** The KMS key. */
    declare readonly awsKeyInfo: pulumi.Output<{
        keyArn: string;
        keyAlias?: string;
        keyRegion: string;
        reuseKeyForClusterVolumes?: boolean;
    }>;
    /** What the key is for. */
    declare readonly useCases: pulumi.Output<KeyUseCase[]>;
    /** Id of the registration (a uuid): what a workspace is given. */
    declare readonly customerManagedKeyId: pulumi.Output<string>;
    /** When it was registered, in milliseconds since 1970. */
    declare readonly creationTime: pulumi.Output<number>;

    /**
     * Registers a KMS key.
     *
     * @param name the resource's name in this stack.
     * @param args the key and what it is for; checked at preview.
     * @param opts Pulumi's resource options.
     */
    constructor(name: string, args: CustomerManagedKeyArgs, opts?: pulumi.CustomResourceOptions);
    /** @internal */
    constructor(name: string, args: CustomerManagedKeyArgs | undefined, opts?: pulumi.CustomResourceOptions);
    constructor(name: string, args: CustomerManagedKeyArgs | undefined, opts?: pulumi.CustomResourceOptions) {
        const outputs = ["accountId", "awsKeyInfo", "useCases", "customerManagedKeyId", "creationTime"];
        super(name, { type: "CustomerManagedKey", inputs: { ...args }, outputs }, opts);
    }

    /** Reads an existing registration, which this stack then neither changes nor deletes. Fails when it is not there. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): CustomerManagedKey {
        return new CustomerManagedKey(name, undefined, { ...opts, id });
    }
}
