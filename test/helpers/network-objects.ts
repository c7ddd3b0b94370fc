import type { Properties } from "../../provider/util/property-path";
import { ownerFor } from "./environment";
import { type Handlers, workspaceInputs } from "./provider-process";

/** Networks, endpoints and settings that the tests of networks make. */
export const [one, other] = ["11111111-2222-4333-8444-555555555555", "11111111-2222-4333-8444-666666666666"];
export const network = {
    vpcId: "vpc-0123456789abcdef0",
    subnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    securityGroupIds: ["sg-0123456789abcdef0"],
};
/** What no other network has. */
export const others = {
    subnetIds: ["subnet-0123456789abcdef6", "subnet-0123456789abcdef7"],
    securityGroupIds: ["sg-0123456789abcdef6"],
};
export const endpoint = { awsVpcEndpointId: "vpce-0123456789abcdef0", region: "us-east-1" };
export const settings = { region: "us-east-1" };

export async function privateWorkspace(handlers: Handlers, more: Properties = {}) {
    const rest = await handlers.endpoint.create({ ...endpoint, owner: ownerFor("rest") });
    const relay = await handlers.endpoint.create({
        awsVpcEndpointId: "vpce-0123456789abcdef1",
        region: "us-east-1",
        owner: ownerFor("relay"),
    });
    const linked = await handlers.network.create({
        ...network,
        vpcEndpoints: { restApis: [rest.id], dataplaneRelays: [relay.id] },
        owner: ownerFor("network"),
    });
    const access = await handlers.settings.create({
        ...settings,
        privateAccessLevel: "ENDPOINT",
        allowedVpcEndpointIds: [rest.id],
        owner: ownerFor("settings"),
    });
    const inputs = await workspaceInputs(handlers, {
        networkId: linked.id,
        privateAccessSettingsId: access.id,
        ...more,
    });
    return { rest, relay, linked, access, inputs };
}
