import type * as pulumi from "@pulumi/pulumi";

import type { KeyUseCase } from "../resources/customer-managed-key";

/** What happens to a KMS key when the program no longer has it. */
export type KeyRemoval =
    /** Nothing: the key stays enabled. */
    | "retain"
    /** AWS is asked to delete it after `deletionWindowInDays`, and disables it at once. */
    | "schedule";

/** The inputs of an {@link EncryptionKey}. All may be left out. */
export interface EncryptionKeyArgs {
    /**
     * The Databricks account. The policy of a new key names it, so that the key serves this account alone. `STORAGE`
     * needs it; a key for notebooks that nothing names an account for is made with a warning.
     *
     * @default `databricks:accountId`, else DATABRICKS_ACCOUNT_ID
     */
    accountId?: pulumi.Input<string | undefined>;
    /**
     * What the key is for. Both use cases may share a key. A change is another registration, and so a key change of the
     * workspaces that use this one.
     *
     * @default `["MANAGED_SERVICES"]`, notebooks
     */
    useCases?: readonly KeyUseCase[];
    /**
     * For `STORAGE`: whether cluster volumes use the key too. The policy of a new key then lets the cross-account role
     * in: `crossAccountRoleArn`. The registration always says it, because left out it would mean true to Databricks.
     *
     * @default `false`
     */
    reuseKeyForClusterVolumes?: boolean;
    /**
     * ARN of an existing KMS key, which is then only registered: no key, alias or policy is made. Its own policy must be
     * what {@link databricksKeyPolicy} says. What is for a new key only is refused beside it.
     *
     * The key is read (`kms:DescribeKey`) when the program runs. It is an error, before anything is created, if it is
     * disabled, pending deletion, asymmetric, managed by AWS, or in another region than `region`.
     */
    keyArn?: pulumi.Input<string>;
    /**
     * Further Databricks accounts (uuids) that the policy of a new key lets in: each registers the key for itself.
     *
     * @default none
     */
    sharedWithAccountIds?: readonly pulumi.Input<string>[];
    /**
     * Whether the key of `keyArn` is read and checked. `false` is for a program whose AWS credentials may not read the
     * key, because it is another account's.
     *
     * @default `true`
     */
    checkKey?: boolean;
    /**
     * The key's alias, without `alias/`. With `keyArn`, the name of one of the existing key's aliases, which is
     * registered with it.
     *
     * @default for a new key, the resource's name and a suffix made by Pulumi
     */
    aliasName?: pulumi.Input<string>;
    /**
     * The key's region, which must be its workspaces'. Beside `keyArn` it is only compared with the region of the key.
     *
     * @default the AWS provider's; beside `keyArn`, the key's
     */
    region?: pulumi.Input<string>;
    /** For `reuseKeyForClusterVolumes`: ARN of the cross-account role, with which clusters encrypt their volumes through EC2. */
    crossAccountRoleArn?: pulumi.Input<string>;
    /** What the key is for, in words. */
    description?: pulumi.Input<string>;
    /** Id of the custom key store (CloudHSM or external) in which the key is to live. Rotation is then off: AWS cannot rotate such keys. */
    customKeyStoreId?: pulumi.Input<string>;
    /**
     * What happens to the new KMS key when it is removed: with `pulumi destroy`, when the program no longer has it, or
     * when it is replaced. A KMS key whose deletion is scheduled is unusable at once, and everything that it encrypts
     * is lost with it. If the key is kept, a line names it, and the command that deletes it. Its alias is deleted in
     * any case. A change takes effect with a `pulumi up` before the key is removed.
     *
     * @default `"retain"`
     */
    keyRemoval?: KeyRemoval;
    /**
     * Days between the request to delete the key and its end, 7 to 30.
     *
     * @default `30`
     */
    deletionWindowInDays?: pulumi.Input<number>;
    /**
     * Whether AWS makes new key material every year; old data stays readable.
     *
     * @default `true`
     */
    enableKeyRotation?: pulumi.Input<boolean>;
    /** Tags of the KMS key. */
    tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** Arguments of a new key, which an existing one has already: they are refused beside `keyArn`. */
const NEW_KEY_ARGUMENTS = [
    "sharedWithAccountIds",
    "crossAccountRoleArn",
    "description",
    "customKeyStoreId",
    "keyRemoval",
    "deletionWindowInDays",
    "enableKeyRotation",
    "tags",
] as const;

/** The use cases of a key: for notebooks, unless the program says otherwise. */
export function useCasesOf({ useCases = ["MANAGED_SERVICES"] }: EncryptionKeyArgs): readonly KeyUseCase[] {
    return useCases;
}

/**
 * What is wrong about a key's arguments, whatever their unknown values turn out to be.
 *
 * @param roleIsGiven whether the key's policy can name the cross-account role.
 */
export function encryptionKeyProblems(
    args: EncryptionKeyArgs,
    roleIsGiven: boolean = args.crossAccountRoleArn !== undefined,
): string[] {
    const problems = useCaseProblems(args);
    return [
        ...problems,
        ...(args.keyArn === undefined ? newKeyProblems(args, roleIsGiven) : existingKeyProblems(args)),
    ];
}

function useCaseProblems(args: EncryptionKeyArgs): string[] {
    const useCases = useCasesOf(args);
    const problems: string[] = [];
    if (useCases.length === 0) {
        problems.push('useCases is empty: name "MANAGED_SERVICES" for notebooks, "STORAGE", or both.');
    }
    if (args.reuseKeyForClusterVolumes === true && !useCases.includes("STORAGE")) {
        problems.push(
            'reuseKeyForClusterVolumes is for the use case STORAGE: add "STORAGE" to useCases, or leave it out.',
        );
    }
    return problems;
}

function existingKeyProblems(args: EncryptionKeyArgs): string[] {
    return NEW_KEY_ARGUMENTS.filter((name) => args[name] !== undefined).map(
        (name) =>
            `${name} is for a key that is made here, and keyArn names one that exists, which is only registered: leave one of them out.`,
    );
}

function newKeyProblems(args: EncryptionKeyArgs, roleIsGiven: boolean): string[] {
    const problems: string[] = [];
    if (args.checkKey !== undefined) {
        problems.push("checkKey is for the existing key of keyArn: leave it out, or give keyArn.");
    }
    if (args.keyRemoval !== undefined && !["retain", "schedule"].includes(args.keyRemoval)) {
        problems.push('keyRemoval must be "retain" or "schedule", as a plain value: the key stays, or is deleted.');
    }
    if (args.customKeyStoreId !== undefined && args.enableKeyRotation === true) {
        problems.push(
            "enableKeyRotation is set, and AWS cannot rotate keys of a custom key store: leave it or customKeyStoreId out.",
        );
    }
    if (args.reuseKeyForClusterVolumes === true && useCasesOf(args).includes("STORAGE") && !roleIsGiven) {
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

/** Whether a key is made whose policy has to name the Databricks account: for storage there is no policy without. */
export function needsDatabricksAccount(args: EncryptionKeyArgs): boolean {
    return args.keyArn === undefined && useCasesOf(args).includes("STORAGE");
}
