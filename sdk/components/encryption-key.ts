import type { kms } from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { aws } from "./aws";
import { accountProblems, databricksAccount, throwIfInvalid } from "./arguments";
import { CustomerManagedKey, type KeyUseCase } from "../resources/customer-managed-key";
import { DATABRICKS_AWS_ACCOUNT, databricksKeyPolicy } from "../policy-documents";

/** The inputs of a {@link EncryptionKey}. All may be left out. */
export interface EncryptionKeyArgs {
    /**
     * The Databricks account. Default: `databricks:accountId`. For `STORAGE` the policy of a new key names it, so that the
     * key serves this account alone: it is then taken from here, that configuration or DATABRICKS_ACCOUNT_ID.
     */
    accountId?: pulumi.Input<string | undefined>;
    /**
     * What the key is for. Default: `["MANAGED_SERVICES"]`, notebooks. Both use cases may share a key. A change is another
     * registration, and so a key change of the workspaces that use this one.
     */
    useCases?: readonly KeyUseCase[];
    /**
     * For `STORAGE`: whether cluster volumes use the key too. Default: false. The policy of a new key then lets the
     * cross-account role in: `crossAccountRoleArn`.
     */
    reuseKeyForClusterVolumes?: boolean;
    /**
     * ARN of an existing KMS key, which is then only registered: no key, alias or policy is made. Its own policy must be
     * what {@link databricksKeyPolicy} says. Everything below but `aliasName` is for a key that is made here, and is refused
     * beside it.
     */
    keyArn?: pulumi.Input<string>;
    /** The key's alias, without `alias/`. Default for a new key: the resource's name and a suffix made by Pulumi. For an existing key: the name of one of its aliases, registered with it. */
    aliasName?: pulumi.Input<string>;
    /** The key's region, which must be its workspaces'. Default: the AWS provider's. */
    region?: pulumi.Input<string>;
    /** For `reuseKeyForClusterVolumes`: ARN of the cross-account role, with which clusters encrypt their volumes through EC2. */
    crossAccountRoleArn?: pulumi.Input<string>;
    /** What the key is for, in words. */
    description?: pulumi.Input<string>;
    /** Id of the custom key store (CloudHSM or external) in which the key is to live. Rotation is then off: AWS cannot rotate such keys. */
    customKeyStoreId?: pulumi.Input<string>;
    /** Days between the deletion of the key and its end, 7 to 30. Default: 30. */
    deletionWindowInDays?: pulumi.Input<number>;
    /** Whether AWS makes new key material every year; old data stays readable. Default: true. */
    enableKeyRotation?: pulumi.Input<boolean>;
    /** Tags of the KMS key. */
    tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/**
 * A customer-managed key for Databricks, all of it: a KMS key with rotation and the key policy that lets Databricks use
 * it for what it is for and nothing more, its alias, and its registration with the account. It is for notebooks, for
 * storage (root bucket and, if asked for, cluster volumes), or for both.
 *
 * To keep a key from being deleted with the stack, set `protect` or `retainOnDelete`: when a KMS key is gone, so is
 * everything that was encrypted with it.
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
     * @param args what the key is to be. What cannot be right ends the program before anything is made.
     * @param opts Pulumi's component options; an `aws` provider among them decides the account and region of a new key.
     */
    constructor(name: string, args: EncryptionKeyArgs = {}, opts?: pulumi.ComponentResourceOptions) {
        throwIfInvalid("EncryptionKey", name, [
            ...encryptionKeyProblems(args),
            ...(policyNamesAccount(args) ? accountProblems(args.accountId) : []),
        ]);
        super("databricks-cmk:index:EncryptionKey", name, {}, opts);
        const parent = { parent: this };
        this.useCases = useCasesOf(args);

        if (args.keyArn === undefined) {
            this.key = this.makeKey(name, args);
            const alias =
                args.aliasName === undefined
                    ? { namePrefix: `alias/${name}-` }
                    : { name: pulumi.interpolate`alias/${args.aliasName}` };
            this.alias = new (aws().kms.Alias)(
                name,
                { ...alias, targetKeyId: this.key.keyId, region: args.region },
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
                    // The registration refuses to hear of volumes, even `false`, for notebooks alone.
                    reuseKeyForClusterVolumes: args.reuseKeyForClusterVolumes || undefined,
                },
                useCases: [...this.useCases],
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

    private makeKey(name: string, args: EncryptionKeyArgs): kms.Key {
        const { useCases } = this;
        const databricks = policyNamesAccount(args) ? databricksAccount(args.accountId) : undefined;
        const policy = pulumi
            .all([aws().getCallerIdentityOutput({}, { parent: this }), args.crossAccountRoleArn, databricks])
            .apply(([caller, crossAccountRoleArn, databricksAccountId]) => {
                requirePartition(name, caller.arn);
                const { accountId: awsAccountId } = caller;
                return JSON.stringify(
                    databricksKeyPolicy({ awsAccountId, crossAccountRoleArn, databricksAccountId, useCases }),
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
            { parent: this },
        );
    }
}

/** What a key that exists has of its own, so that it cannot be given beside `keyArn`. */
const NEW_KEY_ARGUMENTS = [
    "region",
    "crossAccountRoleArn",
    "description",
    "customKeyStoreId",
    "deletionWindowInDays",
    "enableKeyRotation",
    "tags",
] as const;

function useCasesOf({ useCases = ["MANAGED_SERVICES"] }: EncryptionKeyArgs): readonly KeyUseCase[] {
    return useCases;
}

/**
 * What cannot be right about a key's arguments, whatever their unknown values turn out to be.
 *
 * @param roleIsGiven whether the cross-account role is known to the key's policy.
 */
export function encryptionKeyProblems(
    args: EncryptionKeyArgs,
    roleIsGiven: boolean = args.crossAccountRoleArn !== undefined,
): string[] {
    const useCases = useCasesOf(args);
    const forStorage = useCases.includes("STORAGE");
    const problems: string[] = [];
    if (useCases.length === 0) {
        problems.push('useCases is empty: name "MANAGED_SERVICES" for notebooks, "STORAGE", or both.');
    }
    if (args.reuseKeyForClusterVolumes === true && !forStorage) {
        problems.push(
            'reuseKeyForClusterVolumes is for the use case STORAGE: add "STORAGE" to useCases, or leave it out.',
        );
    }
    if (args.keyArn !== undefined) {
        const ofNewKey = NEW_KEY_ARGUMENTS.filter((name) => args[name] !== undefined);
        return [
            ...problems,
            ...ofNewKey.map(
                (name) =>
                    `${name} is for a key that is made here, and keyArn names one that exists, which is only registered: leave one of them out.`,
            ),
        ];
    }
    if (args.customKeyStoreId !== undefined && args.enableKeyRotation === true) {
        problems.push(
            "enableKeyRotation is set, and AWS cannot rotate keys of a custom key store: leave it or customKeyStoreId out.",
        );
    }
    if (args.reuseKeyForClusterVolumes === true && forStorage && !roleIsGiven) {
        problems.push(
            "crossAccountRoleArn is missing: with reuseKeyForClusterVolumes the key's policy must let the cross-account role in, or no cluster starts. Give the role's ARN.",
        );
    }
    if (args.crossAccountRoleArn !== undefined && args.reuseKeyForClusterVolumes !== true) {
        problems.push(
            "crossAccountRoleArn lets the role use the key for cluster volumes, which reuseKeyForClusterVolumes does not ask for: set reuseKeyForClusterVolumes, or leave the role out.",
        );
    }
    return problems;
}

/** Whether a key is made whose policy lets in one Databricks account alone. */
export function policyNamesAccount(args: EncryptionKeyArgs): boolean {
    return args.keyArn === undefined && useCasesOf(args).includes("STORAGE");
}

/** Databricks' account is in AWS' commercial partition, and no policy can let a principal of another partition in. */
function requirePartition(name: string, callerArn: string): void {
    const partition = callerArn.split(":")[1];
    if (partition === "aws") return;
    throw new pulumi.RunError(
        `EncryptionKey "${name}": the AWS provider is in the partition "${partition}", and the key policies here are for the partition "aws", where Databricks' account ${DATABRICKS_AWS_ACCOUNT} is. Make the KMS key with a policy of your own, and give its ARN as keyArn.`,
    );
}
