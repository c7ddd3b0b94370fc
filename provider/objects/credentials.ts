import { z } from "zod";

import type { AccountObject } from "../account-object";
import { accountId, name, roleArn, time } from "../fields";

/** A credentials configuration: the cross-account role with which Databricks makes clusters. It cannot be changed. */
export const credentialsObject: AccountObject = {
    noun: "credentials configuration",
    path: "/credentials",
    idField: "credentialsId",
    nameField: "credentialsName",
    fields: {
        accountId: { schema: accountId, api: null, serverDecides: true },
        credentialsName: { schema: name('"analytics"').optional(), serverDecides: true },
        roleArn: { schema: roleArn, api: "aws_credentials.sts_role.role_arn" },
    },
    outputs: {
        externalId: { api: "aws_credentials.sts_role.external_id", schema: z.string().optional() },
        creationTime: { schema: time },
    },
};
