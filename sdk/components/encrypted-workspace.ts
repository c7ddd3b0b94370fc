import type { iam, s3 } from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { argumentProblems } from "./argument-types";
import { throwIfInvalid } from "./arguments";
import { accessOf } from "./cross-account-access";
import { encryptedWorkspaceArgumentTypes } from "./encrypted-workspace-argument-types";
import { type EncryptedWorkspaceArgs, encryptedWorkspaceProblems } from "./encrypted-workspace-args";
import type { EncryptionKey } from "./encryption-key";
import { storageOf } from "./root-storage";
import { afterKeyChecks, existingKeys, inRegion, workspaceKeys } from "./workspace-keys";
import type { Credentials } from "../resources/credentials";
import { Network } from "../resources/network";
import { refuseDeletedWith } from "../resources/refused-options";
import type { StorageConfiguration } from "../resources/storage-configuration";
import { Workspace } from "../resources/workspace";
import type { WorkspaceArgs } from "../resources/workspace-args";

/**
 * A workspace under a customer-managed key, with everything that it needs: key, cross-account role, root bucket, their
 * registrations, and the workspace.
 *
 * Every resource inside is a field, and can be changed by Pulumi's option `transforms`. `protect`, `retainOnDelete`,
 * `providers` and `aliases` reach all of them, as with any component; `customTimeouts` are the workspace's.
 *
 * @example
 * ```ts
 * import * as databricks from "pulumi-databricks-cmk";
 *
 * const analytics = new databricks.EncryptedWorkspace("analytics", {
 *   awsRegion: "us-east-1",
 *   key: { useCases: ["MANAGED_SERVICES", "STORAGE"], reuseKeyForClusterVolumes: true },
 * });
 * export const { workspaceUrl, workspaceId, keyArn } = analytics;
 * ```
 */
export class EncryptedWorkspace extends pulumi.ComponentResource {
    /** The key for notebooks: the one that was given, or the one that was made. */
    readonly key: EncryptionKey;
    /** The key for storage, which may be the same one; `undefined` if there is none. */
    readonly storageKey: EncryptionKey | undefined;
    /** The cross-account role; `undefined` if it was given, or if `computeMode` is `SERVERLESS`. */
    readonly role: iam.Role | undefined;
    /** The policy of the role. */
    readonly rolePolicy: iam.RolePolicy | undefined;
    /** The root bucket; `undefined` if it was given, or if `computeMode` is `SERVERLESS`. */
    readonly bucket: s3.Bucket | undefined;
    /** The root bucket's encryption: by the key for `STORAGE`, or with a key of S3 if there is none. */
    readonly bucketEncryption: s3.BucketServerSideEncryptionConfiguration | undefined;
    /** Closes the root bucket to the public. */
    readonly publicAccessBlock: s3.BucketPublicAccessBlock | undefined;
    /** The policy of the root bucket, which lets Databricks use it. */
    readonly bucketPolicy: s3.BucketPolicy | undefined;
    /** The role's registration; `undefined` if `credentialsId` was given, or if `computeMode` is `SERVERLESS`. */
    readonly credentials: Credentials | undefined;
    /** The bucket's registration; `undefined` if `computeMode` is `SERVERLESS`. */
    readonly storageConfiguration: StorageConfiguration | undefined;
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
     * @param args what it is to be. Arguments that cannot be right, and existing keys that cannot be used, end the program before
     * anything is created.
     * @param opts Pulumi's component options.
     */
    constructor(name: string, args: EncryptedWorkspaceArgs, opts?: pulumi.ComponentResourceOptions) {
        refuseDeletedWith("EncryptedWorkspace", name, opts);
        throwIfInvalid("EncryptedWorkspace", name, argumentProblems(args, encryptedWorkspaceArgumentTypes));
        throwIfInvalid("EncryptedWorkspace", name, encryptedWorkspaceProblems(args));
        super("databricks-cmk:index:EncryptedWorkspace", name, {}, opts);
        const existing = existingKeys(name, args, this);
        const checked = { ...args, ...afterKeyChecks(name, args, existing) };
        const { accountId } = checked;

        const access = accessOf(name, checked, this);
        this.role = access.role;
        this.rolePolicy = access.rolePolicy;
        this.credentials = access.credentials;

        const { key, storageKey } = workspaceKeys(name, checked, existing, access.roleArn, this);
        this.key = key;
        this.storageKey = storageKey;

        const storage = storageOf(name, checked, storageKey, this);
        this.bucket = storage.bucket;
        this.bucketEncryption = storage.bucketEncryption;
        this.publicAccessBlock = storage.publicAccessBlock;
        this.bucketPolicy = storage.bucketPolicy;
        this.storageConfiguration = storage.storageConfiguration;

        this.network = args.network && new Network(name, { accountId, ...args.network }, { parent: this });
        this.workspace = new Workspace(
            name,
            workspaceArgs(name, checked, { ...this, credentialsId: access.credentialsId }),
            // Two options that the engine does not tell the provider of: the workspace's own class does.
            { parent: this, customTimeouts: opts?.customTimeouts, retainOnDelete: opts?.retainOnDelete },
        );

        this.workspaceId = this.workspace.workspaceId;
        this.workspaceUrl = this.workspace.workspaceUrl;
        this.customerManagedKeyId = key.customerManagedKeyId;
        this.keyArn = inRegion(name, key.keyArn, args.awsRegion);
        const { workspaceId, workspaceUrl, customerManagedKeyId, keyArn } = this;
        this.registerOutputs({ workspaceId, workspaceUrl, customerManagedKeyId, keyArn });
    }
}

/** The inputs of the workspace itself, from the arguments and from what was made for it. */
function workspaceArgs(
    name: string,
    args: EncryptedWorkspaceArgs,
    parts: Pick<EncryptedWorkspace, "key" | "storageKey" | "network" | "storageConfiguration"> &
        Pick<WorkspaceArgs, "credentialsId">,
): WorkspaceArgs {
    return {
        accountId: args.accountId,
        workspaceName: args.workspaceName ?? name,
        deploymentName: args.deploymentName,
        awsRegion: args.awsRegion,
        credentialsId: parts.credentialsId,
        storageConfigurationId: parts.storageConfiguration?.storageConfigurationId,
        networkId: parts.network?.networkId ?? args.networkId,
        privateAccessSettingsId: args.privateAccessSettingsId,
        managedServicesCustomerManagedKeyId: parts.key.customerManagedKeyId,
        storageCustomerManagedKeyId: parts.storageKey?.customerManagedKeyId,
        pricingTier: args.pricingTier ?? "ENTERPRISE",
        customTags: args.customTags,
        networkConnectivityConfigId: args.networkConnectivityConfigId,
        computeMode: args.computeMode,
        onKeyChange: args.onKeyChange,
        waitUntilReachable: args.waitUntilReachable,
        waitUntilReady: args.waitUntilReady,
        migrateContent: args.migrateContent,
        forceDestroy: args.forceDestroy,
        migrationTimeoutSeconds: args.migrationTimeoutSeconds,
    };
}
