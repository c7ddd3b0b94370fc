/**
 * The actions of KMS that a key policy can allow. Source: AWS, Service Authorization Reference, "Actions, resources, and
 * condition keys for AWS Key Management Service", those whose resource is a key.
 */
export const KMS_KEY_ACTIONS: readonly string[] = [
    "CancelKeyDeletion",
    "CreateAlias",
    "CreateGrant",
    "Decrypt",
    "DeleteAlias",
    "DeleteImportedKeyMaterial",
    "DeriveSharedSecret",
    "DescribeKey",
    "DisableKey",
    "DisableKeyRotation",
    "EnableKey",
    "EnableKeyRotation",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateMac",
    "GetKeyPolicy",
    "GetKeyRotationStatus",
    "GetParametersForImport",
    "GetPublicKey",
    "ImportKeyMaterial",
    "ListGrants",
    "ListKeyPolicies",
    "ListKeyRotations",
    "ListResourceTags",
    "PutKeyPolicy",
    "ReEncryptFrom",
    "ReEncryptTo",
    "ReplicateKey",
    "RetireGrant",
    "RevokeGrant",
    "RotateKeyOnDemand",
    "ScheduleKeyDeletion",
    "Sign",
    "SynchronizeMultiRegionKey",
    "TagResource",
    "UntagResource",
    "UpdateAlias",
    "UpdateKeyDescription",
    "UpdatePrimaryRegion",
    "Verify",
    "VerifyMac",
].map((action) => `kms:${action}`);

/** What Databricks' own statements allow it, by use case. */
export const NEEDED_BY_DATABRICKS: Readonly<Record<string, readonly string[]>> = {
    MANAGED_SERVICES: ["kms:Encrypt", "kms:Decrypt"],
    STORAGE: [
        "kms:Encrypt",
        "kms:Decrypt",
        "kms:ReEncrypt*",
        "kms:GenerateDataKey*",
        "kms:DescribeKey",
        "kms:CreateGrant",
        "kms:ListGrants",
        "kms:RevokeGrant",
    ],
};

/** Without these nothing can be encrypted, by use case. */
export const REQUIRED_BY_DATABRICKS: Readonly<Record<string, readonly string[]>> = {
    MANAGED_SERVICES: ["kms:Encrypt", "kms:Decrypt"],
    STORAGE: [
        "kms:Encrypt",
        "kms:Decrypt",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
        "kms:GenerateDataKey",
        "kms:DescribeKey",
    ],
};

/** What the statement for cluster volumes allows the cross-account role. */
export const NEEDED_FOR_VOLUMES = ["kms:Decrypt", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:DescribeKey"];

/** Without these no volume can be encrypted. */
export const REQUIRED_FOR_VOLUMES = [
    "kms:Decrypt",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:CreateGrant",
    "kms:DescribeKey",
];
