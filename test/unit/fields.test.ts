import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";

import type { ObjectDefinition } from "../../provider/resource/definition";
import { camelCaseDeep } from "../../provider/util/case";
import type { ObjectHandler } from "../../provider/resource/handler";
import { apiPath } from "../../provider/resource/mapping";
import { registry } from "../../provider/registry";
import { OWNERSHIP_TAG } from "../../provider/contract/ownership-tag";
import { credentialsObject } from "../../provider/objects/credentials";
import { customerManagedKeyObject } from "../../provider/objects/customer-managed-key";
import { networkObject } from "../../provider/objects/network";
import { privateAccessSettingsObject } from "../../provider/objects/private-access-settings";
import { storageConfigurationObject } from "../../provider/objects/storage-configuration";
import { vpcEndpointObject } from "../../provider/objects/vpc-endpoint";
import { workspaceObject } from "../../provider/objects/workspace/definition";
import { getPath, isRecord, setPath } from "../../provider/util/property-path";
import { Session } from "../../provider/runtime/session";
import { withoutCallInputs } from "../../provider/runtime/engine-calls";
import * as databricks from "../../sdk";
import { CUSTOMER_AWS_ACCOUNT, LocalCloud } from "../../local-cloud";
import { kinds } from "../../local-cloud/account-api/kinds";
import { updatable } from "../../local-cloud/account-api/updates";
import { privateLinkServices } from "../../local-cloud/account-api/private-link";
import { handlerOf } from "../helpers/provider-process";
import { FakeClock, fakeEnvironment, stackOf } from "../helpers/environment";

/** Ids of objects that were there before, for the fields that name others: two of each kind. */
type Ids = Readonly<Record<string, readonly [string, string]>>;

/** One field of a body, and how a program gives it. */
interface Field {
    /** The input of the class, as a dotted path. */
    readonly input: string;
    /** Where its value is in the request's body, as a dotted path. */
    readonly apiPath: string;
    readonly value: unknown;
    /** Another value, where a PATCH or PUT can bring one. */
    readonly changed?: unknown;
}

/** A value that the service adds, and the output in which a program finds it. */
interface Added {
    readonly output: string;
    readonly responsePath: string;
}

interface Kind {
    readonly collection: string;
    readonly object: ObjectDefinition;
    readonly make: (args: object) => pulumi.Resource;
    readonly fields: (ids: Ids) => readonly Field[];
    readonly adds: readonly Added[];
}

const keyArn = `arn:aws:kms:us-east-1:${CUSTOMER_AWS_ACCOUNT}:key/11111111-2222-4333-8444-555555555555`;
const creationTime = { output: "creationTime", responsePath: "creation_time" };

