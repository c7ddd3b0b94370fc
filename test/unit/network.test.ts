import { expect } from "chai";

import { endEngines, engine, type EngineStack } from "../helpers/engine";
import { type Goal, type Inputs, Output } from "../helpers/engine/engine-types";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import {
    endpoint,
    network,
    other,
    others,
    privateProgram,
    type PrivateShape,
    settings,
} from "../helpers/network-objects";
import { identity, needs, resource, workspace } from "../helpers/programs";

const net = (name: string, inputs: Inputs = {}) => resource("Network", name, { ...network, ...inputs });
/** A stack after its first `up`. */
const made = async (program: readonly Goal[]) => {
    const stack = await engine(program);
    await expectOk(stack.up());
    stack.clear();
    return stack;
};
const hasGroup = (goal: Goal) => ({ ...goal, inputs: { ...goal.inputs, securityGroupIds: others.securityGroupIds } });

describe("subnets and security groups, which one network has at a time", () => {
    afterEach(endEngines);
    const warnings = async (stack: EngineStack) => {
        const { lines } = await expectOk(stack.preview());
        return lines.filter((line) => line.includes("only one network configuration"));
    };

    it("of a replaced network that nothing uses are free for its replacement: the old one is deleted first", async () => {
        const stack = await made([identity, net("n")]);
        stack.change({ n: hasGroup(net("n")) });
        expect(await warnings(stack)).to.deep.equal([]);
        expect(await stack.changes()).to.deep.equal(["delete n", "create n"]);
    });

    it("of a replaced network that a workspace uses: the preview warns and names them, and the refusal says what to do", async () => {
        const stack = await made(privateProgram());
        const goal = stack.program.find(({ name }) => name === "n")!;
        stack.change({ n: hasGroup(goal) });
        const [warning, ...more] = await warnings(stack);
        expect(warning)
            .to.contain(`is used by the workspace ${stack.id()}`)
            .and.contain(`${network.subnetIds.join(", ")} (subnetIds)`)
            .and.contain("Give the replacement others");
        expect(more).to.deep.equal([]);
        await expectRefused(stack.up(), "give this one its own (the VPC can be shared)");
        stack.cloud.behavior.subnets = "shared";
        expect(await stack.changes()).to.deep.equal(["create n", "update w", "delete n"]);
    });

    it("that two networks of one program name are warned of once, at preview", async () => {
        const own = {
            subnetIds: ["subnet-0123456789abcdef3", "subnet-0123456789abcdef4"],
            securityGroupIds: ["sg-0123456789abcdef3"],
        };
        const stack = await made([identity, net("first"), net("apart", others), net("second", own)]);
        stack.change({ elsewhere: net("elsewhere", { accountId: other }) });
        expect(await warnings(stack)).to.deep.equal([]);
        // Its replacement is checked twice.
        stack.change({ second: net("second", { subnetIds: others.subnetIds }) });
        expect(await stack.plan()).to.include("create second");
        const said = await warnings(stack);
        expect(said).to.have.length(2);
        expect(said[0]).to.contain(`second: ${network.securityGroupIds.join()} (securityGroupIds) is in "first"`);
        expect(said[1]).to.contain(`second: ${others.subnetIds.join(", ")} (subnetIds) is in "apart"`);
    });
});

describe("a workspace in a network", () => {
    afterEach(endEngines);
    /** A stack of all but the workspace, which the next `up` makes. */
    const prepared = async (shape: PrivateShape = {}) => {
        const program = privateProgram(shape);
        const stack = await made(program.filter(({ name }) => name !== "w"));
        stack.program = program;
        return stack;
    };

    it("that stops it reports the reason: its network's status, errors and warnings, and the state of each endpoint, each once", async () => {
        const stack = await prepared();
        const [n, rest] = [stack.id("n"), stack.id("rest")];
        stack.cloud.account.change("networks", n, {
            vpc_status: "BROKEN",
            error_messages: [
                { error_type: "subnet", error_message: "No route to the control plane." },
                { error_type: "securityGroup", error_message: "Egress to 443 is closed." },
            ],
            warning_messages: [{ warning_type: "subnet", warning_message: "Few addresses are left." }],
        });
        stack.cloud.account.change("vpc-endpoints", rest, { state: "pendingAcceptance" });
        const { error } = await expectRefused(
            stack.up(),
            [
                "is FAILED: The network configuration did not pass its validation",
                `the network configuration ${n} is BROKEN (subnet: No route to the control plane; securityGroup: Egress to 443 is closed)`,
                `the network configuration ${n} warns (subnet: Few addresses are left)`,
                `the VPC endpoint registration ${rest} is pendingAcceptance in AWS (vpce-0123456789abcdef0), not available. Correct the cause`,
            ].join("; "),
        );
        expect(error).to.not.contain(stack.id("relay"));
    });

    it("that stops it reports the reason also at a time-out", async () => {
        const stack = await prepared({ workspace: { provisioningTimeoutSeconds: 10 } });
        stack.cloud.account.change("vpc-endpoints", stack.id("relay"), { state: "pending" });
        await expectRefused(
            stack.up(),
            `still PROVISIONING after 10 s: Workspace resources are being set up; the VPC endpoint registration ${stack.id("relay")} is pending in AWS`,
        );
    });

    it("that FAILED names what is gone, and keeps its own message where nothing can be read", async () => {
        const stack = await made(privateProgram());
        stack.cloud.account.setStatus(stack.id(), "FAILED", "No capacity.");
        await expectOk(stack.refresh());
        stack.cloud.account.remove("networks", stack.id("n"));
        await expectRefused(stack.up(), `the network configuration ${stack.id("n")} is gone`);
        stack.cloud.inject({
            when: ({ path }) => path.startsWith("/api/") && !path.includes("/workspaces"),
            do: { kind: "body", body: "<html>" },
        });
        await expectRefused(stack.up(), "is FAILED: No capacity. It may have run before");
    });

    const second = resource("StorageConfiguration", "second", { bucketName: "second" });
    const inSecond = { migrateContent: false, storageConfigurationId: new Output("second", "storageConfigurationId") };
    /** The program with another storage configuration, and what else is new of the workspace. */
    const moved = (more: Inputs = {}) => [
        ...privateProgram().slice(0, -1),
        second,
        ...privateProgram({ workspace: { ...inSecond, ...more } }).slice(-1),
    ];

    it("that FAILED and ran before is repaired in place by another storage configuration, and nothing else of it may change that way", async () => {
        const stack = await made(privateProgram({ workspace: { migrateContent: false } }));
        const replaced = ["create second", "create w", "delete w"];
        stack.program = moved();
        expect(await stack.plan()).to.deep.equal(replaced);
        stack.cloud.account.setStatus(stack.id(), "FAILED", "The bucket is gone.");
        await expectOk(stack.refresh());
        stack.program = moved({ workspaceName: "renamed" });
        expect(await stack.plan()).to.deep.equal(replaced);
        stack.program = moved();
        expect(await stack.changes()).to.deep.equal(["create second", "update w"]);
        expect(stack.entry().outputs).to.include({
            workspaceStatus: "RUNNING",
            storageConfigurationId: stack.id("second"),
        });
    });

    it("that FAILED and never ran is replaced, with another storage configuration too", async () => {
        const stack = await prepared();
        stack.cloud.account.nextOutcome = { status: "FAILED", message: "The bucket is gone." };
        await expectRefused(stack.up(), "is FAILED: The bucket is gone");
        stack.program = moved();
        expect(await stack.changes()).to.deep.equal(["create second", "delete w", "create w"]);
    });
});

