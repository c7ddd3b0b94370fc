import { z } from "zod";

import { regionOfKeyArn } from "../contract/forms";
import type { ObjectDefinition, Failure } from "../resource/definition";
import { accountId, distinct, oneOf, otherPartition, region, text, time, createdAt } from "./schemas";
import { getPath, isRecord, getString } from "../util/property-path";

/** The ARN of a KMS key, not of its alias. */
export const keyArn = text('"arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"').superRefine(
    (value, context) => {
        if (/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/(mrk-[0-9a-f]{32}|[0-9a-f-]{36})$/.test(value)) return;
        context.addIssue({
            code: "custom",
            message: /:alias\//.test(value)
                ? "must be the ARN of the KMS key itself, not of its alias: an alias can be pointed at another key. Give the key's arn output"
                : 'must be the ARN of a KMS key, for example "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab": pass the key\'s arn output',
        });
    },
);

function isForStorage(useCases: unknown): boolean {
    return Array.isArray(useCases) && useCases.includes("STORAGE");
}

/** A KMS key's registration with the account. Nothing of it can be changed afterwards. */
export const customerManagedKeyObject = {
    noun: "customer-managed key",
    path: "/customer-managed-keys",
    idField: "customerManagedKeyId",
    fields: {
        accountId,
        "awsKeyInfo.keyArn": { schema: keyArn },
        "awsKeyInfo.keyAlias": {
            schema: z
                .string('must be a string: the key\'s alias, for example "alias/databricks-notebooks"')
                .regex(/^alias\/[\w/-]{1,250}$/, 'must begin with "alias/", for example "alias/databricks-notebooks"')
                .refine(
                    (value) => !value.startsWith("alias/aws/"),
                    "must not be an AWS managed key's alias (alias/aws/...): such a key's policy cannot let Databricks in",
                )
                .optional(),
            // A name for the key, which its ARN identifies: the registration stays.
            onChange: "ignore",
        },
        "awsKeyInfo.keyRegion": { schema: region().optional(), computed: true },
        "awsKeyInfo.reuseKeyForClusterVolumes": {
            schema: z.boolean("must be true or false").optional(),
            responseSchema: z.boolean().optional(),
            // For storage, left out means true to the service, so a response of true is not a difference. Without storage it
            // means nothing.
            apiDefault: true,
            isEqual: (asked, actual, state) => !isForStorage(state["useCases"]) || (asked ?? true) === (actual ?? true),
        },
        useCases: {
            schema: distinct(oneOf(["MANAGED_SERVICES", "STORAGE"]), 1, "use cases (MANAGED_SERVICES, STORAGE)"),
            responseSchema: z.array(z.string()),
        },
        // What `EncryptionKey` does with the KMS key when the registration goes; a program does not give it.
        keyRemoval: {
            schema: oneOf(["retain", "schedule"]).optional(),
            apiPath: null,
            onChange: "note",
            internal: true,
        },
    },
    createdAt,
    outputs: { creationTime: { schema: time } },
    check(inputs, context) {
        const { allowedRegions } = context;
        const failures: Failure[] = otherPartition(inputs, "awsKeyInfo.keyArn", context);
        const arn = getString(inputs, "awsKeyInfo.keyArn");
        const fromArn = regionOfKeyArn(arn);
        const given = getString(inputs, "awsKeyInfo.keyRegion");
        if (fromArn !== undefined && given !== undefined && given !== fromArn) {
            failures.push({
                property: "awsKeyInfo.keyRegion",
                reason: `is "${given}", but the key's ARN says "${fromArn}": leave keyRegion out, or give the key of that region`,
            });
        }
        if (failures.length === 0 && fromArn !== undefined && !allowedRegions.includes(fromArn)) {
            failures.push({
                property: "awsKeyInfo.keyArn",
                reason: `names a key in "${fromArn}", but workspaces may only be in ${allowedRegions.join(", ")}: use a key of one of these regions, or widen the list with the configuration databricks:allowedRegions`,
            });
        }
        const useCases = getPath(inputs, "useCases");
        if (
            isRecord(inputs["awsKeyInfo"]) &&
            typeof getPath(inputs, "awsKeyInfo.reuseKeyForClusterVolumes") === "boolean" &&
            Array.isArray(useCases) &&
            useCases.every((useCase) => useCase === "MANAGED_SERVICES")
        ) {
            failures.push({
                property: "awsKeyInfo.reuseKeyForClusterVolumes",
                reason: 'only means something for the use case STORAGE: leave it out, or add "STORAGE" to useCases',
            });
        }
        return failures;
    },
} as const satisfies ObjectDefinition;
