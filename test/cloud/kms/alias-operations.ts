import { KmsError, type Operations, text } from "./key";
import type { KeyStore } from "./key-store";

/** Aliases. */
export function aliasOperations(store: KeyStore): Operations {
    const { aliasTargets } = store;
    const missing = (name: unknown) => new KmsError("NotFoundException", `Alias ${String(name)} is not found.`);
    return {
        CreateAlias: {
            fields: ["AliasName", "TargetKeyId"],
            run(input, caller) {
                const address = `${caller.region}|${String(input["AliasName"])}`;
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
                const address = `${caller.region}|${String(input["AliasName"])}`;
                if (!aliasTargets.has(address)) throw missing(input["AliasName"]);
                aliasTargets.set(address, store.require(input["TargetKeyId"], caller).keyId);
                return {};
            },
        },
        DeleteAlias: {
            fields: ["AliasName"],
            run(input, caller) {
                if (!aliasTargets.delete(`${caller.region}|${String(input["AliasName"])}`))
                    throw missing(input["AliasName"]);
                return {};
            },
        },
        ListAliases: {
            fields: ["KeyId", "Limit", "Marker"],
            run(input, caller) {
                const wanted = input["KeyId"] === undefined ? undefined : store.require(input["KeyId"], caller).keyId;
                const aliases = [...aliasTargets]
                    .map(([address, keyId]) => ({ address: address.split("|"), keyId }))
                    .filter(({ address, keyId }) => address[0] === caller.region && (wanted ?? keyId) === keyId)
                    .map(({ address, keyId }) => ({
                        AliasName: address[1],
                        AliasArn: `arn:aws:kms:${caller.region}:${store.awsAccountId}:${address[1]}`,
                        TargetKeyId: keyId,
                    }));
                return { Aliases: aliases, Truncated: false };
            },
        },
    };
}
