import { randomBytes } from "node:crypto";

import {
    CreateAliasCommand,
    CreateKeyCommand,
    DeleteAliasCommand,
    DescribeKeyCommand,
    DisableKeyCommand,
    DisableKeyRotationCommand,
    EnableKeyCommand,
    EnableKeyRotationCommand,
    KMSClient,
    PutKeyPolicyCommand,
    ScheduleKeyDeletionCommand,
    UpdateAliasCommand,
} from "@aws-sdk/client-kms";
import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import * as pluginProto from "@pulumi/pulumi/proto/plugin_pb";
import * as services from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";

import type { AwsVpcEndpoint } from "../account-api/private-link";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

type Properties = Record<string, unknown>;

/** One type of resource that is stood in for. */
interface Kind {
    /** Its inputs; any other is refused. */
    readonly inputs: readonly string[];
    /** The inputs whose change replaces it. */
    readonly replaces?: readonly string[];
    /** The output that is its id. */
    readonly id: string;
    /** What AWS adds. */
    outputs(inputs: Properties, name: string, aws: Aws): Properties | Promise<Properties>;
    update?(olds: Properties, news: Properties, aws: Aws): Promise<void>;
    delete?(outputs: Properties, aws: Aws): Promise<void>;
}

interface Aws {
    readonly accountId: string;
    kms(region: unknown): KMSClient;
}

function unique(name: string): string {
    return `${name.toLowerCase()}-${randomBytes(4).toString("hex").slice(0, 7)}`;
}

function plain(id: string, inputs: readonly string[], prefix: string, more: () => Properties = () => ({})): Kind {
    return {
        inputs: ["region", "tags", ...inputs],
        id: "id",
        outputs: () => ({ id: ec2Id(prefix), arn: `arn:aws:ec2:::${id}`, ...more() }),
    };
}

function ec2Id(prefix: string): string {
    return `${prefix}-${randomBytes(9).toString("hex").slice(0, 17)}`;
}

function ofBucket(inputs: readonly string[]): Kind {
    return { inputs: ["region", "bucket", ...inputs], replaces: ["bucket"], id: "bucket", outputs: () => ({}) };
}

