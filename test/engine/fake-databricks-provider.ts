import * as grpc from "@grpc/grpc-js";
import * as pluginProto from "@pulumi/pulumi/proto/plugin_pb";
import * as services from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";

import { answer, checked, nameOf, propertiesOf, structOf, typeOf, unimplemented } from "../../local-cloud/aws/protocol";

type Properties = Record<string, unknown>;

/** Something that the provider made, by the last part of its type. */
interface Made {
    /** The host that the provider spoke to when it made it. */
    readonly host: unknown;
    readonly type: string;
    readonly name: string;
    readonly properties: Properties;
}

/**
 * A Pulumi provider in the place of the plugin of `@pulumi/databricks`: it takes any resource, and remembers it. It shows
 * whether a program wires what is in a workspace to the workspace, not what Databricks would say to it.
 */
export class FakeDatabricksProvider {
    /** The configuration that the engine gave to it last. */
    configuration: Properties = {};
    private readonly made = new Map<string, Made>();
    private count = 0;

    private constructor(private readonly server: grpc.Server) {}

    /** The port for `PULUMI_DEBUG_PROVIDERS`. */
    port = 0;

    static async start(): Promise<FakeDatabricksProvider> {
        const server = new grpc.Server();
        const provider = new FakeDatabricksProvider(server);
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

    /** What was made and not deleted. */
    resources(): Made[] {
        return [...this.made.values()];
    }

    stop(): void {
        this.server.forceShutdown();
    }

    private implementation(): grpc.UntypedServiceImplementation {
        return {
            ...unimplemented,
            cancel: answer(() => new Empty()),
            attach: answer(() => new Empty()),
            getPluginInfo: answer(() => {
                const info = new pluginProto.PluginInfo();
                info.setVersion("1.110.0");
                return info;
            }),
            checkConfig: answer((request: proto.CheckRequest) => checked(propertiesOf(request.getNews()))),
            // As the real one: another host is no reason of its own to replace the provider.
            diffConfig: answer(diff),
            configure: answer((request: proto.ConfigureRequest) => {
                this.configuration = propertiesOf(request.getArgs());
                return new proto.ConfigureResponse();
            }),
            check: answer((request: proto.CheckRequest) => checked(propertiesOf(request.getNews()))),
            diff: answer((request: proto.DiffRequest) => this.diff(request)),
            create: answer((request: proto.CreateRequest) => this.create(request)),
            read: answer((request: proto.ReadRequest) => this.read(request)),
            update: answer((request: proto.UpdateRequest) => {
                const response = new proto.UpdateResponse();
                response.setProperties(request.getNews());
                return response;
            }),
            delete: answer((request: proto.DeleteRequest) => {
                this.requireHost(request.getId());
                this.made.delete(request.getId());
                return new Empty();
            }),
        };
    }

    private create(request: proto.CreateRequest): proto.CreateResponse {
        const response = new proto.CreateResponse();
        response.setProperties(request.getProperties());
        if (request.getPreview()) return response;
        const type = typeOf(request.getUrn()).split(":").at(-1) ?? "";
        const id = `${type.toLowerCase()}-${++this.count}`;
        const properties = propertiesOf(request.getProperties());
        this.made.set(id, { host: this.configuration["host"], type, name: nameOf(request.getUrn()), properties });
        response.setId(id);
        return response;
    }

    /** As the real one: what was made by another host is replaced. */
    private diff(request: proto.DiffRequest): proto.DiffResponse {
        const response = diff(request);
        const { host = this.configuration["host"] } = this.made.get(request.getId()) ?? {};
        if (host === this.configuration["host"]) return response;
        response.setChanges(proto.DiffResponse.DiffChanges.DIFF_SOME);
        response.setReplacesList(["__meta"]);
        return response;
    }

    /** As the real one: what was made by another host is not deleted. */
    private requireHost(id: string): void {
        const made = this.made.get(id);
        if (made === undefined || made.host === this.configuration["host"]) return;
        throw new Error(
            `workspace_id mismatch: provider is configured for workspace ${String(this.configuration["host"])} but got ${String(made.host)} in provider_config`,
        );
    }

    private read(request: proto.ReadRequest): proto.ReadResponse {
        const response = new proto.ReadResponse();
        const made = this.made.get(request.getId());
        if (made === undefined) return response;
        response.setId(request.getId());
        response.setProperties(structOf(made.properties));
        response.setInputs(request.getInputs());
        return response;
    }
}

function diff(request: proto.DiffRequest): proto.DiffResponse {
    const [olds, news] = [propertiesOf(request.getOldInputs() ?? request.getOlds()), propertiesOf(request.getNews())];
    const names = [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter((name) => name !== "__defaults");
    const changed = names.filter((name) => JSON.stringify(olds[name]) !== JSON.stringify(news[name]));
    const { DIFF_SOME, DIFF_NONE } = proto.DiffResponse.DiffChanges;
    const response = new proto.DiffResponse();
    response.setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE);
    response.setDiffsList(changed);
    return response;
}
