import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

import { DecryptCommand, EncryptCommand, type KMSClient } from "@aws-sdk/client-kms";

/** A KMS key that Databricks may no longer use: nothing that it encrypts can be read or written. */
export class KeyInaccessibleError extends Error {}

/** What the encryption needs of its surroundings. */
export interface EnvelopeOptions {
    /** The client of a region's KMS, as Databricks' own AWS account. */
    readonly kms: (region: string) => KMSClient;
    /** The current time, in milliseconds since 1970. */
    readonly now: () => number;
    /** How long a data encryption key is kept in memory. */
    readonly dekCacheMilliseconds: number;
}

interface WorkspaceKeys {
    /** ARN of the customer-managed key; `undefined`: Databricks' own key wraps. */
    cmk: string | undefined;
    /** The Databricks-managed key, wrapped by the customer-managed key. */
    wrappedDmk: Buffer;
    /** The data encryption key, wrapped by the Databricks-managed key. */
    readonly wrappedDek: Buffer;
    cached: { dek: Buffer; until: number } | undefined;
}

/**
 * Envelope encryption as Databricks describes it for managed services. Only wrapped keys are kept; the data encryption key
 * is in memory for an interval, after which the KMS is asked again.
 */
export class EnvelopeEncryption {
    /** Calls made to the KMS so far. */
    kmsCalls = 0;
    private readonly keys = new Map<string, WorkspaceKeys>();
    private readonly ownKey = randomBytes(32);

    constructor(private readonly options: EnvelopeOptions) {}

    /** Makes the keys of a new workspace. Throws `KeyInaccessibleError` when the KMS refuses. */
    async open(workspaceId: string, cmk: string | undefined): Promise<void> {
        const [dmk, dek] = [randomBytes(32), randomBytes(32)];
        const wrappedDmk = await this.wrapDmk(workspaceId, cmk, dmk);
        this.keys.set(workspaceId, { cmk, wrappedDmk, wrappedDek: seal(dmk, dek, workspaceId), cached: undefined });
    }

    /** Wraps a workspace's Databricks-managed key with another customer-managed key. */
    async rewrap(workspaceId: string, cmk: string): Promise<void> {
        const keys = this.of(workspaceId);
        keys.wrappedDmk = await this.wrapDmk(workspaceId, cmk, await this.unwrapDmk(workspaceId, keys));
        keys.cmk = cmk;
        keys.cached = undefined;
    }

    /** Drops a workspace's keys. */
    close(workspaceId: string): void {
        this.keys.delete(workspaceId);
    }

    /** The data encryption key of a workspace. Throws `KeyInaccessibleError` when the KMS refuses. */
    async dek(workspaceId: string): Promise<Buffer> {
        const keys = this.of(workspaceId);
        if (keys.cached === undefined || keys.cached.until <= this.options.now()) {
            keys.cached = undefined;
            const dek = unseal(await this.unwrapDmk(workspaceId, keys), keys.wrappedDek, workspaceId);
            keys.cached = { dek, until: this.options.now() + this.options.dekCacheMilliseconds };
        }
        return keys.cached.dek;
    }

    private of(workspaceId: string): WorkspaceKeys {
        const keys = this.keys.get(workspaceId);
        if (keys === undefined) throw new Error(`no keys of workspace ${workspaceId}`);
        return keys;
    }

    private async wrapDmk(workspaceId: string, cmk: string | undefined, dmk: Buffer): Promise<Buffer> {
        if (cmk === undefined) return seal(this.ownKey, dmk, workspaceId);
        const response = await this.call(cmk, (kms) =>
            kms.send(new EncryptCommand({ KeyId: cmk, Plaintext: dmk, EncryptionContext: { workspaceId } })),
        );
        return Buffer.from(response.CiphertextBlob ?? []);
    }

    private async unwrapDmk(workspaceId: string, { cmk, wrappedDmk }: WorkspaceKeys): Promise<Buffer> {
        if (cmk === undefined) return unseal(this.ownKey, wrappedDmk, workspaceId);
        const response = await this.call(cmk, (kms) =>
            kms.send(
                new DecryptCommand({ KeyId: cmk, CiphertextBlob: wrappedDmk, EncryptionContext: { workspaceId } }),
            ),
        );
        return Buffer.from(response.Plaintext ?? []);
    }

    private async call<Response>(cmk: string, send: (kms: KMSClient) => Promise<Response>): Promise<Response> {
        this.kmsCalls++;
        try {
            return await send(this.options.kms(cmk.split(":")[3] ?? ""));
        } catch (error) {
            throw new KeyInaccessibleError(
                `The customer-managed key ${cmk} cannot be used: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`,
            );
        }
    }
}

/** Encrypts under a key; `about` has to be the same when it is decrypted. */
export function seal(key: Buffer, plaintext: Buffer, about: string): Buffer {
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(about));
    const sealed = [cipher.update(plaintext), cipher.final()];
    return Buffer.concat([nonce, cipher.getAuthTag(), ...sealed]);
}

/** Decrypts what `seal` made. */
export function unseal(key: Buffer, sealed: Buffer, about: string): Buffer {
    const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, 12)).setAAD(Buffer.from(about));
    decipher.setAuthTag(sealed.subarray(12, 28));
    const plaintext = decipher.update(sealed.subarray(28));
    // The end of what this cipher decrypts is empty; it throws if anything was changed.
    decipher.final();
    return plaintext;
}
