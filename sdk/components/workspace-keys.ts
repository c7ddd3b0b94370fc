import * as pulumi from "@pulumi/pulumi";

import { throwIfInvalid } from "./arguments";
import { type EncryptedWorkspaceArgs, forStorage } from "./encrypted-workspace-args";
import { EncryptionKey } from "./encryption-key";
import type { EncryptionKeyArgs } from "./encryption-key-args";
import { keyRegionProblems } from "./existing-key";
import { requireOwnState } from "../resources/stack-origin";

/** The keys of a workspace. */
export interface WorkspaceKeys {
    readonly key: EncryptionKey;
    /** The same key, if it is for storage too. */
    readonly storageKey: EncryptionKey | undefined;
}

/** The keys that the program gives, and those that `keyArn` names, which are registered here. */
export function existingKeys(
    name: string,
    args: EncryptedWorkspaceArgs,
    parent: pulumi.Resource,
): Partial<WorkspaceKeys> {
    const existing = (keyName: string, key: EncryptionKey | EncryptionKeyArgs | undefined) => {
        if (key === undefined || key instanceof EncryptionKey) return key;
        if (key.keyArn === undefined) return undefined;
        const { accountId = args.accountId, region = args.awsRegion } = key;
        return new EncryptionKey(keyName, { ...key, accountId, region }, { parent });
    };
    const { key, storageKey } = args;
    const ofStorage =
        storageKey === undefined || storageKey instanceof EncryptionKey ? storageKey : forStorage(storageKey);
    const existingKey = existing(name, key);
    return {
        ...(existingKey === undefined ? {} : { key: existingKey }),
        storageKey: existing(`${name}-storage`, ofStorage),
    };
}

/** All keys of the workspace: those that exist, and new ones for the rest. */
export function workspaceKeys(
    name: string,
    args: EncryptedWorkspaceArgs,
    existing: Partial<WorkspaceKeys>,
    roleArn: pulumi.Input<string> | undefined,
    parent: pulumi.Resource,
): WorkspaceKeys {
    const newKey = (keyName: string, key: EncryptionKeyArgs) => {
        const { accountId = args.accountId, region = args.awsRegion, tags = args.tags } = key;
        const role = key.crossAccountRoleArn ?? (key.reuseKeyForClusterVolumes === true ? roleArn : undefined);
        return new EncryptionKey(keyName, { ...key, accountId, region, tags, crossAccountRoleArn: role }, { parent });
    };
    const { key: ownKey = {}, storageKey } = args;
    const key = existing.key ?? (ownKey instanceof EncryptionKey ? ownKey : newKey(name, ownKey));
    if (storageKey === undefined) return { key, storageKey: key.useCases.includes("STORAGE") ? key : undefined };
    if (existing.storageKey !== undefined || storageKey instanceof EncryptionKey) {
        return { key, storageKey: existing.storageKey };
    }
    return { key, storageKey: newKey(`${name}-storage`, forStorage(storageKey)) };
}

/**
 * Arguments that everything else of a workspace needs, and that it gets when its existing keys have been checked, and that the
 * stack made its state itself: a key that cannot be used, and a state of another stack, is then an error before anything is
 * created. A preview creates nothing, so nothing waits in it.
 */
export function afterKeyChecks(
    name: string,
    args: EncryptedWorkspaceArgs,
    { key, storageKey }: Partial<WorkspaceKeys>,
): Pick<EncryptedWorkspaceArgs, "accountId" | "awsRegion"> {
    const { accountId, awsRegion } = args;
    const existing = [key, storageKey].flatMap((one) =>
        one !== undefined && one.key === undefined ? [inRegion(name, one.keyArn, awsRegion)] : [],
    );
    if (pulumi.runtime.isDryRun()) return { accountId, awsRegion };
    // A promise, not an output: nothing but the registration depends on the key as a resource.
    const checks = requireOwnState().then(
        () => new Promise<void>((resolve) => void pulumi.all(existing).apply(() => resolve())),
    );
    return {
        accountId: pulumi.output(checks.then(() => accountId)),
        awsRegion: pulumi.output(checks.then(() => awsRegion)),
    };
}

/** The ARN of a workspace's key, which is an error if the key is in another region than the workspace. */
export function inRegion(
    name: string,
    keyArn: pulumi.Output<string>,
    awsRegion: pulumi.Input<string>,
): pulumi.Output<string> {
    return pulumi.all([keyArn, awsRegion]).apply(([arn, region]) => {
        throwIfInvalid("EncryptedWorkspace", name, keyRegionProblems("key", arn, region));
        return arn;
    });
}
