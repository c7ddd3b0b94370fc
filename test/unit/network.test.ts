import { expect } from "chai";

import { checkInputs } from "../../provider/resource/validation";
import { InitializationError } from "../../provider/resource/errors";
import { ObjectHandler } from "../../provider/resource/handler";
import { credentialsObject } from "../../provider/objects/credentials";
import { networkObject } from "../../provider/objects/network";
import { privateAccessSettingsObject } from "../../provider/objects/private-access-settings";
import { storageConfigurationObject } from "../../provider/objects/storage-configuration";
import { vpcEndpointObject } from "../../provider/objects/vpc-endpoint";
import { workspaceObject } from "../../provider/objects/workspace/definition";
import { UNKNOWN } from "../../provider/util/property-path";
import { Session } from "../../provider/runtime/session";
import { WorkspaceHandler } from "../../provider/objects/workspace/handler";
import { LocalCloud } from "../cloud";
import { FakeClock, fakeEnvironment, ownerFor } from "./environment";

type Properties = Record<string, unknown>;

const context = { allowedRegions: ["us-east-1", "us-east-2", "us-west-2"] };
const [one, other] = ["11111111-2222-4333-8444-555555555555", "11111111-2222-4333-8444-666666666666"];
const network = {
    vpcId: "vpc-0123456789abcdef0",
    subnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    securityGroupIds: ["sg-0123456789abcdef0"],
};
/** What no other network has. */
const others = {
    subnetIds: ["subnet-0123456789abcdef6", "subnet-0123456789abcdef7"],
    securityGroupIds: ["sg-0123456789abcdef6"],
};
const endpoint = { awsVpcEndpointId: "vpce-0123456789abcdef0", region: "us-east-1" };
const settings = { region: "us-east-1" };