/** Every field of the bodies of the Account API, each with the input that gives it. */
const table: readonly Kind[] = [
    {
        collection: "customer-managed-keys",
        object: customerManagedKeyObject,
        make: (args) => new databricks.CustomerManagedKey("made", args as databricks.CustomerManagedKeyArgs),
        fields: () => [
            { input: "awsKeyInfo.keyArn", apiPath: "aws_key_info.key_arn", value: keyArn },
            { input: "awsKeyInfo.keyAlias", apiPath: "aws_key_info.key_alias", value: "alias/notebooks" },
            { input: "awsKeyInfo.keyRegion", apiPath: "aws_key_info.key_region", value: "us-east-1" },
            {
                input: "awsKeyInfo.reuseKeyForClusterVolumes",
                apiPath: "aws_key_info.reuse_key_for_cluster_volumes",
                value: true,
            },
            { input: "useCases", apiPath: "use_cases", value: ["MANAGED_SERVICES", "STORAGE"] },
        ],
        adds: [creationTime],
    },
    {
        collection: "credentials",
        object: credentialsObject,
        make: (args) => new databricks.Credentials("made", args as databricks.CredentialsArgs),
        fields: () => [
            { input: "credentialsName", apiPath: "credentials_name", value: "own credentials" },
            {
                input: "roleArn",
                apiPath: "aws_credentials.sts_role.role_arn",
                value: `arn:aws:iam::${CUSTOMER_AWS_ACCOUNT}:role/own`,
            },
        ],
        adds: [{ output: "externalId", responsePath: "aws_credentials.sts_role.external_id" }, creationTime],
    },
    {
        collection: "storage-configurations",
        object: storageConfigurationObject,
        make: (args) => new databricks.StorageConfiguration("made", args as databricks.StorageConfigurationArgs),
        fields: () => [
            { input: "storageConfigurationName", apiPath: "storage_configuration_name", value: "own storage" },
            { input: "bucketName", apiPath: "root_bucket_info.bucket_name", value: "own-bucket" },
            { input: "roleArn", apiPath: "role_arn", value: `arn:aws:iam::${CUSTOMER_AWS_ACCOUNT}:role/storage` },
        ],
        adds: [creationTime],
    },
    {
        collection: "networks",
        object: networkObject,
        make: (args) => new databricks.Network("made", args as databricks.NetworkArgs),
        fields: (ids) => [
            { input: "networkName", apiPath: "network_name", value: "own network" },
            { input: "vpcId", apiPath: "vpc_id", value: "vpc-0123456789abcdef9" },
            {
                input: "subnetIds",
                apiPath: "subnet_ids",
                value: ["subnet-0123456789abcdef8", "subnet-0123456789abcdef9"],
            },
            { input: "securityGroupIds", apiPath: "security_group_ids", value: ["sg-0123456789abcdef9"] },
            { input: "vpcEndpoints.restApis", apiPath: "vpc_endpoints.rest_api", value: [ids["vpc-endpoints"]![0]] },
            {
                input: "vpcEndpoints.dataplaneRelays",
                apiPath: "vpc_endpoints.dataplane_relay",
                value: [ids["vpc-endpoints"]![1]],
            },
        ],
        adds: [
            { output: "vpcStatus", responsePath: "vpc_status" },
            { output: "errorMessages", responsePath: "error_messages" },
            { output: "warningMessages", responsePath: "warning_messages" },
            { output: "workspaceId", responsePath: "workspace_id" },
            creationTime,
        ],
    },
    {
        collection: "vpc-endpoints",
        object: vpcEndpointObject,
        make: (args) => new databricks.VpcEndpoint("made", args as databricks.VpcEndpointArgs),
        fields: () => [
            { input: "vpcEndpointName", apiPath: "vpc_endpoint_name", value: "own relay endpoint" },
            { input: "awsVpcEndpointId", apiPath: "aws_vpc_endpoint_id", value: "vpce-0123456789abcdef9" },
            { input: "region", apiPath: "region", value: "us-east-1" },
        ],
        adds: [
            { output: "state", responsePath: "state" },
            { output: "useCase", responsePath: "use_case" },
            { output: "awsEndpointServiceId", responsePath: "aws_endpoint_service_id" },
            { output: "awsAccountId", responsePath: "aws_account_id" },
        ],
    },
    {
        collection: "private-access-settings",
        object: privateAccessSettingsObject,
        make: (args) => new databricks.PrivateAccessSettings("made", args as databricks.PrivateAccessSettingsArgs),
        fields: (ids) => [
            {
                input: "privateAccessSettingsName",
                apiPath: "private_access_settings_name",
                value: "own settings",
                changed: "renamed settings",
            },
            { input: "region", apiPath: "region", value: "us-east-1" },
            { input: "publicAccessEnabled", apiPath: "public_access_enabled", value: false, changed: true },
            {
                input: "privateAccessLevel",
                apiPath: "private_access_level",
                value: "ENDPOINT",
                changed: "ACCOUNT",
            },
            {
                input: "allowedVpcEndpointIds",
                apiPath: "allowed_vpc_endpoint_ids",
                value: [ids["vpc-endpoints"]![0]],
                changed: [],
            },
        ],
        adds: [],
    },
    {
        collection: "workspaces",
        object: workspaceObject,
        make: (args) => new databricks.Workspace("made", args as databricks.WorkspaceArgs),
        fields: (ids) => [
            { input: "workspaceName", apiPath: "workspace_name", value: "own workspace" },
            { input: "deploymentName", apiPath: "deployment_name", value: "own-deployment" },
            { input: "awsRegion", apiPath: "aws_region", value: "us-east-1" },
            ...(
                [
                    ["credentialsId", "credentials_id", "credentials"],
                    ["networkId", "network_id", "networks"],
                    ["privateAccessSettingsId", "private_access_settings_id", "private-access-settings"],
                    [
                        "storageCustomerManagedKeyId",
                        "storage_customer_managed_key_id",
                        "customer-managed-keys for STORAGE",
                    ],
                ] as const
            ).map(([input, apiPath, of]) => ({ input, apiPath, value: ids[of]![0], changed: ids[of]![1] })),
            {
                input: "storageConfigurationId",
                apiPath: "storage_configuration_id",
                value: ids["storage-configurations"]![0],
            },
            {
                input: "managedServicesCustomerManagedKeyId",
                apiPath: "managed_services_customer_managed_key_id",
                value: ids["customer-managed-keys for MANAGED_SERVICES"]![0],
            },
            { input: "pricingTier", apiPath: "pricing_tier", value: "DEDICATED" },
            {
                input: "customTags",
                apiPath: "custom_tags",
                value: { Team: "a", cost_center: "b" },
                changed: { Team: "c" },
            },
            {
                input: "networkConnectivityConfigId",
                apiPath: "network_connectivity_config_id",
                value: "11111111-2222-4333-8444-555555555555",
                changed: "11111111-2222-4333-8444-666666666666",
            },
            { input: "computeMode", apiPath: "compute_mode", value: "HYBRID" },
        ],
        adds: [
            { output: "workspaceStatus", responsePath: "workspace_status" },
            { output: "workspaceStatusMessage", responsePath: "workspace_status_message" },
            { output: "effectiveComputeMode", responsePath: "effective_compute_mode" },
            { output: "storageMode", responsePath: "storage_mode" },
            creationTime,
        ],
    },
];

