import { expect } from "chai";

import type { Properties } from "../../provider/util/property-path";
import type { LocalCloud } from "../../local-cloud";
import { endEngines, engine, type EngineStack } from "../helpers/engine";
import { expectOk } from "../helpers/expect-ok";
import { endpoint, one, others, privateProgram } from "../helpers/network-objects";
import { outcome } from "../helpers/provider-process";

describe("of networks, the local cloud refuses", () => {
    let stack: EngineStack;
    let cloud: LocalCloud;
    beforeEach(async () => {
        stack = await engine(privateProgram());
        ({ cloud } = stack);
        await expectOk(stack.up());
    });
    afterEach(endEngines);

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
        const [rest, relay] = [stack.id("rest"), stack.id("relay")];
        cloud.behavior.unknownFields = "reject";
        for (const [problem, links] of Object.entries({
            "does not exist": { rest_api: [one] },
            "its use case is DATAPLANE_RELAY_ACCESS": { rest_api: [relay] },
            "its use case is WORKSPACE_ACCESS": { dataplane_relay: [rest] },
            "Unknown field: vpc_endpoints.relay": { relay: [relay] },
            "must be a list": { rest_api: rest },
        }))
            expect(await create("networks", networkBody({ vpc_endpoints: links }))).to.contain(problem);
        const west = await cloud.account.create("vpc-endpoints", {
            vpc_endpoint_name: "west",
            aws_vpc_endpoint_id: "vpce-0123456789abcdef8",
            region: "us-west-2",
        });
        expect(
            await create("networks", networkBody({ vpc_endpoints: { rest_api: [rest, west["vpc_endpoint_id"]] } })),
        ).to.contain("it is in us-west-2, and us-east-1 is needed");
        expect(
            await create(
                "private-access-settings",
                settingsBody({ allowed_vpc_endpoint_ids: [west["vpc_endpoint_id"]] }),
            ),
        ).to.contain("it is in us-west-2, and us-east-1 is needed");
    });

    it("a workspace whose network or settings are in another region", async () => {
        const body = {
            workspace_name: "west",
            aws_region: "us-west-2",
            credentials_id: stack.id("c"),
            storage_configuration_id: stack.id("s"),
        };
        for (const more of [{ network_id: stack.id("n") }, { private_access_settings_id: stack.id("p") }])
            expect(await create("workspaces", { ...body, ...more })).to.contain(
                "it is in us-east-1, and us-west-2 is needed",
            );
    });

    it("an AWS endpoint that is registered already, and values out of their bounds", async () => {
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
        const refused = (kind: string, name: string, by: string) =>
            expect(() => cloud.account.delete(kind, stack.id(name))).to.throw(stack.id(by));
        refused("networks", "n", "w");
        refused("private-access-settings", "p", "w");
        cloud.account.delete("workspaces", stack.id("w"));
        refused("vpc-endpoints", "relay", "n");
        cloud.account.delete("networks", stack.id("n"));
        refused("vpc-endpoints", "rest", "p");
        cloud.account.delete("private-access-settings", stack.id("p"));
        for (const name of ["rest", "relay"]) cloud.account.delete("vpc-endpoints", stack.id(name));
        expect(
            ["networks", "vpc-endpoints", "private-access-settings"].map((kind) => cloud.account.list(kind)),
        ).to.deep.equal([[], [], []]);
    });

    it("a PUT that is not the whole, moves to another region, or takes another's name", async () => {
        const access = stack.id("p");
        await cloud.account.create("private-access-settings", settingsBody());
        const put = (body: Properties) => {
            try {
                cloud.account.put("private-access-settings", access, body);
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
        const own = { account_id: cloud.accountId, private_access_settings_id: access };
        expect(put(settingsBody({ private_access_settings_name: "own", ...own }))).to.equal("ok");
    });

    it("to take a network, settings, connectivity or storage key away from a workspace", async () => {
        const id = stack.id();
        for (const field of ["network_id", "private_access_settings_id", "network_connectivity_config_id"])
            expect(await outcome(cloud.account.patch("workspaces", id, { [field]: "" }, [field]))).to.contain(
                `${field} cannot be removed`,
            );
    });
});
