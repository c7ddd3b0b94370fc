import { expect } from "chai";

import type { Properties } from "../../provider/util/property-path";
import type { LocalCloud } from "../../local-cloud";
import { FakeClock, ownerFor } from "../helpers/environment";
import { type Handlers, outcome, startProvider } from "../helpers/provider-process";
import { one, others, endpoint, privateWorkspace } from "../helpers/network-objects";

describe("of networks, the local cloud refuses", () => {
    let cloud: LocalCloud;
    let handlers: Handlers;
    beforeEach(async () => {
        ({ cloud, handlers } = await startProvider(new FakeClock()));
    });
    afterEach(() => cloud.stop());
    const owner = (name: string) => ownerFor(name);

    const create = (collection: string, body: Properties) => outcome(cloud.account.create(collection, body));
    const networkBody = (more: Properties = {}) => ({
        network_name: "another network",
        vpc_id: "vpc-0123456789abcdef0",
        subnet_ids: others.subnetIds,
        security_group_ids: others.securityGroupIds,
        ...more,
    });
    const settingsBody = (more: Properties = {}) => ({
        private_access_settings_name: "another",
        region: "us-east-1",
        ...more,
    });

    it("endpoints that it does not know, that are good for something else, or that are elsewhere", async () => {
        const { rest, relay } = await privateWorkspace(handlers);
        cloud.behavior.unknownFields = "reject";
        for (const [problem, links] of Object.entries({
            "does not exist": { rest_api: [one] },
            "its use case is DATAPLANE_RELAY_ACCESS": { rest_api: [relay.id] },
            "its use case is WORKSPACE_ACCESS": { dataplane_relay: [rest.id] },
            "Unknown field: vpc_endpoints.relay": { relay: [relay.id] },
            "must be a list": { rest_api: rest.id },
        }))
            expect(await create("networks", networkBody({ vpc_endpoints: links }))).to.contain(problem);
        const west = await cloud.account.create("vpc-endpoints", {
            vpc_endpoint_name: "west",
            aws_vpc_endpoint_id: "vpce-0123456789abcdef8",
            region: "us-west-2",
        });
        expect(
            await create("networks", networkBody({ vpc_endpoints: { rest_api: [rest.id, west["vpc_endpoint_id"]] } })),
        ).to.contain("it is in us-west-2, and us-east-1 is needed");
        expect(
            await create(
                "private-access-settings",
                settingsBody({ allowed_vpc_endpoint_ids: [west["vpc_endpoint_id"]] }),
            ),
        ).to.contain("it is in us-west-2, and us-east-1 is needed");
    });

    it("a workspace whose network or settings are in another region", async () => {
        const { inputs } = await privateWorkspace(handlers);
        const body = {
            workspace_name: "west",
            aws_region: "us-west-2",
            credentials_id: inputs["credentialsId"],
            storage_configuration_id: inputs["storageConfigurationId"],
        };
        for (const field of ["networkId", "privateAccessSettingsId"] as const) {
            const name = field === "networkId" ? "network_id" : "private_access_settings_id";
            expect(await create("workspaces", { ...body, [name]: inputs[field] })).to.contain(
                "it is in us-east-1, and us-west-2 is needed",
            );
        }
    });

    it("an AWS endpoint that is registered already, and values out of their bounds", async () => {
        await handlers.endpoint.create({ ...endpoint, owner: owner("rest") });
        const body = {
            vpc_endpoint_name: "another",
            aws_vpc_endpoint_id: endpoint.awsVpcEndpointId,
            region: "us-east-1",
        };
        expect(await create("vpc-endpoints", body)).to.contain("already exists");
        for (const [problem, more] of Object.entries({
            "subnet_ids must be a list of at least 2": { subnet_ids: ["subnet-0123456789abcdef0"] },
            "at least 1 and at most 5": { security_group_ids: [] },
            "network_name must have 4 to 256": { network_name: "n" },
            "vpc_id must match": { vpc_id: "x" },
            "Missing required field: vpc_id": { vpc_id: undefined },
        }))
            expect(await create("networks", networkBody(more))).to.contain(problem);
        expect(await create("private-access-settings", settingsBody({ private_access_level: "X" }))).to.contain(
            "must be one of ACCOUNT, ENDPOINT",
        );
        expect(await create("private-access-settings", settingsBody({ region: "eu-west-1" }))).to.contain(
            "region eu-west-1 is not available",
        );
    });

    it("to delete what is used, and says by what", async () => {
        const { rest, relay, linked, access, inputs } = await privateWorkspace(handlers);
        expect(await outcome(handlers.endpoint.delete(relay.id, {}))).to.contain(linked.id);
        expect(() => cloud.account.delete("vpc-endpoints", rest.id)).to.throw("used by");
        const { id, outs } = await handlers.workspace.create(inputs);
        expect(await outcome(handlers.network.delete(linked.id, {}))).to.contain(id);
        expect(await outcome(handlers.settings.delete(access.id, {}))).to.contain(id);
        await handlers.workspace.delete(id, outs);
        await handlers.network.delete(linked.id, {});
        expect(await outcome(handlers.endpoint.delete(rest.id, {}))).to.contain(access.id);
        await handlers.settings.delete(access.id, {});
        await handlers.endpoint.delete(rest.id, {});
        await handlers.endpoint.delete(relay.id, {});
        expect(
            ["networks", "vpc-endpoints", "private-access-settings"].map((kind) => cloud.account.list(kind)),
        ).to.deep.equal([[], [], []]);
    });

    it("a PUT that is not the whole, moves to another region, or takes another's name", async () => {
        const { access } = await privateWorkspace(handlers);
        await cloud.account.create("private-access-settings", settingsBody());
        const put = (body: Properties) => {
            try {
                cloud.account.put("private-access-settings", access.id, body);
                return "ok";
            } catch (error) {
                return String(error);
            }
        };
        expect(put({ public_access_enabled: true })).to.contain("Missing required field");
        expect(put(settingsBody({ private_access_settings_name: "own", region: "us-west-2" }))).to.contain(
            "region cannot be changed",
        );
        expect(put(settingsBody())).to.contain("already exists");
        cloud.behavior.unknownFields = "reject";
        expect(put(settingsBody({ private_access_settings_name: "own", state: "on" }))).to.contain("Unknown field");
        const own = { account_id: cloud.accountId, private_access_settings_id: access.id };
        expect(put(settingsBody({ private_access_settings_name: "own", ...own }))).to.equal("ok");
    });

    it("to take a network, settings, connectivity or storage key away from a workspace", async () => {
        const { inputs } = await privateWorkspace(handlers, { networkConnectivityConfigId: one });
        const { id } = await handlers.workspace.create(inputs);
        for (const field of ["network_id", "private_access_settings_id", "network_connectivity_config_id"])
            expect(await outcome(cloud.account.patch("workspaces", id, { [field]: "" }, [field]))).to.contain(
                `${field} cannot be removed`,
            );
    });
});
