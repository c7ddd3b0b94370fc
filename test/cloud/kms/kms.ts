import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from "node:crypto";

import { allows, MalformedPolicyError, parsePolicy } from "./policy";

/** An error as AWS KMS gives it. */
export class KmsError extends Error {
    constructor(
        readonly code: string,
        message: string,
    ) {
        super(message);
    }
}

/** Who calls the KMS, and in which region. */
export interface KmsCaller {
    readonly principalArn: string;
    readonly region: string;
}

/** A key of the local KMS. */
export interface KmsKey {
    readonly arn: string;
    readonly region: string;
    readonly keyId: string;
    readonly created: number;
    readonly customKeyStoreId: string | undefined;
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

type Input = Record<string, unknown>;
type Operation = { readonly fields: readonly string[]; run(input: Input, caller: KmsCaller): Input };

/**
 * A KMS in memory that holds to key states and key policies: a disabled key, one pending deletion, or one whose policy
 * does not name the caller neither encrypts nor decrypts.
 */
export class Kms {
    /** Every call, in order. */
    readonly calls: KmsCall[] = [];
    private readonly stored = new Map<string, KmsKey>();
    private readonly material = new Map<string, Buffer>();
    private readonly aliasTargets = new Map<string, string>();

    constructor(private readonly options: { awsAccountId: string; now: () => number }) {}

    /** Every key that is not gone, also those whose deletion is scheduled. */
    keys(): KmsKey[] {
        return [...this.stored.values()].filter((key) => !this.isGone(key));
    }

    /** Every alias: its region and name, and the key's id. */
    aliases(): { region: string; name: string; keyId: string }[] {
        return [...this.aliasTargets].map(([place, keyId]) => {
            const [region = "", name = ""] = place.split("|");
            return { region, name, keyId };
        });
    }

    /** Runs one operation of the AWS JSON protocol. Throws `KmsError`. */
    call(operation: string, input: Input, caller: KmsCaller): Input {
        let error: string | undefined;
        let keyArn: string | undefined;
        try {
            const known = this.operations[operation];
            if (known === undefined)
                throw new KmsError("UnknownOperationException", `The local KMS does not know ${operation}.`);
            const strange = Object.keys(input).find((field) => !known.fields.includes(field));
            if (strange !== undefined)
                throw new KmsError("ValidationException", `The local KMS does not know ${operation}'s ${strange}.`);
            if (typeof input["KeyId"] === "string") keyArn = this.find(input["KeyId"], caller)?.arn;
            return known.run(input, caller);
        } catch (thrown) {
            const known =
                thrown instanceof MalformedPolicyError
                    ? new KmsError("MalformedPolicyDocumentException", thrown.message)
                    : thrown;
            error = known instanceof KmsError ? known.code : String(known);
            throw known;
        } finally {
            this.calls.push({ operation, principalArn: caller.principalArn, keyArn, error });
        }
    }

