import { Resource } from "@pulumi/pulumi";

import {
    type ArgumentType,
    type ArgumentTypes,
    flag,
    input,
    listOf,
    mapOf,
    number,
    objectOf,
    oneOf,
    required,
    text,
} from "./argument-types";
import type { EncryptedWorkspaceArgs } from "./encrypted-workspace-args";
import { EncryptionKey } from "./encryption-key";
import { encryptionKeyArgumentTypes, storageKeyArgumentTypes } from "./encryption-key-argument-types";
import type { ComputeMode, MigrateContent, OnKeyChange, PricingTier } from "../resources/workspace-args";
import type { NetworkVpcEndpoints } from "../resources/network";

/** The types of the arguments of an `EncryptedWorkspace`. */
export const encryptedWorkspaceArgumentTypes: ArgumentTypes<EncryptedWorkspaceArgs> = {
    awsRegion: required(input(text)),
    key: keyOr(objectOf(encryptionKeyArgumentTypes)),
    storageKey: keyOr(objectOf(storageKeyArgumentTypes)),
    accountId: input(text),
    workspaceName: input(text),
    deploymentName: input(text),
    pricingTier: input(
        oneOf<PricingTier>({
            STANDARD: true,
            PREMIUM: true,
            ENTERPRISE: true,
            DEDICATED: true,
            COMMUNITY_EDITION: true,
            UNKNOWN: true,
        }),
    ),
    computeMode: oneOf<ComputeMode>({ HYBRID: true, SERVERLESS: true }),
    customTags: input(mapOf(input(text))),
    network: objectOf<NonNullable<EncryptedWorkspaceArgs["network"]>>({
        vpcId: required(input(text)),
        subnetIds: required(input(listOf(input(text)))),
        securityGroupIds: required(input(listOf(input(text)))),
        vpcEndpoints: input(
            objectOf<NetworkVpcEndpoints>({
                restApis: required(input(listOf(input(text)))),
                dataplaneRelays: required(input(listOf(input(text)))),
            }),
        ),
    }),
    networkId: input(text),
    networkConnectivityConfigId: input(text),
    privateAccessSettingsId: input(text),
    credentialsId: input(text),
    roleArn: input(text),
    bucketName: input(text),
    forceDestroy: input(flag),
    tags: input(mapOf(input(text))),
    onKeyChange: input(oneOf<OnKeyChange>({ replace: true, forbid: true, update: true })),
    waitUntilReachable: input(flag),
    waitUntilReady: input(flag),
    migrateContent: input(
        flagOr(
            objectOf<MigrateContent>({
                accept: input(listOf(input(text))),
                from: input(listOf(input(text))),
                kinds: input(listOf(input(text))),
                people: input(flag),
                formerHomes: input(text),
            }),
        ),
    ),
    migrationTimeoutSeconds: input(number),
};

/** An `EncryptionKey`, or the arguments of one. */
function keyOr(args: ArgumentType): ArgumentType {
    return (value, path) => {
        if (value instanceof EncryptionKey) return [];
        if (!Resource.isInstance(value)) return args(value, path);
        return [
            `${path} must be an EncryptionKey, or the arguments of one; it is another resource: for a KMS key give { keyArn: <its arn> }. (An EncryptionKey of a second copy of this package is not one of this copy: install one.)`,
        ];
    };
}

/** `true`, `false`, or an object. */
function flagOr(object: ArgumentType): ArgumentType {
    return (value, path) => (typeof value === "object" && value !== null ? object(value, path) : flag(value, path));
}
