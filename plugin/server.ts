import type { handleUnaryCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import type * as proto from "@pulumi/pulumi/proto/provider_pb";

import { PLUGIN_PACKAGE } from "../provider/contract/kinds";
import { messageOf } from "../provider/util/error-message";
import { getPath, sameValue } from "../provider/util/property-path";
import { Empty, grpc, messages, PluginInfo, propertiesOf, refusalOf, services, structOf } from "./messages";
import type { ComponentProcess } from "./component-process";
import { packageVersion, schemaText } from "./package-files";
import type { PackageProvider } from "./package-provider";
import type { Peers } from "./peers";
import { inWordsOfPlugin } from "./words";

/** What a plugin's process serves the engine with. */
interface Served {
    readonly provider: PackageProvider;
    readonly components: ComponentProcess;
    /** The other processes of the run, if there is an engine. */
    readonly peers: Peers | undefined;
}

/** Serves the engine and the other processes of its run, and returns the port. */
export function serve(served: Served): Promise<number> {
    const { provider, peers } = served;
    const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
    server.addService(services.ResourceProviderService, serviceOf(served));
    peers?.serve(server, (question) => provider.tell(question));
    return new Promise((resolve, reject) =>
        server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
            if (error !== null) return reject(error);
            // Before the engine knows of this process, and can ask it for anything.
            peers?.announce(port);
            resolve(port);
        }),
    );
}

function serviceOf({ provider, components, peers }: Served): UntypedServiceImplementation {
    let self: string | undefined;
    return {
        getPluginInfo: unary(async () => {
            const info = new PluginInfo();
            info.setVersion(packageVersion());
            return info;
        }),
        getSchema: unary(async () => {
            const response = new messages.GetSchemaResponse();
            response.setSchema(schemaText());
            return response;
        }),
        // The signal of provider/runtime/engine.ts sees the call come in.
        cancel: unary(async () => new Empty()),
        checkConfig: unary(async (request: proto.CheckRequest) =>
            checked(
                provider.checkConfig(
                    request.getUrn(),
                    propertiesOf(request.getOlds()),
                    propertiesOf(request.getNews()),
                ),
                request,
            ),
        ),
        configure: unary(async (request: proto.ConfigureRequest) => {
            peers?.requireKnown();
            const variables = [...request.getVariablesMap().entries()];
            provider.configure(
                Object.fromEntries(
                    variables.map(([name, value]) => [name.replace(`${PLUGIN_PACKAGE}:config:`, ""), value]),
                ),
            );
            self = referenceTo(request);
            const response = new messages.ConfigureResponse();
            response.setSupportspreview(true);
            // What has components has to take these.
            response.setAcceptsecrets(true);
            response.setAcceptresources(true);
            response.setAcceptoutputs(true);
            return response;
        }),
        check: unary(async (request: proto.CheckRequest) => {
            const [olds, news] = [propertiesOf(request.getOlds()), propertiesOf(request.getNews())];
            return checked(await provider.check({ urn: request.getUrn() }, olds, news), request);
        }),
        diff: unary(async (request: proto.DiffRequest) => diffed(provider, request)),
        construct: unary(async (request: proto.ConstructRequest) => {
            const config = request.getConfigMap();
            for (const [name, value] of Object.entries(provider.accountConfiguration())) config.set(name, value);
            // Else its resources of this package would be another provider's: the default one.
            const providers = request.getProvidersMap();
            if (self !== undefined && !providers.has(PLUGIN_PACKAGE)) providers.set(PLUGIN_PACKAGE, self);
            return components.construct(request);
        }),
        create: unary(async (request: proto.CreateRequest) => {
            const call = { urn: request.getUrn(), timeout: request.getTimeout(), preview: request.getPreview() };
            const { id, outs } = await provider.create(call, propertiesOf(request.getProperties()));
            const response = new messages.CreateResponse();
            response.setId(id);
            response.setProperties(structOf(outs, request.getProperties()));
            return response;
        }, propertiesIn),
        read: unary(async (request: proto.ReadRequest) => {
            const [inputs, state] = [propertiesOf(request.getInputs()), propertiesOf(request.getProperties())];
            const result = await provider.read({ urn: request.getUrn() }, request.getId(), inputs, state);
            const response = new messages.ReadResponse();
            response.setId(result.id ?? "");
            response.setProperties(structOf(result.props ?? {}, request.getProperties()));
            response.setInputs(structOf(result.inputs ?? {}, request.getInputs()));
            return response;
        }, propertiesIn),
        update: unary(async (request: proto.UpdateRequest) => {
            const call = { urn: request.getUrn(), timeout: request.getTimeout(), preview: request.getPreview() };
            const [olds, news] = [propertiesOf(request.getOlds()), propertiesOf(request.getNews())];
            const { outs } = await provider.update(call, request.getId(), olds, news);
            const response = new messages.UpdateResponse();
            response.setProperties(structOf(outs ?? {}, request.getNews()));
            return response;
        }, newsIn),
        delete: unary(async (request: proto.DeleteRequest) => {
            const call = { urn: request.getUrn(), timeout: request.getTimeout() };
            await provider.delete(call, request.getId(), propertiesOf(request.getProperties()));
            return new Empty();
        }),
    };
}

