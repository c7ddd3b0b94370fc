import { randomBytes, randomUUID } from "node:crypto";

import { arnPartitionOf } from "../../provider/contract/partitions";
import { type Fields, type KmsCaller, KmsError, type KmsKey, type Operation } from "./key";
import { accountOf, allows, parsePolicy } from "./policy";

/** What another account's principal may do if a key policy allows it. Everything else is for a key's own account. */
const ACROSS_ACCOUNTS = ["Encrypt", "Decrypt", "GenerateDataKey", "DescribeKey", "GetKeyRotationStatus"];

/** What a KMS is made with. */
export interface KeyStoreOptions {
    /** The AWS accounts that have keys in it. */
    readonly awsAccountIds: readonly string[];
    /** The clock. */
    readonly now: () => number;
}

/** The keys and aliases of a KMS, and who may do what with them. */
export class KeyStore {
    /** The key's id by the alias' account, region and name, see {@link aliasAddress}. */
    readonly aliasTargets = new Map<string, string>();
    private readonly stored = new Map<string, KmsKey>();
    private readonly materials = new Map<string, Buffer>();

    constructor(private readonly options: KeyStoreOptions) {}

    now(): number {
        return this.options.now();
    }

    /** Every key that is not gone, also those whose deletion is scheduled. */
    keys(): KmsKey[] {
        return [...this.stored.values()].filter(
            ({ deletion }) => deletion === undefined || deletion > this.options.now(),
        );
    }

    /** Makes a key of the caller's account with new material. */
    add({ principalArn, region }: KmsCaller, about: Partial<KmsKey>): KmsKey {
        const account = accountOf(principalArn) ?? "";
        const arnOf = `arn:${arnPartitionOf(region)}`;
        const root = `${arnOf}:iam::${account}:root`;
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
            arn: `${arnOf}:kms:${region}:${account}:key/${keyId}`,
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

    /** The key of an id, an ARN, an alias or an alias' ARN; what is no ARN is the caller's own. */
    find(name: string, caller: KmsCaller): KmsKey | undefined {
        const [region, account] = placeOf(name) ?? [caller.region, accountOf(caller.principalArn)];
        const alias = /(?:^|:)(alias\/.*)$/.exec(name)?.[1];
        const id = alias === undefined ? name.split("/").at(-1) : this.aliasTarget(caller, alias, account);
        return this.keys().find((key) => key.keyId === id && key.region === region && accountOf(key.arn) === account);
    }

    /** The key that a request names. Throws `KmsError`. */
    require(name: unknown, caller: KmsCaller): KmsKey {
        const given = String(name);
        const [region, account] = placeOf(given) ?? [];
        if (region !== undefined && region !== caller.region)
            throw new KmsError("NotFoundException", `Invalid arn ${region}`);
        if (account !== undefined && !this.options.awsAccountIds.includes(account))
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
    requireAllowed(key: KmsKey, operation: string, caller: KmsCaller, input: Fields = {}): void {
        const isOwn = accountOf(key.arn) === accountOf(caller.principalArn);
        const isAllowed = this.isAllowed(key.policy, operation, caller, { keyArn: key.arn, input });
        if (isAllowed && (isOwn || ACROSS_ACCOUNTS.includes(operation))) return;
        throw new KmsError(
            "AccessDeniedException",
            `User: ${caller.principalArn} is not authorized to perform: kms:${operation} on resource: ${key.arn}`,
        );
    }

    /** Refuses a policy that is none, and one that its caller could not change again. */
    requireAcceptable(policy: string, caller: KmsCaller, bypassLockoutCheck: unknown, keyArn?: string): void {
        parsePolicy(policy);
        if (bypassLockoutCheck === true || this.isAllowed(policy, "PutKeyPolicy", caller, { keyArn })) return;
        throw new KmsError(
            "MalformedPolicyDocumentException",
            "The new key policy will not allow you to update the key policy in the future.",
        );
    }

    private isAllowed(
        policy: string,
        operation: string,
        caller: KmsCaller,
        { keyArn, input = {} }: { keyArn?: string | undefined; input?: Fields },
    ): boolean {
        const encryptionContext = Object.entries((input["EncryptionContext"] ?? {}) as Record<string, string>);
        return allows(parsePolicy(policy), {
            action: `kms:${operation}`,
            principalArn: caller.principalArn,
            keyArn,
            context: {
                "aws:RequestedRegion": caller.region,
                "aws:CurrentTime": new Date(this.now()).toISOString(),
                "aws:EpochTime": String(Math.floor(this.now() / 1000)),
                "kms:EncryptionContextKeys": encryptionContext.map(([name]) => name),
                ...Object.fromEntries(
                    encryptionContext.map(([name, value]) => [`kms:EncryptionContext:${name}`, value]),
                ),
                ...caller.context,
            },
        });
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
                this.requireAllowed(key, operation, caller, input);
                return run(key, input, caller);
            },
        };
    }

    /** AWS makes its own key of a service when somebody first names the alias `alias/aws/<service>`. */
    private aliasTarget(caller: KmsCaller, alias: string, account: string | undefined): string | undefined {
        const address = aliasAddress(caller, alias, account);
        const service = /^alias\/aws\/([a-z0-9-]+)$/.exec(alias)?.[1];
        if (service !== undefined && !this.aliasTargets.has(address)) {
            const description = `Default key that protects my ${service} data when no other key is defined`;
            this.aliasTargets.set(address, this.add(caller, { manager: "AWS", rotation: true, description }).keyId);
        }
        return this.aliasTargets.get(address);
    }
}

/** What an alias is kept by: `<account>|<region>|<name>`, the caller's account unless another is named. */
export function aliasAddress({ principalArn, region }: KmsCaller, name: unknown, account?: string): string {
    return `${account ?? accountOf(principalArn) ?? ""}|${region}|${String(name)}`;
}

/** The region and the account that an ARN names. */
function placeOf(name: string): [region: string, account: string] | undefined {
    const [, , , region = "", account = ""] = name.split(":");
    return name.startsWith("arn:") ? [region, account] : undefined;
}