const kinds: Readonly<Record<string, Kind>> = {
    "aws:kms/key:Key": {
        inputs: [
            "region",
            "description",
            "enableKeyRotation",
            "deletionWindowInDays",
            "customKeyStoreId",
            "policy",
            "tags",
            "isEnabled",
            "bypassPolicyLockoutSafetyCheck",
        ],
        replaces: ["region", "customKeyStoreId"],
        id: "keyId",
        async outputs(inputs, _name, aws) {
            const kms = aws.kms(inputs["region"]);
            const { KeyMetadata } = await kms.send(
                new CreateKeyCommand({
                    Description: text(inputs["description"]),
                    Policy: text(inputs["policy"]),
                    CustomKeyStoreId: text(inputs["customKeyStoreId"]),
                    BypassPolicyLockoutSafetyCheck: inputs["bypassPolicyLockoutSafetyCheck"] === true,
                    Tags: Object.entries((inputs["tags"] ?? {}) as Record<string, string>).map(
                        ([TagKey, TagValue]) => ({ TagKey, TagValue }),
                    ),
                }),
            );
            const KeyId = KeyMetadata?.KeyId ?? "";
            if (inputs["enableKeyRotation"] === true) await kms.send(new EnableKeyRotationCommand({ KeyId }));
            if (inputs["isEnabled"] === false) await kms.send(new DisableKeyCommand({ KeyId }));
            return { keyId: KeyId, arn: KeyMetadata?.Arn, isEnabled: inputs["isEnabled"] ?? true };
        },
        async update(olds, news, aws) {
            const kms = aws.kms(news["region"]);
            const KeyId = String(olds["keyId"]);
            if (news["policy"] !== olds["policy"])
                await kms.send(new PutKeyPolicyCommand({ KeyId, Policy: text(news["policy"]) }));
            if (news["enableKeyRotation"] !== olds["enableKeyRotation"]) {
                await kms.send(
                    news["enableKeyRotation"] === true
                        ? new EnableKeyRotationCommand({ KeyId })
                        : new DisableKeyRotationCommand({ KeyId }),
                );
            }
            if ((news["isEnabled"] ?? true) !== (olds["isEnabled"] ?? true)) {
                await kms.send(
                    news["isEnabled"] === false ? new DisableKeyCommand({ KeyId }) : new EnableKeyCommand({ KeyId }),
                );
            }
        },
        async delete(outputs, aws) {
            const days = outputs["deletionWindowInDays"];
            await aws.kms(outputs["region"]).send(
                new ScheduleKeyDeletionCommand({
                    KeyId: String(outputs["keyId"]),
                    PendingWindowInDays: typeof days === "number" ? days : 30,
                }),
            );
        },
    },
    "aws:kms/alias:Alias": {
        inputs: ["region", "name", "namePrefix", "targetKeyId"],
        replaces: ["region", "name", "namePrefix"],
        id: "name",
        async outputs(inputs, name, aws) {
            const alias =
                text(inputs["name"]) ??
                `${text(inputs["namePrefix"]) ?? `alias/${name}-`}${randomBytes(4).toString("hex")}`;
            await aws
                .kms(inputs["region"])
                .send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: String(inputs["targetKeyId"]) }));
            return { name: alias, arn: `arn:aws:kms:${String(inputs["region"])}:${aws.accountId}:${alias}` };
        },
        async update(olds, news, aws) {
            await aws.kms(news["region"]).send(
                new UpdateAliasCommand({
                    AliasName: String(olds["name"]),
                    TargetKeyId: String(news["targetKeyId"]),
                }),
            );
        },
        async delete(outputs, aws) {
            await aws.kms(outputs["region"]).send(new DeleteAliasCommand({ AliasName: String(outputs["name"]) }));
        },
    },
    "aws:iam/role:Role": {
        inputs: [
            "name",
            "namePrefix",
            "assumeRolePolicy",
            "description",
            "maxSessionDuration",
            "path",
            "tags",
            "forceDetachPolicies",
        ],
        replaces: ["name", "namePrefix", "path"],
        id: "name",
        outputs(inputs, name, aws) {
            const own = text(inputs["name"]) ?? unique(name);
            return {
                name: own,
                arn: `arn:aws:iam::${aws.accountId}:role/${own}`,
                uniqueId: `AROA${randomBytes(8).toString("hex").toUpperCase()}`,
            };
        },
    },
    "aws:iam/rolePolicy:RolePolicy": {
        inputs: ["name", "role", "policy"],
        replaces: ["name", "role"],
        id: "name",
        outputs: (inputs, name) => ({ name: text(inputs["name"]) ?? unique(name) }),
    },
    "aws:s3/bucket:Bucket": {
        inputs: ["region", "bucket", "bucketPrefix", "forceDestroy", "tags"],
        replaces: ["region", "bucket", "bucketPrefix"],
        id: "bucket",
        outputs(inputs, name) {
            const bucket = text(inputs["bucket"]) ?? unique(name);
            return { bucket, arn: `arn:aws:s3:::${bucket}`, bucketDomainName: `${bucket}.s3.amazonaws.com` };
        },
    },
    "aws:s3/bucketPolicy:BucketPolicy": ofBucket(["policy"]),
    "aws:s3/bucketVersioning:BucketVersioning": ofBucket(["versioningConfiguration"]),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": ofBucket([
        "blockPublicAcls",
        "blockPublicPolicy",
        "ignorePublicAcls",
        "restrictPublicBuckets",
    ]),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": ofBucket(["rules"]),
    "aws:ec2/vpc:Vpc": plain("vpc", ["cidrBlock", "enableDnsHostnames", "enableDnsSupport"], "vpc", () => ({
        mainRouteTableId: ec2Id("rtb"),
    })),
    "aws:ec2/subnet:Subnet": plain("subnet", ["vpcId", "cidrBlock", "availabilityZone"], "subnet"),
    "aws:ec2/securityGroup:SecurityGroup": plain(
        "security-group",
        ["name", "vpcId", "description", "ingress", "egress", "revokeRulesOnDelete"],
        "sg",
    ),
    "aws:ec2/vpcEndpoint:VpcEndpoint": plain(
        "vpc-endpoint",
        [
            "vpcId",
            "serviceName",
            "vpcEndpointType",
            "subnetIds",
            "securityGroupIds",
            "routeTableIds",
            "privateDnsEnabled",
        ],
        "vpce",
    ),
};

/** Where a stand-in finds the rest of the local cloud. */
export interface FakeAwsProviderOptions {
    readonly kmsEndpoint: string;
    readonly awsAccountId: string;
    /** Where a program names no region. */
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

type Call<Request> = grpc.ServerUnaryCall<Request, unknown>;
type Done = grpc.sendUnaryData<unknown>;

/**
 * A Pulumi provider that stands in for the AWS plugin, for the types that the examples use. KMS keys and aliases are
 * made in the local KMS; everything else is remembered. The engine finds it through `PULUMI_DEBUG_PROVIDERS`.
 */
export class FakeAwsProvider {
    private readonly made = new Map<string, { type: string; id: string; properties: Properties }>();
    private readonly aws: Aws;
    private region: string;

