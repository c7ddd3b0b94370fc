import { regionOfKeyArn } from "../../provider/contract/forms";
import { partitionNames, partitions } from "../../provider/contract/partitions";
import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";

import { isA, isGiven, read, referencedResources, text } from "./property-access";
import { registeredKeys, stackRule, texts } from "./rule";

const keyFields = ["managedServicesCustomerManagedKeyId", "customerManagedKeyId", "storageCustomerManagedKeyId"];

/** The regions that the provider allows if nothing is set, of every part of AWS: the pack is not told which account it is. */
const defaultRegions = [...new Set(partitionNames.flatMap((name) => partitions[name].regions))];

/**
 * Workspaces, registrations and the KMS keys that are registered are in allowed regions. Prevents data from leaving the
 * regions that are agreed on. Setting `regions`; default us-east-1, us-east-2, us-west-2, us-gov-west-1.
 */
export const allowedRegions: StackValidationPolicy = stackRule({
    name: "allowed-regions",
    description: "Workspaces, their keys' registrations and the KMS keys are in allowed regions.",
    settings: {
        regions: { type: "array", items: { type: "string" }, default: defaultRegions },
    },
    validate(resources, report, settings) {
        const regions = texts(settings["regions"]);
        const requireAllowed = (resource: PolicyResource, region: string | undefined) => {
            if (region === undefined || regions.includes(region)) return;
            report(`"${resource.name}" is in ${region}; allowed are ${regions.join(", ")}.`, resource.urn);
        };
        for (const resource of resources) {
            if (isA("workspace", resource)) requireAllowed(resource, text(resource.props, "awsRegion"));
            if (isA("registration", resource)) {
                requireAllowed(resource, regionOfKeyArn(text(resource.props, "awsKeyInfo.keyArn")));
            }
        }
        for (const { key } of registeredKeys(resources)) requireAllowed(key, regionOfKey(key));
    },
});

/** The key of a workspace is in its region. Prevents a workspace that the service refuses half-way. */
export const keyRegionMatchesWorkspace: StackValidationPolicy = stackRule({
    name: "key-region-matches-workspace",
    description: "The KMS key of a workspace is in the workspace's region.",
    validate(resources, report) {
        for (const workspace of resources.filter((resource) => isA("workspace", resource))) {
            const region = text(workspace.props, "awsRegion");
            for (const registration of referencedResources(workspace, keyFields, "registration")) {
                const keyRegion = regionOfRegistration(registration);
                if (region === undefined || keyRegion === undefined || region === keyRegion) continue;
                report(
                    `"${workspace.name}" is in ${region}, but its key "${registration.name}" is in ${keyRegion}: give it a key of ${region}.`,
                    workspace.urn,
                );
            }
        }
    },
});

/** A registered KMS key is rotated. Keys in custom key stores, which AWS cannot rotate, are exempt. */
export const keyRotationEnabled: StackValidationPolicy = stackRule({
    name: "key-rotation-enabled",
    description: "A registered KMS key is rotated every year.",
    validate(resources, report) {
        for (const { key } of registeredKeys(resources)) {
            // A replica is rotated with its primary key.
            if (isA("replicaKey", key)) continue;
            const rotation = read(key.props, "enableKeyRotation");
            if (rotation.known && rotation.value !== true && !isGiven(key.props, "customKeyStoreId")) {
                report(`"${key.name}" is not rotated: set enableKeyRotation to true.`, key.urn);
            }
        }
    },
});

/**
 * The deletion of a registered KMS key can be cancelled for some days. Setting `minimumDays`: how many, 7 to 30; default 30.
 */
export const keyDeletionWindow: StackValidationPolicy = stackRule({
    name: "key-deletion-window",
    description: "The deletion of a registered KMS key can be cancelled for some days.",
    settings: { minimumDays: { type: "number", default: 30 } },
    validate(resources, report, { minimumDays }) {
        for (const { key } of registeredKeys(resources)) {
            const days = read(key.props, "deletionWindowInDays");
            // The default of AWS is the maximum, 30 days.
            if (!days.known || typeof days.value !== "number" || typeof minimumDays !== "number") continue;
            if (days.value >= minimumDays) continue;
            report(
                `"${key.name}" is deleted ${days.value} days after that is asked for: set deletionWindowInDays to ${minimumDays} or more.`,
                key.urn,
            );
        }
    },
});

/**
 * The KMS key of a workspace is kept when it is removed from the program. A key whose deletion is scheduled is unusable at once, and the
 * service may need a former key for hours. A pack does not see what goes: not at preview, and in an update only afterwards. So
 * the key has to be one that stays, for as long as a workspace of the stack refers to its registration.
 *
 * Setting `requireProtect` (default `false`): an `aws.kms.Key` that no `EncryptionKey` made needs the option `protect`. Whether
 * it has `retainOnDelete`, which keeps it too, no pack sees.
 */
export const keyOutlivesProgram: StackValidationPolicy = stackRule({
    name: "key-outlives-program",
    description: "The KMS key of a workspace is not deleted when the program no longer has it.",
    settings: { requireProtect: { type: "boolean", default: false } },
    validate(resources, report, { requireProtect }) {
        for (const { key, registrations } of registeredKeys(resources)) {
            const users = resources.filter(
                (one) =>
                    isA("workspace", one) &&
                    referencedResources(one, keyFields, "registration").some((used) => registrations.includes(used)),
            );
            if (users.length === 0 || key.opts.protect) continue;
            const removals = registrations.flatMap(({ props }) => text(props, "keyRemoval") ?? []);
            const names = users.map(({ name }) => `"${name}"`).join(", ");
            if (removals.includes("schedule")) {
                report(
                    `"${key.name}" is scheduled for deletion, and unusable at once, as soon as the program no longer has it, and it is the key of ${names}: set keyRemoval of its EncryptionKey to "retain", the default, and run pulumi up before you remove it.`,
                    key.urn,
                );
            } else if (requireProtect === true && removals.length === 0) {
                report(
                    `"${key.name}", the key of ${names}, is not protected: set its resource option protect to true. Policy packs do not see retainOnDelete.`,
                    key.urn,
                );
            }
        }
    },
});

function regionOfRegistration(registration: PolicyResource): string | undefined {
    return (
        regionOfKeyArn(text(registration.props, "awsKeyInfo.keyArn")) ??
        referencedResources(registration, ["awsKeyInfo"], "kmsKey")
            .map(regionOfKey)
            .find((region) => region !== undefined)
    );
}

function regionOfKey(key: PolicyResource): string | undefined {
    return text(key.props, "region") ?? regionOfKeyArn(text(key.props, "arn"));
}
