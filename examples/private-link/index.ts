import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as databricks from "pulumi-databricks-cmk";

const config = new pulumi.Config();
const name = config.require("name");
const region = config.require("region");
const vpcCidrBlock = config.require("vpcCidrBlock");
const subnetCidrBlocks = config.requireObject<string[]>("subnetCidrBlocks");

// Databricks' endpoint services, as its page "IP addresses and domains for Databricks services and assets" lists them.
const published: Record<string, { workspace: string; relay: string }> = {
    "us-east-1": { workspace: "vpce-svc-09143d1e626de2f04", relay: "vpce-svc-00018a8c3ff62ffdf" },
    "us-east-2": { workspace: "vpce-svc-041dc2b4d7796b8d3", relay: "vpce-svc-090a8fab0d73e39a6" },
    "us-west-2": { workspace: "vpce-svc-0129f463fcfbc46c5", relay: "vpce-svc-0158114c0c730c3bb" },
};
const serviceName = (service: "workspace" | "relay") => {
    const known = published[region];
    const given = config.get(`${service}Service`) || (known && `com.amazonaws.vpce.${region}.${known[service]}`);
    if (given === undefined) {
        throw new pulumi.RunError(
            `${service}Service must be set for ${region}: Databricks lists its endpoint services by region.`,
        );
    }
    return given;
};

// A VPC without any way to the internet.
const vpc = new aws.ec2.Vpc(name, {
    region,
    cidrBlock: vpcCidrBlock,
    enableDnsSupport: true,
    enableDnsHostnames: true,
});
const zones = aws.getAvailabilityZonesOutput({ region, state: "available" }).names;
const subnets = subnetCidrBlocks.map(
    (cidrBlock, index) =>
        new aws.ec2.Subnet(`${name}-${index}`, {
            region,
            vpcId: vpc.id,
            cidrBlock,
            availabilityZone: zones.apply((names) => names[index] ?? ""),
        }),
);
const subnetIds = subnets.map(({ id }) => id);

// Nodes speak to each other and to the endpoints, which bear the same group; users in the VPC come in by HTTPS. Nothing else is
// within reach, whatever the last rules name: the REST API, the relay (also in its FIPS form) and the control plane's services.
const securityGroup = new aws.ec2.SecurityGroup(name, {
    region,
    vpcId: vpc.id,
    description: "Databricks clusters and the endpoints of the private link",
    ingress: [
        { protocol: "tcp", fromPort: 0, toPort: 65535, self: true },
        { protocol: "udp", fromPort: 0, toPort: 65535, self: true },
        { protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: [vpcCidrBlock] },
    ],
    egress: [
        { protocol: "tcp", fromPort: 0, toPort: 65535, self: true },
        { protocol: "udp", fromPort: 0, toPort: 65535, self: true },
        ...[
            [443, 443],
            [2443, 2443],
            [6666, 6666],
            [8443, 8451],
        ].map(([fromPort = 0, toPort = 0]) => ({ protocol: "tcp", fromPort, toPort, cidrBlocks: ["0.0.0.0/0"] })),
    ],
});

const interfaceEndpoint = (service: string, endpointServiceName: string) =>
    new aws.ec2.VpcEndpoint(`${name}-${service}`, {
        region,
        vpcId: vpc.id,
        vpcEndpointType: "Interface",
        serviceName: endpointServiceName,
        subnetIds,
        securityGroupIds: [securityGroup.id],
        privateDnsEnabled: true,
    });

// The private link, and what clusters need of AWS itself.
const workspaceEndpoint = interfaceEndpoint("workspace", serviceName("workspace"));
const relayEndpoint = interfaceEndpoint("relay", serviceName("relay"));
const awsEndpoints = [
    interfaceEndpoint("sts", `com.amazonaws.${region}.sts`),
    interfaceEndpoint("kinesis", `com.amazonaws.${region}.kinesis-streams`),
    new aws.ec2.VpcEndpoint(`${name}-s3`, {
        region,
        vpcId: vpc.id,
        vpcEndpointType: "Gateway",
        serviceName: `com.amazonaws.${region}.s3`,
        routeTableIds: [vpc.mainRouteTableId],
    }),
];

// Databricks accepts the two endpoints when they are registered.
const toWorkspace = new databricks.VpcEndpoint(`${name}-workspace`, { awsVpcEndpointId: workspaceEndpoint.id, region });
const toRelay = new databricks.VpcEndpoint(`${name}-relay`, { awsVpcEndpointId: relayEndpoint.id, region });

// Users come in through this VPC, or through one that is connected with it.
const settings = new databricks.PrivateAccessSettings(name, {
    region,
    publicAccessEnabled: config.requireBoolean("publicAccess"),
    privateAccessLevel: "ENDPOINT",
    allowedVpcEndpointIds: [toWorkspace.vpcEndpointId],
});

const workspace = new databricks.EncryptedWorkspace(
    name,
    {
        awsRegion: region,
        network: {
            vpcId: vpc.id,
            subnetIds,
            securityGroupIds: [securityGroup.id],
            vpcEndpoints: { restApis: [toWorkspace.vpcEndpointId], dataplaneRelays: [toRelay.vpcEndpointId] },
        },
        privateAccessSettingsId: settings.privateAccessSettingsId,
        forceDestroy: config.requireBoolean("forceDestroy"),
    },
    { dependsOn: awsEndpoints },
);

export const workspaceUrl = workspace.workspaceUrl;
export const workspaceId = workspace.workspaceId;
export const keyArn = workspace.keyArn;
export const vpcId = vpc.id;
export const endpoints = {
    workspace: { useCase: toWorkspace.useCase, state: toWorkspace.state },
    relay: { useCase: toRelay.useCase, state: toRelay.state },
};