    private constructor(
        private readonly options: FakeAwsProviderOptions,
        private readonly server: grpc.Server,
    ) {
        this.region = options.region;
        const clients = new Map<string, KMSClient>();
        this.aws = {
            accountId: options.awsAccountId,
            kms: (given) => {
                const region = text(given) ?? this.region;
                const client =
                    clients.get(region) ??
                    new KMSClient({
                        region,
                        endpoint: options.kmsEndpoint,
                        credentials: options.credentials,
                        maxAttempts: 1,
                    });
                clients.set(region, client);
                return client;
            },
        };
    }

    /** The port for `PULUMI_DEBUG_PROVIDERS`. */
    port = 0;

    /** Starts one. */
    static async start(options: FakeAwsProviderOptions): Promise<FakeAwsProvider> {
        const server = new grpc.Server();
        const provider = new FakeAwsProvider(options, server);
        server.addService(
            services.ResourceProviderService as unknown as grpc.ServiceDefinition,
            provider.implementation(),
        );
        provider.port = await new Promise<number>((resolve, reject) =>
            server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
                error === null ? resolve(port) : reject(error),
            ),
        );
        return provider;
    }

    /** Everything that was made and not deleted. */
    resources(): { type: string; id: string; properties: Properties }[] {
        return [...this.made.values()];
    }

    /** The VPC endpoint with this id, if it was made here. */
    vpcEndpoint(id: string): AwsVpcEndpoint | undefined {
        const made = this.made.get(`aws:ec2/vpcEndpoint:VpcEndpoint|${id}`)?.properties;
        return made && { region: String(made["region"]), serviceName: String(made["serviceName"]) };
    }

    /** Ends it. */
    async stop(): Promise<void> {
        this.server.forceShutdown();
    }

