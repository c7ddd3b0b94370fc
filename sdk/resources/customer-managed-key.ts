import type * as pulumi from "@pulumi/pulumi";

import { AccountResource, type AccountResourceArgs, type OutputsOf } from "./account-resource";

/** What Databricks encrypts with a customer-managed key. */
export type KeyUseCase =
    /** Managed services: notebooks, secrets and SQL queries in the control plane. */
    | "MANAGED_SERVICES"
    /** The workspace's root bucket and, unless `reuseKeyForClusterVolumes` is `false`, the EBS volumes of clusters. */
    | "STORAGE";

/** A KMS key as Databricks registers it. */
export interface AwsKeyInfo {
    /** ARN of the KMS key, not of an alias: `arn:aws:kms:<region>:<account>:key/<id>`. A change replaces the registration. */
    keyArn: pulumi.Input<string>;
    /** Alias of the key, `alias/<name>`. For information only: a change has no effect on an existing registration, and is reported. */
    keyAlias?: pulumi.Input<string | undefined>;
    /**
     * Region of the key.
     *
     * @default the region in `keyArn`
     */
    keyRegion?: pulumi.Input<string | undefined>;
    /**
     * Whether a key for `STORAGE` also encrypts the EBS volumes of clusters. Pass `false` to exclude them. If volumes
     * are included, the key policy must also allow the cross-account role: see {@link databricksKeyPolicy}. Not allowed
     * for `MANAGED_SERVICES` alone. A change replaces the registration.
     *
     * @default `true`, by the service
     */
    reuseKeyForClusterVolumes?: pulumi.Input<boolean | undefined>;
}

/** The arguments of {@link CustomerManagedKey}. */
export interface CustomerManagedKeyArgs extends AccountResourceArgs {
    /** The KMS key. */
    awsKeyInfo: pulumi.Input<AwsKeyInfo>;
    /** What Databricks encrypts with the key: `MANAGED_SERVICES`, `STORAGE` or both. A change replaces the registration. */
    useCases: pulumi.Input<pulumi.Input<KeyUseCase>[]>;
}

/** @internal What `EncryptionKey` says of the KMS key, so that the registration's delete can say that the key was kept. */
interface KeyNote {
    readonly keyRemoval?: string | undefined;
}

/**
 * The registration of a KMS key with a Databricks account (Account API: `/customer-managed-keys`).
 *
 * A registration is immutable: another key or another use case is another registration. It can be deleted only when no
 * workspace uses it. The key policy of the KMS key must allow Databricks to use it: see {@link databricksKeyPolicy}. The
 * component {@link EncryptionKey} creates all of this together.
 *
 * @example
 * ```ts
 * import * as databricks from "pulumi-databricks-cmk";
 *
 * const registration = new databricks.CustomerManagedKey("notebooks", {
 *   awsKeyInfo: { keyArn: "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab" },
 *   useCases: ["MANAGED_SERVICES"],
 * });
 * export const id = registration.customerManagedKeyId;
 * ```
 */
export class CustomerManagedKey extends AccountResource {
    /** Id of the Databricks account. */
    declare readonly accountId: pulumi.Output<string>;
    /** The KMS key. */
    declare readonly awsKeyInfo: pulumi.Output<{
        /** ARN of the KMS key. */
        keyArn: string;
        /** Alias of the key, as registered. */
        keyAlias?: string;
        /** Region of the key. */
        keyRegion: string;
        /** Whether it encrypts the EBS volumes of clusters. Left out by the service if it does not apply; for `STORAGE`, left out means `true`. */
        reuseKeyForClusterVolumes?: boolean;
    }>;
    /** What Databricks encrypts with the key. */
    declare readonly useCases: pulumi.Output<KeyUseCase[]>;
    /** Id of the registration (a uuid). A workspace refers to the key by this id. */
    declare readonly customerManagedKeyId: pulumi.Output<string>;
    /** Time of the registration, in milliseconds since 1970. */
    declare readonly creationTime: pulumi.Output<number>;

    /**
     * Registers a KMS key.
     *
     * @param name the resource's name in the stack.
     * @param args the key and its use cases. Checked at preview.
     * @param opts Pulumi's resource options, except `import` (use `adopt`).
     */
    constructor(name: string, args: CustomerManagedKeyArgs, opts?: pulumi.CustomResourceOptions);
    /** @internal */
    constructor(name: string, args: CustomerManagedKeyArgs & KeyNote, opts?: pulumi.CustomResourceOptions);
    constructor(name: string, args: CustomerManagedKeyArgs & KeyNote, opts?: pulumi.CustomResourceOptions) {
        super(name, { type: "CustomerManagedKey", inputs: { ...args }, outputs }, opts);
    }
}

const outputs: OutputsOf<CustomerManagedKey> = {
    accountId: undefined,
    awsKeyInfo: undefined,
    useCases: undefined,
    customerManagedKeyId: undefined,
    creationTime: undefined,
};
