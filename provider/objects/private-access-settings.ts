import { z } from "zod";

import type { AccountObject } from "../account-object";
import { accountId, distinct, name, notAllowed, objectId, oneOf, region } from "../fields";
import { at } from "../properties";
import { vpcEndpointObject } from "./vpc-endpoint";

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
            otherwise: false,
            change: "update",
        },
        privateAccessLevel: {
            schema: oneOf(["ACCOUNT", "ENDPOINT"]).optional(),
            otherwise: "ACCOUNT",
            change: "update",
        },
        allowedVpcEndpointIds: {
            schema: distinct(objectId("VpcEndpoint", "vpcEndpointId"), 0, "VPC endpoints").optional(),
            answered: z.array(z.string()).optional(),
            refersTo: vpcEndpointObject,
            otherwise: [],
            change: "update",
        },
    },
    outputs: {},
    check(inputs, context) {
        const failures = notAllowed(inputs, "region", context);
        const [level, allowed] = [at(inputs, "privateAccessLevel"), at(inputs, "allowedVpcEndpointIds")];
        const none = allowed === undefined || (Array.isArray(allowed) && allowed.length === 0);
        if (level === "ENDPOINT" && none) {
            failures.push({
                property: "allowedVpcEndpointIds",
                reason: 'is required where privateAccessLevel is "ENDPOINT", or nothing could reach the workspace: name the endpoints that may',
            });
        }
        if ((level === undefined || level === "ACCOUNT") && !none) {
            failures.push({
                property: "allowedVpcEndpointIds",
                reason: 'only counts where privateAccessLevel is "ENDPOINT"; without it every endpoint that the account has registered may reach the workspace: make privateAccessLevel "ENDPOINT", or take the list away',
            });
        }
        return failures;
    },
};