    private implementation(): grpc.UntypedServiceImplementation {
        const refuse = (name: string) => (_: unknown, done: Done) =>
            done({ code: grpc.status.UNIMPLEMENTED, details: `The fake AWS provider has no ${name}` });
        const answer =
            <Request>(run: (request: Request) => unknown) =>
            (call: Call<Request>, done: Done) => {
                Promise.resolve()
                    .then(() => run(call.request))
                    .then((result) => done(null, result))
                    .catch((error: unknown) =>
                        done({
                            code: grpc.status.UNKNOWN,
                            details:
                                error instanceof Error
                                    ? `${error.name === "Error" ? "" : `${error.name}: `}${error.message}`
                                    : String(error),
                        }),
                    );
            };
        const none = Object.fromEntries(
            [
                "handshake",
                "parameterize",
                "getSchema",
                "call",
                "construct",
                "getMapping",
                "getMappings",
                "streamInvoke",
            ].map((name) => [name, refuse(name)]),
        );
        return {
            ...none,
            cancel: answer(() => new Empty()),
            // The engine says where it is, which nothing here needs to know.
            attach: answer(() => new Empty()),
            getPluginInfo: answer(() => {
                const info = new pluginProto.PluginInfo();
                info.setVersion("7.48.0");
                return info;
            }),
            checkConfig: answer((request: proto.CheckRequest) => checked(propertiesOf(request.getNews()))),
            diffConfig: answer(() => new proto.DiffResponse()),
            configure: answer((request: proto.ConfigureRequest) => {
                this.region = text(propertiesOf(request.getArgs())["region"]) ?? this.options.region;
                return new proto.ConfigureResponse();
            }),
            invoke: answer((request: proto.InvokeRequest) => {
                const response = new proto.InvokeResponse();
                response.setReturn(structOf(this.invoke(request.getTok(), propertiesOf(request.getArgs()))));
                return response;
            }),
            check: answer((request: proto.CheckRequest) => {
                const type = typeOf(request.getUrn());
                const inputs = propertiesOf(request.getNews());
                const strange = Object.keys(inputs).find(
                    (name) => name !== "__defaults" && !kindOf(type).inputs.includes(name),
                );
                if (strange !== undefined) throw new Error(`The fake AWS provider does not know ${type}'s ${strange}.`);
                for (const name of ["policy", "assumeRolePolicy"]) {
                    const policy = text(inputs[name]);
                    if (policy !== undefined && policy !== UNKNOWN) JSON.parse(policy);
                }
                return checked(
                    kindOf(type).inputs.includes("region")
                        ? { ...inputs, region: inputs["region"] ?? this.region }
                        : inputs,
                );
            }),
            diff: answer((request: proto.DiffRequest) => {
                const [olds, news] = [
                    propertiesOf(request.getOldInputs() ?? request.getOlds()),
                    propertiesOf(request.getNews()),
                ];
                const kind = kindOf(typeOf(request.getUrn()));
                const changed = kind.inputs.filter((name) => JSON.stringify(olds[name]) !== JSON.stringify(news[name]));
                const response = new proto.DiffResponse();
                response.setChanges(
                    changed.length > 0
                        ? proto.DiffResponse.DiffChanges.DIFF_SOME
                        : proto.DiffResponse.DiffChanges.DIFF_NONE,
                );
                response.setDiffsList(changed);
                response.setReplacesList(changed.filter((name) => kind.replaces?.includes(name)));
                return response;
            }),
            create: answer(async (request: proto.CreateRequest) => {
                const type = typeOf(request.getUrn());
                const inputs = propertiesOf(request.getProperties());
                const response = new proto.CreateResponse();
                if (request.getPreview()) {
                    response.setProperties(structOf(inputs));
                    return response;
                }
                const kind = kindOf(type);
                const properties = {
                    ...inputs,
                    ...(await kind.outputs(inputs, nameOf(request.getUrn()), this.aws)),
                } as Properties;
                const id = String(properties[kind.id]);
                this.made.set(`${type}|${id}`, { type, id, properties: { ...properties, id } });
                response.setId(id);
                response.setProperties(structOf(properties));
                return response;
            }),
            read: answer(async (request: proto.ReadRequest) => {
                const type = typeOf(request.getUrn());
                const made = this.made.get(`${type}|${request.getId()}`);
                const response = new proto.ReadResponse();
                if (made === undefined) return response;
                if (type === "aws:kms/key:Key")
                    await this.aws.kms(made.properties["region"]).send(new DescribeKeyCommand({ KeyId: made.id }));
                response.setId(made.id);
                response.setProperties(structOf(made.properties));
                response.setInputs(request.getInputs() ?? structOf({}));
                return response;
            }),
            update: answer(async (request: proto.UpdateRequest) => {
                const type = typeOf(request.getUrn());
                const [olds, news] = [propertiesOf(request.getOlds()), propertiesOf(request.getNews())];
                const properties = { ...olds, ...news };
                if (!request.getPreview()) {
                    await kindOf(type).update?.(olds, news, this.aws);
                    this.made.set(`${type}|${request.getId()}`, { type, id: request.getId(), properties });
                }
                const response = new proto.UpdateResponse();
                response.setProperties(structOf(properties));
                return response;
            }),
            delete: answer(async (request: proto.DeleteRequest) => {
                const type = typeOf(request.getUrn());
                await kindOf(type).delete?.(propertiesOf(request.getProperties()), this.aws);
                this.made.delete(`${type}|${request.getId()}`);
                return new Empty();
            }),
        };
    }

    private invoke(token: string, args: Properties): Properties {
        switch (token) {
            case "aws:index/getCallerIdentity:getCallerIdentity":
                return {
                    id: this.options.awsAccountId,
                    accountId: this.options.awsAccountId,
                    arn: `arn:aws:iam::${this.options.awsAccountId}:root`,
                    userId: this.options.awsAccountId,
                };
            case "aws:index/getRegion:getRegion":
                return { id: this.region, name: this.region, region: this.region };
            case "aws:index/getAvailabilityZones:getAvailabilityZones": {
                const region = text(args["region"]) ?? this.region;
                const names = ["a", "b", "c"].map((zone) => `${region}${zone}`);
                return { id: region, region, names, zoneIds: names };
            }
            case "aws:index/getPartition:getPartition":
                return { id: "aws", partition: "aws", dnsSuffix: "amazonaws.com" };
            default:
                throw new Error(`The fake AWS provider does not know the function ${token}.`);
        }
    }
}

function kindOf(type: string): Kind {
    const kind = kinds[type];
    if (kind === undefined) throw new Error(`The fake AWS provider does not know the type ${type}.`);
    return kind;
}

function typeOf(urn: string): string {
    return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

function nameOf(urn: string): string {
    return urn.split("::").slice(3).join("::");
}

function propertiesOf(struct: Struct | undefined): Properties {
    return struct?.toJavaScript() ?? {};
}

function structOf(properties: Properties): Struct {
    return Struct.fromJavaScript(JSON.parse(JSON.stringify(properties)) as Record<string, JavaScriptValue>);
}

function checked(inputs: Properties): proto.CheckResponse {
    const response = new proto.CheckResponse();
    response.setInputs(structOf(inputs));
    return response;
}

function text(value: unknown): string | undefined {
    return typeof value === "string" ? value : undefined;
}
