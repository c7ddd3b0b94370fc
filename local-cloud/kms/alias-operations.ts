import { arnPartitionOf } from "../../provider/contract/partitions";
import { KmsError, type Operations, text } from "./key";
import { aliasAddress, type KeyStore } from "./key-store";
import { accountOf } from "./policy";

/** Aliases. */
export function aliasOperations(store: KeyStore): Operations {
    const { aliasTargets } = store;
    const missing = (name: unknown) => new KmsError("NotFoundException", `Alias ${String(name)} is not found.`);
    return {
        CreateAlias: {
            fields: ["AliasName", "TargetKeyId"],
            run(input, caller) {
                const address = aliasAddress(caller, input["AliasName"]);
                if (aliasTargets.has(address))
                    throw new KmsError(
                        "AlreadyExistsException",
                        `An alias with the name ${String(input["AliasName"])} already exists`,
                    );
                if (text(input["AliasName"])?.startsWith("alias/aws/"))
                    throw new KmsError("NotAuthorizedException", "Aliases below alias/aws/ are reserved for AWS.");
                aliasTargets.set(address, store.require(input["TargetKeyId"], caller).keyId);
                return {};
            },
        },
        UpdateAlias: {
            fields: ["AliasName", "TargetKeyId"],
            run(input, caller) {
                const address = aliasAddress(caller, input["AliasName"]);
                if (!aliasTargets.has(address)) throw missing(input["AliasName"]);
                aliasTargets.set(address, store.require(input["TargetKeyId"], caller).keyId);
                return {};
            },
        },
        DeleteAlias: {
            fields: ["AliasName"],
            run(input, caller) {
                if (!aliasTargets.delete(aliasAddress(caller, input["AliasName"]))) throw missing(input["AliasName"]);
                return {};
            },
        },
        ListAliases: {
            fields: ["KeyId", "Limit", "Marker"],
            run(input, caller) {
                const wanted = input["KeyId"] === undefined ? undefined : store.require(input["KeyId"], caller).keyId;
                const account = accountOf(caller.principalArn);
                const own = aliasAddress(caller, "");
                const aliases = [...aliasTargets]
                    .filter(([address, keyId]) => address.startsWith(own) && (wanted ?? keyId) === keyId)
                    .map(([address, keyId]) => ({ name: address.slice(own.length), keyId }))
                    .map(({ name, keyId }) => ({
                        AliasName: name,
                        AliasArn: `arn:${arnPartitionOf(caller.region)}:kms:${caller.region}:${account}:${name}`,
                        TargetKeyId: keyId,
                    }));
                return { Aliases: aliases, Truncated: false };
            },
        },
    };
}