describe("a change of a network, an endpoint or private access settings", () => {
    afterEach(endEngines);
    const rest = (inputs: Inputs = {}) => resource("VpcEndpoint", "rest", { ...endpoint, ...inputs });
    const relay = (inputs: Inputs = {}) =>
        resource("VpcEndpoint", "relay", { ...endpoint, awsVpcEndpointId: "vpce-0123456789abcdef1", ...inputs });
    const p = (inputs: Inputs = {}) => resource("PrivateAccessSettings", "p", { ...settings, ...inputs });

    it("replaces what cannot be changed in place; the new one is made first unless the old one has its name or its AWS object", async () => {
        const noMatter = { credentialsId: undefined, storageConfigurationId: undefined, migrateContent: false };
        const unlike = (...digits: number[]) => ({
            subnetIds: digits.map((digit) => `subnet-0123456789abcde${digit}0`),
            securityGroupIds: [`sg-0123456789abcde${digits.join("")}`],
        });
        const changes: readonly [Goal, Goal, string][] = [
            [net("n"), net("n", others), "create, delete"],
            [
                net("named", { ...unlike(1, 2), networkName: "fixed" }),
                net("named", { ...unlike(3, 4), networkName: "fixed" }),
                "delete, create",
            ],
            [rest(), rest({ awsVpcEndpointId: "vpce-0123456789abcdef7" }), "create, delete"],
            [relay(), relay({ vpcEndpointName: "another name" }), "delete, create"],
            [p(), p({ region: "us-west-2" }), "create, delete"],
            [workspace(), workspace("w", { computeMode: "SERVERLESS", ...noMatter }), "create, delete"],
        ];
        const stack = await made([identity, ...needs, ...changes.map(([before]) => before)]);
        stack.program = [identity, ...needs, ...changes.map(([, after]) => after)];
        const steps = await stack.changes();
        for (const [, { name }, expected] of changes) {
            const own = steps.filter((step) => step.endsWith(` ${name}`));
            expect(own.map((step) => step.split(" ")[0]).join(", "), name).to.equal(expected);
        }
    });

    it("of private access settings is one PUT of the whole, what was left out among it", async () => {
        const open = p({ publicAccessEnabled: true });
        const stack = await made([identity, rest(), open]);
        const closed = p({
            privateAccessLevel: "ENDPOINT",
            allowedVpcEndpointIds: [new Output("rest", "vpcEndpointId")],
        });
        const puts = () => stack.cloud.requests.filter(({ method }) => method === "PUT").map(({ body }) => body);
        expect(await stack.change({ p: closed }).changes()).to.deep.equal(["update p"]);
        expect(puts()).to.deep.equal([
            {
                private_access_settings_name: stack.entry("p").outputs["privateAccessSettingsName"],
                region: "us-east-1",
                public_access_enabled: false,
                private_access_level: "ENDPOINT",
                allowed_vpc_endpoint_ids: [stack.id("rest")],
            },
        ]);
        expect(stack.entry("p").outputs["publicAccessEnabled"]).to.equal(false);
        expect(await stack.changes()).to.deep.equal([]);
        expect(await stack.change({ p: open }).changes()).to.deep.equal(["update p"]);
        expect(puts().at(-1)).to.deep.include({ private_access_level: "ACCOUNT", allowed_vpc_endpoint_ids: [] });
        expect(await stack.changes()).to.deep.equal([]);
    });
});
