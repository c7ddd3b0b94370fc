import type { kms } from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { withCode } from "../../provider/contract/coded-message";
import { argumentProblems } from "./argument-types";
import { accountProblems, databricksAccount, partitionOfStack, requirePartition, throwIfInvalid } from "./arguments";
import { aws } from "./aws";
import {
    type EncryptionKeyArgs,
    encryptionKeyProblems,
    needsDatabricksAccount,
    useCasesOf,
} from "./encryption-key-args";
import { encryptionKeyArgumentTypes } from "./encryption-key-argument-types";
import { checkedKeyArn } from "./existing-key";
import { databricksKeyPolicy } from "../policy-documents";
import { type AwsKeyInfo, CustomerManagedKey, type KeyUseCase } from "../resources/customer-managed-key";
import { refuseDeletedWith } from "../resources/refused-options";
import { requireOwnState } from "../resources/stack-origin";

/**
 * A customer-managed key for Databricks: a KMS key with rotation and the key policy that lets Databricks use it for its use
 * cases and for nothing more, its alias, and its registration with the account. It is for notebooks, for storage (the root
 * bucket and, if asked for, cluster volumes), or for both.
 *
 * A KMS key that is made here stays when the program or the stack goes, unless `keyRemoval` is `"schedule"`: when a KMS key is
 * gone, so is everything that was encrypted with it.
 *
 * @example
 * ```ts
 * import * as databricks from "pulumi-databricks-cmk";
 *
 * // Notebooks, the root bucket and cluster volumes under one key.
 * const key = new databricks.EncryptionKey("analytics", {
 *   useCases: ["MANAGED_SERVICES", "STORAGE"],
 *   reuseKeyForClusterVolumes: true,
 *   crossAccountRoleArn: "arn:aws:iam::123456789012:role/databricks",
 * });
 * export const arn = key.keyArn;
 * ```
 */
export class EncryptionKey extends pulumi.ComponentResource {
    /** What the key is for. */
    readonly useCases: readonly KeyUseCase[];
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
     * @param args what the key is to be. Arguments that cannot be right end the program before anything is created.
     * @param opts Pulumi's component options; an `aws` provider among them decides the account and region of a new key.
     */
    constructor(name: string, args: EncryptionKeyArgs = {}, opts?: pulumi.ComponentResourceOptions) {
        refuseDeletedWith("EncryptionKey", name, opts);
        throwIfInvalid("EncryptionKey", name, argumentProblems(args, encryptionKeyArgumentTypes));
        throwIfInvalid("EncryptionKey", name, [
            ...encryptionKeyProblems(args),
            ...(needsDatabricksAccount(args) ? accountProblems(args.accountId) : []),
        ]);
        super("databricks-cmk:index:EncryptionKey", name, {}, opts);
        const parent = { parent: this };
        this.useCases = useCasesOf(args);
        const { aliasName, keyArn } = args;

        if (keyArn === undefined) {
            this.key = newKey(name, args, this);
            const alias =
                aliasName === undefined
                    ? { namePrefix: `alias/${name}-` }
                    : { name: pulumi.interpolate`alias/${aliasName}` };
            const { keyId: targetKeyId } = this.key;
            this.alias = new (aws().kms.Alias)(name, { ...alias, targetKeyId, region: args.region }, parent);
            this.keyArn = this.key.arn;
            this.keyAlias = this.alias.name;
        } else {
            this.keyArn = checkedKeyArn(name, { ...args, keyArn }, this);
            this.keyAlias = pulumi
                .output(aliasName)
                .apply((alias) => (alias === undefined ? undefined : `alias/${alias}`));
        }

        const awsKeyInfo = { keyArn: this.keyArn, keyAlias: this.keyAlias, ...clusterVolumes(args) };
        const { accountId } = args;
        this.registration = new CustomerManagedKey(
            name,
            {
                accountId,
                awsKeyInfo,
                useCases: [...this.useCases],
                keyRemoval: this.key && (args.keyRemoval ?? "retain"),
            },
            parent,
        );
        this.customerManagedKeyId = this.registration.customerManagedKeyId;
        const { customerManagedKeyId, keyAlias } = this;
        this.registerOutputs({ keyArn: this.keyArn, keyAlias, customerManagedKeyId });
    }
}

/** For storage the registration always says whether volumes use the key, because the service would assume so. */
function clusterVolumes(args: EncryptionKeyArgs): Pick<AwsKeyInfo, "reuseKeyForClusterVolumes"> {
    if (!useCasesOf(args).includes("STORAGE")) return {};
    return { reuseKeyForClusterVolumes: args.reuseKeyForClusterVolumes ?? false };
}

function newKey(name: string, args: EncryptionKeyArgs, parent: pulumi.Resource): kms.Key {
    const caller = aws().getCallerIdentityOutput({}, { parent });
    const policy = pulumi
        .all([
            caller,
            args.crossAccountRoleArn,
            accountForPolicy(name, args, parent),
            args.sharedWithAccountIds ?? [],
            requireOwnState(),
        ])
        .apply(([{ arn, accountId: awsAccountId }, crossAccountRoleArn, databricksAccountId, sharedWithAccountIds]) => {
            requirePartition("EncryptionKey", name, arn);
            const useCases = useCasesOf(args);
            return JSON.stringify(
                databricksKeyPolicy({
                    awsAccountId,
                    crossAccountRoleArn,
                    databricksAccountId,
                    sharedWithAccountIds,
                    useCases,
                    partition: partitionOfStack(),
                }),
            );
        });
    return new (aws().kms.Key)(
        name,
        {
            description: args.description ?? `Databricks customer-managed key "${name}"`,
            enableKeyRotation: args.enableKeyRotation ?? args.customKeyStoreId === undefined,
            deletionWindowInDays: args.deletionWindowInDays ?? 30,
            customKeyStoreId: args.customKeyStoreId,
            region: args.region,
            policy,
            tags: args.tags,
        },
        // Not `false` otherwise: `retainOnDelete` of the component reaches the key then.
        { parent, retainOnDelete: args.keyRemoval === "schedule" ? undefined : true },
    );
}

/** The account that the key's policy names: for notebooks it may be missing, and then the user hears of it. */
function accountForPolicy(
    name: string,
    args: EncryptionKeyArgs,
    parent: pulumi.Resource,
): pulumi.Output<string | undefined> {
    if (needsDatabricksAccount(args) || accountProblems(args.accountId).length === 0) {
        return databricksAccount(args.accountId);
    }
    void pulumi.log.warn(
        withCode(
            `EncryptionKey "${name}": the key's policy lets every Databricks account use the key, because nothing names yours. Give accountId, or run \`pulumi config set databricks:accountId <uuid>\`, or set DATABRICKS_ACCOUNT_ID.`,
            "CMK3014",
        ),
        parent,
    );
    return pulumi.output(undefined);
}
