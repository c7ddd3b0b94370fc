import type { ObjectDefinition } from "../resource/definition";
import { accountId, name, roleArn, text, time, createdAt, isValidationFailure, otherPartition } from "./schemas";

const bucketName = text('"acme-databricks-root"').superRefine((value, context) => {
    if (/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(value) && !value.includes("..")) return;
    context.addIssue({
        code: "custom",
        message: /^(arn:|s3:)/.test(value)
            ? "must be the bucket's bare name, without arn: or s3:// in front: pass the bucket's bucket output"
            : "must be the name of an S3 bucket: 3 to 63 lower-case letters, digits, dots and hyphens",
    });
});

/** A storage configuration: the root bucket of a workspace. It cannot be changed. */
export const storageConfigurationObject = {
    noun: "storage configuration",
    path: "/storage-configurations",
    idField: "storageConfigurationId",
    nameField: "storageConfigurationName",
    fields: {
        accountId,
        storageConfigurationName: { schema: name('"analytics-root"').optional(), computed: true },
        bucketName: { schema: bucketName, apiPath: "root_bucket_info.bucket_name" },
        roleArn: { schema: roleArn.optional() },
    },
    createdAt,
    isPropagationError: isValidationFailure,
    outputs: { creationTime: { schema: time } },
    check: (inputs, context) => otherPartition(inputs, "roleArn", context),
} as const satisfies ObjectDefinition;
