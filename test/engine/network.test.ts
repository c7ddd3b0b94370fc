import { expect } from "chai";

import * as databricks from "../../sdk";
import { LocalCloud } from "../../local-cloud";
import { expectOk } from "../helpers/expect-ok";
import { TestStack } from "./harness";

interface Shape {
    /** Names a set of subnets: those of a network are in no other. */
    set?: string;
    withNetwork?: boolean;
}

const program =
    ({ set = "f", withNetwork = true }: Shape = {}) =>
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
            publicAccessEnabled: false,
            privateAccessLevel: "ENDPOINT",
            allowedVpcEndpointIds: [rest.vpcEndpointId],
        });
        const network = new databricks.Network("n", {
            vpcId: "vpc-0123456789abcdef0",
            subnetIds: [`subnet-0123456789abcde${set}0`, `subnet-0123456789abcde${set}1`],
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

// What becomes of them is in test/unit/network-stack.test.ts, and mistakes in network-checks.test.ts and test/engine/malformed.test.ts.
describe("networks and private links on the real engine", () => {
    let cloud: LocalCloud;
    let stack: TestStack;
    before(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
        stack = await TestStack.create(cloud, program());
    });
    after(async () => {
        await cloud.stop();
        stack.remove();
    });
    const up = async (shape: Shape = {}) => {
        stack.program = program(shape);
        cloud.clearRequests();
        const run = await expectOk(stack.up());
        return run;
    };
    const bodies = (method: string, collection: string) =>
        cloud.requests
            .filter((one) => one.method === method && one.path.includes(`/${collection}`))
            .map(({ body }) => body as Record<string, unknown>);
    const ids = (kind: string, field: string) => cloud.account.list(kind).map((one) => one[field]);

    it("creates them with exactly the expected request bodies, and the workspace with their ids", async () => {
        await up();
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
        const outputs = await stack.outputs();
        expect(outputs).to.include({ state: "available", useCase: "DATAPLANE_RELAY_ACCESS" });
    });

    it("warns at preview of a replaced network that keeps a security group", async () => {
        const [workspace] = ids("workspaces", "workspace_id").map(String);
        stack.program = program({ set: "e" });
        const { output } = await expectOk(stack.preview());
        expect(output).to.contain(
            `is used by the workspace ${workspace}, and its replacement has sg-0123456789abcdef0`,
        );
    });

    it("refuses at preview to remove a workspace's network, and replaces no workspace", async () => {
        stack.program = program({ withNetwork: false });
        const { ok, output } = await stack.preview();
        expect(ok).to.equal(false);
        expect(output).to.contain("networkId").and.contain('replaceOn: ["networkId"]');
    });

    it("reads existing objects with get, and never deletes them", async () => {
        const [network, endpoint, settings] = [
            ids("networks", "network_id"),
            ids("vpc-endpoints", "vpc_endpoint_id"),
            ids("private-access-settings", "private_access_settings_id"),
        ].map(([id]) => String(id));
        const other = await TestStack.create(cloud, async () => ({
            vpcId: databricks.Network.get("n", network!).vpcId,
            awsVpcEndpointId: databricks.VpcEndpoint.get("e", endpoint!).awsVpcEndpointId,
            privateAccessLevel: databricks.PrivateAccessSettings.get("p", settings!).privateAccessLevel,
        }));
        await expectOk(other.up());
        expect(await other.outputs()).to.deep.equal({
            vpcId: "vpc-0123456789abcdef0",
            awsVpcEndpointId: cloud.account.get("vpc-endpoints", endpoint!)["aws_vpc_endpoint_id"],
            privateAccessLevel: "ENDPOINT",
        });
        const before = cloud.contents();
        expect((await other.destroy()).ok).to.equal(true);
        other.remove();
        expect(cloud.contents()).to.deep.equal(before);
    });

    it("leaves nothing after destroy", async () => {
        await expectOk(stack.destroy());
        expect(cloud.contents()).to.deep.equal([]);
    });
});
