import { expect } from "chai";

import * as databricks from "../../sdk";
import { LocalCloud } from "../../local-cloud";
import { expectOk } from "../helpers/expect-ok";
import { TestStack } from "./harness";

interface Shape {
    publicAccess?: boolean;
    /** Names a set of subnets and a security group: those of a network are in no other. */
    set?: string;
    securityGroup?: string;
    withNetwork?: boolean;
    networkName?: string;
    bucketName?: string;
    relay?: string;
}

const program =
    ({
        publicAccess = false,
        set = "f",
        securityGroup = `sg-0123456789abcde${set}0`,
        withNetwork = true,
        networkName,
        bucketName = "root-bucket",
        relay: awsRelay = "vpce-0123456789abcdef1",
    }: Shape) =>
    async () => {
        const credentials = new databricks.Credentials("c", { roleArn: "arn:aws:iam::123456789012:role/r" });
        const storage = new databricks.StorageConfiguration("s", { bucketName });
        const rest = new databricks.VpcEndpoint("rest", {
            awsVpcEndpointId: "vpce-0123456789abcdef0",
            region: "us-east-1",
        });
        const relay = new databricks.VpcEndpoint("relay", {
            awsVpcEndpointId: awsRelay,
            region: "us-east-1",
        });
        const settings = new databricks.PrivateAccessSettings("p", {
            region: "us-east-1",
            publicAccessEnabled: publicAccess,
            privateAccessLevel: "ENDPOINT",
            allowedVpcEndpointIds: [rest.vpcEndpointId],
        });
        const network = new databricks.Network("n", {
            networkName,
            vpcId: "vpc-0123456789abcdef0",
            subnetIds: [`subnet-0123456789abcde${set}0`, `subnet-0123456789abcde${set}1`],
            securityGroupIds: [securityGroup],
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

    it("creates them with exactly the expected request bodies, and the workspace with their ids", async () => {
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

    it("changes nothing at the second up or after a refresh", async () => {
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

    it("replaces a network while the workspace stays", async () => {
        const [before] = ids("workspaces", "workspace_id");
        const { operations } = await up({ publicAccess: true, set: "e" });
        expect(operations).to.include("update Workspace w");
        expect(ids("workspaces", "workspace_id")).to.deep.equal([before]);
        expect(ids("networks", "network_id")).to.have.length(1);
    });

    it("warns at preview of a replaced network that keeps a security group, and says what to do where the service refuses it", async () => {
        const [workspace, network] = [ids("workspaces", "workspace_id"), ids("networks", "network_id")].map(String);
        const shape = { publicAccess: true, set: "d", securityGroup: "sg-0123456789abcdee0" };
        stack.program = program(shape);
        const { ok, output } = await stack.preview();
        expect(ok, output).to.equal(true);
        expect(output).to.contain(
            `is used by the workspace ${workspace}, and its replacement has ${shape.securityGroup}`,
        );
        const refused = await stack.up();
        expect(refused.ok).to.equal(false);
        expect(refused.output)
            .to.contain(`${shape.securityGroup} (security_group_ids)`)
            .and.contain("give this one its own");
        expect(ids("networks", "network_id")).to.deep.equal([network]);
        expect(ids("workspaces", "network_id")).to.deep.equal([network]);
        expect((await up({ publicAccess: true, set: "e" })).operations).to.deep.equal([]);
    });

    it("refuses at preview to remove a workspace's network, and replaces no workspace", async () => {
        stack.program = program({ publicAccess: true, withNetwork: false, set: "e" });
        const { ok, output } = await stack.preview();
        expect(ok).to.equal(false);
        expect(output).to.contain("networkId").and.contain('replaceOn: ["networkId"]');
    });

    it("shows what was changed outside Pulumi, and corrects it", async () => {
        const shape = { publicAccess: true };
        await up(shape);
        const [settings, workspace, network] = [
            ids("private-access-settings", "private_access_settings_id")[0],
            ids("workspaces", "workspace_id")[0],
            ids("networks", "network_id")[0],
        ].map(String);
        const stranger = await cloud.account.create("networks", {
            network_name: "somebody else's",
            vpc_id: "vpc-0123456789abcdef7",
            subnet_ids: ["subnet-0123456789abcdef6", "subnet-0123456789abcdef7"],
            security_group_ids: ["sg-0123456789abcdef7"],
        });
        cloud.account.change("private-access-settings", settings!, {
            public_access_enabled: false,
            private_access_level: "ACCOUNT",
            allowed_vpc_endpoint_ids: [],
        });
        cloud.account.change("workspaces", workspace!, {
            network_id: stranger["network_id"],
            network_connectivity_config_id: "11111111-2222-4333-8444-666666666666",
        });
        expect((await stack.refresh()).ok).to.equal(true);
        const changes = ["update PrivateAccessSettings p", "update Workspace w"];
        expect((await stack.preview()).operations).to.have.members(changes);
        expect((await up(shape)).operations).to.have.members(changes);
        expect(cloud.account.get("private-access-settings", settings!)).to.include({
            public_access_enabled: true,
            private_access_level: "ENDPOINT",
        });
        expect(cloud.account.get("workspaces", workspace!)).to.include({
            network_id: network,
            network_connectivity_config_id: "11111111-2222-4333-8444-555555555555",
        });
        cloud.account.remove("networks", String(stranger["network_id"]));
    });

    it("shows what the service finds out as outputs, and not as a change", async () => {
        const [network] = ids("networks", "network_id");
        cloud.account.change("networks", String(network), {
            vpc_status: "WARNED",
            warning_messages: [{ warning_type: "subnet", warning_message: "Few addresses are left." }],
        });
        expect((await stack.refresh()).ok).to.equal(true);
        expect((await up({ publicAccess: true })).operations).to.deep.equal([]);
        const { resources } = await stack.state();
        const shown = resources.find(({ type }) => type.endsWith(":Network"))?.outputs;
        expect(shown).to.deep.include({
            vpcStatus: "WARNED",
            warningMessages: [{ warningType: "subnet", warningMessage: "Few addresses are left." }],
            workspaceId: ids("workspaces", "workspace_id")[0],
        });
    });

    it("creates a deleted endpoint again, and updates what references it while the workspace stays", async () => {
        const [before] = ids("workspaces", "workspace_id");
        const gone = cloud.account.list("vpc-endpoints").find((one) => one["use_case"] === "WORKSPACE_ACCESS");
        cloud.account.remove("vpc-endpoints", String(gone?.["vpc_endpoint_id"]));
        expect((await stack.refresh()).ok).to.equal(true);
        const shape = { publicAccess: true, set: "d" };
        const { operations } = await up(shape);
        expect(operations).to.include.members([
            "create VpcEndpoint rest",
            "update PrivateAccessSettings p",
            "replace Network n",
            "update Workspace w",
        ]);
        expect(ids("workspaces", "workspace_id")).to.deep.equal([before]);
        expect((await up(shape)).operations).to.deep.equal([]);
    });

    it("completes an interrupted replacement that reaches from an endpoint to the workspace", async () => {
        const shape = { publicAccess: true, relay: "vpce-0123456789abcdef5", set: "c" };
        cloud.inject({
            when: ({ method, path }) => method === "POST" && path.endsWith("/networks"),
            times: 1,
            do: { kind: "status", status: 400, body: '{"error_code":"INVALID_PARAMETER_VALUE","message":"Not now."}' },
        });
        stack.program = program(shape);
        expect((await stack.up()).output).to.contain("Not now.");
        expect(ids("vpc-endpoints", "aws_vpc_endpoint_id")).to.have.length(3);
        await up(shape);
        expect(ids("vpc-endpoints", "aws_vpc_endpoint_id")).to.have.members([
            "vpce-0123456789abcdef0",
            "vpce-0123456789abcdef5",
        ]);
        expect((await up(shape)).operations).to.deep.equal([]);
        await up({ publicAccess: true });
    });

    it("names the workspace that blocks the replacement of a network with a fixed name", async () => {
        const named = { publicAccess: true, networkName: "fixed", set: "b" };
        await up(named);
        const [workspace] = ids("workspaces", "workspace_id");
        stack.program = program({ ...named, set: "a" });
        const { ok, output } = await stack.preview();
        expect(ok).to.equal(false);
        expect(output)
            .to.contain(`while the workspace ${String(workspace)} uses it`)
            .and.contain("Leave networkName out");
        await up({ publicAccess: true });
    });

    it("repairs a workspace that ran and FAILED in place, with another storage configuration", async () => {
        const [workspace] = ids("workspaces", "workspace_id").map(String);
        cloud.account.setStatus(workspace!, "FAILED", "The root bucket is gone.");
        expect((await stack.refresh()).ok).to.equal(true);
        const { operations } = await up({ publicAccess: true, bucketName: "another-bucket" });
        expect(operations).to.include("update Workspace w").and.not.include("replace Workspace w");
        expect(
            cloud.requests.filter(({ method }) => method === "PATCH").map(({ query }) => query["update_mask"]),
        ).to.deep.equal(["storage_configuration_id"]);
        expect(cloud.account.get("workspaces", workspace!)["workspace_status"]).to.equal("RUNNING");
        expect(ids("storage-configurations", "root_bucket_info")).to.deep.equal([{ bucket_name: "another-bucket" }]);
    });

    it("reports the problems of the network and its endpoints when they stop a workspace", async () => {
        const shape = { publicAccess: true, bucketName: "another-bucket" };
        const [network, workspace] = [ids("networks", "network_id"), ids("workspaces", "workspace_id")].map(String);
        const relay = cloud.account.list("vpc-endpoints").find((one) => one["use_case"] === "DATAPLANE_RELAY_ACCESS");
        const endpoint = String(relay?.["vpc_endpoint_id"]);
        cloud.account.change("networks", network!, {
            vpc_status: "BROKEN",
            error_messages: [{ error_type: "subnet", error_message: "No route to the internet." }],
        });
        cloud.account.change("vpc-endpoints", endpoint, { state: "rejected" });
        cloud.account.setStatus(workspace!, "FAILED", "Network validation failed.");
        await stack.refresh();
        stack.program = program(shape);
        const { ok, output } = await stack.up();
        expect(ok).to.equal(false);
        expect(output)
            .to.contain("is FAILED: Network validation failed")
            .and.contain(`${network} is BROKEN (subnet: No route to the internet)`)
            .and.contain(`${endpoint} is rejected in AWS (vpce-0123456789abcdef1), not available`);
        cloud.account.change("networks", network!, { vpc_status: "VALID", error_messages: [] });
        cloud.account.change("vpc-endpoints", endpoint, { state: "available" });
        cloud.account.setStatus(workspace!, "RUNNING", "Workspace is running.");
        await up(shape);
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
        const run = await other.up();
        expect(run.ok, run.output).to.equal(true);
        const outputs = await other.stack.outputs();
        expect(Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]))).to.deep.equal({
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

    it("shows every mistake at preview, and sends no request", async () => {
        cloud.clearRequests();
        const other = await TestStack.create(cloud, async () => {
            new databricks.Network("n", {
                vpcId: "my-vpc",
                subnetIds: ["subnet-0123456789abcdef0"],
                securityGroupIds: ["sg-0123456789abcdef0", "sg-0123456789abcdef0"],
            });
        });
        const { ok, output } = await other.preview();
        other.remove();
        expect(ok).to.equal(false);
        expect(output)
            .to.contain("has a problem: vpcId must be an id such as")
            .and.contain("has a problem: subnetIds")
            .and.contain("must hold at least 2")
            .and.contain("must not hold a value twice");
        expect(cloud.requests).to.deep.equal([]);
    });

    it("adopts existing objects, creates nothing, and is clean afterwards, with adopt or without", async () => {
        const [rest, relay] = await Promise.all(
            ["rest", "relay"].map((name, index) =>
                cloud.account.create("vpc-endpoints", {
                    vpc_endpoint_name: `old ${name}`,
                    aws_vpc_endpoint_id: `vpce-0123456789abcdef${index}`,
                    region: "us-east-1",
                }),
            ),
        );
        const [restId, relayId] = [rest, relay].map((one) => String(one?.["vpc_endpoint_id"]));
        const network = await cloud.account.create("networks", {
            network_name: "old network",
            vpc_id: "vpc-0123456789abcdef0",
            subnet_ids: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
            security_group_ids: ["sg-0123456789abcdef0"],
            vpc_endpoints: { rest_api: [restId], dataplane_relay: [relayId] },
        });
        const settings = await cloud.account.create("private-access-settings", {
            private_access_settings_name: "old settings",
            region: "us-east-1",
            public_access_enabled: true,
        });
        const adopting = (adopt: boolean, subnets: string[]) => async () => {
            const known = (id: unknown) => (adopt ? String(id) : undefined);
            const endpoints = [restId, relayId].map(
                (id, index) =>
                    new databricks.VpcEndpoint(index === 0 ? "rest" : "relay", {
                        adopt: known(id),
                        awsVpcEndpointId: `vpce-0123456789abcdef${index}`,
                        region: "us-east-1",
                    }),
            );
            new databricks.Network("n", {
                adopt: known(network["network_id"]),
                vpcId: "vpc-0123456789abcdef0",
                subnetIds: subnets,
                securityGroupIds: ["sg-0123456789abcdef0"],
                vpcEndpoints: {
                    restApis: [endpoints[0]!.vpcEndpointId],
                    dataplaneRelays: [endpoints[1]!.vpcEndpointId],
                },
            });
            new databricks.PrivateAccessSettings("p", {
                adopt: known(settings["private_access_settings_id"]),
                region: "us-east-1",
                publicAccessEnabled: false,
            });
        };
        const subnets = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"];
        cloud.clearRequests();
        const other = await TestStack.create(cloud, adopting(true, [...subnets, "subnet-0123456789abcdef2"]));
        const refused = await other.up();
        expect(refused.ok).to.equal(false);
        expect(refused.output).to.contain(`subnetIds is ${JSON.stringify(subnets)}, the program says`);
        other.program = adopting(true, subnets);
        const run = await other.up();
        expect(run.ok, run.output).to.equal(true);
        expect(bodies("POST", "api/2.0/accounts")).to.deep.equal([]);
        expect(cloud.account.list("private-access-settings")[0]).to.include({ public_access_enabled: false });
        expect((await other.up()).operations).to.deep.equal([]);
        other.program = adopting(false, subnets);
        expect((await other.up()).operations).to.deep.equal([]);
        const end = await other.destroy();
        expect(end.ok, end.output).to.equal(true);
        other.remove();
        expect(cloud.contents()).to.deep.equal([]);
    });
});
