import type { FastifyReply } from "fastify";

import type { Behavior } from "./behavior";
import type { FaultEffect } from "./faults";
import { type ApiResponse, serialize } from "./http";

/** The effects of a fault that decide what is sent. */
type SentFault = Extract<FaultEffect, { kind: "drop" | "status" | "body" | "truncate" }>;

/** Whether a fault decides what is sent, instead of the response. */
export function isSentBy(fault: FaultEffect): fault is SentFault {
    return ["drop", "status", "body", "truncate"].includes(fault.kind);
}

/** The bytes of a response's body. */
export function payloadOf(
    { body, bytes, contentType }: ApiResponse,
    { numbers }: Behavior,
): { bytes: Buffer; contentType: string } {
    if (bytes !== undefined) return { bytes, contentType: contentType ?? "application/octet-stream" };
    return { bytes: Buffer.from(serialize(body, numbers)), contentType: "application/json" };
}

/** Sends what a fault makes of a response. */
export function sendFault(
    reply: FastifyReply,
    fault: SentFault,
    response: ApiResponse,
    behavior: Behavior,
): FastifyReply | undefined {
    switch (fault.kind) {
        case "drop":
            return drop(reply);
        case "status":
            return reply
                .status(fault.status)
                .headers({ "content-type": "application/json", ...fault.headers })
                .send(fault.body ?? refusalFor(fault.status));
        case "body":
            return reply
                .status(200)
                .type(fault.contentType ?? "application/json")
                .send(fault.body);
        case "truncate": {
            const { bytes, contentType } = payloadOf(response, behavior);
            reply.hijack();
            reply.raw.writeHead(response.status, { "content-type": contentType, "content-length": bytes.length });
            reply.raw.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => reply.raw.socket?.destroy());
            return undefined;
        }
    }
}

/** Breaks the connection. */
export function drop(reply: FastifyReply): undefined {
    reply.hijack();
    reply.raw.socket?.destroy();
    return undefined;
}

function refusalFor(status: number): string {
    const code =
        status === 429 ? "REQUEST_LIMIT_EXCEEDED" : status === 503 ? "TEMPORARILY_UNAVAILABLE" : "INTERNAL_ERROR";
    return JSON.stringify({ error_code: code, message: "An injected fault." });
}
