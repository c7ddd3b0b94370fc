import { type Goal, type Inputs, Output } from "./engine/engine-types";
import { identity, needs, resource, workspace } from "./programs";

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

/** What a program says of the resources of a private workspace. */
export interface PrivateShape {
    publicAccess?: boolean;
    /** Names a set of subnets and a security group: those of a network are in no other. */
    set?: string;
    securityGroup?: string;
    networkName?: string;
    relay?: string;
    /** More inputs of the workspace. */
    workspace?: Inputs;
}

/** A workspace `w` in a network `n` with two endpoints, `rest` and `relay`, of which private access settings `p` allow one. */
export function privateProgram({
    publicAccess = true,
    set = "f",
    securityGroup = `sg-0123456789abcde${set}0`,
    networkName,
    relay = "vpce-0123456789abcdef1",
    workspace: more,
}: PrivateShape = {}): Goal[] {
    const registered = (name: string, awsVpcEndpointId: string) =>
        resource("VpcEndpoint", name, { ...endpoint, awsVpcEndpointId });
    return [
        identity,
        ...needs,
        registered("rest", endpoint.awsVpcEndpointId),
        registered("relay", relay),
        resource("PrivateAccessSettings", "p", {
            ...settings,
            publicAccessEnabled: publicAccess,
            privateAccessLevel: "ENDPOINT",
            allowedVpcEndpointIds: [new Output("rest", "vpcEndpointId")],
        }),
        resource("Network", "n", {
            networkName,
            vpcId: network.vpcId,
            subnetIds: [`subnet-0123456789abcde${set}0`, `subnet-0123456789abcde${set}1`],
            securityGroupIds: [securityGroup],
            vpcEndpoints: {
                restApis: [new Output("rest", "vpcEndpointId")],
                dataplaneRelays: [new Output("relay", "vpcEndpointId")],
            },
        }),
        workspace("w", {
            networkId: new Output("n", "networkId"),
            privateAccessSettingsId: new Output("p", "privateAccessSettingsId"),
            networkConnectivityConfigId: one,
            ...more,
        }),
    ];
}