    private readonly operations: Readonly<Record<string, Operation>> = {
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
            run: (input, caller) => {
                const keyId = randomUUID();
                const arn = `arn:aws:kms:${caller.region}:${this.options.awsAccountId}:key/${keyId}`;
                const own = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::${this.options.awsAccountId}:root"},"Action":"kms:*","Resource":"*"}]}`;
                const policy = text(input["Policy"]) ?? own;
                this.refuseLockout(policy, caller, input["BypassPolicyLockoutSafetyCheck"]);
                const key: KmsKey = {
                    arn,
                    region: caller.region,
                    keyId,
                    created: this.options.now(),
                    customKeyStoreId: text(input["CustomKeyStoreId"]),
                    description: text(input["Description"]) ?? "",
                    policy,
                    enabled: true,
                    rotation: false,
                    deletion: undefined,
                    tags: tagsOf(input["Tags"]),
                };
                this.stored.set(arn, key);
                this.material.set(arn, randomBytes(32));
                return { KeyMetadata: this.metadata(key) };
            },
        },
        DescribeKey: this.onKey("DescribeKey", [], (key) => ({ KeyMetadata: this.metadata(key) })),
        ListKeys: {
            fields: ["Limit", "Marker"],
            run: (_, { region }) => ({
                Keys: this.keys()
                    .filter((key) => key.region === region)
                    .map(({ keyId, arn }) => ({ KeyId: keyId, KeyArn: arn })),
                Truncated: false,
            }),
        },
        Encrypt: this.onKey("Encrypt", ["Plaintext", "EncryptionContext", "EncryptionAlgorithm"], (key, input) => {
            this.requireUsable(key);
            return {
                KeyId: key.arn,
                CiphertextBlob: this.seal(key, bytes(input["Plaintext"]), input["EncryptionContext"]).toString(
                    "base64",
                ),
                EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
            };
        }),
        GenerateDataKey: this.onKey(
            "GenerateDataKey",
            ["KeySpec", "NumberOfBytes", "EncryptionContext"],
            (key, input) => {
                this.requireUsable(key);
                const plain = randomBytes(
                    typeof input["NumberOfBytes"] === "number"
                        ? input["NumberOfBytes"]
                        : input["KeySpec"] === "AES_128"
                          ? 16
                          : 32,
                );
                return {
                    KeyId: key.arn,
                    Plaintext: plain.toString("base64"),
                    CiphertextBlob: this.seal(key, plain, input["EncryptionContext"]).toString("base64"),
                };
            },
        ),
        Decrypt: {
            fields: ["CiphertextBlob", "KeyId", "EncryptionContext", "EncryptionAlgorithm"],
            run: (input, caller) => {
                const blob = bytes(input["CiphertextBlob"]);
                const length = blob[0] ?? 0;
                const key = this.find(blob.subarray(1, 1 + length).toString(), caller);
                const named = text(input["KeyId"]);
                if (key === undefined)
                    throw new KmsError("InvalidCiphertextException", "The ciphertext is not of a key of this KMS.");
                if (named !== undefined && this.find(named, caller)?.arn !== key.arn) {
                    throw new KmsError(
                        "IncorrectKeyException",
                        "The key in the request is not the one that encrypted this ciphertext.",
                    );
                }
                this.requireAllowed(key, "Decrypt", caller);
                this.requireUsable(key);
                return {
                    KeyId: key.arn,
                    Plaintext: this.open(key, blob.subarray(1 + length), input["EncryptionContext"]).toString("base64"),
                    EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
                };
            },
        },
        EnableKey: this.onKey("EnableKey", [], (key) => this.change(key, () => (key.enabled = true))),
        DisableKey: this.onKey("DisableKey", [], (key) => this.change(key, () => (key.enabled = false))),
        EnableKeyRotation: this.onKey("EnableKeyRotation", ["RotationPeriodInDays"], (key) =>
            this.change(key, () => {
                if (key.customKeyStoreId !== undefined)
                    throw new KmsError(
                        "UnsupportedOperationException",
                        "A key in a custom key store cannot be rotated.",
                    );
                key.rotation = true;
            }),
        ),
        DisableKeyRotation: this.onKey("DisableKeyRotation", [], (key) =>
            this.change(key, () => (key.rotation = false)),
        ),
        GetKeyRotationStatus: this.onKey("GetKeyRotationStatus", [], (key) => ({
            KeyId: key.arn,
            KeyRotationEnabled: key.rotation,
        })),
        ScheduleKeyDeletion: this.onKey("ScheduleKeyDeletion", ["PendingWindowInDays"], (key, input) => {
            const days = typeof input["PendingWindowInDays"] === "number" ? input["PendingWindowInDays"] : 30;
            if (days < 7 || days > 30)
                throw new KmsError("ValidationException", "PendingWindowInDays must be from 7 to 30.");
            this.change(key, () => (key.deletion = this.options.now() + days * 86_400_000));
            return {
                KeyId: key.arn,
                KeyState: "PendingDeletion",
                DeletionDate: (key.deletion ?? 0) / 1000,
                PendingWindowInDays: days,
            };
        }),
        CancelKeyDeletion: this.onKey("CancelKeyDeletion", [], (key) => {
            if (key.deletion === undefined)
                throw new KmsError("KMSInvalidStateException", `${key.arn} is not pending deletion.`);
            key.deletion = undefined;
            key.enabled = false;
            return { KeyId: key.arn };
        }),
        GetKeyPolicy: this.onKey("GetKeyPolicy", ["PolicyName"], (key) => ({
            Policy: key.policy,
            PolicyName: "default",
        })),
        PutKeyPolicy: this.onKey(
            "PutKeyPolicy",
            ["PolicyName", "Policy", "BypassPolicyLockoutSafetyCheck"],
            (key, input, caller) => {
                const policy = text(input["Policy"]) ?? "";
                this.refuseLockout(policy, caller, input["BypassPolicyLockoutSafetyCheck"]);
                return this.change(key, () => (key.policy = policy));
            },
        ),
        UpdateKeyDescription: this.onKey("UpdateKeyDescription", ["Description"], (key, input) =>
            this.change(key, () => (key.description = text(input["Description"]) ?? "")),
        ),
        TagResource: this.onKey("TagResource", ["Tags"], (key, input) =>
            this.change(key, () => Object.assign(key.tags, tagsOf(input["Tags"]))),
        ),
        UntagResource: this.onKey("UntagResource", ["TagKeys"], (key, input) =>
            this.change(key, () => {
                const gone = input["TagKeys"] as string[];
                key.tags = Object.fromEntries(Object.entries(key.tags).filter(([name]) => !gone.includes(name)));
            }),
        ),
        ListResourceTags: this.onKey("ListResourceTags", ["Limit", "Marker"], (key) => ({
            Tags: Object.entries(key.tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
            Truncated: false,
        })),
        CreateAlias: {
            fields: ["AliasName", "TargetKeyId"],
            run: (input, caller) => {
                const place = `${caller.region}|${String(input["AliasName"])}`;
                if (this.aliasTargets.has(place))
                    throw new KmsError(
                        "AlreadyExistsException",
                        `An alias with the name ${String(input["AliasName"])} already exists`,
                    );
                this.aliasTargets.set(place, this.require(input["TargetKeyId"], caller).keyId);
                return {};
            },
        },
        UpdateAlias: {
            fields: ["AliasName", "TargetKeyId"],
            run: (input, caller) => {
                const place = `${caller.region}|${String(input["AliasName"])}`;
                if (!this.aliasTargets.has(place))
                    throw new KmsError("NotFoundException", `Alias ${String(input["AliasName"])} is not found.`);
                this.aliasTargets.set(place, this.require(input["TargetKeyId"], caller).keyId);
                return {};
            },
        },
        DeleteAlias: {
            fields: ["AliasName"],
            run: (input, caller) => {
                if (!this.aliasTargets.delete(`${caller.region}|${String(input["AliasName"])}`)) {
                    throw new KmsError("NotFoundException", `Alias ${String(input["AliasName"])} is not found.`);
                }
                return {};
            },
        },
        ListAliases: {
            fields: ["KeyId", "Limit", "Marker"],
            run: (input, caller) => ({
                Aliases: this.aliases()
                    .filter(
                        ({ region, keyId }) =>
                            region === caller.region &&
                            (input["KeyId"] === undefined || this.require(input["KeyId"], caller).keyId === keyId),
                    )
                    .map(({ name, keyId }) => ({
                        AliasName: name,
                        AliasArn: `arn:aws:kms:${caller.region}:${this.options.awsAccountId}:${name}`,
                        TargetKeyId: keyId,
                    })),
                Truncated: false,
            }),
        },
    };

