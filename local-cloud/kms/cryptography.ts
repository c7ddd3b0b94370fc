import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

import { type Fields, KmsError, type KmsKey, type Operations, stateOf, text } from "./key";
import type { KeyStore } from "./key-store";

/** Encryption under the keys. A ciphertext names its key, and is bound to its encryption context. */
export function cryptography(store: KeyStore): Operations {
    return {
        Encrypt: store.onKey("Encrypt", ["Plaintext", "EncryptionContext", "EncryptionAlgorithm"], (key, input) => {
            requireUsable(key);
            const sealed = seal(store, key, bytes(input["Plaintext"]), input["EncryptionContext"]);
            return {
                KeyId: key.arn,
                CiphertextBlob: sealed.toString("base64"),
                EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
            };
        }),
        GenerateDataKey: store.onKey(
            "GenerateDataKey",
            ["KeySpec", "NumberOfBytes", "EncryptionContext"],
            (key, input) => {
                requireUsable(key);
                const plaintext = randomBytes(dataKeyLength(input));
                return {
                    KeyId: key.arn,
                    Plaintext: plaintext.toString("base64"),
                    CiphertextBlob: seal(store, key, plaintext, input["EncryptionContext"]).toString("base64"),
                };
            },
        ),
        Decrypt: {
            fields: ["CiphertextBlob", "KeyId", "EncryptionContext", "EncryptionAlgorithm"],
            run(input, caller) {
                const blob = bytes(input["CiphertextBlob"]);
                const length = blob[0] ?? 0;
                const key = store.find(blob.subarray(1, 1 + length).toString(), caller);
                if (key === undefined)
                    throw new KmsError("InvalidCiphertextException", "The ciphertext is not of a key of this KMS.");
                const named = text(input["KeyId"]);
                if (named !== undefined && store.find(named, caller)?.arn !== key.arn)
                    throw new KmsError(
                        "IncorrectKeyException",
                        "The key in the request is not the one that encrypted this ciphertext.",
                    );
                store.requireAllowed(key, "Decrypt", caller, input);
                requireUsable(key);
                const plaintext = open(store, key, blob.subarray(1 + length), input["EncryptionContext"]);
                return {
                    KeyId: key.arn,
                    Plaintext: plaintext.toString("base64"),
                    EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
                };
            },
        },
    };
}

function requireUsable(key: KmsKey): void {
    if (stateOf(key) === "PendingDeletion")
        throw new KmsError("KMSInvalidStateException", `${key.arn} is pending deletion.`);
    if (stateOf(key) === "Disabled") throw new KmsError("DisabledException", `${key.arn} is disabled.`);
    if (key.spec !== "SYMMETRIC_DEFAULT")
        throw new KmsError("InvalidKeyUsageException", `The local KMS does not encrypt under a key of ${key.spec}.`);
}

function dataKeyLength({ NumberOfBytes, KeySpec }: Fields): number {
    if (typeof NumberOfBytes === "number") return NumberOfBytes;
    return KeySpec === "AES_128" ? 16 : 32;
}

function seal(store: KeyStore, key: KmsKey, plaintext: Buffer, context: unknown): Buffer {
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", store.material(key), nonce).setAAD(contextBytes(context));
    const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    return Buffer.concat([Buffer.from([key.arn.length]), Buffer.from(key.arn), nonce, cipher.getAuthTag(), sealed]);
}

function open(store: KeyStore, key: KmsKey, sealed: Buffer, context: unknown): Buffer {
    try {
        const decipher = createDecipheriv("aes-256-gcm", store.material(key), sealed.subarray(0, 12));
        decipher.setAAD(contextBytes(context)).setAuthTag(sealed.subarray(12, 28));
        return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]);
    } catch {
        throw new KmsError("InvalidCiphertextException", "The ciphertext or its encryption context was changed.");
    }
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