/** Fields under their oldest name, which reach the API under today's. */
const oldNames: Readonly<Record<string, { input: string; apiPath: string }>> = {
    customer_managed_key_id: {
        input: "customerManagedKeyId",
        apiPath: "managed_services_customer_managed_key_id",
    },
};

/** What the local cloud's answers hold beyond what the API is documented to say, for the sake of other clients. */
const beyond = new Set(["is_no_public_ip_enabled", "cloud"]);

/** The paths of everything that a body of this kind can hold. */
function pathsOf(collection: string): string[] {
    const { required, optional, members = {} } = kinds[collection]!;
    const open = (path: string): string[] =>
        members[path] === undefined ? [path] : members[path].flatMap((name) => open(`${path}.${name}`));
    return [...required, ...optional].flatMap(open);
}

/** The paths of everything that an answer holds; a list and a map of tags is one value. */
function pathsIn(record: Record<string, unknown>, prefix = ""): string[] {
    return Object.entries(record).flatMap(([name, value]) =>
        isRecord(value) && name !== "custom_tags" ? pathsIn(value, `${prefix}${name}.`) : [`${prefix}${name}`],
    );
}

function withoutMark(tags: unknown): unknown {
    if (!isRecord(tags)) return tags;
    return Object.fromEntries(Object.entries(tags).filter(([key]) => key !== OWNERSHIP_TAG));
}

