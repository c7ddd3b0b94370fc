import { expect } from "chai";

import { endEngines, engine, type EngineStack } from "../helpers/engine";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { one, privateProgram, type PrivateShape } from "../helpers/network-objects";
import { identity } from "../helpers/programs";

describe("a stack with a network and private links", () => {
    let stack: EngineStack;
    let id: string;
    beforeEach(async () => {
        stack = await engine(privateProgram());
        await expectOk(stack.up());
        id = stack.id();
        stack.clear();
    });
    afterEach(async () => {
        expect(stack.workspaces(), "the workspace stays").to.deep.equal([id]);
        await endEngines();
    });
    const changed = (shape: PrivateShape) => {
        stack.program = privateProgram(shape);
        return stack.changes();
    };
    const refused = (shape: PrivateShape, ...says: string[]) => {
        stack.program = privateProgram(shape);
        return expectRefused(stack.up(), ...says);
    };
    const account = () => stack.cloud.account;
    const values = (kind: string, field: string) =>
        account()
            .list(kind)
            .map((one) => one[field]);
    const requests = (method: string) => stack.cloud.requests.filter((one) => one.method === method);

    it("replaces a network while the workspace stays, and says what to do if the service refuses the new one", async () => {
        expect(await changed({ set: "e" })).to.deep.equal(["create n", "update w", "delete n"]);
        expect(values("networks", "network_id")).to.deep.equal([stack.id("n")]);
        const kept = "sg-0123456789abcdee0";
        await refused(
            { set: "d", securityGroup: kept },
            `is used by the workspace ${id}, and its replacement has ${kept}`,
            `${kept} (security_group_ids)`,
            "give this one its own",
        );
        expect([values("networks", "network_id"), values("workspaces", "network_id")]).to.deep.equal([
            [stack.id("n")],
            [stack.id("n")],
        ]);
        expect(await changed({ set: "e" })).to.deep.equal([]);
    });

    it("says to refresh if the service no longer finds an endpoint that the settings allow", async () => {
        const message = `VPC endpoint ${stack.id("rest")} was not found`;
        stack.cloud.inject({
            when: ({ method, path }) => method === "PUT" && path.includes("/private-access-settings/"),
            do: {
                kind: "status",
                status: 400,
                body: JSON.stringify({ error_code: "INVALID_PARAMETER_VALUE", message }),
            },
        });
        await refused({ publicAccess: false }, message, "If allowedVpcEndpointIds comes from", "`pulumi refresh`");
    });

    it("corrects what was changed outside Pulumi", async () => {
        const stranger = await account().create("networks", {
            network_name: "somebody else's",
            vpc_id: "vpc-0123456789abcdef7",
            subnet_ids: ["subnet-0123456789abcdef6", "subnet-0123456789abcdef7"],
            security_group_ids: ["sg-0123456789abcdef7"],
        });
        account().change("private-access-settings", stack.id("p"), {
            public_access_enabled: false,
            private_access_level: "ACCOUNT",
            allowed_vpc_endpoint_ids: [],
        });
        account().change("workspaces", id, {
            network_id: stranger["network_id"],
            network_connectivity_config_id: "11111111-2222-4333-8444-666666666666",
        });
        await expectOk(stack.refresh());
        expect(await stack.changes()).to.have.members(["update p", "update w"]);
        expect(account().get("private-access-settings", stack.id("p"))).to.include({
            public_access_enabled: true,
            private_access_level: "ENDPOINT",
        });
        expect(account().get("workspaces", id)).to.include({
            network_id: stack.id("n"),
            network_connectivity_config_id: one,
        });
    });

    it("has what the service finds out as outputs, and not as a change", async () => {
        account().change("networks", stack.id("n"), {
            vpc_status: "WARNED",
            warning_messages: [{ warning_type: "subnet", warning_message: "Few addresses are left." }],
        });
        account().change("vpc-endpoints", stack.id("rest"), { state: "rejected" });
        await expectOk(stack.refresh());
        expect(await stack.changes()).to.deep.equal([]);
        expect(stack.entry("rest").outputs["state"]).to.equal("rejected");
        expect(stack.entry("n").outputs).to.deep.include({
            vpcStatus: "WARNED",
            warningMessages: [{ warningType: "subnet", warningMessage: "Few addresses are left." }],
            workspaceId: id,
        });
    });

    it("creates a deleted endpoint again, and updates what references it", async () => {
        account().remove("vpc-endpoints", stack.id("rest"));
        await expectOk(stack.refresh());
        expect(await changed({ set: "d" })).to.include.members([
            "create rest",
            "update p",
            "create n",
            "update w",
            "delete n",
        ]);
        expect(await stack.changes()).to.deep.equal([]);
    });

    it("completes an interrupted replacement that reaches from an endpoint to the workspace", async () => {
        const shape = { relay: "vpce-0123456789abcdef5", set: "c" };
        stack.cloud.inject({
            when: ({ method, path }) => method === "POST" && path.endsWith("/networks"),
            times: 1,
            do: { kind: "status", status: 400, body: '{"error_code":"INVALID_PARAMETER_VALUE","message":"Not now."}' },
        });
        await refused(shape, "Not now.");
        expect(values("vpc-endpoints", "aws_vpc_endpoint_id")).to.have.length(3);
        await changed(shape);
        expect(values("vpc-endpoints", "aws_vpc_endpoint_id")).to.have.members([
            "vpce-0123456789abcdef0",
            "vpce-0123456789abcdef5",
        ]);
        expect(await stack.changes()).to.deep.equal([]);
    });

    it("names the workspace that blocks the replacement of a network with a fixed name", async () => {
        await changed({ networkName: "fixed", set: "b" });
        stack.clear();
        await refused({ networkName: "fixed", set: "a" }, `while the workspace ${id} uses it`, "Leave networkName out");
        expect(stack.writes()).to.deep.equal([]);
    });

    it("adopts existing objects, creates nothing, and is clean afterwards, with adopt or without", async () => {
        const ids = { ...stack.held("VpcEndpoint"), ...stack.held("Network"), ...stack.held("PrivateAccessSettings") };
        const others = (shape: PrivateShape, adopting: boolean) =>
            privateProgram(shape).flatMap((goal) => {
                const adopt = { adopt: ids[goal.name], adoptFromOtherStack: true };
                const inputs = { ...goal.inputs, ...(adopting ? adopt : {}) };
                return goal.name in ids ? [{ ...goal, inputs }] : [];
            });
        const other = await engine([identity, ...others({ set: "e" }, true)], { beside: stack });
        await expectRefused(
            other.up(),
            'subnetIds is ["subnet-0123456789abcdef0","subnet-0123456789abcdef1"], the program says',
        );
        other.program = [identity, ...others({ publicAccess: false }, true)];
        stack.clear();
        await expectOk(other.up());
        expect(requests("POST").filter(({ path }) => path.startsWith("/api/"))).to.deep.equal([]);
        expect(account().get("private-access-settings", ids["p"] ?? "")).to.include({ public_access_enabled: false });
        expect(await other.changes()).to.deep.equal([]);
        other.program = [identity, ...others({ publicAccess: false }, false)];
        expect(await other.changes()).to.deep.equal([]);
    });
});
