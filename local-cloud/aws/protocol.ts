import * as grpc from "@grpc/grpc-js";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

import type { Properties } from "./resource-type";

type Call<Request> = grpc.ServerUnaryCall<Request, unknown>;
type Done = grpc.sendUnaryData<unknown>;

/**
 * A call of the provider protocol that this function answers, told which connection it came by. An error becomes the call's.
 */
export function answer<Request>(
    run: (request: Request, connection: string) => unknown,
): (call: Call<Request>, done: Done) => void {
    return (call, done) => {
        Promise.resolve()
            .then(() => run(call.request, call.getPeer()))
            .then((result) => done(null, result))
            .catch((error: unknown) => done({ code: grpc.status.UNKNOWN, details: describe(error) }));
    };
}

/** The calls of the protocol that the fake AWS provider does not have. */
export const unimplemented = Object.fromEntries(
    ["handshake", "parameterize", "call", "construct", "getMapping", "getMappings", "streamInvoke"].map((name) => [
        name,
        (_: unknown, done: Done) =>
            done({ code: grpc.status.UNIMPLEMENTED, details: `The fake AWS provider has no ${name}` }),
    ]),
);

/** The type in a URN. */
export function typeOf(urn: string): string {
    return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

/** The resource's name in a URN. */
export function nameOf(urn: string): string {
    return urn.split("::").slice(3).join("::");
}

export function propertiesOf(struct: Struct | undefined): Properties {
    return struct?.toJavaScript() ?? {};
}

export function structOf(properties: Properties): Struct {
    return Struct.fromJavaScript(JSON.parse(JSON.stringify(properties)) as Record<string, JavaScriptValue>);
}

/** The response to a check that found nothing wrong. */
export function checked(inputs: Properties): proto.CheckResponse {
    const response = new proto.CheckResponse();
    response.setInputs(structOf(inputs));
    return response;
}

function describe(error: unknown): string {
    if (!(error instanceof Error)) return String(error);
    return `${error.name === "Error" ? "" : `${error.name}: `}${error.message}`;
}