describe("every field of the Account API", () => {
    let cloud: LocalCloud;
    let clock: FakeClock;
    let ids: Ids;
    let session: Session;
    let registered: Record<string, unknown> = {};

    before(async () => {
        await pulumi.runtime.setMocks({
            newResource({ type, inputs }) {
                if (type.endsWith(":StackIdentity")) return { id: "owner", state: { owner: stackOf(0) } };
                registered = inputs as Record<string, unknown>;
                return { id: "id", state: inputs as Record<string, unknown> };
            },
            call: () => ({}),
        });
    });

    beforeEach(async () => {
        clock = new FakeClock();
        cloud = await LocalCloud.start({ now: () => clock.now() });
        ids = await existing();
        beginProcess();
        cloud.clearRequests();
    });
    afterEach(() => cloud.stop());

    /** Each command of Pulumi's is a process of its own, which knows no list of before. */
    function beginProcess(): void {
        const { DATABRICKS_HOST = "", DATABRICKS_ACCOUNT_ID = "" } = cloud.environment();
        const environment = { DATABRICKS_HOST, DATABRICKS_ACCOUNT_ID, DATABRICKS_TOKEN: cloud.token };
        session = new Session(fakeEnvironment(environment, clock));
    }

    /** Two objects of each kind that others can name, made by somebody else. */
    async function existing(): Promise<Ids> {
        const policy = JSON.stringify(databricks.databricksKeyPolicy({ awsAccountId: CUSTOMER_AWS_ACCOUNT }));
        const caller = { principalArn: `arn:aws:iam::${CUSTOMER_AWS_ACCOUNT}:root`, region: "us-east-1" };
        const arn = () =>
            (cloud.kms.call("CreateKey", { Policy: policy }, caller)["KeyMetadata"] as { Arn: string }).Arn;
        const two = async (collection: string, body: (which: string) => object): Promise<[string, string]> => {
            const made = [];
            for (const which of ["first", "second"])
                made.push((await cloud.account.create(collection, { ...body(which) }))[kinds[collection]!.id]);
            return [String(made[0]), String(made[1])];
        };
        const key = (useCase: string) => () => ({ aws_key_info: { key_arn: arn() }, use_cases: [useCase] });
        return {
            "customer-managed-keys for MANAGED_SERVICES": await two("customer-managed-keys", key("MANAGED_SERVICES")),
            "customer-managed-keys for STORAGE": await two("customer-managed-keys", key("STORAGE")),
            credentials: await two("credentials", (which) => ({
                credentials_name: which,
                aws_credentials: { sts_role: { role_arn: `arn:aws:iam::${CUSTOMER_AWS_ACCOUNT}:role/${which}` } },
            })),
            "storage-configurations": await two("storage-configurations", (which) => ({
                storage_configuration_name: which,
                root_bucket_info: { bucket_name: which },
            })),
            networks: await two("networks", (which) => ({
                network_name: which,
                vpc_id: "vpc-0123456789abcdef0",
                subnet_ids: [
                    `subnet-${which === "first" ? "a" : "b"}123456789`,
                    `subnet-${which === "first" ? "a" : "b"}123456780`,
                ],
                security_group_ids: [`sg-${which === "first" ? "a" : "b"}123456789`],
            })),
            // The first leads to the workspace, the second to the relay.
            "vpc-endpoints": await two("vpc-endpoints", (which) => ({
                vpc_endpoint_name: which === "first" ? "workspace" : "relay",
                aws_vpc_endpoint_id: `vpce-0123456789abcdef${which === "first" ? 0 : 1}`,
                region: "us-east-1",
            })),
            "private-access-settings": await two("private-access-settings", (which) => ({
                private_access_settings_name: which,
                region: "us-east-1",
            })),
        };
    }

    function handlerFor({ object }: Kind): ObjectHandler {
        return handlerOf(object, session);
    }

    /** What the engine gets of a program that makes such an object with these inputs, after the provider's check. */
    async function given(kind: Kind, values: readonly (readonly [string, unknown])[]) {
        const args: Record<string, unknown> = {};
        for (const [input, value] of values) setPath(args, input, value);
        const resource = kind.make(args);
        await new Promise((resolve) => resource.urn.apply(resolve));
        const { inputs, failures } = await handlerFor(kind).check({}, withoutCallInputs(registered));
        expect(failures ?? []).to.deep.equal([]);
        return inputs as Record<string, unknown>;
    }

    const bodies = (method: string, { collection }: Kind) =>
        cloud.requests
            .filter((one) => one.method === method && one.path.includes(`/${collection}`))
            .map(({ body }) => {
                const copy = { ...(body as Record<string, unknown>) };
                if ("custom_tags" in copy) copy["custom_tags"] = withoutMark(copy["custom_tags"]);
                return copy;
            });
    const bodyOf = (fields: readonly Field[], value: (field: Field) => unknown) => {
        const body: Record<string, unknown> = {};
        for (const field of fields) setPath(body, field.apiPath, value(field));
        return body;
    };
    const make = async (kind: Kind) => {
        const inputs = await given(
            kind,
            kind.fields(ids).map(({ input, value }) => [input, value] as const),
        );
        return { inputs, ...(await handlerFor(kind).create(inputs)) };
    };

    it("is in this table for every kind of the registry", () => {
        const inTable = table.map(({ object }) => object.noun).sort();
        const registered = Object.values(registry).map(({ definition }) => definition.noun);
        expect(inTable).to.deep.equal(registered.sort());
    });

    for (const kind of table) {
        describe(`of ${kind.collection}`, () => {
            it("has a row for every input that is sent", () => {
                const rows = kind.fields(ids).map(({ input }) => input);
                const sent = Object.entries(kind.object.fields)
                    .filter(([path, field]) => apiPath(path, field) !== undefined)
                    .map(([path]) => path);
                expect(
                    sent.filter((path) => !rows.some((row) => row === path || row.startsWith(`${path}.`))),
                ).to.deep.equal([]);
            });

            it("has an input that gives it", () => {
                const covered = [...kind.fields(ids).map(({ apiPath }) => apiPath), ...Object.keys(oldNames)];
                expect(pathsOf(kind.collection).filter((path) => !covered.includes(path))).to.deep.equal([]);
            });

            it("is sent with its value where the API wants it", async () => {
                await make(kind);
                expect(bodies("POST", kind)).to.deep.equal([bodyOf(kind.fields(ids), ({ value }) => value)]);
            });

            it("is an output of what was made, and so is what the service adds", async () => {
                const { id, outs } = await make(kind);
                if (kind.object === networkObject) {
                    cloud.account.change("networks", id, {
                        vpc_status: "BROKEN",
                        error_messages: [{ error_type: "subnet", error_message: "No route." }],
                        warning_messages: [{ warning_type: "securityGroup", warning_message: "Wide open." }],
                        workspace_id: "9007199254740993",
                    });
                }
                beginProcess();
                const { props = {} } = await handlerFor(kind).read(id, outs);
                const answer = cloud.account.get(kind.collection, id);
                const known = [
                    ...kind.fields(ids).map(({ input, apiPath }) => ({ output: input, responsePath: apiPath })),
                    ...kind.adds,
                    { output: kind.object.idField, responsePath: kinds[kind.collection]!.id },
                    { output: "accountId", responsePath: "account_id" },
                ];
                for (const { output, responsePath } of known) {
                    const value = getPath(answer, responsePath);
                    expect(value, responsePath).to.not.equal(undefined);
                    expect(getPath(props as Record<string, unknown>, output), output).to.deep.equal(
                        responsePath === "custom_tags" ? withoutMark(value) : camelCaseDeep(value),
                    );
                }
                const places = known.map(({ responsePath }) => responsePath);
                expect(pathsIn(answer).filter((path) => !places.includes(path) && !beyond.has(path))).to.deep.equal([]);
            });
        });
    }

    for (const kind of table.filter(({ object }) => object.updateWith !== undefined)) {
        const method = String(kind.object.updateWith);

        it(`of ${kind.collection} that can be changed is sent in one ${method} with its new value`, async () => {
            const { id, inputs, outs } = await make(kind);
            const fields = kind.fields(ids);
            const changed = await given(
                kind,
                fields.map((field) => [field.input, field.changed ?? field.value] as const),
            );
            // A storage key can only be added.
            if (method === "PATCH")
                cloud.account.change(kind.collection, id, { storage_customer_managed_key_id: undefined });
            cloud.clearRequests();
            const before = method === "PATCH" ? { ...outs, storageCustomerManagedKeyId: undefined } : outs;
            const { changes, replaces } = await handlerFor(kind).diff(id, before, changed);
            expect([changes, replaces]).to.deep.equal([true, []]);
            const { outs: updated = {} } = await handlerFor(kind).update(id, before, changed);
            const sent = method === "PUT" ? fields : fields.filter((field) => field.changed !== undefined);
            expect(bodies(method, kind)).to.deep.equal([bodyOf(sent, (field) => field.changed ?? field.value)]);
            if (method === "PATCH") {
                const names = sent.map(({ apiPath }) => apiPath).sort();
                expect(names).to.deep.equal([...updatable].sort());
                const [patch] = cloud.requests.filter((one) => one.method === method);
                expect(patch?.query["update_mask"]?.split(",").sort()).to.deep.equal(names);
            }
            expect((await handlerFor(kind).diff(id, updated, changed)).changes).to.equal(false);
            expect((await handlerFor(kind).diff(id, updated, inputs)).changes).to.equal(true);
        });
    }

    for (const [name, { input, apiPath }] of Object.entries(oldNames)) {
        it(`named ${name} once is given as ${input} and apiPath under its name of today`, async () => {
            const kind = table.find(({ collection }) => collection === "workspaces")!;
            const key = kind.fields(ids).find((field) => field.apiPath === apiPath)!;
            const inputs = await given(
                kind,
                kind.fields(ids).map((field) => [field === key ? input : field.input, field.value] as const),
            );
            await handlerFor(kind).create(inputs);
            expect(bodies("POST", kind)[0]?.[apiPath]).to.equal(key.value);
        });
    }

    it("of a workspace that ran and FAILED can be its storage_configuration_id, changed in place", async () => {
        const kind = table.find(({ collection }) => collection === "workspaces")!;
        const { id, inputs, outs } = await make(kind);
        cloud.account.setStatus(id, "FAILED", "The root bucket is gone.");
        beginProcess();
        const { props = {} } = await handlerFor(kind).read(id, outs);
        const news = { ...inputs, storageConfigurationId: ids["storage-configurations"]![1] };
        const { replaces } = await handlerFor(kind).diff(id, props as Record<string, unknown>, news);
        expect(replaces).to.deep.equal([]);
        const { outs: mended } = await handlerFor(kind).update(id, props as Record<string, unknown>, news);
        expect(bodies("PATCH", kind)).to.deep.equal([{ storage_configuration_id: ids["storage-configurations"]![1] }]);
        expect(mended).to.include({
            workspaceStatus: "RUNNING",
            storageConfigurationId: ids["storage-configurations"]![1],
        });
    });

    it("of an endpoint that the service decides follows from the service that AWS's endpoint leads to", async () => {
        const leads = (useCase: "WORKSPACE_ACCESS" | "DATAPLANE_RELAY_ACCESS") =>
            privateLinkServices["us-east-1"]?.[useCase];
        expect(
            cloud.account.list("vpc-endpoints").map((one) => [one["use_case"], one["aws_endpoint_service_id"]]),
        ).to.deep.equal([
            ["WORKSPACE_ACCESS", leads("WORKSPACE_ACCESS")],
            ["DATAPLANE_RELAY_ACCESS", leads("DATAPLANE_RELAY_ACCESS")],
        ]);
    });
});
