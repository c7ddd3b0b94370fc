import Fastify, { type FastifyReply, type FastifyRequest } from "fastify";

import { type Fault, type FaultEffect, Faults } from "./faults";
import { type ApiRequest, type ApiResponse, respond, serialize } from "./http";

/** A request to the Account API that was answered, or was not, because of a fault. */
export interface RecordedRequest {
    readonly method: string;
    readonly path: string;
    readonly query: Readonly<Record<string, string>>;
    /** The parsed body; `undefined` where there was none, or no JSON. */
    readonly body: unknown;
    /** 0 where no response was given. */
    status: number;
    /** When it came in, in milliseconds since 1970. */
    readonly time: number;
    /** When its response was made, in milliseconds since 1970: the response shows the account as it was then. */
    answered: number | undefined;
    /** Bytes of the response's body, where it was sent whole. */
    bytes: number;
    fault: string | undefined;
}

/** What answers the requests that come in. */
export interface ServerRoutes {
    /** Answers a request to a workspace's host; `undefined` where no RUNNING workspace has this host. */
    workspace(host: string, request: ApiRequest): (() => Promise<ApiResponse>) | undefined;
    /** Answers a request to the account's host. */
    account(request: ApiRequest): Promise<ApiResponse>;
}

/** The HTTP of the local cloud, with the faults, the rate limit and the record of its requests. */
export class CloudServer {
    /** Requests to the Account API, in order. */
    readonly requests: RecordedRequest[] = [];
    private readonly faults = new Faults();
    private readonly server = Fastify({ forceCloseConnections: true, bodyLimit: 64 * 1024 * 1024 });
    private recent: number[] = [];

    constructor(
        private readonly routes: ServerRoutes,
        private readonly requestsPerSecond: number | undefined,
    ) {}

    /** Starts it on 127.0.0.1 and returns its origin. */
    async listen(port: number): Promise<string> {
        this.server.removeAllContentTypeParsers();
        this.server.addContentTypeParser("*", { parseAs: "string" }, (_, body, done) => done(null, body));
        this.server.all("/*", async (incoming, reply) => {
            const request = requestOf(incoming);
            const workspace = this.routes.workspace(String(incoming.headers.host ?? ""), request);
            if (workspace === undefined) return this.answerAccount(request, reply);
            const { status, body } = await respond(workspace);
            return sendText(reply, status, serialize(body));
        });
        return this.server.listen({ host: "127.0.0.1", port });
    }

    /** Ends it. */
    async close(): Promise<void> {
        await this.server.close();
    }

    /** Adds a fault; the function returned takes it away. */
    inject(fault: Fault): () => void {
        return this.faults.inject(fault);
    }

    /** Forgets the recorded requests and counts anew. */
    clearRequests(): void {
        this.requests.length = 0;
        this.faults.restartCount();
    }

    private async answerAccount(request: ApiRequest, reply: FastifyReply): Promise<unknown> {
        const record = this.record(request);
        const fault = this.faults.next(record);
        record.fault = fault?.kind;
        if (fault?.kind === "hang") {
            reply.hijack();
            return undefined;
        }
        if (fault?.kind === "drop" && fault.when === "before") return drop(reply);
        if (fault?.kind === "delay") await new Promise((resolve) => setTimeout(resolve, fault.milliseconds));
        if (fault?.kind === "call" && fault.when === "before") await fault.run();
        const response = await this.effect(request, fault);
        record.status = response.status;
        record.answered = Date.now();
        if (fault?.kind === "call" && fault.when === "after") await fault.run();
        const text = serialize(response.body);
        if (fault !== undefined && isSentBy(fault)) {
            if (fault.kind === "status") record.status = fault.status;
            return sendFault(reply, fault, response.status, text);
        }
        if (response.status === 429) void reply.header("retry-after", "1");
        record.bytes = Buffer.byteLength(text);
        return sendText(reply, response.status, text);
    }

    /** What the request does and is answered, unless the fault's response comes instead. */
    private async effect(request: ApiRequest, fault: FaultEffect | undefined): Promise<ApiResponse> {
        if (fault?.kind === "status" && fault.afterEffect !== true) {
            this.limited();
            return { status: fault.status, body: undefined };
        }
        return this.limited() ?? (await respond(() => this.routes.account(request)));
    }

    private record(request: ApiRequest): RecordedRequest {
        const record: RecordedRequest = {
            method: request.method,
            path: request.path,
            query: request.query,
            body: parsed(request.body),
            status: 0,
            time: Date.now(),
            answered: undefined,
            bytes: 0,
            fault: undefined,
        };
        this.requests.push(record);
        return record;
    }

    private limited(): ApiResponse | undefined {
        const limit = this.requestsPerSecond;
        if (limit === undefined) return undefined;
        const now = Date.now();
        this.recent = this.recent.filter((time) => time > now - 1000);
        if (this.recent.length >= limit)
            return { status: 429, body: { error_code: "REQUEST_LIMIT_EXCEEDED", message: "Too many requests" } };
        this.recent.push(now);
        return undefined;
    }
}

type SentFault = Extract<FaultEffect, { kind: "drop" | "status" | "body" | "truncate" }>;

function isSentBy(fault: FaultEffect): fault is SentFault {
    return ["drop", "status", "body", "truncate"].includes(fault.kind);
}

function sendFault(reply: FastifyReply, fault: SentFault, status: number, text: string): FastifyReply | undefined {
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
        case "truncate":
            reply.hijack();
            reply.raw.writeHead(status, {
                "content-type": "application/json",
                "content-length": Buffer.byteLength(text),
            });
            reply.raw.write(text.slice(0, Math.ceil(text.length / 2)), () => reply.raw.socket?.destroy());
            return undefined;
    }
}

function drop(reply: FastifyReply): undefined {
    reply.hijack();
    reply.raw.socket?.destroy();
    return undefined;
}

function requestOf(incoming: FastifyRequest): ApiRequest {
    const url = new URL(incoming.url, "http://local");
    return {
        method: incoming.method,
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: incoming.headers,
        body: typeof incoming.body === "string" ? incoming.body : "",
    };
}

function parsed(body: string): unknown {
    try {
        return body === "" ? undefined : JSON.parse(body);
    } catch {
        return undefined;
    }
}

function sendText(reply: FastifyReply, status: number, text: string): FastifyReply {
    return reply.status(status).type("application/json").send(text);
}

function refusalFor(status: number): string {
    const code =
        status === 429 ? "REQUEST_LIMIT_EXCEEDED" : status === 503 ? "TEMPORARILY_UNAVAILABLE" : "INTERNAL_ERROR";
    return JSON.stringify({ error_code: code, message: "An injected fault." });
}
