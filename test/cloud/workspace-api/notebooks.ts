import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

import { DecryptCommand, EncryptCommand, type KMSClient } from "@aws-sdk/client-kms";

/** A KMS key that Databricks may no longer use: the notebooks under it cannot be read or written. */
export class KeyInaccessibleError extends Error {}

interface WorkspaceKeys {
    /** ARN of the customer-managed key; `undefined`: Databricks' own key wraps. */
    cmk: string | undefined;
    /** The Databricks-managed key, wrapped by the customer-managed key. */
    wrappedDmk: Buffer;
    /** The data encryption key, wrapped by the Databricks-managed key. */
    readonly wrappedDek: Buffer;
    cached: { dek: Buffer; until: number } | undefined;
    readonly notebooks: Map<string, { language: string; sealed: Buffer }>;
}

/**
 * The control plane's notebook database: envelope encryption as Databricks describes it. Only wrapped keys and
 * ciphertext are kept; the data encryption key is in memory for an interval, after which the KMS is asked again.
 */
export class NotebookStore {
    /** Calls made to the KMS so far. */
    kmsCalls = 0;
    private readonly workspaces = new Map<string, WorkspaceKeys>();
    private readonly ownKey = randomBytes(32);

    constructor(
        private readonly options: {
            kms: (region: string) => KMSClient;
            now: () => number;
            dekCacheMilliseconds: number;
        },
    ) {}

    /** Makes the keys of a new workspace. Throws `KeyInaccessibleError` when the KMS refuses. */
    async open(workspaceId: string, cmk: string | undefined): Promise<void> {
        const [dmk, dek] = [randomBytes(32), randomBytes(32)];
        const wrappedDmk = await this.wrapDmk(workspaceId, cmk, dmk);
        this.workspaces.set(workspaceId, {
            cmk,
            wrappedDmk,
            wrappedDek: seal(dmk, dek, workspaceId),
            cached: undefined,
            notebooks: new Map(),
        });
    }

    /** Wraps a workspace's Databricks-managed key with another customer-managed key. */
    async rewrap(workspaceId: string, cmk: string): Promise<void> {
        const keys = this.of(workspaceId);
        keys.wrappedDmk = await this.wrapDmk(workspaceId, cmk, await this.unwrapDmk(workspaceId, keys));
        keys.cmk = cmk;
        keys.cached = undefined;
    }

    /** Drops a workspace with all its notebooks. */
    close(workspaceId: string): void {
        this.workspaces.delete(workspaceId);
    }

    /** Encrypts and stores a notebook. Throws `KeyInaccessibleError`. */
    async write(workspaceId: string, path: string, language: string, source: Buffer): Promise<void> {
        const dek = await this.dek(workspaceId);
        this.of(workspaceId).notebooks.set(path, { language, sealed: seal(dek, source, `${workspaceId}${path}`) });
    }

    /** Reads and decrypts a notebook; `undefined` when there is none. Throws `KeyInaccessibleError`. */
    async read(workspaceId: string, path: string): Promise<Buffer | undefined> {
        const notebook = this.of(workspaceId).notebooks.get(path);
        return notebook && unseal(await this.dek(workspaceId), notebook.sealed, `${workspaceId}${path}`);
    }

    /** The notebooks of a workspace; needs no key. */
    list(workspaceId: string): { path: string; language: string }[] {
        return [...this.of(workspaceId).notebooks].map(([path, { language }]) => ({ path, language }));
    }

    /** Deletes a notebook, or everything below a path. */
    delete(workspaceId: string, path: string): boolean {
        const { notebooks } = this.of(workspaceId);
        const gone = [...notebooks.keys()].filter((one) => one === path || one.startsWith(`${path}/`));
        for (const one of gone) notebooks.delete(one);
        return gone.length > 0;
    }

    /** What is stored of a notebook, as it is stored: for tests, no API shows it. */
    storedBytes(workspaceId: string, path: string): Buffer {
        const notebook = this.of(workspaceId).notebooks.get(path);
        if (notebook === undefined) throw new Error(`no notebook ${path} in workspace ${workspaceId}`);
        return notebook.sealed;
    }

    private of(workspaceId: string): WorkspaceKeys {
        const keys = this.workspaces.get(workspaceId);
        if (keys === undefined) throw new Error(`no workspace ${workspaceId} in the notebook store`);
        return keys;
    }

    private async dek(workspaceId: string): Promise<Buffer> {
        const keys = this.of(workspaceId);
        if (keys.cached === undefined || keys.cached.until <= this.options.now()) {
            keys.cached = undefined;
            const dek = unseal(await this.unwrapDmk(workspaceId, keys), keys.wrappedDek, workspaceId);
            keys.cached = { dek, until: this.options.now() + this.options.dekCacheMilliseconds };
        }
        return keys.cached.dek;
    }

    private async wrapDmk(workspaceId: string, cmk: string | undefined, dmk: Buffer): Promise<Buffer> {
        if (cmk === undefined) return seal(this.ownKey, dmk, workspaceId);
        const answer = await this.ask(cmk, (kms) =>
            kms.send(new EncryptCommand({ KeyId: cmk, Plaintext: dmk, EncryptionContext: { workspaceId } })),
        );
        return Buffer.from(answer.CiphertextBlob ?? []);
    }

    private async unwrapDmk(workspaceId: string, { cmk, wrappedDmk }: WorkspaceKeys): Promise<Buffer> {
        if (cmk === undefined) return unseal(this.ownKey, wrappedDmk, workspaceId);
        const answer = await this.ask(cmk, (kms) =>
            kms.send(
                new DecryptCommand({ KeyId: cmk, CiphertextBlob: wrappedDmk, EncryptionContext: { workspaceId } }),
            ),
        );
        return Buffer.from(answer.Plaintext ?? []);
    }

    private async ask<Answer>(cmk: string, call: (kms: KMSClient) => Promise<Answer>): Promise<Answer> {
        this.kmsCalls++;
        try {
            return await call(this.options.kms(cmk.split(":")[3] ?? ""));
        } catch (error) {
            throw new KeyInaccessibleError(
                `The customer-managed key ${cmk} cannot be used: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`,
            );
        }
    }
}

function seal(key: Buffer, plaintext: Buffer, about: string): Buffer {
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(about));
    const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

function unseal(key: Buffer, sealed: Buffer, about: string): Buffer {
    const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, 12)).setAAD(Buffer.from(about));
    decipher.setAuthTag(sealed.subarray(12, 28));
    return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]);
}