describe("checking networks and private links", () => {
    const wrong = {
        network: [
            networkObject,
            {
                networkName: "n",
                vpcId: "vpce-1",
                subnetIds: ["subnet-0123456789abcdef0"],
                securityGroupIds: [],
                vpcEndpoints: { restApis: [one, one] },
            },
            {
                networkName: "must have at least 4 characters",
                vpcId: 'must be an id such as "vpc-0123456789abcdef0"',
                subnetIds: "must hold at least 2",
                securityGroupIds: "must hold at least 1",
                "vpcEndpoints.restApis": "must not hold a value twice",
                "vpcEndpoints.dataplaneRelays": "is required where vpcEndpoints.restApis is given",
            },
        ],
        "network that uses an endpoint for both services": [
            networkObject,
            { ...network, vpcEndpoints: { restApis: [one], dataplaneRelays: [one, other] } },
            { "vpcEndpoints.dataplaneRelays": `holds ${one}, which vpcEndpoints.restApis holds too` },
        ],
        "VPC endpoint": [
            vpcEndpointObject,
            { vpcEndpointName: "", awsVpcEndpointId: one, region: "eu-west-1" },
            {
                vpcEndpointName: "must not be empty: give a name of 4 to 256 characters",
                awsVpcEndpointId: "must be the id of an AWS VPC endpoint",
                region: "a workspace may only be in us-east-1, us-east-2, us-west-2",
            },
        ],
        "private access settings": [
            privateAccessSettingsObject,
            {
                privateAccessSettingsName: "x".repeat(257),
                region: "Ohio",
                publicAccessEnabled: "no",
                privateAccessLevel: "EVERYBODY",
                allowedVpcEndpointIds: [`account/${one}`],
            },
            {
                privateAccessSettingsName: "at most 256 characters",
                region: "must be the name of an AWS region",
                publicAccessEnabled: "must be true or false",
                privateAccessLevel: "must be one of ACCOUNT, ENDPOINT",
                "allowedVpcEndpointIds.0": `must be the bare id "${one}"`,
            },
        ],
        "private access settings that let nobody in": [
            privateAccessSettingsObject,
            { ...settings, privateAccessLevel: "ENDPOINT", allowedVpcEndpointIds: [] },
            { allowedVpcEndpointIds: 'is required where privateAccessLevel is "ENDPOINT"' },
        ],
        "private access settings whose list means nothing": [
            privateAccessSettingsObject,
            { ...settings, allowedVpcEndpointIds: [one] },
            { allowedVpcEndpointIds: 'only counts where privateAccessLevel is "ENDPOINT"' },
        ],
        "workspace whose plan has no private link": [
            workspaceObject,
            {
                workspaceName: "w",
                awsRegion: "us-east-1",
                credentialsId: one,
                storageConfigurationId: one,
                privateAccessSettingsId: one,
                pricingTier: "PREMIUM",
            },
            { pricingTier: "privateAccessSettingsId needs the Enterprise plan or higher" },
        ],
        "workspace whose network inputs are no ids": [
            workspaceObject,
            {
                workspaceName: "w",
                awsRegion: "us-east-1",
                credentialsId: one,
                storageConfigurationId: one,
                networkId: network.vpcId,
                privateAccessSettingsId: "p",
                networkConnectivityConfigId: "n",
                storageCustomerManagedKeyId: "k",
                computeMode: "NONE",
            },
            {
                networkId: "must be the id (a uuid) of Network: pass its networkId output",
                privateAccessSettingsId: "pass its privateAccessSettingsId output",
                networkConnectivityConfigId: "of a network connectivity configuration",
                storageCustomerManagedKeyId: "pass its customerManagedKeyId output",
                computeMode: "must be one of HYBRID, SERVERLESS",
            },
        ],
        "serverless workspace with what describes compute in the customer's account": [
            workspaceObject,
            {
                workspaceName: "w",
                awsRegion: "us-east-1",
                computeMode: "SERVERLESS",
                credentialsId: one,
                storageConfigurationId: one,
                networkId: one,
            },
            {
                credentialsId: 'is not allowed where computeMode is "SERVERLESS"',
                storageConfigurationId: 'is not allowed where computeMode is "SERVERLESS"',
                networkId: 'is not allowed where computeMode is "SERVERLESS"',
            },
        ],
        "workspace without credentials and storage": [
            workspaceObject,
            { workspaceName: "w", awsRegion: "us-east-1", computeMode: "HYBRID" },
            {
                credentialsId: 'is required unless computeMode is "SERVERLESS"',
                storageConfigurationId: 'is required unless computeMode is "SERVERLESS"',
            },
        ],
    } as const;

    for (const [what, [object, inputs, expected]] of Object.entries(wrong)) {
        it(`finds every mistake in a ${what} at once, each with its property and a remedy`, () => {
            const found = checkInputs(object, inputs, context);
            expect(found.map(({ property }) => property)).to.have.members(Object.keys(expected));
            for (const { property, reason } of found)
                expect(reason).to.contain(expected[property as keyof typeof expected]);
        });
    }

    it("accepts what is valid, or not known yet", () => {
        const right: [Parameters<typeof checkInputs>[0], Properties][] = [
            [networkObject, network],
            [networkObject, { ...network, vpcEndpoints: { restApis: [one], dataplaneRelays: [other] } }],
            [networkObject, { ...network, vpcEndpoints: { restApis: [UNKNOWN], dataplaneRelays: [UNKNOWN] } }],
            [networkObject, { vpcId: UNKNOWN, subnetIds: UNKNOWN, securityGroupIds: UNKNOWN, vpcEndpoints: UNKNOWN }],
            [vpcEndpointObject, endpoint],
            [vpcEndpointObject, { awsVpcEndpointId: UNKNOWN, region: UNKNOWN }],
            [privateAccessSettingsObject, settings],
            [privateAccessSettingsObject, { ...settings, privateAccessLevel: "ACCOUNT", allowedVpcEndpointIds: [] }],
            [
                privateAccessSettingsObject,
                { ...settings, privateAccessLevel: "ENDPOINT", allowedVpcEndpointIds: UNKNOWN },
            ],
            [privateAccessSettingsObject, { ...settings, privateAccessLevel: UNKNOWN, allowedVpcEndpointIds: [one] }],
        ];
        for (const [object, inputs] of right) expect(checkInputs(object, inputs, context)).to.deep.equal([]);
    });
});