/** Properties of a request. */
type Source = ReturnType<proto.CheckRequest["getNews"]>;
const propertiesIn = (request: { getProperties(): Source }) => request.getProperties();
const newsIn = (request: { getNews(): Source }) => request.getNews();

/**
 * A call as gRPC has it. What an error says is in the words of a program with the plugin.
 *
 * @param source finds the properties in the request whose secrets stay secret in an error.
 */
function unary<Request, Response>(
    answer: (request: Request) => Promise<Response>,
    source: (request: Request) => Source = () => undefined,
): handleUnaryCall<Request, Response> {
    return (call, callback) => {
        answer(call.request).then(
            (response) => callback(null, response),
            (error: unknown) => callback(refusalOf(error, inWordsOfPlugin(messageOf(error)), source(call.request))),
        );
    };
}

/** The provider itself, as a resource names its provider. */
function referenceTo(request: proto.ConfigureRequest): string | undefined {
    const [urn = "", id = ""] = [request.getUrn(), request.getId()];
    return urn === "" || id === "" ? undefined : `${urn}::${id}`;
}

function checked(
    { inputs, failures = [] }: ReturnType<PackageProvider["checkConfig"]>,
    request: proto.CheckRequest,
): proto.CheckResponse {
    const response = new messages.CheckResponse();
    response.setInputs(structOf(inputs ?? {}, request.getNews()));
    response.setFailuresList(
        failures.map(({ property, reason }) => {
            const failure = new messages.CheckFailure();
            failure.setProperty(property);
            failure.setReason(inWordsOfPlugin(reason));
            return failure;
        }),
    );
    return response;
}

async function diffed(provider: PackageProvider, request: proto.DiffRequest): Promise<proto.DiffResponse> {
    const [olds, news] = [propertiesOf(request.getOlds()), propertiesOf(request.getNews())];
    const result = await provider.diff({ urn: request.getUrn() }, request.getId(), olds, news);
    const { changes, replaces = [], stables = [], deleteBeforeReplace, differing = new Map() } = result;
    const response = new messages.DiffResponse();
    const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
    response.setChanges(changes === true ? DIFF_SOME : DIFF_NONE);
    response.setReplacesList(replaces);
    response.setStablesList(stables);
    response.setDeletebeforereplace(deleteBeforeReplace === true);
    response.setHasdetaileddiff(true);
    const oldInputs = propertiesOf(request.getOldInputs());
    const whole = new Map([
        ...replaces.filter((name) => !covers(differing, name)).map((name) => [name, true] as const),
        ...differing,
    ]);
    for (const [path, isReplacing] of whole) {
        // What was changed outside Pulumi is shown as the outputs have it.
        const isInput = !sameValue(getPath(oldInputs, path), getPath(news, path));
        const before = getPath(isInput ? oldInputs : olds, path);
        const detail = new messages.PropertyDiff();
        detail.setKind(kindOfDiff(before, getPath(news, path), isReplacing));
        detail.setInputdiff(isInput);
        response.getDetaileddiffMap().set(path, detail);
    }
    return response;
}

/** Whether a difference is this property, or something inside it. */
function covers(differing: ReadonlyMap<string, boolean>, name: string): boolean {
    return [...differing.keys()].some((path) => path.split(".")[0] === name);
}

function kindOfDiff(before: unknown, now: unknown, isReplacing: boolean) {
    const { Kind } = messages.PropertyDiff;
    if (before === undefined) return isReplacing ? Kind.ADD_REPLACE : Kind.ADD;
    if (now === undefined) return isReplacing ? Kind.DELETE_REPLACE : Kind.DELETE;
    return isReplacing ? Kind.UPDATE_REPLACE : Kind.UPDATE;
}
