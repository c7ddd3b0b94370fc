import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

type Fields = Readonly<Record<string, unknown>>;

/** A KMS key that Databricks may no longer use: nothing that it encrypts can be read or written. */
export class KeyInaccessibleError extends Error {}

/** What the encryption needs of its surroundings. */
export interface EnvelopeOptions {
    /** Calls a region's KMS as Databricks' own AWS account does. Throws an error that has the KMS' code as its name. */
    readonly kms: (operation: "Encrypt" | "Decrypt", input: Fields, region: string) => Fields;
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
        const wrappedDmk = this.wrapDmk(workspaceId, cmk, dmk);
        this.keys.set(workspaceId, { cmk, wrappedDmk, wrappedDek: seal(dmk, dek, workspaceId), cached: undefined });
    }

    /** Wraps a workspace's Databricks-managed key with another customer-managed key. */
    async rewrap(workspaceId: string, cmk: string): Promise<void> {
        const keys = this.of(workspaceId);
        keys.wrappedDmk = this.wrapDmk(workspaceId, cmk, this.unwrapDmk(workspaceId, keys));
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
            const dek = unseal(this.unwrapDmk(workspaceId, keys), keys.wrappedDek, workspaceId);
            keys.cached = { dek, until: this.options.now() + this.options.dekCacheMilliseconds };
        }
        return keys.cached.dek;
    }

    private of(workspaceId: string): WorkspaceKeys {
        const keys = this.keys.get(workspaceId);
        if (keys === undefined) throw new Error(`no keys of workspace ${workspaceId}`);
        return keys;
    }

    private wrapDmk(workspaceId: string, cmk: string | undefined, dmk: Buffer): Buffer {
        if (cmk === undefined) return seal(this.ownKey, dmk, workspaceId);
        const response = this.call("Encrypt", cmk, { Plaintext: dmk.toString("base64") }, workspaceId);
        return Buffer.from(String(response["CiphertextBlob"]), "base64");
    }

    private unwrapDmk(workspaceId: string, { cmk, wrappedDmk }: WorkspaceKeys): Buffer {
        if (cmk === undefined) return unseal(this.ownKey, wrappedDmk, workspaceId);
        const response = this.call("Decrypt", cmk, { CiphertextBlob: wrappedDmk.toString("base64") }, workspaceId);
        return Buffer.from(String(response["Plaintext"]), "base64");
    }

    private call(operation: "Encrypt" | "Decrypt", cmk: string, fields: Fields, workspaceId: string): Fields {
        this.kmsCalls++;
        try {
            const input = { KeyId: cmk, ...fields, EncryptionContext: { workspaceId } };
            return this.options.kms(operation, input, cmk.split(":")[3] ?? "");
        } catch (error) {
            throw new KeyInaccessibleError(`The customer-managed key ${cmk} cannot be used: ${String(error)}`);
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
