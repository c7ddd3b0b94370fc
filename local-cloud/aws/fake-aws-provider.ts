import { DescribeKeyCommand } from "@aws-sdk/client-kms";
import * as grpc from "@grpc/grpc-js";
import * as pluginProto from "@pulumi/pulumi/proto/plugin_pb";
import * as services from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";

import { type AwsDefaults, Connections } from "./connections";
import { invoke } from "./functions";
import { kmsTypes } from "./kms-types";
import { plainTypes } from "./plain-types";
import { answer, checked, nameOf, propertiesOf, structOf, typeOf, unimplemented } from "./protocol";
import { schemaOf } from "./schema";
import { type Aws, type Properties, type ResourceType, type ResourceTypes, text } from "./resource-type";

/** The version that it says it has. */
const VERSION = "7.48.0";
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A VPC endpoint as AWS has it. */
export interface AwsVpcEndpoint {
    readonly region: string;
    readonly serviceName: string;
}

const types: ResourceTypes = { ...kmsTypes, ...plainTypes };

/**
 * A Pulumi provider in the place of the AWS plugin, for the types that the examples use. KMS keys and aliases are made
 * in the local KMS; everything else is remembered. The engine finds it through `PULUMI_DEBUG_PROVIDERS`.
 */
export class FakeAwsProvider {
    private readonly made = new Map<string, { type: string; id: string; properties: Properties }>();
    private readonly connections: Connections;

    private constructor(
        defaults: AwsDefaults,
        private readonly server: grpc.Server,
    ) {
        this.connections = new Connections(defaults);
    }

    /** The port for `PULUMI_DEBUG_PROVIDERS`. */
    port = 0;

    /** Starts one. */
    static async start(options: AwsDefaults): Promise<FakeAwsProvider> {
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
        const made = this.resources().find((one) => one.type.endsWith(":VpcEndpoint") && one.id === id)?.properties;
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
                info.setVersion(VERSION);
                return info;
            }),
            getSchema: answer(() => {
                const response = new proto.GetSchemaResponse();
                response.setSchema(JSON.stringify(schemaOf(types, VERSION)));
                return response;
            }),
            checkConfig: answer((request: proto.CheckRequest) => checked(propertiesOf(request.getNews()))),
            diffConfig: answer(() => new proto.DiffResponse()),
            configure: answer((request: proto.ConfigureRequest, connection) => {
                this.connections.configure(connection, propertiesOf(request.getArgs()));
                return new proto.ConfigureResponse();
            }),
            invoke: this.answer(async (request: proto.InvokeRequest, aws) => {
                const response = new proto.InvokeResponse();
                response.setReturn(structOf(await invoke(request.getTok(), propertiesOf(request.getArgs()), aws)));
                return response;
            }),
            check: this.answer((request: proto.CheckRequest, aws) => check(request, aws)),
            diff: answer(diff),
            create: this.answer((request: proto.CreateRequest, aws) => this.create(request, aws)),
            read: this.answer((request: proto.ReadRequest, aws) => this.read(request, aws)),
            update: this.answer((request: proto.UpdateRequest, aws) => this.update(request, aws)),
            delete: this.answer((request: proto.DeleteRequest, aws) => this.delete(request, aws)),
        };
    }

    /** Answers a call as the provider that it is for. */
    private answer<Request>(run: (request: Request, aws: Aws) => unknown) {
        return answer((request: Request, connection) => run(request, this.connections.of(connection)));
    }

    private async create(request: proto.CreateRequest, aws: Aws): Promise<proto.CreateResponse> {
        const type = typeOf(request.getUrn());
        const inputs = propertiesOf(request.getProperties());
        const response = new proto.CreateResponse();
        if (request.getPreview()) {
            response.setProperties(structOf(inputs));
            return response;
        }
        const known = resourceType(type);
        const added = await known.outputs(inputs, nameOf(request.getUrn()), aws);
        const properties: Properties = { ...inputs, ...added };
        const id = String(properties[known.id]);
        this.made.set(keyOf(type, id, properties, aws), { type, id, properties: { ...properties, id } });
        response.setId(id);
        response.setProperties(structOf(properties));
        return response;
    }

    private async read(request: proto.ReadRequest, aws: Aws): Promise<proto.ReadResponse> {
        const type = typeOf(request.getUrn());
        const made = this.made.get(keyOf(type, request.getId(), propertiesOf(request.getProperties()), aws));
        const response = new proto.ReadResponse();
        if (made === undefined) return response;
        if (type === "aws:kms/key:Key")
            await aws.kms(made.properties["region"]).send(new DescribeKeyCommand({ KeyId: made.id }));
        response.setId(made.id);
        response.setProperties(structOf(made.properties));
        response.setInputs(request.getInputs() ?? structOf({}));
        return response;
    }

    private async update(request: proto.UpdateRequest, aws: Aws): Promise<proto.UpdateResponse> {
        const type = typeOf(request.getUrn());
        const [olds, news] = [propertiesOf(request.getOlds()), propertiesOf(request.getNews())];
        const properties = { ...olds, ...news };
        if (!request.getPreview()) {
            await resourceType(type).update?.(olds, news, aws);
            const id = request.getId();
            this.made.set(keyOf(type, id, properties, aws), { type, id, properties });
        }
        const response = new proto.UpdateResponse();
        response.setProperties(structOf(properties));
        return response;
    }

    private async delete(request: proto.DeleteRequest, aws: Aws): Promise<Empty> {
        const type = typeOf(request.getUrn());
        const properties = propertiesOf(request.getProperties());
        await resourceType(type).delete?.(properties, aws);
        this.made.delete(keyOf(type, request.getId(), properties, aws));
        return new Empty();
    }
}

function check(request: proto.CheckRequest, { region }: Aws): proto.CheckResponse {
    const type = typeOf(request.getUrn());
    const { inputs: known } = resourceType(type);
    const inputs = propertiesOf(request.getNews());
    const unknown = Object.keys(inputs).find((name) => name !== "__defaults" && !known.includes(name));
    if (unknown !== undefined) throw new Error(`The fake AWS provider does not know ${type}'s ${unknown}.`);
    for (const name of ["policy", "assumeRolePolicy"]) {
        const policy = text(inputs[name]);
        if (policy !== undefined && policy !== UNKNOWN) JSON.parse(policy);
    }
    return checked(known.includes("region") ? { ...inputs, region: inputs["region"] ?? region } : inputs);
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

/** A name, such as a role's, is there once in each account, and what is in a region, such as an alias, once in each. */
function keyOf(type: string, id: string, properties: Properties, { accountId, region }: Aws): string {
    const isRegional = resourceType(type).inputs.includes("region");
    return `${type}|${accountId}|${isRegional ? (text(properties["region"]) ?? region) : ""}|${id}`;
}

function resourceType(type: string): ResourceType {
    const known = types[type];
    if (known === undefined) throw new Error(`The fake AWS provider does not know the type ${type}.`);
    return known;
}
