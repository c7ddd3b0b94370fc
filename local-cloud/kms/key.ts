import type { CallerContext } from "./policy";

/** An error as AWS KMS gives it. */
export class KmsError extends Error {
    constructor(
        readonly code: string,
        message: string,
    ) {
        super(message);
        this.name = code;
    }
}

/** Who calls the KMS, and in which region. */
export interface KmsCaller {
    readonly principalArn: string;
    readonly region: string;
    /** The condition keys that the caller's session carries, such as `aws:PrincipalTag/DatabricksAccountId`. Default: none. */
    readonly context?: CallerContext;
}

/** A key of the local KMS. */
export interface KmsKey {
    readonly arn: string;
    readonly region: string;
    readonly keyId: string;
    readonly created: number;
    readonly customKeyStoreId: string | undefined;
    /** Who manages it: `AWS` for the keys behind `alias/aws/...`. */
    readonly manager: "CUSTOMER" | "AWS";
    readonly usage: string;
    readonly spec: string;
    readonly multiRegion: boolean;
    readonly origin: string;
    description: string;
    policy: string;
    enabled: boolean;
    rotation: boolean;
    /** When a key whose deletion is scheduled will be gone, in milliseconds since 1970. */
    deletion: number | undefined;
    tags: Record<string, string>;
}

/** One call that the KMS was asked. */
export interface KmsCall {
    readonly operation: string;
    readonly principalArn: string;
    readonly keyArn: string | undefined;
    readonly error: string | undefined;
}

/** The fields of a request or a response. */
export type Fields = Record<string, unknown>;

/** One operation: the fields of its request, and what it does. */
export interface Operation {
    readonly fields: readonly string[];
    run(input: Fields, caller: KmsCaller): Fields;
}

/** Operations by their names. */
export type Operations = Readonly<Record<string, Operation>>;

/** The state of a key, in KMS' words. */
export function stateOf(key: KmsKey): "Enabled" | "Disabled" | "PendingDeletion" {
    if (key.deletion !== undefined) return "PendingDeletion";
    return key.enabled ? "Enabled" : "Disabled";
}

/** What KMS tells about a key: `KeyMetadata`. */
export function metadataOf(key: KmsKey): Fields {
    const symmetric = key.spec === "SYMMETRIC_DEFAULT";
    return {
        AWSAccountId: key.arn.split(":")[4],
        Arn: key.arn,
        KeyId: key.keyId,
        CreationDate: key.created / 1000,
        Description: key.description,
        Enabled: stateOf(key) === "Enabled",
        KeyState: stateOf(key),
        KeyUsage: key.usage,
        KeyManager: key.manager,
        KeySpec: key.spec,
        CustomerMasterKeySpec: key.spec,
        Origin: key.origin,
        MultiRegion: key.multiRegion,
        ...(symmetric ? { EncryptionAlgorithms: ["SYMMETRIC_DEFAULT"] } : {}),
        ...(key.multiRegion ? { MultiRegionConfiguration: multiRegionOf(key) } : {}),
        ...(key.customKeyStoreId === undefined ? {} : { CustomKeyStoreId: key.customKeyStoreId }),
        ...(key.deletion === undefined ? {} : { DeletionDate: key.deletion / 1000 }),
    };
}

function multiRegionOf({ arn, region }: KmsKey): Fields {
    return { MultiRegionKeyType: "PRIMARY", PrimaryKey: { Arn: arn, Region: region }, ReplicaKeys: [] };
}

export function text(value: unknown): string | undefined {
    return typeof value === "string" ? value : undefined;
}