describe("networks and private links against the local cloud", () => {
    let cloud: LocalCloud;
    let clock: FakeClock;
    let world: ReturnType<typeof fakeEnvironment>;
    let handlers: ReturnType<typeof handlersOf>;

    beforeEach(async () => {
        clock = new FakeClock();
        cloud = await LocalCloud.start({
            provisioningMilliseconds: 30_000,
            now: () => clock.now(),
        });
        const { DATABRICKS_HOST = "", DATABRICKS_ACCOUNT_ID = "" } = cloud.environment();
        world = fakeEnvironment({ DATABRICKS_HOST, DATABRICKS_ACCOUNT_ID, DATABRICKS_TOKEN: cloud.token }, clock);
        handlers = handlersOf();
    });
    afterEach(() => cloud.stop());

    function handlersOf() {
        const session = new Session(world);
        session.claims.isWholeProgram = true;
        return {
            credentials: new ObjectHandler(credentialsObject, session),
            storage: new ObjectHandler(storageConfigurationObject, session),
            network: new ObjectHandler(networkObject, session),
            endpoint: new ObjectHandler(vpcEndpointObject, session),
            settings: new ObjectHandler(privateAccessSettingsObject, session),
            workspace: new WorkspaceHandler(workspaceObject, session),
        };
    }

    const owner = (name: string) => ownerFor(name);
    const outcome = (promise: Promise<unknown>) =>
        promise.then(
            () => "ok",
            (error: Error) => error.message,
        );
    const posts = (collection: string) =>
        cloud.requests.filter(({ method, path }) => method === "POST" && path.endsWith(`/${collection}`));

    /** A workspace on a network with a private link. */
    async function privateWorkspace(more: Properties = {}) {
        const rest = await handlers.endpoint.create({ ...endpoint, owner: owner("rest") });
        const relay = await handlers.endpoint.create({
            awsVpcEndpointId: "vpce-0123456789abcdef1",
            region: "us-east-1",
            owner: owner("relay"),
        });
        const linked = await handlers.network.create({
            ...network,
            vpcEndpoints: { restApis: [rest.id], dataplaneRelays: [relay.id] },
            owner: owner("network"),
        });
        const access = await handlers.settings.create({
            ...settings,
            privateAccessLevel: "ENDPOINT",
            allowedVpcEndpointIds: [rest.id],
            owner: owner("settings"),
        });
        const credentials = await handlers.credentials.create({
            roleArn: "arn:aws:iam::123456789012:role/r",
            owner: owner("credentials"),
        });
        const storage = await handlers.storage.create({ bucketName: "root-bucket", owner: owner("storage") });
        const inputs: Properties = {
            workspaceName: "w",
            awsRegion: "us-east-1",
            credentialsId: credentials.id,
            storageConfigurationId: storage.id,
            networkId: linked.id,
            privateAccessSettingsId: access.id,
            owner: owner("w"),
            ...more,
        };
        return { rest, relay, linked, access, inputs };
    }

    async function failure(promise: Promise<unknown>): Promise<InitializationError> {
        const error = await promise.then(
            () => undefined,
            (thrown: unknown) => thrown,
        );
        if (!(error instanceof InitializationError)) throw new Error(`not an init error: ${String(error)}`);
        return error;
    }

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
            const { linked, inputs } = await privateWorkspace();
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
            const { rest, relay, linked, inputs } = await privateWorkspace();
            cloud.account.change("networks", linked.id, {
                vpc_status: "BROKEN",
                error_messages: [
                    { error_type: "subnet", error_message: "No route to the control plane." },
                    { error_type: "securityGroup", error_message: "Egress to 443 is closed." },
                ],
                warning_messages: [{ warning_type: "subnet", warning_message: "Few addresses are left." }],
            });
            cloud.account.change("vpc-endpoints", rest.id, { state: "pendingAcceptance" });
            const { message } = await failure(handlers.workspace.create(inputs));
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
            const { relay, inputs } = await privateWorkspace({ provisioningTimeoutSeconds: 10 });
            cloud.account.change("vpc-endpoints", relay.id, { state: "pending" });
            const { message } = await failure(handlers.workspace.create(inputs));
            expect(message).to.contain(
                `still PROVISIONING after 10 s: Workspace resources are being set up; the VPC endpoint registration ${relay.id} is pending in AWS`,
            );
        });

        it("names what is gone, and keeps its own message where nothing can be read", async () => {
            const { linked, inputs } = await privateWorkspace();
            cloud.account.nextOutcome = { status: "FAILED", message: "No capacity." };
            const { id, properties } = await failure(handlers.workspace.create(inputs));
            cloud.account.remove("networks", linked.id);
            expect((await failure(handlers.workspace.update(id, properties, inputs))).message).to.contain(
                `the network configuration ${linked.id} is gone`,
            );
            cloud.inject({ when: ({ path }) => !path.includes("/workspaces"), do: { kind: "body", body: "<html>" } });
            expect((await failure(handlers.workspace.update(id, properties, inputs))).message).to.contain(
                "is FAILED: No capacity. Correct the cause",
            );
        });
    });

    describe("a FAILED workspace with another storage configuration", () => {
        it("is repaired in place when it ran before, and nothing else of it may change that way", async () => {
            const { inputs } = await privateWorkspace();
            const { id, outs } = await handlers.workspace.create(inputs);
            const { id: second } = await handlers.storage.create({ bucketName: "second", owner: owner("second") });
            const news = { ...inputs, storageConfigurationId: second };
            expect((await handlers.workspace.diff(id, outs, news)).replaces).to.deep.equal(["storageConfigurationId"]);
            cloud.account.setStatus(id, "FAILED", "The bucket is gone.");
            handlers = handlersOf(); // A refresh is a process of its own, which knows no list of before.
            const { props = {} } = await handlers.workspace.read(id, outs);
            expect((await handlers.workspace.diff(id, props, news)).replaces).to.deep.equal([]);
            const renamed = { ...news, workspaceName: "renamed" };
            expect((await handlers.workspace.diff(id, props, renamed)).replaces).to.deep.equal(["workspaceName"]);
            const { outs: mended } = await handlers.workspace.update(id, props, news);
            expect(mended).to.include({ workspaceStatus: "RUNNING", storageConfigurationId: second });
            expect(posts("workspaces")).to.have.length(1);
        });

        it("is replaced when it never ran", async () => {
            const { inputs } = await privateWorkspace();
            cloud.account.nextOutcome = { status: "FAILED", message: "The bucket is gone." };
            const { id, properties } = await failure(handlers.workspace.create(inputs));
            const { id: second } = await handlers.storage.create({ bucketName: "second", owner: owner("second") });
            const diff = await handlers.workspace.diff(id, properties, { ...inputs, storageConfigurationId: second });
            expect(diff.replaces).to.include("storageConfigurationId");
        });
    });

    describe("a change", () => {
        it("of a workspace's network, settings, connectivity or storage key is made in place where the service can, refused at preview where it cannot, and costs no workspace", async () => {
            const { inputs } = await privateWorkspace({ networkConnectivityConfigId: one });
            const { id, outs } = await handlers.workspace.create(inputs);
            const asked: Properties = { ...inputs, storageCustomerManagedKeyId: one };
            const state: Properties = { ...outs, storageCustomerManagedKeyId: one };
            for (const field of [
                "networkId",
                "privateAccessSettingsId",
                "networkConnectivityConfigId",
                "storageCustomerManagedKeyId",
            ]) {
                handlers = handlersOf();
                const diff = async (from: unknown, to: unknown) => {
                    const { changes, replaces } = await handlers.workspace.diff(
                        id,
                        { ...state, given: undefined, [field]: from },
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
            handlers = handlersOf();
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

        it("that only the service made is no difference", async () => {
            const { linked, rest, inputs } = await privateWorkspace();
            await handlers.workspace.create(inputs);
            cloud.account.change("networks", linked.id, { vpc_status: "WARNED", warning_messages: [{}] });
            cloud.account.change("vpc-endpoints", rest.id, { state: "rejected" });
            handlers = handlersOf();
            const { props: shown = {} } = await handlers.network.read(linked.id, linked.outs);
            expect(shown["vpcStatus"]).to.equal("WARNED");
            const links = { restApis: [rest.id], dataplaneRelays: linked.outs["vpcEndpoints"].dataplaneRelays };
            expect(
                (await handlers.network.diff(linked.id, shown, { ...network, vpcEndpoints: links })).changes,
            ).to.equal(false);
            const { props: state = {} } = await handlers.endpoint.read(rest.id, rest.outs);
            expect(state["state"]).to.equal("rejected");
            expect((await handlers.endpoint.diff(rest.id, state, endpoint)).changes).to.equal(false);
        });
    });

    const named: Record<string, [keyof ReturnType<typeof handlersOf>, string, Properties, Properties, string]> = {
        network: ["network", "networks", network, { networkName: "named network" }, "vpcId"],
        "VPC endpoint": ["endpoint", "vpc-endpoints", endpoint, { vpcEndpointName: "named endpoint" }, "region"],
        "private access settings": [
            "settings",
            "private-access-settings",
            settings,
            { privateAccessSettingsName: "named settings" },
            "region",
        ],
    };
    for (const [noun, [handler, collection, content, name, immutable]] of Object.entries(named)) {
        describe(noun, () => {
            for (const [how, inputs] of [
                ["whose name is made up", content],
                ["that the program names", { ...content, ...name }],
            ] as const) {
                it(`${how} is made once when the answer to its POST is lost`, async () => {
                    cloud.inject({
                        when: ({ method }) => method === "POST",
                        times: 1,
                        do: { kind: "drop", when: "after" },
                    });
                    const { id } = await handlers[handler].create({ ...inputs, owner: owner("made") });
                    expect(cloud.account.list(collection)).to.have.length(1);
                    expect(Object.values(cloud.account.list(collection)[0] ?? {})).to.include(id);
                });
            }

            it("that an interrupted create left is taken over by the next process, and another's never", async () => {
                const { id } = await handlers[handler].create({ ...content, owner: owner("made") });
                handlers = handlersOf();
                expect((await handlers[handler].create({ ...content, owner: owner("made") })).id).to.equal(id);
                expect(world.lines.filter((line) => line.includes("is adopted"))).to.have.length(1);
                handlers = handlersOf();
                const news = { ...content, owner: owner("made").replace("5555", "9999") };
                const result = await outcome(handlers[handler].create(news));
                if (noun === "VPC endpoint") expect(result).to.contain("already exists");
                else if (noun === "network")
                    expect(result).to.match(
                        /409.*belongs to one network configuration at a time: give this one its own/,
                    );
                else expect(cloud.account.list(collection)).to.have.length(2);
            });

            it("that exists is adopted, or every difference in what cannot be changed is listed", async () => {
                const { id, outs } = await handlers[handler].create({ ...content, ...name, owner: owner("made") });
                handlers = handlersOf();
                const different = {
                    ...content,
                    adopt: id,
                    [immutable]: immutable === "region" ? "us-west-2" : "vpc-0123456789abcdef9",
                };
                expect(await outcome(handlers[handler].create(different))).to.contain(
                    `${immutable} is ${JSON.stringify(outs[immutable])}, the program says`,
                );
                const adopting = { ...content, adopt: id };
                const adopted = await handlers[handler].create(adopting);
                expect(adopted.id).to.equal(id);
                expect((await handlers[handler].diff(id, adopted.outs, adopting)).changes).to.equal(false);
                expect(posts(collection)).to.have.length(1);
            });

            it("that is gone is no longer there after a read, and one that is read shows all that was made", async () => {
                const { id, outs } = await handlers[handler].create({ ...content, owner: owner("made") });
                expect((await handlers[handler].read(id, outs)).props).to.deep.equal(outs);
                cloud.account.remove(collection, id);
                handlers = handlersOf();
                expect((await handlers[handler].read(id, outs)).id).to.equal("");
            });
        });
    }

    describe("the local cloud refuses", () => {
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
            const { rest, relay } = await privateWorkspace();
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
                await create(
                    "networks",
                    networkBody({ vpc_endpoints: { rest_api: [rest.id, west["vpc_endpoint_id"]] } }),
                ),
            ).to.contain("it is in us-west-2, and us-east-1 is needed");
            expect(
                await create(
                    "private-access-settings",
                    settingsBody({ allowed_vpc_endpoint_ids: [west["vpc_endpoint_id"]] }),
                ),
            ).to.contain("it is in us-west-2, and us-east-1 is needed");
        });

        it("a workspace whose network or settings are in another region", async () => {
            const { inputs } = await privateWorkspace();
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
            const { rest, relay, linked, access, inputs } = await privateWorkspace();
            expect(await outcome(handlers.endpoint.delete(relay.id, {}))).to.contain(`used by network ${linked.id}`);
            expect(await outcome(handlers.endpoint.delete(rest.id, {}))).to.contain("RESOURCE_CONFLICT, HTTP 409");
            const { id, outs } = await handlers.workspace.create(inputs);
            expect(await outcome(handlers.network.delete(linked.id, {}))).to.contain(`used by workspace ${id}`);
            expect(await outcome(handlers.settings.delete(access.id, {}))).to.contain(`used by workspace ${id}`);
            await handlers.workspace.delete(id, outs);
            await handlers.network.delete(linked.id, {});
            expect(await outcome(handlers.endpoint.delete(rest.id, {}))).to.contain(
                `used by privateAccessSettings ${access.id}`,
            );
            await handlers.settings.delete(access.id, {});
            await handlers.endpoint.delete(rest.id, {});
            await handlers.endpoint.delete(relay.id, {});
            expect(
                ["networks", "vpc-endpoints", "private-access-settings"].map((kind) => cloud.account.list(kind)),
            ).to.deep.equal([[], [], []]);
        });

        it("a PUT that is not the whole, moves to another region, or takes another's name", async () => {
            const { access } = await privateWorkspace();
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
            const { inputs } = await privateWorkspace({ networkConnectivityConfigId: one });
            const { id } = await handlers.workspace.create(inputs);
            for (const field of ["network_id", "private_access_settings_id", "network_connectivity_config_id"])
                expect(await outcome(cloud.account.patch("workspaces", id, { [field]: "" }, [field]))).to.contain(
                    `${field} cannot be removed`,
                );
        });
    });
});