    private onKey(
        operation: string,
        fields: readonly string[],
        run: (key: KmsKey, input: Input, caller: KmsCaller) => Input,
    ): Operation {
        return {
            fields: ["KeyId", ...fields],
            run: (input, caller) => {
                const key = this.require(input["KeyId"], caller);
                this.requireAllowed(key, operation, caller);
                return run(key, input, caller);
            },
        };
    }

    private change(key: KmsKey, change: () => void): Input {
        if (key.deletion !== undefined)
            throw new KmsError("KMSInvalidStateException", `${key.arn} is pending deletion.`);
        change();
        return {};
    }

    private find(name: string, { region }: KmsCaller): KmsKey | undefined {
        const alias = /(?:^|:)(alias\/.*)$/.exec(name)?.[1];
        const id = alias === undefined ? name.split("/").at(-1) : this.aliasTargets.get(`${region}|${alias}`);
        return this.keys().find(
            (key) =>
                key.keyId === id &&
                (name.startsWith("arn:") ? key.arn.split(":")[3] === name.split(":")[3] : key.region === region),
        );
    }

    private require(name: unknown, caller: KmsCaller): KmsKey {
        const key = typeof name === "string" ? this.find(name, caller) : undefined;
        if (key === undefined || key.region !== caller.region) {
            throw new KmsError("NotFoundException", `Key '${String(name)}' does not exist in ${caller.region}.`);
        }
        return key;
    }

