import { grpc, messages, PluginInfo, services } from "../../plugin/messages";
import { schemaText } from "../../plugin/package-files";

/**
 * Stands in for the plugin of AWS where an SDK is made: its schema has the resources that the components of this package make, and of
 * each no more than its type. The whole one has to be downloaded.
 */
const references = [...schemaText().matchAll(/"\/aws\/v([^/]+)\/schema\.json#\/resources\/([^"]+)"/g)];
const version = references[0]?.[1] ?? "";
const tokens = new Set(references.map(([, , token = ""]) => decodeURIComponent(token)));
const schema = {
    name: "aws",
    version,
    meta: { moduleFormat: "(.*)(?:/[^/]*)" },
    provider: {},
    resources: Object.fromEntries([...tokens].map((token) => [token, {}])),
};

const server = new grpc.Server();
server.addService(services.ResourceProviderService, {
    getSchema: (_: unknown, callback: (error: null, response: unknown) => void) => {
        const response = new messages.GetSchemaResponse();
        response.setSchema(JSON.stringify(schema));
        callback(null, response);
    },
    getPluginInfo: (_: unknown, callback: (error: null, response: unknown) => void) => {
        const info = new PluginInfo();
        info.setVersion(version);
        callback(null, info);
    },
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) throw error;
    process.stdout.write(`${port}\n`);
});
