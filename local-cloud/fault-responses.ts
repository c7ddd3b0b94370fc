import type { Behavior } from "./behavior";
import type { FaultEffect } from "./faults";
import { type ApiResponse, serialize } from "./http";

/** A response as it is sent. */
export interface SentResponse {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly bytes: Buffer;
    /** Only half of the bytes are sent, and the connection breaks. */
    readonly isTruncated?: true;
}

/** What a client gets: a response, a connection that breaks before it, or nothing at all. */
export type Sent = SentResponse | "dropped" | "hang";

/** What is sent of an outcome, unless the fault decides that. */
export function sentOf(outcome: ApiResponse, { numbers }: Behavior): SentResponse {
    const bytes = outcome.bytes ?? Buffer.from(serialize(outcome.body, numbers));
    const type = outcome.bytes === undefined ? "application/json" : (outcome.contentType ?? "application/octet-stream");
    return { status: outcome.status, headers: { ...outcome.headers, "content-type": type }, bytes };
}

/** What a fault makes of an outcome; `undefined` if it leaves the response alone. */
export function sentByFault(fault: FaultEffect, outcome: ApiResponse, behavior: Behavior): Sent | undefined {
    switch (fault.kind) {
        case "drop":
            return "dropped";
        case "status": {
            const { status, headers, body = refusalFor(status) } = fault;
            return { status, headers: { "content-type": "application/json", ...headers }, bytes: Buffer.from(body) };
        }
        case "body": {
            const headers = { "content-type": fault.contentType ?? "application/json" };
            return { status: 200, headers, bytes: Buffer.from(fault.body) };
        }
        case "truncate":
            return { ...sentOf(outcome, behavior), isTruncated: true };
        default:
            return undefined;
    }
}

function refusalFor(status: number): string {
    const code =
        status === 429 ? "REQUEST_LIMIT_EXCEEDED" : status === 503 ? "TEMPORARILY_UNAVAILABLE" : "INTERNAL_ERROR";
    return JSON.stringify({ error_code: code, message: "An injected fault." });
}
