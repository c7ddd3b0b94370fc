import { aliasOperations } from "./alias-operations";
import { cryptography } from "./cryptography";
import { type Fields, type KmsCall, type KmsCaller, KmsError, type KmsKey, type Operations } from "./key";
import { keyOperations, policyOperations } from "./key-operations";
import { KeyStore, type KeyStoreOptions } from "./key-store";
import { MalformedPolicyError } from "./policy";

/**
 * A KMS in memory that holds to key states and key policies: a disabled key, one pending deletion, or one whose policy
 * does not name the caller neither encrypts nor decrypts.
 */
export class Kms {
    /** Every call, in order. */
    readonly calls: KmsCall[] = [];
    private readonly store: KeyStore;
    private readonly operations: Operations;

    constructor(private readonly options: KeyStoreOptions & { onCall?: (line: string) => void }) {
        this.store = new KeyStore(options);
        this.operations = {
            ...keyOperations(this.store),
            ...policyOperations(this.store),
            ...aliasOperations(this.store),
            ...cryptography(this.store),
        };
    }

    /** Every key of the customer that is not gone, also those whose deletion is scheduled. */
    keys(): KmsKey[] {
        return this.store.keys().filter(({ manager }) => manager === "CUSTOMER");
    }

    /** Every alias of the customer: its region and name, and the key's id. */
    aliases(): { region: string; name: string; keyId: string }[] {
        return [...this.store.aliasTargets]
            .map(([address, keyId]) => {
                const [, region = "", name = ""] = address.split("|");
                return { region, name, keyId };
            })
            .filter(({ name }) => !name.startsWith("alias/aws/"));
    }

    /** Runs one operation of the AWS JSON protocol. Throws `KmsError`. */
    call(operation: string, input: Fields, caller: KmsCaller): Fields {
        let error: string | undefined;
        let keyArn: string | undefined;
        try {
            const known = this.operations[operation];
            if (known === undefined)
                throw new KmsError("UnknownOperationException", `The local KMS does not know ${operation}.`);
            const unknown = Object.keys(input).find((field) => !known.fields.includes(field));
            if (unknown !== undefined)
                throw new KmsError("ValidationException", `The local KMS does not know ${operation}'s ${unknown}.`);
            if (typeof input["KeyId"] === "string") keyArn = this.store.find(input["KeyId"], caller)?.arn;
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
            const subject = keyArn === undefined ? operation : `${operation} ${keyArn}`;
            this.options.onCall?.(`kms ${subject} ${error ?? "ok"} (${caller.principalArn})`);
        }
    }
}
