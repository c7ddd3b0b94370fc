import { type ArgumentTypes, flag, input, listOf, mapOf, number, oneOf, text } from "./argument-types";
import type { EncryptionKeyArgs, KeyRemoval } from "./encryption-key-args";
import type { KeyUseCase } from "../resources/customer-managed-key";

/** The types of the arguments of a key whose use case is decided elsewhere. */
export const storageKeyArgumentTypes: ArgumentTypes<Omit<EncryptionKeyArgs, "useCases">> = {
    accountId: input(text),
    reuseKeyForClusterVolumes: flag,
    keyArn: input(text),
    sharedWithAccountIds: listOf(input(text)),
    checkKey: flag,
    aliasName: input(text),
    region: input(text),
    crossAccountRoleArn: input(text),
    description: input(text),
    customKeyStoreId: input(text),
    keyRemoval: oneOf<KeyRemoval>({ retain: true, schedule: true }),
    deletionWindowInDays: input(number),
    enableKeyRotation: input(flag),
    tags: input(mapOf(input(text))),
};

/** The types of the arguments of an `EncryptionKey`. */
export const encryptionKeyArgumentTypes: ArgumentTypes<EncryptionKeyArgs> = {
    useCases: listOf(oneOf<KeyUseCase>({ MANAGED_SERVICES: true, STORAGE: true })),
    ...storageKeyArgumentTypes,
};
