import type { JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

import { fromPulumi } from "../provider/runtime/from-pulumi";
import { isRecord, type Properties } from "../provider/util/property-path";
import { unmarked, withSecretsOf } from "./marks";

/** gRPC and the engine's messages, of Pulumi's own SDK. */
export const grpc: typeof import("@grpc/grpc-js") = fromPulumi("@grpc/grpc-js");
export const messages: typeof import("@pulumi/pulumi/proto/provider_pb") = fromPulumi(
    "@pulumi/pulumi/proto/provider_pb",
);
export const services: typeof import("@pulumi/pulumi/proto/provider_grpc_pb") = fromPulumi(
    "@pulumi/pulumi/proto/provider_grpc_pb",
);
export const { PluginInfo }: typeof import("@pulumi/pulumi/proto/plugin_pb") = fromPulumi(
    "@pulumi/pulumi/proto/plugin_pb",
);
export const { Empty }: typeof import("google-protobuf/google/protobuf/empty_pb") = fromPulumi(
    "google-protobuf/google/protobuf/empty_pb",
);
const structs: typeof import("google-protobuf/google/protobuf/struct_pb") = fromPulumi(
    "google-protobuf/google/protobuf/struct_pb",
);
const { Any }: typeof import("google-protobuf/google/protobuf/any_pb") = fromPulumi(
    "google-protobuf/google/protobuf/any_pb",
);
const { Status }: typeof import("@pulumi/pulumi/proto/status_pb") = fromPulumi("@pulumi/pulumi/proto/status_pb");

/** The properties in a message. */
export function propertiesOf(struct: Struct | undefined): Record<string, unknown> {
    const properties = unmarked(struct?.toJavaScript());
    return isRecord(properties) ? properties : {};
}

/**
 * Properties as a message has them. What is `undefined` is left out.
 *
 * @param source the properties that they came from: what is secret there, is secret here.
 */
export function structOf(properties: Properties, source: Struct | undefined): Struct {
    return structs.Struct.fromJavaScript(membersOf(withSecretsOf(properties, source?.toJavaScript() ?? {})));
}

function membersOf(properties: Properties): Record<string, JavaScriptValue> {
    return Object.fromEntries(
        Object.entries(properties).flatMap(([name, value]) => (value === undefined ? [] : [[name, valueOf(value)]])),
    );
}

function valueOf(value: unknown): JavaScriptValue {
    if (Array.isArray(value)) return value.map(valueOf);
    if (isRecord(value)) return membersOf(value);
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
    return null;
}

/**
 * An error as the engine takes it. One that keeps an object in the state has its id and properties (`InitializationError`), which
 * gRPC carries as a detail beside the message.
 *
 * @param source the properties that those of the object came from.
 */
export function refusalOf(error: unknown, message: string, source: Struct | undefined) {
    const metadata = new grpc.Metadata();
    const { id, properties, reasons } = isRecord(error) ? error : {};
    if (typeof id === "string") {
        const failed = new messages.ErrorResourceInitFailed();
        failed.setId(id);
        failed.setProperties(structOf(isRecord(properties) ? { ...properties, __provider: undefined } : {}, source));
        failed.setReasonsList(Array.isArray(reasons) ? reasons.map(() => message) : []);
        const detail = new Any();
        detail.pack(failed.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
        const status = new Status();
        status.setCode(grpc.status.UNKNOWN);
        status.setMessage(message);
        status.addDetails(detail);
        metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
    }
    return { code: grpc.status.UNKNOWN, details: message, metadata };
}
