import Fastify, { type FastifyInstance } from "fastify";

import { guard } from "../guard";
import { parseJson } from "../json";
import { LoopbackServer } from "../loopback-server";
import { type Fields, type KmsCaller, KmsError } from "./key";
import type { Kms } from "./kms";

/** The largest body of a request, in bytes: far more than any operation takes. */
const BODY = 1024 * 1024;

/** The local KMS over HTTP, as `@aws-sdk/client-kms` speaks to it (AWS JSON 1.1), on 127.0.0.1. */
export class KmsServer {
    private constructor(
        /** Origin to give to a client as its endpoint. */
        readonly endpoint: string,
        /** Ends the server. */
        readonly stop: () => Promise<void>,
    ) {}

    /**
     * Starts it. Signatures are not verified: the access key id of a request names its principal, the credential's scope
     * its region.
     */
    static async start(
        kms: Kms,
        principals: ReadonlyMap<string, Omit<KmsCaller, "region">>,
        port = 0,
    ): Promise<KmsServer> {
        const server = new LoopbackServer(() => serverOf(kms, principals));
        const endpoint = await server.listen(port);
        return new KmsServer(endpoint, () => server.close());
    }
}

function serverOf(kms: Kms, principals: ReadonlyMap<string, Omit<KmsCaller, "region">>): FastifyInstance {
    const server = Fastify({ bodyLimit: BODY });
    guard(server, { bodyLimit: BODY, refusal: (__type, message) => ({ __type, message }) });
    server.removeAllContentTypeParsers();
    server.addContentTypeParser("*", { parseAs: "string" }, (_, body, done) => done(null, body));
    server.post("/", async (request, reply) => {
        void reply.type("application/x-amz-json-1.1");
        const [, accessKeyId = "", region = ""] =
            /Credential=([^/]+)\/\d+\/([^/]+)\/kms\//.exec(request.headers.authorization ?? "") ?? [];
        const principal = principals.get(accessKeyId);
        try {
            if (principal === undefined)
                throw new KmsError(
                    "UnrecognizedClientException",
                    "The security token included in the request is invalid.",
                );
            const operation = String(request.headers["x-amz-target"] ?? "").replace(/^TrentService\./, "");
            return kms.call(operation, fieldsOf(String(request.body || "{}")), { ...principal, region });
        } catch (error) {
            if (!(error instanceof KmsError)) throw error;
            return reply.status(400).send({ __type: error.code, message: error.message });
        }
    });
    return server;
}

/** The fields of a request. Throws `KmsError` for a body that is no JSON object. */
function fieldsOf(body: string): Fields {
    try {
        const fields = parseJson(body);
        if (typeof fields === "object" && fields !== null && !Array.isArray(fields)) return fields as Fields;
    } catch (error) {
        throw new KmsError("SerializationException", error instanceof Error ? error.message : "");
    }
    throw new KmsError("SerializationException", "The body is not a JSON object");
}
