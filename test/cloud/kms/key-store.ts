import { randomBytes, randomUUID } from "node:crypto";

import { type Fields, type KmsCaller, KmsError, type KmsKey, type Operation } from "./key";
import { allows, parsePolicy } from "./policy";

/** The keys and aliases of a KMS, and who may do what with them. */
export class KeyStore {
    /** The key's id by the alias' region and name, `<region>|<name>`. */
    readonly aliasTargets = new Map<string, string>();
    private readonly stored = new Map<string, KmsKey>();
    private readonly materials = new Map<string, Buffer>();

    constructor(private readonly options: { awsAccountId: string; now: () => number }) {}

    get awsAccountId(): string {
        return this.options.awsAccountId;
    }

    now(): number {
        return this.options.now();
    }

    /** Every key that is not gone, also those whose deletion is scheduled. */
    keys(): KmsKey[] {
        return [...this.stored.values()].filter(
            ({ deletion }) => deletion === undefined || deletion > this.options.now(),
        );
    }

    /** Makes a key with new material. */
    add(region: string, about: Partial<KmsKey>): KmsKey {
        const root = `arn:aws:iam::${this.awsAccountId}:root`;
        const multiRegion = about.multiRegion ?? false;
        const keyId = multiRegion ? `mrk-${randomUUID().replaceAll("-", "")}` : randomUUID();
        const key: KmsKey = {
            created: this.now(),
            customKeyStoreId: undefined,
            manager: "CUSTOMER",
            usage: "ENCRYPT_DECRYPT",
            spec: "SYMMETRIC_DEFAULT",
            origin: about.customKeyStoreId === undefined ? "AWS_KMS" : "AWS_CLOUDHSM",
            description: "",
            policy: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"${root}"},"Action":"kms:*","Resource":"*"}]}`,
            enabled: true,
            rotation: false,
            deletion: undefined,
            tags: {},
            ...about,
            multiRegion,
            arn: `arn:aws:kms:${region}:${this.awsAccountId}:key/${keyId}`,
            region,
            keyId,
        };
        this.stored.set(key.arn, key);
        this.materials.set(key.arn, randomBytes(32));
        return key;
    }

    /** The secret bytes of a key. */
    material(key: KmsKey): Buffer {
        return this.materials.get(key.arn) ?? Buffer.alloc(0);
    }

    /** The key of an id, an ARN, an alias or an alias' ARN. */
    find(name: string, { region }: KmsCaller): KmsKey | undefined {
        const alias = /(?:^|:)(alias\/.*)$/.exec(name)?.[1];
        const id = alias === undefined ? name.split("/").at(-1) : this.aliasTarget(region, alias);
        return this.keys().find(
            (key) =>
                key.keyId === id &&
                (name.startsWith("arn:") ? key.arn.split(":")[3] === name.split(":")[3] : key.region === region),
        );
    }

    /** The key that a request names. Throws `KmsError`. */
    require(name: unknown, caller: KmsCaller): KmsKey {
        const given = String(name);
        const [, , , region, account] = given.startsWith("arn:") ? given.split(":") : [];
        if (region !== undefined && region !== caller.region)
            throw new KmsError("NotFoundException", `Invalid arn ${region}`);
        if (account !== undefined && account !== this.awsAccountId)
            throw new KmsError(
                "AccessDeniedException",
                `User: ${caller.principalArn} is not authorized to perform this operation on resource: ${given}`,
            );
        const key = typeof name === "string" ? this.find(name, caller) : undefined;
        if (key === undefined)
            throw new KmsError("NotFoundException", `Key '${given}' does not exist in ${caller.region}.`);
        return key;
    }

    /** Refuses what the key policy does not let the caller do. */
    requireAllowed(key: KmsKey, operation: string, { principalArn, context }: KmsCaller): void {
        if (allows(parsePolicy(key.policy), `kms:${operation}`, principalArn, context)) return;
        throw new KmsError(
            "AccessDeniedException",
            `User: ${principalArn} is not authorized to perform: kms:${operation} on resource: ${key.arn}`,
        );
    }

    /** Refuses a policy that its caller could not change again. */
    requireNoLockout(policy: string, { principalArn, context }: KmsCaller, bypass: unknown): void {
        if (bypass !== true && !allows(parsePolicy(policy), "kms:PutKeyPolicy", principalArn, context)) {
            throw new KmsError(
                "MalformedPolicyDocumentException",
                "The new key policy will not allow you to update the key policy in the future.",
            );
        }
    }

    /** Changes a key, unless it is pending deletion or AWS manages it. */
    change(key: KmsKey, change: () => void): Fields {
        if (key.deletion !== undefined)
            throw new KmsError("KMSInvalidStateException", `${key.arn} is pending deletion.`);
        if (key.manager === "AWS")
            throw new KmsError(
                "AccessDeniedException",
                `${key.arn} is an AWS managed key, which its account cannot change.`,
            );
        change();
        return {};
    }

    /** An operation on one key, which the key policy has to allow. */
    onKey(
        operation: string,
        fields: readonly string[],
        run: (key: KmsKey, input: Fields, caller: KmsCaller) => Fields,
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

    /** AWS makes its own key of a service when somebody first names the alias `alias/aws/<service>`. */
    private aliasTarget(region: string, alias: string): string | undefined {
        const address = `${region}|${alias}`;
        const service = /^alias\/aws\/([a-z0-9-]+)$/.exec(alias)?.[1];
        if (service !== undefined && !this.aliasTargets.has(address)) {
            const description = `Default key that protects my ${service} data when no other key is defined`;
            this.aliasTargets.set(address, this.add(region, { manager: "AWS", rotation: true, description }).keyId);
        }
        return this.aliasTargets.get(address);
    }
}
