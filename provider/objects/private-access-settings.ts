import { z } from "zod";

import type { ObjectDefinition } from "../resource/definition";
import { accountId, name, notAllowed, oneOf, refersToSome, region } from "./schemas";
import { getPath } from "../util/property-path";

/** Private access settings: who reaches a workspace over which network. A PUT replaces their whole content. */
export const privateAccessSettingsObject = {
    noun: "private access settings",
    path: "/private-access-settings",
    idField: "privateAccessSettingsId",
    nameField: "privateAccessSettingsName",
    updateWith: "PUT",
    fields: {
        accountId,
        privateAccessSettingsName: { schema: name('"analytics"').optional(), computed: true, onChange: "update" },
        region: { schema: region() },
        publicAccessEnabled: {
            schema: z.boolean("must be true or false").optional(),
            responseSchema: z.boolean().optional(),
            apiDefault: false,
            onChange: "update",
        },
        privateAccessLevel: {
            schema: oneOf(["ACCOUNT", "ENDPOINT"]).optional(),
            apiDefault: "ACCOUNT",
            onChange: "update",
        },
        allowedVpcEndpointIds: {
            ...refersToSome("VpcEndpoint", 0, "VPC endpoints"),
            apiDefault: [],
            onChange: "update",
        },
    },
    outputs: {},
    check(inputs, context) {
        const failures = notAllowed(inputs, "region", context);
        const [level, allowed] = [getPath(inputs, "privateAccessLevel"), getPath(inputs, "allowedVpcEndpointIds")];
        const none = allowed === undefined || (Array.isArray(allowed) && allowed.length === 0);
        if (level === "ENDPOINT" && none) {
            failures.push({
                property: "allowedVpcEndpointIds",
                reason: 'is required if privateAccessLevel is "ENDPOINT", or nothing could reach the workspace: name the endpoints that may',
            });
        }
        if ((level === undefined || level === "ACCOUNT") && !none) {
            failures.push({
                property: "allowedVpcEndpointIds",
                reason: 'only counts if privateAccessLevel is "ENDPOINT"; without it every endpoint that the account has registered may reach the workspace: make privateAccessLevel "ENDPOINT", or remove the list',
            });
        }
        return failures;
    },
} as const satisfies ObjectDefinition;
