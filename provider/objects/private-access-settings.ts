import { z } from "zod";

import type { AccountObject, Failure } from "../account-object";
import { accountId, distinct, name, objectId, oneOf, region } from "../fields";
import { at } from "../properties";

/** Private access settings: who reaches a workspace over which network. A PUT replaces their whole content. */
export const privateAccessSettingsObject: AccountObject = {
    noun: "private access settings",
    path: "/private-access-settings",
    idField: "privateAccessSettingsId",
    nameField: "privateAccessSettingsName",
    updateWith: "PUT",
    fields: {
        accountId: { schema: accountId, api: null, serverDecides: true },
        privateAccessSettingsName: { schema: name('"analytics"').optional(), serverDecides: true, change: "update" },
        region: { schema: region() },
        publicAccessEnabled: {
            schema: z.boolean("must be true or false").optional(),
            answered: z.boolean().optional(),
            change: "update",
            same: (asked, actual) => (asked ?? false) === (actual ?? false),
        },
        privateAccessLevel: {
            schema: oneOf(["ACCOUNT", "ENDPOINT"]).optional(),
            serverDecides: true,
            change: "update",
        },
        allowedVpcEndpointIds: {
            schema: distinct(objectId("VpcEndpoint", "vpcEndpointId"), 0, "VPC endpoints").optional(),
            answered: z.array(z.string()).optional(),
            change: "update",
        },
    },
    outputs: {},
    check(inputs) {
        const failures: Failure[] = [];
        if (at(inputs, "privateAccessLevel") === "ENDPOINT" && at(inputs, "allowedVpcEndpointIds") === undefined) {
            failures.push({
                property: "allowedVpcEndpointIds",
                reason: 'is required where privateAccessLevel is "ENDPOINT": name the endpoints that may reach the workspace',
            });
        }
        return failures;
    },
};
