import { expect } from "chai";

import * as databricks from "../../sdk";
import { LocalCloud } from "../cloud";
import { TestStack } from "./harness";

interface Shape {
    publicAccess?: boolean;
    subnets?: string[];
    withNetwork?: boolean;
}

const program =
    ({
        publicAccess = false,
        subnets = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
        withNetwork = true,
    }: Shape) =>
    async () => {
        const credentials = new databricks.Credentials("c", { roleArn: "arn:aws:iam::123456789012:role/r" });
        const storage = new databricks.StorageConfiguration("s", { bucketName: "root-bucket" });
        const rest = new databricks.VpcEndpoint("rest", {
            awsVpcEndpointId: "vpce-0123456789abcdef0",
            region: "us-east-1",
        });
        const relay = new databricks.VpcEndpoint("relay", {
            awsVpcEndpointId: "vpce-0123456789abcdef1",
            region: "us-east-1",
        });
        const settings = new databricks.PrivateAccessSettings("p", {
            region: "us-east-1",
            publicAccessEnabled: publicAccess,
            privateAccessLevel: "ENDPOINT",
            allowedVpcEndpointIds: [rest.vpcEndpointId],
        });
        const network = new databricks.Network("n", {
            vpcId: "vpc-0123456789abcdef0",
            subnetIds: subnets,
            securityGroupIds: ["sg-0123456789abcdef0"],
            vpcEndpoints: { restApis: [rest.vpcEndpointId], dataplaneRelays: [relay.vpcEndpointId] },
        });
        new databricks.Workspace("w", {
            workspaceName: "w",
            awsRegion: "us-east-1",
            credentialsId: credentials.credentialsId,
            storageConfigurationId: storage.storageConfigurationId,
            networkId: withNetwork ? network.networkId : undefined,
            privateAccessSettingsId: settings.privateAccessSettingsId,
            computeMode: "HYBRID",
            networkConnectivityConfigId: "11111111-2222-4333-8444-555555555555",
        });
        return { state: rest.state, useCase: relay.useCase };
    };

describe("networks and private links on the real engine", () => {
    let cloud: LocalCloud;
    let stack: TestStack;
    before(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
        stack = await TestStack.create(cloud, program({}));
    });
    after(async () => {
        await cloud.stop();
        stack.remove();
    });
    const up = async (shape: Shape) => {
        stack.program = program(shape);
        cloud.clearRequests();
        const run = await stack.up();
        expect(run.ok, run.output).to.equal(true);
        return run;
    };
    const bodies = (method: string, collection: string) =>
        cloud.requests
            .filter((one) => one.method === method && one.path.includes(`/${collection}`))
            .map(({ body }) => body as Record<string, unknown>);
    const ids = (kind: string, field: string) => cloud.account.list(kind).map((one) => one[field]);

    it("makes them with exactly the bodies of the API, and the workspace with their ids", async () => {
        await up({});
        const [endpointBody] = bodies("POST", "vpc-endpoints");
        expect(Object.keys(endpointBody ?? {}).sort()).to.deep.equal([
            "aws_vpc_endpoint_id",
            "region",
            "vpc_endpoint_name",
        ]);
        const endpoints = cloud.account.list("vpc-endpoints");
        const idOf = (name: string) =>
            endpoints.find((one) => String(one["vpc_endpoint_name"]).startsWith(name))?.["vpc_endpoint_id"];
        const network = bodies("POST", "networks")[0];
        expect(network).to.deep.equal({
            network_name: ids("networks", "network_name")[0],
            vpc_id: "vpc-0123456789abcdef0",
            subnet_ids: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
            security_group_ids: ["sg-0123456789abcdef0"],
            vpc_endpoints: { rest_api: [idOf("rest")], dataplane_relay: [idOf("relay")] },
        });
        const settings = bodies("POST", "private-access-settings")[0];
        expect(settings).to.deep.equal({
            private_access_settings_name: ids("private-access-settings", "private_access_settings_name")[0],
            region: "us-east-1",
            public_access_enabled: false,
            private_access_level: "ENDPOINT",
            allowed_vpc_endpoint_ids: [idOf("rest")],
        });
        expect(bodies("POST", "workspaces")[0]).to.include({
            network_id: ids("networks", "network_id")[0],
            private_access_settings_id: ids("private-access-settings", "private_access_settings_id")[0],
            network_connectivity_config_id: "11111111-2222-4333-8444-555555555555",
            compute_mode: "HYBRID",
        });
        const outputs = await stack.stack.outputs();
        expect([outputs["state"]?.value, outputs["useCase"]?.value]).to.deep.equal([
            "available",
            "DATAPLANE_RELAY_ACCESS",
        ]);
    });

    it("changes nothing at the second up, nor after a refresh", async () => {
        expect((await up({})).operations).to.deep.equal([]);
        expect((await stack.refresh()).ok).to.equal(true);
        expect((await up({})).operations).to.deep.equal([]);
    });

    it("updates private access settings in place with one PUT of their whole content", async () => {
        const { operations } = await up({ publicAccess: true });
        expect(operations).to.deep.equal(["update PrivateAccessSettings p"]);
        const [body] = bodies("PUT", "private-access-settings");
        expect(Object.keys(body ?? {}).sort()).to.deep.equal([
            "allowed_vpc_endpoint_ids",
            "private_access_level",
            "private_access_settings_name",
            "public_access_enabled",
            "region",
        ]);
    });

    it("puts a new network in place of the old one while the workspace stays", async () => {
        const [before] = ids("workspaces", "workspace_id");
        const { operations } = await up({
            publicAccess: true,
            subnets: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef2"],
        });
        expect(operations).to.include("update Workspace w");
        expect(ids("workspaces", "workspace_id")).to.deep.equal([before]);
        expect(ids("networks", "network_id")).to.have.length(1);
    });

    it("replaces the workspace when its network is taken away", async () => {
        stack.program = program({ publicAccess: true, withNetwork: false });
        expect((await stack.preview()).operations).to.include("replace Workspace w");
    });

    it("tells the network's errors when a workspace fails", async () => {
        const [id] = ids("networks", "network_id");
        await up({ publicAccess: true });
        const network = String(ids("networks", "network_id")[0] ?? id);
        cloud.account.change("networks", network, {
            vpc_status: "BROKEN",
            error_messages: [{ error_type: "subnet", error_message: "No route to the internet." }],
        });
        cloud.account.nextOutcome = { status: "FAILED", message: "Network validation failed." };
        stack.program = program({ publicAccess: false, withNetwork: true });
        const workspace = String(ids("workspaces", "workspace_id")[0]);
        cloud.account.setStatus(workspace, "FAILED", "Network validation failed.");
        await stack.refresh();
        const { ok, output } = await stack.up();
        expect(ok).to.equal(false);
        expect(output).to.contain("its network: No route to the internet");
        cloud.account.setStatus(workspace, "RUNNING", "Workspace is running.");
    });

    it("leaves nothing after destroy", async () => {
        const { ok, output } = await stack.destroy();
        expect(ok, output).to.equal(true);
        expect(cloud.contents()).to.deep.equal([]);
    });
});
