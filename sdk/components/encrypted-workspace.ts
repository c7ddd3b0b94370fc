import type { iam, s3 } from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { aws } from "./aws";
import { accountProblems, databricksAccount, throwIfInvalid } from "./arguments";
import { Credentials } from "../resources/credentials";
import { Network, type NetworkArgs } from "../resources/network";
import { EncryptionKey, type EncryptionKeyArgs, encryptionKeyProblems, policyNamesAccount } from "./encryption-key";
import { crossAccountPolicy, crossAccountTrustPolicy, rootBucketPolicy } from "../policy-documents";
import { StorageConfiguration } from "../resources/storage-configuration";
import { Workspace, type WorkspaceArgs } from "../resources/workspace";

/** The inputs of an {@link EncryptedWorkspace}: those of a {@link Workspace} that it does not see to itself, and those below. */
export interface EncryptedWorkspaceArgs extends Pick<
    WorkspaceArgs,
    | "awsRegion"
    | "computeMode"
    | "customTags"
    | "deploymentName"
    | "networkConnectivityConfigId"
    | "networkId"
    | "onKeyChange"
    | "privateAccessSettingsId"
> {
    /** The Databricks account. Default: `databricks:accountId`, else DATABRICKS_ACCOUNT_ID. */
    accountId?: pulumi.Input<string | undefined>;
    /** The name that people see. Default: the resource's name. */
    workspaceName?: WorkspaceArgs["workspaceName"];
    /** The plan. Default: `ENTERPRISE`, the lowest that has customer-managed keys. */
    pricingTier?: WorkspaceArgs["pricingTier"];
    /**
     * The key for notebooks: one that other workspaces share, or what the workspace's own is to be. Default: a new one for
     * notebooks. Its `useCases` may hold `STORAGE` too; it then also encrypts the root bucket and, with
     * `reuseKeyForClusterVolumes`, cluster volumes. With `keyArn` an existing KMS key is registered in place of a new one.
     */
    key?: EncryptionKey | EncryptionKeyArgs;
    /**
     * A key of its own for `STORAGE`, in the same way. It can be added to a workspace that runs, and changed; giving
     * `STORAGE` to the `key` of a workspace that runs is a key change, which replaces the workspace.
     */
    storageKey?: EncryptionKey | Omit<EncryptionKeyArgs, "useCases">;
    /** A VPC for the workspace, which is registered as a network configuration. Default: `networkId`, else a network that Databricks makes. */
    network?: Pick<NetworkArgs, "vpcId" | "subnetIds" | "securityGroupIds" | "vpcEndpoints">;
    /** Id of existing {@link Credentials}, which workspaces may share. No role is made then. */
    credentialsId?: pulumi.Input<string>;
    /** ARN of an existing cross-account role: see {@link crossAccountPolicy} and {@link crossAccountTrustPolicy}. No role is made then. */
    roleArn?: pulumi.Input<string>;
    /** Name of an existing root bucket, with its own encryption and policy: see {@link rootBucketPolicy}. No bucket is made then. */
    bucketName?: pulumi.Input<string>;
    /**
     * Whether the root bucket that is made here is deleted with all that is in it. Default: false: `pulumi destroy` deletes
     * the workspace, then stops at the bucket while it holds anything.
     */
    forceDestroy?: pulumi.Input<boolean>;
    /** AWS tags of the role, the bucket and the KMS key. */
    tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/**
 * A workspace under a customer-managed key, with everything that it needs: key, cross-account role, root bucket, their
 * registrations, and the workspace.
 *
 * Every resource inside is a field, and can be changed by Pulumi's option `transforms`. `protect`, `retainOnDelete`,
 * `providers` and `aliases` reach all of them, as with any component; `customTimeouts` are the workspace's.
 */
export class EncryptedWorkspace extends pulumi.ComponentResource {
    /** The key for notebooks: the one that was given, or the one that was made. */
    readonly key: EncryptionKey;
    /** The key for storage, which may be the same one; `undefined` where there is none. */
    readonly storageKey: EncryptionKey | undefined;
    /** The cross-account role; `undefined` where it was given. */
    readonly role: iam.Role | undefined;
    /** What the role may do. */
    readonly rolePolicy: iam.RolePolicy | undefined;
    /** The root bucket; `undefined` where it was given. */
    readonly bucket: s3.Bucket | undefined;
    /** The root bucket's encryption: by the key for `STORAGE`, or by S3's own means where there is none. */
    readonly bucketEncryption: s3.BucketServerSideEncryptionConfiguration | undefined;
    /** What keeps the root bucket from the public. */
    readonly publicAccessBlock: s3.BucketPublicAccessBlock | undefined;
    /** What lets Databricks use the root bucket. */
    readonly bucketPolicy: s3.BucketPolicy | undefined;
    /** The role's registration; `undefined` where `credentialsId` was given. */
    readonly credentials: Credentials | undefined;
    /** The bucket's registration. */
    readonly storageConfiguration: StorageConfiguration;
    /** The VPC's registration; `undefined` without `network`. */
    readonly network: Network | undefined;
    /** The workspace. */
    readonly workspace: Workspace;

    /** Id of the workspace: a 64-bit integer, as a string. */
    readonly workspaceId: pulumi.Output<string>;
    /** The workspace's origin: `https://<deployment name>.cloud.databricks.com`. */
    readonly workspaceUrl: pulumi.Output<string>;
    /** Id of the registration of the key for notebooks. */
    readonly customerManagedKeyId: pulumi.Output<string>;
    /** ARN of the KMS key for notebooks. */
    readonly keyArn: pulumi.Output<string>;

    /**
     * Makes a workspace and what it needs, and waits until it is RUNNING.
     *
     * @param name the resource's name in this stack, and that of everything inside.
     * @param args what it is to be. What cannot be right ends the program before anything is made.
     * @param opts Pulumi's component options.
     */
    constructor(name: string, args: EncryptedWorkspaceArgs, opts?: pulumi.ComponentResourceOptions) {
        throwIfInvalid("EncryptedWorkspace", name, problemsOf(args));
        super("databricks-cmk:index:EncryptedWorkspace", name, {}, opts);
        const { accountId } = args;

        const access = accessOf(name, args, this);
        this.role = access.role;
        this.rolePolicy = access.rolePolicy;
        this.credentials = access.credentials;

        const { key = {}, storageKey } = args;
        this.key = key instanceof EncryptionKey ? key : ownKey(name, key, args, access.roleArn, this);
        if (storageKey === undefined) {
            this.storageKey = this.key.useCases.includes("STORAGE") ? this.key : undefined;
        } else if (storageKey instanceof EncryptionKey) {
            this.storageKey = storageKey;
        } else {
            this.storageKey = ownKey(`${name}-storage`, forStorage(storageKey), args, access.roleArn, this);
        }

        const storage = storageOf(name, args, this.storageKey, this);
        this.bucket = storage.bucket;
        this.bucketEncryption = storage.bucketEncryption;
        this.publicAccessBlock = storage.publicAccessBlock;
        this.bucketPolicy = storage.bucketPolicy;
        this.storageConfiguration = storage.storageConfiguration;

        this.network = args.network && new Network(name, { accountId, ...args.network }, { parent: this });
        this.workspace = new Workspace(
            name,
            {
                accountId,
                workspaceName: args.workspaceName ?? name,
                deploymentName: args.deploymentName,
                awsRegion: args.awsRegion,
                credentialsId: access.credentialsId,
                storageConfigurationId: this.storageConfiguration.storageConfigurationId,
                networkId: this.network?.networkId ?? args.networkId,
                privateAccessSettingsId: args.privateAccessSettingsId,
                managedServicesCustomerManagedKeyId: this.key.customerManagedKeyId,
                storageCustomerManagedKeyId: this.storageKey?.customerManagedKeyId,
                pricingTier: args.pricingTier ?? "ENTERPRISE",
                customTags: args.customTags,
                networkConnectivityConfigId: args.networkConnectivityConfigId,
                computeMode: args.computeMode,
                onKeyChange: args.onKeyChange,
            },
            // Two options that the engine does not tell the provider of: the workspace's own class does.
            { parent: this, customTimeouts: opts?.customTimeouts, retainOnDelete: opts?.retainOnDelete },
        );

        this.workspaceId = this.workspace.workspaceId;
        this.workspaceUrl = this.workspace.workspaceUrl;
        this.customerManagedKeyId = this.key.customerManagedKeyId;
        this.keyArn = this.key.keyArn;
        this.registerOutputs({
            workspaceId: this.workspaceId,
            workspaceUrl: this.workspaceUrl,
            customerManagedKeyId: this.customerManagedKeyId,
            keyArn: this.keyArn,
        });
    }
}

/** The credentials of the workspace, and what of them was made here. */
interface Access {
    readonly credentialsId: pulumi.Input<string>;
    readonly roleArn?: pulumi.Input<string>;
    readonly role?: iam.Role;
    readonly rolePolicy?: iam.RolePolicy;
    readonly credentials?: Credentials;
}

function accessOf(name: string, args: EncryptedWorkspaceArgs, parent: pulumi.Resource): Access {
    const { accountId, credentialsId, roleArn, tags } = args;
    if (credentialsId !== undefined) return { credentialsId };
    if (roleArn !== undefined) {
        const credentials = new Credentials(name, { accountId, roleArn }, { parent });
        return { credentialsId: credentials.credentialsId, roleArn, credentials };
    }
    const assumeRolePolicy = databricksAccount(accountId).apply((databricksAccountId) =>
        JSON.stringify(crossAccountTrustPolicy({ databricksAccountId })),
    );
    const role = new (aws().iam.Role)(name, { assumeRolePolicy, tags }, { parent });
    const network = args.network ?? args.networkId;
    const policy = crossAccountPolicy({ network: network === undefined ? "databricks-managed" : "customer-managed" });
    const rolePolicy = new (aws().iam.RolePolicy)(
        name,
        { role: role.name, policy: JSON.stringify(policy) },
        { parent },
    );
    // Databricks uses the role as long as the credentials exist: they come after its policy, and go before it.
    const credentials = new Credentials(name, { accountId, roleArn: role.arn }, { parent, dependsOn: rolePolicy });
    return { credentialsId: credentials.credentialsId, roleArn: role.arn, role, rolePolicy, credentials };
}

function forStorage(key: Omit<EncryptionKeyArgs, "useCases">): EncryptionKeyArgs {
    return { ...key, useCases: ["STORAGE"] };
}

function ownKey(
    name: string,
    key: EncryptionKeyArgs,
    { accountId, awsRegion, tags }: EncryptedWorkspaceArgs,
    roleArn: pulumi.Input<string> | undefined,
    parent: pulumi.Resource,
): EncryptionKey {
    const ofAccount = { ...key, accountId: key.accountId ?? accountId };
    if (key.keyArn !== undefined) return new EncryptionKey(name, ofAccount, { parent });
    return new EncryptionKey(
        name,
        {
            ...ofAccount,
            region: key.region ?? awsRegion,
            tags: key.tags ?? tags,
            crossAccountRoleArn:
                key.crossAccountRoleArn ?? (key.reuseKeyForClusterVolumes === true ? roleArn : undefined),
        },
        { parent },
    );
}

/** The storage configuration of the workspace, and what of its bucket was made here. */
interface Storage {
    readonly bucket?: s3.Bucket;
    readonly bucketEncryption?: s3.BucketServerSideEncryptionConfiguration;
    readonly publicAccessBlock?: s3.BucketPublicAccessBlock;
    readonly bucketPolicy?: s3.BucketPolicy;
    readonly storageConfiguration: StorageConfiguration;
}

function storageOf(
    name: string,
    args: EncryptedWorkspaceArgs,
    key: EncryptionKey | undefined,
    parent: pulumi.Resource,
): Storage {
    const { accountId, awsRegion: region, bucketName, tags } = args;
    if (bucketName !== undefined) {
        return { storageConfiguration: new StorageConfiguration(name, { accountId, bucketName }, { parent }) };
    }
    const bucket = new (aws().s3.Bucket)(name, { region, forceDestroy: args.forceDestroy ?? false, tags }, { parent });
    const ofBucket = { region, bucket: bucket.bucket };
    const bucketEncryption = new (aws().s3.BucketServerSideEncryptionConfiguration)(
        name,
        {
            ...ofBucket,
            rules: [
                // Not AWS' own KMS key for S3: nobody from another account can be let in to it, Databricks neither.
                key === undefined
                    ? { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }
                    : {
                          applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.keyArn },
                          bucketKeyEnabled: true,
                      },
            ],
        },
        { parent },
    );
    const publicAccessBlock = new (aws().s3.BucketPublicAccessBlock)(
        name,
        {
            ...ofBucket,
            blockPublicAcls: true,
            blockPublicPolicy: true,
            ignorePublicAcls: true,
            restrictPublicBuckets: true,
        },
        { parent },
    );
    const policy = pulumi
        .all([bucket.bucket, databricksAccount(accountId)])
        .apply(([ownName, databricksAccountId]) =>
            JSON.stringify(rootBucketPolicy({ bucketName: ownName, databricksAccountId })),
        );
    const bucketPolicy = new (aws().s3.BucketPolicy)(
        name,
        { ...ofBucket, policy },
        { parent, dependsOn: publicAccessBlock },
    );
    // Databricks uses the bucket as long as the configuration exists: it comes after the bucket's policy, and goes before it.
    const storageConfiguration = new StorageConfiguration(
        name,
        { accountId, bucketName: bucket.bucket },
        { parent, dependsOn: [bucketPolicy, bucketEncryption] },
    );
    return { bucket, bucketEncryption, publicAccessBlock, bucketPolicy, storageConfiguration };
}

