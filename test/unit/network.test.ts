import { expect } from "chai";

import type { Properties } from "../../provider/util/property-path";
import type { LocalCloud } from "../../local-cloud";
import { FakeClock, type fakeEnvironment, ownerFor } from "../helpers/environment";
import {
    type Handlers,
    handlersOf,
    initializationError,
    outcome,
    postsOf,
    startProvider,
} from "../helpers/provider-process";
import { one, other, network, others, endpoint, settings, privateWorkspace } from "../helpers/network-objects";

describe("networks and private links against the local cloud", () => {
    let cloud: LocalCloud;
    let world: ReturnType<typeof fakeEnvironment>;
    let handlers: Handlers;
    beforeEach(async () => {
        ({ cloud, world, handlers } = await startProvider(new FakeClock()));
    });
    afterEach(() => cloud.stop());
    const owner = (name: string) => ownerFor(name);
    const posts = (collection: string) => postsOf(cloud, collection);

    describe("subnets and security groups, which one network has at a time", () => {
        const warnings = () => world.lines.filter((line) => line.includes("only one network configuration"));

        it("of a replaced network that nothing uses are free for its replacement: the old one is deleted first", async () => {
            const { id, outs } = await handlers.network.create({ ...network, owner: owner("network") });
            const news = { ...network, securityGroupIds: others.securityGroupIds, owner: owner("network") };
            const { replaces, deleteBeforeReplace } = await handlers.network.diff(id, outs, news);
            expect([replaces, deleteBeforeReplace]).to.deep.equal([["securityGroupIds"], true]);
            expect(warnings()).to.deep.equal([]);
            await handlers.network.delete(id, outs);
            expect(await outcome(handlers.network.create(news))).to.equal("ok");
        });

        it("of a replaced network that a workspace uses: the preview warns and names them, and the refusal says what to do", async () => {
            const { linked, inputs } = await privateWorkspace(handlers);
            const { id } = await handlers.workspace.create(inputs);
            const news = { ...network, securityGroupIds: others.securityGroupIds, owner: owner("network") };
            const { deleteBeforeReplace } = await handlers.network.diff(linked.id, linked.outs, news);
            expect(deleteBeforeReplace).to.equal(false);
            expect(warnings()).to.have.length(1);
            expect(warnings()[0])
                .to.contain(`is used by the workspace ${id}`)
                .and.contain(`${network.subnetIds.join(", ")} (subnetIds)`)
                .and.contain("Give the replacement others");
            const replacement = { ...news, owner: owner("replacement") };
            expect(await outcome(handlers.network.create(replacement))).to.match(
                /give this one its own \(the VPC can be shared\)/,
            );
            cloud.behavior.subnets = "shared";
            expect(await outcome(handlers.network.create(replacement))).to.equal("ok");
        });

        it("that two networks of one program name are warned of once, at preview", async () => {
            const check = (name: string, more: Properties = {}) =>
                handlers.network.check({}, { ...network, ...more, owner: owner(name) });
            await check("first");
            await check("elsewhere", { accountId: "11111111-2222-4333-8444-555555555555" });
            await check("apart", others);
            expect(warnings()).to.deep.equal([]);
            const { failures = [] } = await check("second", { subnetIds: others.subnetIds });
            await check("second", { subnetIds: others.subnetIds });
            expect(failures).to.deep.equal([]);
            expect(warnings()).to.have.length(2);
            expect(warnings()[0]).to.contain(
                `second: ${network.securityGroupIds.join()} (securityGroupIds) is in "first"`,
            );
            expect(warnings()[1]).to.contain(`second: ${others.subnetIds.join(", ")} (subnetIds) is in "apart"`);
        });
    });

    describe("a workspace whose network stops it", () => {
        it("reports the reason: its network's status, errors and warnings, and the state of each endpoint, each once", async () => {
            const { rest, relay, linked, inputs } = await privateWorkspace(handlers);
            cloud.account.change("networks", linked.id, {
                vpc_status: "BROKEN",
                error_messages: [
                    { error_type: "subnet", error_message: "No route to the control plane." },
                    { error_type: "securityGroup", error_message: "Egress to 443 is closed." },
                ],
                warning_messages: [{ warning_type: "subnet", warning_message: "Few addresses are left." }],
            });
            cloud.account.change("vpc-endpoints", rest.id, { state: "pendingAcceptance" });
            const { message } = await initializationError(handlers.workspace.create(inputs));
            expect(message).to.match(
                new RegExp(
                    [
                        `is FAILED: The network configuration did not pass its validation`,
                        `the network configuration ${linked.id} is BROKEN \\(subnet: No route to the control plane; securityGroup: Egress to 443 is closed\\)`,
                        `the network configuration ${linked.id} warns \\(subnet: Few addresses are left\\)`,
                        `the VPC endpoint registration ${rest.id} is pendingAcceptance in AWS \\(vpce-0123456789abcdef0\\), not available\\. Correct the cause`,
                    ].join("; "),
                ),
            );
            expect(message).to.not.contain(relay.id);
        });

        it("reports the reason also at a time-out", async () => {
            const { relay, inputs } = await privateWorkspace(handlers, { provisioningTimeoutSeconds: 10 });
            cloud.account.change("vpc-endpoints", relay.id, { state: "pending" });
            const { message } = await initializationError(handlers.workspace.create(inputs));
            expect(message).to.contain(
                `still PROVISIONING after 10 s: Workspace resources are being set up; the VPC endpoint registration ${relay.id} is pending in AWS`,
            );
        });

        it("names what is gone, and keeps its own message where nothing can be read", async () => {
            const { linked, inputs } = await privateWorkspace(handlers);
            cloud.account.nextOutcome = { status: "FAILED", message: "No capacity." };
            const { id, properties } = await initializationError(handlers.workspace.create(inputs));
            cloud.account.remove("networks", linked.id);
            expect((await initializationError(handlers.workspace.update(id, properties, inputs))).message).to.contain(
                `the network configuration ${linked.id} is gone`,
            );
            cloud.inject({ when: ({ path }) => !path.includes("/workspaces"), do: { kind: "body", body: "<html>" } });
            expect((await initializationError(handlers.workspace.update(id, properties, inputs))).message).to.contain(
                "is FAILED: No capacity. Correct the cause",
            );
        });
    });

    describe("a FAILED workspace with another storage configuration", () => {
        it("is repaired in place when it ran before, and nothing else of it may change that way", async () => {
            const { inputs } = await privateWorkspace(handlers);
            const { id, outs } = await handlers.workspace.create(inputs);
            const { id: second } = await handlers.storage.create({ bucketName: "second", owner: owner("second") });
            const news = { ...inputs, storageConfigurationId: second };
            expect((await handlers.workspace.diff(id, outs, news)).replaces).to.deep.equal(["storageConfigurationId"]);
            cloud.account.setStatus(id, "FAILED", "The bucket is gone.");
            handlers = handlersOf(world); // A refresh is a process of its own, which knows no list of before.
            const { props = {} } = await handlers.workspace.read(id, outs);
            expect((await handlers.workspace.diff(id, props, news)).replaces).to.deep.equal([]);
            const renamed = { ...news, workspaceName: "renamed" };
            expect((await handlers.workspace.diff(id, props, renamed)).replaces).to.deep.equal(["workspaceName"]);
            const { outs: mended } = await handlers.workspace.update(id, props, news);
            expect(mended).to.include({ workspaceStatus: "RUNNING", storageConfigurationId: second });
            expect(posts("workspaces")).to.have.length(1);
        });

        it("is replaced when it never ran", async () => {
            const { inputs } = await privateWorkspace(handlers);
            cloud.account.nextOutcome = { status: "FAILED", message: "The bucket is gone." };
            const { id, properties } = await initializationError(handlers.workspace.create(inputs));
            const { id: second } = await handlers.storage.create({ bucketName: "second", owner: owner("second") });
            const diff = await handlers.workspace.diff(id, properties, { ...inputs, storageConfigurationId: second });
            expect(diff.replaces).to.include("storageConfigurationId");
        });
    });

    describe("a change", () => {
        it("of a workspace's network, settings, connectivity or storage key is made in place where the service can, refused at preview where it cannot, and costs no workspace", async () => {
            const { inputs } = await privateWorkspace(handlers, { networkConnectivityConfigId: one });
            const { id, outs } = await handlers.workspace.create(inputs);
            const asked: Properties = { ...inputs, storageCustomerManagedKeyId: one };
            const state: Properties = { ...outs, storageCustomerManagedKeyId: one };
            for (const field of [
                "networkId",
                "privateAccessSettingsId",
                "networkConnectivityConfigId",
                "storageCustomerManagedKeyId",
            ]) {
                handlers = handlersOf(world);
                const diff = async (from: unknown, to: unknown) => {
                    const { changes, replaces } = await handlers.workspace.diff(
                        id,
                        { ...state, setInputs: undefined, [field]: from },
                        { ...asked, [field]: to },
                    );
                    return [changes, replaces];
                };
                const switched = field === "storageCustomerManagedKeyId" ? [field] : [];
                expect(await diff(one, other), field).to.deep.equal([true, switched]);
                expect(await diff(one, undefined), field).to.deep.equal([true, [field]]);
                const added = field === "networkId" ? [field] : [];
                expect(await diff(undefined, other), field).to.deep.equal([true, added]);
                const failures = async (more: Properties) =>
                    (await handlers.workspace.check({ ...asked, [field]: one }, { ...asked, ...more })).failures ?? [];
                const [refused] = await failures({ [field]: undefined });
                expect(refused, field).to.deep.include({ property: field });
                expect(refused?.reason).to.contain("is taken away: ").and.contain(`replaceOn: ["${field}"]`);
                expect(await failures({ [field]: undefined, replaceOn: [field] })).to.deep.equal([]);
            }
            handlers = handlersOf(world);
            const mode = await handlers.workspace.diff(
                id,
                { ...outs, computeMode: "HYBRID" },
                {
                    ...inputs,
                    computeMode: "SERVERLESS",
                },
            );
            expect(mode.replaces).to.deep.equal(["computeMode"]);
        });

        it("of a network or an endpoint replaces it, made first where no name stands in the way", async () => {
            const { id, outs } = await handlers.network.create({ ...network, owner: owner("network") });
            const news = { ...network, ...others };
            const free = await handlers.network.diff(id, outs, news);
            expect([free.replaces, free.deleteBeforeReplace]).to.deep.equal([["subnetIds", "securityGroupIds"], false]);
            const named = await handlers.network.diff(id, outs, { ...news, networkName: outs["networkName"] });
            expect(named.deleteBeforeReplace).to.equal(true);

            const registered = await handlers.endpoint.create({ ...endpoint, owner: owner("rest") });
            const elsewhere = await handlers.endpoint.diff(registered.id, registered.outs, {
                awsVpcEndpointId: "vpce-0123456789abcdef7",
                region: "us-east-1",
            });
            expect([elsewhere.replaces, elsewhere.deleteBeforeReplace]).to.deep.equal([["awsVpcEndpointId"], false]);
            const renamed = { ...endpoint, vpcEndpointName: "another name", owner: owner("rest") };
            const again = await handlers.endpoint.diff(registered.id, registered.outs, renamed);
            expect([again.replaces, again.deleteBeforeReplace]).to.deep.equal([["vpcEndpointName"], true]);
            await handlers.endpoint.delete(registered.id, registered.outs);
            expect(await outcome(handlers.endpoint.create(renamed))).to.equal("ok");
        });

        it("of private access settings is one PUT of the whole, what was left out among it; of their region a replacement", async () => {
            const { id: allowed } = await handlers.endpoint.create({ ...endpoint, owner: owner("rest") });
            const inputs = { ...settings, publicAccessEnabled: true, owner: owner("settings") };
            const { id, outs } = await handlers.settings.create(inputs);
            const news = {
                ...inputs,
                publicAccessEnabled: undefined,
                privateAccessLevel: "ENDPOINT",
                allowedVpcEndpointIds: [allowed],
            };
            expect((await handlers.settings.diff(id, outs, news)).replaces).to.deep.equal([]);
            const { outs: changed = {} } = await handlers.settings.update(id, outs, news);
            const puts = cloud.requests.filter(({ method }) => method === "PUT");
            expect(puts.map(({ body }) => body)).to.deep.equal([
                {
                    private_access_settings_name: outs["privateAccessSettingsName"],
                    region: "us-east-1",
                    public_access_enabled: false,
                    private_access_level: "ENDPOINT",
                    allowed_vpc_endpoint_ids: [allowed],
                },
            ]);
            expect(changed["publicAccessEnabled"]).to.equal(false);
            expect((await handlers.settings.diff(id, changed, news)).changes).to.equal(false);
            const { outs: open = {} } = await handlers.settings.update(id, changed, inputs);
            expect(cloud.requests.filter(({ method }) => method === "PUT").at(-1)?.body).to.deep.include({
                private_access_level: "ACCOUNT",
                allowed_vpc_endpoint_ids: [],
            });
            expect((await handlers.settings.diff(id, open, inputs)).changes).to.equal(false);
            const moved = await handlers.settings.diff(id, changed, { ...news, region: "us-west-2" });
            expect([moved.replaces, moved.deleteBeforeReplace]).to.deep.equal([["region"], false]);
        });
    });
});
