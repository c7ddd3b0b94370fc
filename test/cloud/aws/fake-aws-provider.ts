import { DescribeKeyCommand } from "@aws-sdk/client-kms";
import * as grpc from "@grpc/grpc-js";
import * as pluginProto from "@pulumi/pulumi/proto/plugin_pb";
import * as services from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";

import type { AwsVpcEndpoint } from "../account-api/private-link";
import { clientsOf } from "../kms/clients";
import { invoke } from "./functions";
import { kmsTypes } from "./kms-types";
import { plainTypes } from "./plain-types";
import { answer, checked, nameOf, propertiesOf, structOf, typeOf, unimplemented } from "./protocol";
import { type Aws, type Properties, type ResourceType, type ResourceTypes, text } from "./resource-type";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const types: ResourceTypes = { ...kmsTypes, ...plainTypes };

/** Where the provider finds the rest of the local cloud. */
export interface FakeAwsProviderOptions {
    readonly kmsEndpoint: string;
    readonly awsAccountId: string;
    /** Where a program names no region. */
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/**
 * A Pulumi provider in the place of the AWS plugin, for the types that the examples use. KMS keys and aliases are made
 * in the local KMS; everything else is remembered. The engine finds it through `PULUMI_DEBUG_PROVIDERS`.
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
        const clientOf = clientsOf(options.kmsEndpoint, options.credentials);
        this.aws = { accountId: options.awsAccountId, kms: (given) => clientOf(text(given) ?? this.region) };
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
        return {
            ...unimplemented,
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
            invoke: answer(async (request: proto.InvokeRequest) => {
                const context = { aws: this.aws, region: this.region };
                const response = new proto.InvokeResponse();
                response.setReturn(structOf(await invoke(request.getTok(), propertiesOf(request.getArgs()), context)));
                return response;
            }),
            check: answer((request: proto.CheckRequest) => this.check(request)),
            diff: answer(diff),
            create: answer((request: proto.CreateRequest) => this.create(request)),
            read: answer((request: proto.ReadRequest) => this.read(request)),
            update: answer((request: proto.UpdateRequest) => this.update(request)),
            delete: answer((request: proto.DeleteRequest) => this.delete(request)),
        };
    }

    private check(request: proto.CheckRequest): proto.CheckResponse {
        const type = typeOf(request.getUrn());
        const { inputs: known } = resourceType(type);
        const inputs = propertiesOf(request.getNews());
        const unknown = Object.keys(inputs).find((name) => name !== "__defaults" && !known.includes(name));
        if (unknown !== undefined) throw new Error(`The fake AWS provider does not know ${type}'s ${unknown}.`);
        for (const name of ["policy", "assumeRolePolicy"]) {
            const policy = text(inputs[name]);
            if (policy !== undefined && policy !== UNKNOWN) JSON.parse(policy);
        }
        return checked(known.includes("region") ? { ...inputs, region: inputs["region"] ?? this.region } : inputs);
    }

    private async create(request: proto.CreateRequest): Promise<proto.CreateResponse> {
        const type = typeOf(request.getUrn());
        const inputs = propertiesOf(request.getProperties());
        const response = new proto.CreateResponse();
        if (request.getPreview()) {
            response.setProperties(structOf(inputs));
            return response;
        }
        const known = resourceType(type);
        const added = await known.outputs(inputs, nameOf(request.getUrn()), this.aws);
        const properties: Properties = { ...inputs, ...added };
        const id = String(properties[known.id]);
        this.made.set(`${type}|${id}`, { type, id, properties: { ...properties, id } });
        response.setId(id);
        response.setProperties(structOf(properties));
        return response;
    }

    private async read(request: proto.ReadRequest): Promise<proto.ReadResponse> {
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
    }

    private async update(request: proto.UpdateRequest): Promise<proto.UpdateResponse> {
        const type = typeOf(request.getUrn());
        const [olds, news] = [propertiesOf(request.getOlds()), propertiesOf(request.getNews())];
        const properties = { ...olds, ...news };
        if (!request.getPreview()) {
            await resourceType(type).update?.(olds, news, this.aws);
            this.made.set(`${type}|${request.getId()}`, { type, id: request.getId(), properties });
        }
        const response = new proto.UpdateResponse();
        response.setProperties(structOf(properties));
        return response;
    }

    private async delete(request: proto.DeleteRequest): Promise<Empty> {
        const type = typeOf(request.getUrn());
        await resourceType(type).delete?.(propertiesOf(request.getProperties()), this.aws);
        this.made.delete(`${type}|${request.getId()}`);
        return new Empty();
    }
}

function diff(request: proto.DiffRequest): proto.DiffResponse {
    const olds = propertiesOf(request.getOldInputs() ?? request.getOlds());
    const news = propertiesOf(request.getNews());
    const { inputs, replaces } = resourceType(typeOf(request.getUrn()));
    const changed = inputs.filter((name) => JSON.stringify(olds[name]) !== JSON.stringify(news[name]));
    const { DIFF_SOME, DIFF_NONE } = proto.DiffResponse.DiffChanges;
    const response = new proto.DiffResponse();
    response.setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE);
    response.setDiffsList(changed);
    response.setReplacesList(changed.filter((name) => replaces?.includes(name)));
    return response;
}

function resourceType(type: string): ResourceType {
    const known = types[type];
    if (known === undefined) throw new Error(`The fake AWS provider does not know the type ${type}.`);
    return known;
}
