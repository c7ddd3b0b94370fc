import { z } from "zod";

import type { ObjectDefinition } from "../resource/definition";
import { accountId, name, roleArn, time, createdAt, isValidationFailure, otherPartition } from "./schemas";

/** A credentials configuration: the cross-account role with which Databricks makes clusters. It cannot be changed. */
export const credentialsObject = {
    noun: "credentials configuration",
    path: "/credentials",
    idField: "credentialsId",
    nameField: "credentialsName",
    fields: {
        accountId,
        credentialsName: { schema: name('"analytics"').optional(), computed: true },
        roleArn: { schema: roleArn, apiPath: "aws_credentials.sts_role.role_arn" },
    },
    createdAt,
    isPropagationError: isValidationFailure,
    outputs: {
        externalId: { apiPath: "aws_credentials.sts_role.external_id", schema: z.string().optional() },
        creationTime: { schema: time },
    },
    check: (inputs, context) => otherPartition(inputs, "roleArn", context),
} as const satisfies ObjectDefinition;