function problemsOf(args: EncryptedWorkspaceArgs): string[] {
    const { key = {}, storageKey } = args;
    const keyUseCases = key.useCases ?? ["MANAGED_SERVICES"];
    const newKeys = newKeysOf(args);
    const problems = newKeys.flatMap(([argument, keyArgs]) =>
        encryptionKeyProblems(
            keyArgs,
            keyArgs.crossAccountRoleArn !== undefined || args.credentialsId === undefined,
        ).map((problem) => `${argument}.${problem}`),
    );
    if (keyUseCases.length > 0 && !keyUseCases.includes("MANAGED_SERVICES")) {
        problems.push(
            'key is not for notebooks, and a workspace that was made without such a key can never have one: add "MANAGED_SERVICES" to its useCases.',
        );
    }
    if (storageKey instanceof EncryptionKey && !storageKey.useCases.includes("STORAGE")) {
        problems.push('storageKey is not for storage: make it with useCases: ["STORAGE"].');
    }
    if (storageKey !== undefined && keyUseCases.includes("STORAGE")) {
        problems.push(
            'storageKey is given, and key is for storage too: leave storageKey out, or "STORAGE" out of key.',
        );
    }
    if (args.credentialsId !== undefined && args.roleArn !== undefined) {
        problems.push(
            "roleArn is given, and credentialsId names credentials that have their role: leave one of them out.",
        );
    }
    if (args.networkId !== undefined && args.network !== undefined) {
        problems.push("network is given, and networkId names a network that exists: leave one of them out.");
    }
    if (args.bucketName !== undefined && args.forceDestroy !== undefined) {
        problems.push("forceDestroy is for the bucket made here, and bucketName names one that exists: leave one out.");
    }
    const makesRole = args.credentialsId === undefined && args.roleArn === undefined;
    const makesBucket = args.bucketName === undefined;
    return makesRole || makesBucket || newKeys.some(([, keyArgs]) => policyNamesAccount(keyArgs))
        ? [...problems, ...accountProblems(args.accountId)]
        : problems;
}

/** What the keys that are made here are to be, by argument. */
function newKeysOf({ key = {}, storageKey }: EncryptedWorkspaceArgs): [argument: string, args: EncryptionKeyArgs][] {
    const keys: [string, EncryptionKeyArgs][] = [];
    if (!(key instanceof EncryptionKey)) keys.push(["key", key]);
    if (storageKey !== undefined && !(storageKey instanceof EncryptionKey)) {
        keys.push(["storageKey", forStorage(storageKey)]);
    }
    return keys;
}
