import { expect } from "chai";

import { writeOtherState } from "../../cli/adopt/state";
import { UsageError } from "../../cli/command";

const UUID = "0193a1b2-c3d4-7e5f-8a6b-123456789abc";
const urn = (type: string, name: string) => `urn:pulumi:dev::acme::${type}::${name}`;
const CLASS = "pulumi-nodejs:dynamic/databricks-cmk";
const NODEJS = {
    urn: urn("pulumi:providers:pulumi-nodejs", "default"),
    id: "1",
    type: "pulumi:providers:pulumi-nodejs",
};

const stateOf = (resources: object[], more: object = {}) =>
    JSON.stringify({ version: 3, deployment: { manifest: {}, resources, ...more } });

function own(kind: string, name: string, more: object = {}) {
    const properties = { owner: `${UUID}/${name}`, __provider: "text" };
    const type = `${CLASS}:${kind}`;
    const provider = `${NODEJS.urn}::1`;
    return {
        urn: urn(type, name),
        id: name,
        custom: true,
        type,
        inputs: properties,
        outputs: properties,
        provider,
        ...more,
    };
}

const identity = { ...own("StackIdentity", "databricks-cmk"), outputs: { uuid: UUID } };
const stack = { urn: urn("pulumi:pulumi:Stack", "acme-dev"), type: "pulumi:pulumi:Stack" };

interface Resource {
    readonly urn: string;
    readonly type: string;
    readonly provider?: string;
    readonly inputs?: object;
    readonly outputs?: object;
    readonly dependencies?: string[];
}
const resourcesOf = (text: string) =>
    (JSON.parse(text) as { deployment: { resources: Resource[] } }).deployment.resources;

describe("the option --from-state of adopt", () => {
    it("names the other host everywhere, takes the identity over, and leaves what is not this package's as it is", () => {
        const bucket = {
            urn: urn("aws:s3/bucket:Bucket", "b"),
            type: "aws:s3/bucket:Bucket",
            inputs: { tag: identity.urn },
        };
        const child = {
            ...bucket,
            urn: urn(`${CLASS}:Workspace$aws:s3/bucket:Bucket`, "in"),
            dependencies: [identity.urn, own("Workspace", "w").urn],
        };
        const dynamic = {
            ...own("Other", "mine"),
            type: "pulumi-nodejs:dynamic:Mine",
            urn: urn("pulumi-nodejs:dynamic:Mine", "mine"),
        };
        const text = stateOf([
            stack,
            NODEJS,
            identity,
            own("Workspace", "w", { delete: true }),
            bucket,
            child,
            dynamic,
        ]);
        const { text: moved, to, count } = writeOtherState(text);
        expect([to, count]).to.deep.equal(["plugin", 1]);
        const resources = resourcesOf(moved);
        const provider = resources.find(({ type }) => type === "pulumi:providers:databricks-cmk");
        expect(provider?.inputs).to.deep.equal({ stackUuid: UUID, stackName: "acme/dev" });
        const workspace = urn("databricks-cmk:index:Workspace", "w");
        expect(resources.find((one) => one.urn === workspace)).to.deep.include({
            type: "databricks-cmk:index:Workspace",
            inputs: { owner: `${UUID}/w` },
            delete: true,
        });
        expect(resources.map((one) => one.urn))
            .to.include.members([NODEJS.urn, dynamic.urn])
            .and.not.include(identity.urn);
        expect(resources).to.deep.include(bucket);
        const inside = urn("databricks-cmk:index:Workspace$aws:s3/bucket:Bucket", "in");
        expect(resources.find((one) => one.urn === inside)?.dependencies).to.deep.equal([workspace]);
        const again = resourcesOf(writeOtherState(moved).text);
        expect(again.map((one) => one.urn)).to.have.members(resourcesOf(text).map((one) => one.urn));
    });

    it("keeps the stack that made the state, which a copy in another stack is told from by it", () => {
        const noted = { ...identity, outputs: { uuid: UUID, stackName: "organization/other/live" } };
        const plugin = writeOtherState(stateOf([stack, NODEJS, noted, own("Workspace", "w")])).text;
        const provider = resourcesOf(plugin).find(({ type }) => type === "pulumi:providers:databricks-cmk");
        expect(provider?.inputs).to.deep.equal({ stackUuid: UUID, stackName: "other/live" });
        const again = resourcesOf(writeOtherState(plugin).text).find(({ type }) => type === identity.type);
        expect(again?.outputs).to.include({ uuid: UUID, stackName: "other/live" });
        const nameless = JSON.stringify(JSON.parse(plugin), (name, value: unknown) =>
            name === "stackName" ? undefined : value,
        );
        const bare = resourcesOf(writeOtherState(nameless).text);
        expect(bare.find(({ type }) => type === identity.type)?.outputs).to.not.have.property("stackName");
    });

    it("keeps a component and its AWS resources, whose types are the same, and renames what it has of this package", () => {
        const component = "databricks-cmk:index:EncryptionKey";
        const key = {
            urn: urn(`${component}$aws:kms/key:Key`, "k"),
            type: "aws:kms/key:Key",
            parent: urn(component, "k"),
        };
        const registration = own("CustomerManagedKey", "k", {
            urn: urn(`${component}$${CLASS}:CustomerManagedKey`, "k"),
            parent: urn(component, "k"),
            dependencies: [key.urn],
        });
        const resources = [stack, NODEJS, { urn: urn(component, "k"), type: component }, key, registration];
        const moved = resourcesOf(writeOtherState(stateOf(resources)).text);
        expect(moved).to.deep.include.members([resources[2], key].map((one) => ({ ...one })));
        expect(moved.at(-1)).to.deep.include({
            urn: urn(`${component}$databricks-cmk:index:CustomerManagedKey`, "k"),
            parent: urn(component, "k"),
            dependencies: [key.urn],
        });
    });

    const refused: [string, string, string][] = [
        ["what is no state", "no json", "pulumi stack export"],
        ["a state without a resource of this package", stateOf([stack]), "no resource of this package"],
        [
            "a state with resources of both hosts",
            stateOf([own("Network", "n"), { ...own("Network", "m"), type: "databricks-cmk:index:Network" }]),
            "of the plugin",
        ],
        [
            "an interrupted operation",
            stateOf([own("Network", "n")], { pending_operations: [{ type: "creating" }] }),
            "`pulumi refresh --clear-pending-creates --yes`",
        ],
    ];
    for (const [what, text, words] of refused) {
        it(`refuses ${what}`, () => {
            expect(() => writeOtherState(text)).to.throw(UsageError, words);
        });
    }
});
