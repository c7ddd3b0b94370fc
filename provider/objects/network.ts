import { z } from "zod";

import type { ObjectDefinition, Failure } from "../resource/definition";
import { accountId, distinct, name, refersToSome, text, time, createdAt } from "./schemas";
import { getPath, isRecord, type Properties, getString, UNKNOWN } from "../util/property-path";

const awsId = (prefix: string) =>
    text(`"${prefix}-0123456789abcdef0"`).regex(
        new RegExp(`^${prefix}-[0-9a-f]{8,17}$`),
        `must be an id such as "${prefix}-0123456789abcdef0"`,
    );

const messages = z.array(z.record(z.string(), z.unknown())).optional();

/** A network configuration: the customer's own VPC. It cannot be changed. */
export const networkObject = {
    noun: "network configuration",
    path: "/networks",
    idField: "networkId",
    nameField: "networkName",
    exclusive: ["subnetIds", "securityGroupIds"],
    fields: {
        accountId,
        networkName: { schema: name('"analytics"', 4).optional(), computed: true },
        vpcId: { schema: awsId("vpc") },
        subnetIds: {
            schema: distinct(awsId("subnet"), 2, "subnets in different availability zones"),
            responseSchema: z.array(z.string()),
        },
        securityGroupIds: {
            schema: distinct(awsId("sg"), 1, "security groups").max(5, "must hold at most 5 security groups"),
            responseSchema: z.array(z.string()),
        },
        "vpcEndpoints.restApis": {
            ...refersToSome("VpcEndpoint", 1, "VPC endpoints"),
            apiPath: "vpc_endpoints.rest_api",
        },
        "vpcEndpoints.dataplaneRelays": {
            ...refersToSome("VpcEndpoint", 1, "VPC endpoints"),
            apiPath: "vpc_endpoints.dataplane_relay",
        },
    },
    remedyFor: ({ detail }, inputs) =>
        namesOwnIds(detail, inputs)
            ? "A subnet or a security group belongs to one network configuration at a time: give this one its own (the VPC can be shared), or take away the other one first."
            : undefined,
    createdAt,
    outputs: {
        vpcStatus: { schema: z.string().optional() },
        errorMessages: { schema: messages },
        warningMessages: { schema: messages },
        workspaceId: { schema: z.union([z.string(), z.number()]).transform(String).optional() },
        creationTime: { schema: time },
    },
    check(inputs) {
        const failures: Failure[] = [];
        const [rest, relay] = ["vpcEndpoints.restApis", "vpcEndpoints.dataplaneRelays"] as const;
        for (const [has, lacks] of [
            [rest, relay],
            [relay, rest],
        ] as const) {
            if (getPath(inputs, has) !== undefined && getPath(inputs, lacks) === undefined) {
                failures.push({
                    property: lacks,
                    reason: `is required if ${has} is given: a private link needs both endpoints`,
                });
            }
        }
        return [...failures, ...inBoth(inputs, rest, relay)];
    },
    explainProblems(network) {
        const status = getString(network, "vpcStatus") ?? "without a status";
        const errors = said(network["errorMessages"], "error");
        const warnings = said(network["warningMessages"], "warning");
        const sound = (status === "VALID" || status === "UNATTACHED") && errors === "";
        return [...(sound ? [] : [`is ${status}${errors}`]), ...(warnings === "" ? [] : [`warns${warnings}`])];
    },
} as const satisfies ObjectDefinition;

/** Whether the service's words name a subnet or a security group of these inputs. */
function namesOwnIds(detail: string, inputs: Properties): boolean {
    return ["subnetIds", "securityGroupIds"].some((path) => {
        const ids = getPath(inputs, path);
        return Array.isArray(ids) && ids.some((id) => typeof id === "string" && detail.includes(id));
    });
}

/** An endpoint leads to one of the two services, never to both. */
function inBoth(inputs: Properties, rest: string, relay: string): Failure[] {
    const [one, other] = [getPath(inputs, rest), getPath(inputs, relay)];
    if (!Array.isArray(one) || !Array.isArray(other)) return [];
    const twice: unknown[] = one.filter((id) => id !== UNKNOWN && other.includes(id));
    if (twice.length === 0) return [];
    return [
        {
            property: relay,
            reason: `holds ${twice.join(", ")}, which ${rest} holds too: an endpoint leads either to the REST API or to the relay, so name another one`,
        },
    ];
}

/** The service's messages of one sort, each with its type, in brackets; nothing if there are none. */
function said(messages: unknown, sort: "error" | "warning"): string {
    if (!Array.isArray(messages) || messages.length === 0) return "";
    const texts = messages.filter(isRecord).map((one) => {
        const [type, message] = [getString(one, `${sort}Type`), getString(one, `${sort}Message`)];
        return [type, message?.replace(/[.\s]+$/, "")].filter((part) => part !== undefined).join(": ");
    });
    return ` (${texts.join("; ")})`;
}
