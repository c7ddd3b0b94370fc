import type { kms } from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { aws } from "./aws";
import { CustomerManagedKey, type KeyUseCase } from "./customer-managed-key";
import { databricksKeyPolicy } from "./policy-documents";

/** The inputs of a {@link NotebookKey}. All may be left out. */
export interface NotebookKeyArgs {
    /** The Databricks account. Default: `databricks:accountId`. */
    accountId?: pulumi.Input<string | undefined>;
    /** What the key is for. Default: `["MANAGED_SERVICES"]`, notebooks. Both use cases may share a key. */
    useCases?: readonly KeyUseCase[];
    /**
     * ARN of an existing KMS key, which is then only registered: no key, alias or policy is made. Its own policy must be
     * what {@link databricksKeyPolicy} says. Everything below is for a key that is made here, but `aliasName`.
     */
    keyArn?: pulumi.Input<string>;
    /** The key's alias, without `alias/`. Default for a new key: the resource's name and a suffix made by Pulumi. For an existing key: the name of one of its aliases, registered with it. */
    aliasName?: pulumi.Input<string>;
    /** What the key is for, in words. */
    description?: pulumi.Input<string>;
    /** Id of the custom key store (CloudHSM or external) in which the key is to live. Rotation is then off: AWS cannot rotate such keys. */
    customKeyStoreId?: pulumi.Input<string>;
    /** Days between the deletion of the key and its end, 7 to 30. Default: 30. */
    deletionWindowInDays?: pulumi.Input<number>;
    /** Whether AWS makes new key material every year; old data stays readable. Default: true. */
    enableKeyRotation?: pulumi.Input<boolean>;
    /** For `STORAGE`: whether cluster volumes use the key too. Needs `crossAccountRoleArn`. */
    reuseKeyForClusterVolumes?: boolean;
    /** For `STORAGE`: ARN of the cross-account role, let in by the key's policy for cluster volumes. */
    crossAccountRoleArn?: pulumi.Input<string>;
    /** Tags of the KMS key. */
    tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/**
 * A customer-managed key for Databricks, all of it: a KMS key with rotation and the key policy that lets Databricks use
 * it for what it is for and nothing more, its alias, and its registration with the account.
 *
 * To keep a key from being deleted with the stack, set `protect` or `retainOnDelete`: when a KMS key is gone, so is
 * everything that was encrypted with it.
 */
export class NotebookKey extends pulumi.ComponentResource {
    /** ARN of the KMS key. */
    readonly keyArn: pulumi.Output<string>;
    /** The KMS key's alias, `alias/<name>`. */
    readonly keyAlias: pulumi.Output<string | undefined>;
    /** Id of the registration: what a workspace is given. */
    readonly customerManagedKeyId: pulumi.Output<string>;
    /** The KMS key that was made; `undefined` for an existing one. */
    readonly key: kms.Key | undefined;
    /** The alias that was made; `undefined` for an existing key. */
    readonly alias: kms.Alias | undefined;
    /** The registration. */
    readonly registration: CustomerManagedKey;

    /**
     * Makes a key, or takes an existing one, and registers it.
     *
     * @param name the resource's name in this stack.
     * @param args what the key is to be.
     * @param opts Pulumi's component options; an `aws` provider among them decides the account and region of a new key.
     */
    constructor(name: string, args: NotebookKeyArgs = {}, opts?: pulumi.ComponentResourceOptions) {
        super("databricks-cmk:index:NotebookKey", name, {}, opts);
        const { useCases = ["MANAGED_SERVICES"] } = args;
        const parent = { parent: this };

        if (args.keyArn === undefined) {
            this.key = this.makeKey(name, args, useCases);
            this.alias = new (aws().kms.Alias)(
                name,
                args.aliasName === undefined
                    ? { namePrefix: `alias/${name}-`, targetKeyId: this.key.keyId }
                    : { name: pulumi.interpolate`alias/${args.aliasName}`, targetKeyId: this.key.keyId },
                parent,
            );
            this.keyArn = this.key.arn;
            this.keyAlias = this.alias.name;
        } else {
            this.keyArn = pulumi.output(args.keyArn);
            this.keyAlias = pulumi
                .output(args.aliasName)
                .apply((alias) => (alias === undefined ? undefined : `alias/${alias}`));
        }

        this.registration = new CustomerManagedKey(
            name,
            {
                accountId: args.accountId,
                awsKeyInfo: {
                    keyArn: this.keyArn,
                    keyAlias: this.keyAlias,
                    reuseKeyForClusterVolumes: args.reuseKeyForClusterVolumes,
                },
                useCases: [...useCases],
            },
            parent,
        );
        this.customerManagedKeyId = this.registration.customerManagedKeyId;
        this.registerOutputs({
            keyArn: this.keyArn,
            keyAlias: this.keyAlias,
            customerManagedKeyId: this.customerManagedKeyId,
        });
    }

    private makeKey(name: string, args: NotebookKeyArgs, useCases: readonly KeyUseCase[]): kms.Key {
        const caller = aws().getCallerIdentityOutput({}, { parent: this });
        const policy = pulumi
            .all([caller.accountId, args.crossAccountRoleArn, args.accountId])
            .apply(([awsAccountId, crossAccountRoleArn, databricksAccountId]) =>
                JSON.stringify(
                    databricksKeyPolicy({ awsAccountId, crossAccountRoleArn, databricksAccountId, useCases }),
                ),
            );
        return new (aws().kms.Key)(
            name,
            {
                description: args.description ?? `Databricks customer-managed key "${name}"`,
                enableKeyRotation: args.enableKeyRotation ?? args.customKeyStoreId === undefined,
                deletionWindowInDays: args.deletionWindowInDays ?? 30,
                customKeyStoreId: args.customKeyStoreId,
                policy,
                tags: args.tags,
            },
            { parent: this },
        );
    }
}