    private requireAllowed(key: KmsKey, operation: string, { principalArn }: KmsCaller): void {
        if (allows(parsePolicy(key.policy), `kms:${operation}`, principalArn)) return;
        throw new KmsError(
            "AccessDeniedException",
            `User: ${principalArn} is not authorized to perform: kms:${operation} on resource: ${key.arn}`,
        );
    }

    private requireUsable(key: KmsKey): void {
        if (key.deletion !== undefined)
            throw new KmsError("KMSInvalidStateException", `${key.arn} is pending deletion.`);
        if (!key.enabled) throw new KmsError("DisabledException", `${key.arn} is disabled.`);
    }

    private refuseLockout(policy: string, { principalArn }: KmsCaller, bypass: unknown): void {
        if (bypass !== true && !allows(parsePolicy(policy), "kms:PutKeyPolicy", principalArn)) {
            throw new KmsError(
                "MalformedPolicyDocumentException",
                "The new key policy will not allow you to update the key policy in the future.",
            );
        }
    }

    private isGone(key: KmsKey): boolean {
        return key.deletion !== undefined && key.deletion <= this.options.now();
    }

    private metadata(key: KmsKey): Input {
        return {
            AWSAccountId: this.options.awsAccountId,
            Arn: key.arn,
            KeyId: key.keyId,
            CreationDate: key.created / 1000,
            Description: key.description,
            Enabled: key.enabled && key.deletion === undefined,
            KeyState: key.deletion !== undefined ? "PendingDeletion" : key.enabled ? "Enabled" : "Disabled",
            KeyUsage: "ENCRYPT_DECRYPT",
            KeyManager: "CUSTOMER",
            KeySpec: "SYMMETRIC_DEFAULT",
            MultiRegion: false,
            Origin: key.customKeyStoreId === undefined ? "AWS_KMS" : "AWS_CLOUDHSM",
            ...(key.customKeyStoreId === undefined ? {} : { CustomKeyStoreId: key.customKeyStoreId }),
            ...(key.deletion === undefined ? {} : { DeletionDate: key.deletion / 1000 }),
        };
    }

    private seal(key: KmsKey, plaintext: Buffer, context: unknown): Buffer {
        const nonce = randomBytes(12);
        const cipher = createCipheriv("aes-256-gcm", this.material.get(key.arn) ?? Buffer.alloc(0), nonce);
        cipher.setAAD(contextBytes(context));
        const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
        return Buffer.concat([Buffer.from([key.arn.length]), Buffer.from(key.arn), nonce, cipher.getAuthTag(), sealed]);
    }

    private open(key: KmsKey, sealed: Buffer, context: unknown): Buffer {
        try {
            const decipher = createDecipheriv(
                "aes-256-gcm",
                this.material.get(key.arn) ?? Buffer.alloc(0),
                sealed.subarray(0, 12),
            );
            decipher.setAAD(contextBytes(context));
            decipher.setAuthTag(sealed.subarray(12, 28));
            return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]);
        } catch {
            throw new KmsError("InvalidCiphertextException", "The ciphertext or its encryption context was changed.");
        }
    }
}

function text(value: unknown): string | undefined {
    return typeof value === "string" ? value : undefined;
}

function bytes(base64: unknown): Buffer {
    return Buffer.from(typeof base64 === "string" ? base64 : "", "base64");
}

function contextBytes(context: unknown): Buffer {
    const pairs = Object.entries((context ?? {}) as Record<string, string>).sort(([left], [right]) =>
        left < right ? -1 : 1,
    );
    return Buffer.from(JSON.stringify(pairs));
}

function tagsOf(tags: unknown): Record<string, string> {
    return Object.fromEntries(
        ((tags ?? []) as { TagKey: string; TagValue: string }[]).map(({ TagKey, TagValue }) => [TagKey, TagValue]),
    );
}
