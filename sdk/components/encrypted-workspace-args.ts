import type * as pulumi from "@pulumi/pulumi";

import { accountProblems } from "./arguments";
import { EncryptionKey } from "./encryption-key";
import { type EncryptionKeyArgs, encryptionKeyProblems, needsDatabricksAccount } from "./encryption-key-args";
import type { NetworkArgs } from "../resources/network";
import type { ComputeMode, WorkspaceArgs } from "../resources/workspace-args";

/** The inputs of an {@link EncryptedWorkspace}: some of those of a {@link Workspace}, and those below. */
export interface EncryptedWorkspaceArgs extends Pick<
    WorkspaceArgs,
    | "awsRegion"
    | "customTags"
    | "deploymentName"
    | "migrateContent"
    | "migrationTimeoutSeconds"
    | "networkConnectivityConfigId"
    | "networkId"
    | "onKeyChange"
    | "privateAccessSettingsId"
    | "waitUntilReachable"
    | "waitUntilReady"
> {
    /**
     * Where compute runs. `SERVERLESS` takes no role, no root bucket and no network, so none is made or may be given;
     * only the keys and the workspace are. A plain value, because it decides what is made. A change of it replaces the
     * workspace.
     *
     * @default chosen by the service, with credentials and storage of your own
     */
    computeMode?: ComputeMode;
    /**
     * The Databricks account.
     *
     * @default `databricks:accountId`, else DATABRICKS_ACCOUNT_ID
     */
    accountId?: pulumi.Input<string | undefined>;
    /**
     * The name that people see.
     *
     * @default the resource's name
     */
    workspaceName?: WorkspaceArgs["workspaceName"];
    /**
     * The plan.
     *
     * @default `"ENTERPRISE"`, the lowest that has customer-managed keys
     */
    pricingTier?: WorkspaceArgs["pricingTier"];
    /**
     * The key for notebooks: one that other workspaces share, or the arguments of the workspace's own. Its `useCases`
     * may hold `STORAGE` too; it then also encrypts the root bucket and, with `reuseKeyForClusterVolumes`, cluster
     * volumes. With `keyArn` an existing KMS key is registered instead of a new one; it must be in `awsRegion`.
     *
     * @default a new one for notebooks
     */
    key?: EncryptionKey | EncryptionKeyArgs;
    /**
     * A key of its own for `STORAGE`, in the same way. It can be added to a workspace that runs, and changed; giving
     * `STORAGE` to the `key` of a workspace that runs is a key change, which replaces the workspace.
     */
    storageKey?: EncryptionKey | Omit<EncryptionKeyArgs, "useCases">;
    /**
     * A VPC for the workspace, which is registered as a network configuration.
     *
     * @default the network of `networkId`, else one that Databricks makes
     */
    network?: Pick<NetworkArgs, "vpcId" | "subnetIds" | "securityGroupIds" | "vpcEndpoints">;
    /** Id of existing {@link Credentials}, which workspaces may share. No role is made then. */
    credentialsId?: pulumi.Input<string>;
    /** ARN of an existing cross-account role: see {@link crossAccountPolicy} and {@link crossAccountTrustPolicy}. No role is made then. */
    roleArn?: pulumi.Input<string>;
    /** Name of an existing root bucket, with its own encryption and policy: see {@link rootBucketPolicy}. No bucket is made then. */
    bucketName?: pulumi.Input<string>;
    /**
     * Whether the workspace, and the root bucket that is made here, are deleted with everything in them. Without it,
     * `pulumi destroy` stops at a workspace that is not empty, and at a bucket that is not. Set it and run `pulumi up`
     * before `pulumi destroy`: the state has to say it.
     *
     * @default `false`
     */
    forceDestroy?: pulumi.Input<boolean>;
    /** AWS tags of the role, the bucket and the KMS key. */
    tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** What is wrong about the arguments, whatever their unknown values turn out to be. */
export function encryptedWorkspaceProblems(args: EncryptedWorkspaceArgs): string[] {
    return [
        ...keyProblems(args),
        ...exclusionProblems(args),
        ...(needsAccount(args) ? accountProblems(args.accountId) : []),
    ];
}

function keyProblems(args: EncryptedWorkspaceArgs): string[] {
    const { key = {}, storageKey } = args;
    const keyUseCases = key.useCases ?? ["MANAGED_SERVICES"];
    const roleIsKnown = args.credentialsId === undefined && !isServerless(args);
    const problems = ownKeysOf(args).flatMap(([argument, keyArgs]) =>
        encryptionKeyProblems(keyArgs, roleIsKnown || keyArgs.crossAccountRoleArn !== undefined).map(
            (problem) => `${argument}.${problem}`,
        ),
    );
    if (keyUseCases.length > 0 && !keyUseCases.includes("MANAGED_SERVICES")) {
        problems.push(
            'key is not for notebooks, so they would be under a key of Databricks: add "MANAGED_SERVICES" to its useCases.',
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
    return problems;
}

/** Two arguments of which one makes the other pointless. */
function exclusionProblems(args: EncryptedWorkspaceArgs): string[] {
    const problems = isServerless(args) ? serverlessProblems(args) : [];
    if (args.credentialsId !== undefined && args.roleArn !== undefined) {
        problems.push(
            "roleArn is given, and credentialsId names credentials that have their role: leave one of them out.",
        );
    }
    if (args.networkId !== undefined && args.network !== undefined) {
        problems.push("network is given, and networkId names a network that exists: leave one of them out.");
    }
    return problems;
}

/** Whether the workspace has neither role nor bucket nor network. */
export function isServerless({ computeMode }: EncryptedWorkspaceArgs): boolean {
    return computeMode === "SERVERLESS";
}

/** The arguments that describe what a serverless workspace has not. */
function serverlessProblems(args: EncryptedWorkspaceArgs): string[] {
    const names = ["credentialsId", "roleArn", "bucketName", "network", "networkId"] as const;
    return names
        .filter((argument) => args[argument] !== undefined)
        .map(
            (argument) =>
                `${argument} is given, and a workspace whose computeMode is "SERVERLESS" has no role, bucket or network of yours: leave one of them out.`,
        );
}

/** Whether a policy is made that has to name the Databricks account. */
function needsAccount(args: EncryptedWorkspaceArgs): boolean {
    const makesRole = args.credentialsId === undefined && args.roleArn === undefined && !isServerless(args);
    const makesBucket = args.bucketName === undefined && !isServerless(args);
    return makesRole || makesBucket || ownKeysOf(args).some(([, keyArgs]) => needsDatabricksAccount(keyArgs));
}

/** The arguments of the keys that are made, or registered, here, by the argument that holds them. */
function ownKeysOf({ key = {}, storageKey }: EncryptedWorkspaceArgs): [argument: string, args: EncryptionKeyArgs][] {
    const keys: [string, EncryptionKeyArgs][] = [];
    if (!(key instanceof EncryptionKey)) keys.push(["key", key]);
    if (storageKey !== undefined && !(storageKey instanceof EncryptionKey)) {
        keys.push(["storageKey", forStorage(storageKey)]);
    }
    return keys;
}

/** The arguments of a key for storage. */
export function forStorage(key: Omit<EncryptionKeyArgs, "useCases">): EncryptionKeyArgs {
    return { ...key, useCases: ["STORAGE"] };
}
