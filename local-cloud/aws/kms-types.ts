import { arnPartitionOf } from "../../provider/contract/partitions";
import {
    CreateAliasCommand,
    CreateKeyCommand,
    DeleteAliasCommand,
    DisableKeyCommand,
    DisableKeyRotationCommand,
    EnableKeyCommand,
    EnableKeyRotationCommand,
    type KeySpec,
    type KeyUsageType,
    PutKeyPolicyCommand,
    ScheduleKeyDeletionCommand,
    UpdateAliasCommand,
    UpdateKeyDescriptionCommand,
} from "@aws-sdk/client-kms";

import { type Aws, type Properties, randomHex, type ResourceTypes, text } from "./resource-type";

/** Keys, aliases and key policies, which are in the local KMS. */
export const kmsTypes: ResourceTypes = {
    "aws:kms/key:Key": {
        inputs: [
            "region",
            "description",
            "enableKeyRotation",
            "deletionWindowInDays",
            "customKeyStoreId",
            "policy",
            "tags",
            "isEnabled",
            "keyUsage",
            "customerMasterKeySpec",
            "multiRegion",
            "bypassPolicyLockoutSafetyCheck",
        ],
        replaces: ["region", "customKeyStoreId", "keyUsage", "customerMasterKeySpec", "multiRegion"],
        id: "keyId",
        async outputs(inputs, _name, aws) {
            const kms = aws.kms(inputs["region"]);
            const { KeyMetadata } = await kms.send(
                new CreateKeyCommand({
                    Description: text(inputs["description"]),
                    Policy: text(inputs["policy"]),
                    CustomKeyStoreId: text(inputs["customKeyStoreId"]),
                    KeyUsage: text(inputs["keyUsage"]) as KeyUsageType | undefined,
                    KeySpec: text(inputs["customerMasterKeySpec"]) as KeySpec | undefined,
                    MultiRegion: inputs["multiRegion"] === true,
                    BypassPolicyLockoutSafetyCheck: inputs["bypassPolicyLockoutSafetyCheck"] === true,
                    Tags: Object.entries((inputs["tags"] ?? {}) as Record<string, string>).map(
                        ([TagKey, TagValue]) => ({ TagKey, TagValue }),
                    ),
                }),
            );
            const KeyId = KeyMetadata?.KeyId ?? "";
            if (inputs["enableKeyRotation"] === true) await kms.send(new EnableKeyRotationCommand({ KeyId }));
            if (inputs["isEnabled"] === false) await kms.send(new DisableKeyCommand({ KeyId }));
            return { keyId: KeyId, arn: KeyMetadata?.Arn, isEnabled: inputs["isEnabled"] ?? true };
        },
        async update(olds, news, aws) {
            const kms = aws.kms(news["region"]);
            const KeyId = String(olds["keyId"]);
            if (news["description"] !== olds["description"])
                await kms.send(
                    new UpdateKeyDescriptionCommand({ KeyId, Description: text(news["description"]) ?? "" }),
                );
            if (news["policy"] !== olds["policy"])
                await kms.send(new PutKeyPolicyCommand({ KeyId, Policy: text(news["policy"]) }));
            if (news["enableKeyRotation"] !== olds["enableKeyRotation"]) {
                await kms.send(
                    news["enableKeyRotation"] === true
                        ? new EnableKeyRotationCommand({ KeyId })
                        : new DisableKeyRotationCommand({ KeyId }),
                );
            }
            if ((news["isEnabled"] ?? true) !== (olds["isEnabled"] ?? true)) {
                await kms.send(
                    news["isEnabled"] === false ? new DisableKeyCommand({ KeyId }) : new EnableKeyCommand({ KeyId }),
                );
            }
        },
        async delete(outputs, aws) {
            const days = outputs["deletionWindowInDays"];
            await aws.kms(outputs["region"]).send(
                new ScheduleKeyDeletionCommand({
                    KeyId: String(outputs["keyId"]),
                    PendingWindowInDays: typeof days === "number" ? days : 30,
                }),
            );
        },
    },
    "aws:kms/alias:Alias": {
        inputs: ["region", "name", "namePrefix", "targetKeyId"],
        replaces: ["region", "name", "namePrefix"],
        id: "name",
        async outputs(inputs, name, aws) {
            const alias = text(inputs["name"]) ?? `${text(inputs["namePrefix"]) ?? `alias/${name}-`}${randomHex(8)}`;
            await aws
                .kms(inputs["region"])
                .send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: String(inputs["targetKeyId"]) }));
            return {
                name: alias,
                arn: `arn:${arnPartitionOf(String(inputs["region"]))}:kms:${String(inputs["region"])}:${aws.accountId}:${alias}`,
            };
        },
        async update(olds, news, aws) {
            await aws.kms(news["region"]).send(
                new UpdateAliasCommand({
                    AliasName: String(olds["name"]),
                    TargetKeyId: String(news["targetKeyId"]),
                }),
            );
        },
        async delete(outputs, aws) {
            await aws.kms(outputs["region"]).send(new DeleteAliasCommand({ AliasName: String(outputs["name"]) }));
        },
    },
    "aws:kms/keyPolicy:KeyPolicy": {
        inputs: ["region", "keyId", "policy", "bypassPolicyLockoutSafetyCheck"],
        replaces: ["region", "keyId"],
        id: "keyId",
        async outputs(inputs, _name, aws) {
            await putKeyPolicy(inputs, aws);
            return {};
        },
        update: (_olds, news, aws) => putKeyPolicy(news, aws),
    },
};

async function putKeyPolicy(inputs: Properties, aws: Aws): Promise<void> {
    await aws.kms(inputs["region"]).send(
        new PutKeyPolicyCommand({
            KeyId: String(inputs["keyId"]),
            Policy: text(inputs["policy"]),
            BypassPolicyLockoutSafetyCheck: inputs["bypassPolicyLockoutSafetyCheck"] === true,
        }),
    );
}
