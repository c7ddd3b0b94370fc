import { expect } from "chai";

import { checkInputs } from "../../provider/resource/validation";
import { networkObject } from "../../provider/objects/network";
import { privateAccessSettingsObject } from "../../provider/objects/private-access-settings";
import { vpcEndpointObject } from "../../provider/objects/vpc-endpoint";
import { workspaceObject } from "../../provider/objects/workspace/definition";
import { type Properties, UNKNOWN } from "../../provider/util/property-path";
import type { LocalCloud } from "../../local-cloud";
import { FakeClock, type fakeEnvironment } from "../helpers/environment";
import { type Handlers, handlersOf, startProvider, workspaceInputs } from "../helpers/provider-process";
import { one, other, network, endpoint, settings } from "../helpers/network-objects";

const context = { allowedRegions: ["us-east-1", "us-east-2", "us-west-2"] };

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
                "vpcEndpoints.dataplaneRelays": "is required if vpcEndpoints.restApis is given",
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
            { allowedVpcEndpointIds: 'is required if privateAccessLevel is "ENDPOINT"' },
        ],
        "private access settings whose list means nothing": [
            privateAccessSettingsObject,
            { ...settings, allowedVpcEndpointIds: [one] },
            { allowedVpcEndpointIds: 'only counts if privateAccessLevel is "ENDPOINT"' },
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
                credentialsId: 'is not allowed if computeMode is "SERVERLESS"',
                storageConfigurationId: 'is not allowed if computeMode is "SERVERLESS"',
                networkId: 'is not allowed if computeMode is "SERVERLESS"',
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

// By hand: the table of one comparison, and of one check.
describe("a change of a workspace's network, settings, connectivity or storage key", () => {
    let cloud: LocalCloud;
    let world: ReturnType<typeof fakeEnvironment>;
    let handlers: Handlers;
    beforeEach(async () => ({ cloud, world, handlers } = await startProvider(new FakeClock())));
    afterEach(() => cloud.stop());

    it("is made in place where the service can, refused at preview where it cannot, and costs no workspace", async () => {
        const inputs = await workspaceInputs(handlers);
        const { id, outs } = await handlers.workspace.create(inputs);
        const all = { networkId: one, privateAccessSettingsId: one, networkConnectivityConfigId: one };
        const asked: Properties = { ...inputs, ...all, storageCustomerManagedKeyId: one };
        const state: Properties = { ...outs, ...all, storageCustomerManagedKeyId: one, setInputs: undefined };
        for (const [field, switched, removed, added] of [
            ["networkId", [], ["networkId"], ["networkId"]],
            ["privateAccessSettingsId", [], ["privateAccessSettingsId"], []],
            ["networkConnectivityConfigId", [], ["networkConnectivityConfigId"], []],
            ["storageCustomerManagedKeyId", ["storageCustomerManagedKeyId"], ["storageCustomerManagedKeyId"], []],
        ] as const) {
            handlers = handlersOf(world);
            const diff = async (from: unknown, to: unknown) => {
                const [olds, news] = [
                    { ...state, [field]: from },
                    { ...asked, [field]: to },
                ];
                const { changes, replaces } = await handlers.workspace.diff(id, olds, news);
                return [changes, replaces];
            };
            expect(await diff(one, other), field).to.deep.equal([true, switched]);
            expect(await diff(one, undefined), field).to.deep.equal([true, removed]);
            expect(await diff(undefined, other), field).to.deep.equal([true, added]);
            const failures = async (more: Properties) =>
                (await handlers.workspace.check(asked, { ...asked, ...more })).failures ?? [];
            const [refused] = await failures({ [field]: undefined });
            expect(refused, field).to.deep.include({ property: field });
            expect(refused?.reason).to.contain("is taken away: ").and.contain(`replaceOn: ["${field}"]`);
            expect(await failures({ [field]: undefined, replaceOn: [field] })).to.deep.equal([]);
        }
    });
});
