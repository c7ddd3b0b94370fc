import { z } from "zod";

import type { ObjectDefinition } from "../resource/definition";
import { accountId, name, notAllowed, region, text } from "./schemas";
import { getString } from "../util/property-path";

/** A VPC endpoint's registration. It cannot be changed, and an endpoint of AWS can be registered only once. */
export const vpcEndpointObject = {
    noun: "VPC endpoint registration",
    path: "/vpc-endpoints",
    idField: "vpcEndpointId",
    nameField: "vpcEndpointName",
    unique: ["awsVpcEndpointId"],
    fields: {
        accountId,
        vpcEndpointName: { schema: name('"analytics-rest-api"', 4).optional(), computed: true },
        awsVpcEndpointId: {
            schema: text('"vpce-0123456789abcdef0"').regex(
                /^vpce-[0-9a-f]{8,17}$/,
                'must be the id of an AWS VPC endpoint, such as "vpce-0123456789abcdef0": pass the endpoint\'s id',
            ),
        },
        region: { schema: region() },
    },
    outputs: {
        state: { schema: z.string().optional() },
        useCase: { schema: z.string().optional() },
        awsEndpointServiceId: { schema: z.string().optional() },
        awsAccountId: { schema: z.string().optional() },
    },
    check: (inputs, context) => notAllowed(inputs, "region", context),
    explainProblems(endpoint) {
        const state = getString(endpoint, "state");
        if (state === undefined || state === "available") return [];
        return [`is ${state} in AWS (${String(getString(endpoint, "awsVpcEndpointId"))}), not available`];
    },
} as const satisfies ObjectDefinition;
