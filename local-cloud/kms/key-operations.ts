import { type Fields, KmsError, type KmsKey, metadataOf, type Operations, text } from "./key";
import type { KeyStore } from "./key-store";
import { accountOf } from "./policy";

const DAY = 86_400_000;

/** Keys: making, reading, enabling, rotating and deleting them. */
export function keyOperations(store: KeyStore): Operations {
    return {
        CreateKey: {
            fields: [
                "Policy",
                "Description",
                "KeyUsage",
                "KeySpec",
                "CustomerMasterKeySpec",
                "Origin",
                "CustomKeyStoreId",
                "BypassPolicyLockoutSafetyCheck",
                "Tags",
                "MultiRegion",
            ],
            run(input, caller) {
                const about = asked(input);
                if (about.policy !== undefined)
                    store.requireAcceptable(about.policy, caller, input["BypassPolicyLockoutSafetyCheck"]);
                return { KeyMetadata: metadataOf(store.add(caller, about)) };
            },
        },
        DescribeKey: store.onKey("DescribeKey", ["GrantTokens"], (key) => ({ KeyMetadata: metadataOf(key) })),
        ListKeys: {
            fields: ["Limit", "Marker"],
            run: (_, { region, principalArn }) => ({
                Keys: store
                    .keys()
                    .filter((key) => key.region === region && accountOf(key.arn) === accountOf(principalArn))
                    .map(({ keyId, arn }) => ({ KeyId: keyId, KeyArn: arn })),
                Truncated: false,
            }),
        },
        EnableKey: store.onKey("EnableKey", [], (key) => store.change(key, () => (key.enabled = true))),
        DisableKey: store.onKey("DisableKey", [], (key) => store.change(key, () => (key.enabled = false))),
        EnableKeyRotation: store.onKey("EnableKeyRotation", ["RotationPeriodInDays"], (key) =>
            store.change(key, () => {
                if (key.customKeyStoreId !== undefined || key.spec !== "SYMMETRIC_DEFAULT")
                    throw new KmsError(
                        "UnsupportedOperationException",
                        "A key in a custom key store, or an asymmetric one, cannot be rotated.",
                    );
                key.rotation = true;
            }),
        ),
        DisableKeyRotation: store.onKey("DisableKeyRotation", [], (key) =>
            store.change(key, () => (key.rotation = false)),
        ),
        GetKeyRotationStatus: store.onKey("GetKeyRotationStatus", [], (key) => ({
            KeyId: key.arn,
            KeyRotationEnabled: key.rotation,
        })),
        ScheduleKeyDeletion: store.onKey("ScheduleKeyDeletion", ["PendingWindowInDays"], (key, input) =>
            scheduleDeletion(store, key, input["PendingWindowInDays"]),
        ),
        CancelKeyDeletion: store.onKey("CancelKeyDeletion", [], (key) => {
            if (key.deletion === undefined)
                throw new KmsError("KMSInvalidStateException", `${key.arn} is not pending deletion.`);
            key.deletion = undefined;
            key.enabled = false;
            return { KeyId: key.arn };
        }),
        UpdateKeyDescription: store.onKey("UpdateKeyDescription", ["Description"], (key, input) =>
            store.change(key, () => (key.description = text(input["Description"]) ?? "")),
        ),
    };
}

/** Key policies and tags. */
export function policyOperations(store: KeyStore): Operations {
    return {
        GetKeyPolicy: store.onKey("GetKeyPolicy", ["PolicyName"], (key) => ({
            Policy: key.policy,
            PolicyName: "default",
        })),
        PutKeyPolicy: store.onKey(
            "PutKeyPolicy",
            ["PolicyName", "Policy", "BypassPolicyLockoutSafetyCheck"],
            (key, input, caller) => {
                const policy = text(input["Policy"]) ?? "";
                store.requireAcceptable(policy, caller, input["BypassPolicyLockoutSafetyCheck"], key.arn);
                return store.change(key, () => (key.policy = policy));
            },
        ),
        TagResource: store.onKey("TagResource", ["Tags"], (key, input) =>
            store.change(key, () => Object.assign(key.tags, tagsOf(input["Tags"]))),
        ),
        UntagResource: store.onKey("UntagResource", ["TagKeys"], (key, input) =>
            store.change(key, () => {
                const gone = input["TagKeys"] as string[];
                key.tags = Object.fromEntries(Object.entries(key.tags).filter(([name]) => !gone.includes(name)));
            }),
        ),
        ListResourceTags: store.onKey("ListResourceTags", ["Limit", "Marker"], (key) => ({
            Tags: Object.entries(key.tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
            Truncated: false,
        })),
    };
}

/** What a request asks of a new key. */
function asked(input: Fields): Partial<KmsKey> {
    const spec = text(input["KeySpec"]) ?? text(input["CustomerMasterKeySpec"]) ?? "SYMMETRIC_DEFAULT";
    const usage = text(input["KeyUsage"]);
    if (usage === undefined && spec !== "SYMMETRIC_DEFAULT")
        throw new KmsError("ValidationException", `You must specify a KeyUsage value for the key spec ${spec}.`);
    return {
        spec,
        tags: tagsOf(input["Tags"]),
        description: text(input["Description"]) ?? "",
        multiRegion: input["MultiRegion"] === true,
        ...(usage === undefined ? {} : { usage }),
        ...(input["Policy"] === undefined ? {} : { policy: String(input["Policy"]) }),
        ...(input["CustomKeyStoreId"] === undefined ? {} : { customKeyStoreId: String(input["CustomKeyStoreId"]) }),
        ...(input["Origin"] === undefined ? {} : { origin: String(input["Origin"]) }),
    };
}

function scheduleDeletion(store: KeyStore, key: KmsKey, window: unknown): Fields {
    const days = typeof window === "number" ? window : 30;
    if (days < 7 || days > 30) throw new KmsError("ValidationException", "PendingWindowInDays must be from 7 to 30.");
    const deletion = store.now() + days * DAY;
    store.change(key, () => (key.deletion = deletion));
    return {
        KeyId: key.arn,
        KeyState: "PendingDeletion",
        DeletionDate: deletion / 1000,
        PendingWindowInDays: days,
    };
}

function tagsOf(tags: unknown): Record<string, string> {
    return Object.fromEntries(
        ((tags ?? []) as { TagKey: string; TagValue: string }[]).map(({ TagKey, TagValue }) => [TagKey, TagValue]),
    );
}
