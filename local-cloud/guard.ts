import type { FastifyInstance } from "fastify";

import { isLoopback } from "../provider/api/host";

/** What a server on this machine lets in. */
export interface Guard {
    /** Host names that are its own beside those of this machine. */
    readonly isOwn?: (hostname: string) => boolean;
    /** Bytes of a body that are read at most. */
    readonly bodyLimit: number;
    /** A refusal in the words of its protocol. */
    readonly refusal: (code: string, message: string) => unknown;
}

/**
 * Refuses what no client of the local cloud sends: a Host header with somebody else's name, by which a web page reaches a
 * server on this machine (DNS rebinding), and a body over the limit.
 */
export function guard(server: FastifyInstance, { isOwn, bodyLimit, refusal }: Guard): void {
    server.addHook("onRequest", async ({ headers: { host } }, reply) => {
        const hostname = hostnameOf(host ?? "");
        if (hostname !== undefined && (isLoopback(hostname) || isOwn?.(hostname) === true)) return undefined;
        const message = `The local cloud has no host ${host ?? "without a name"}: reach it by 127.0.0.1, or by the names that its documents list.`;
        return reply.status(421).send(refusal("MISDIRECTED_REQUEST", message));
    });
    server.setErrorHandler((error: { statusCode?: number }, _, reply) => {
        if (error.statusCode !== 413) return reply.send(error);
        return reply.status(413).send(refusal("REQUEST_TOO_LARGE", tooLarge(bodyLimit)));
    });
}

/** Why a body is refused. */
export function tooLarge(limit: number): string {
    return `The body of the request is larger than ${limit} bytes.`;
}

function hostnameOf(host: string): string | undefined {
    return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : undefined;
}
