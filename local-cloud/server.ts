import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";

import type { Behavior } from "./behavior";
import { type Sent, sentByFault, sentOf } from "./fault-responses";
import { type Fault, type FaultEffect, Faults } from "./faults";
import { guard, tooLarge } from "./guard";
import { ApiError, type ApiRequest, type ApiResponse, type Outcome, respond } from "./http";
import { LoopbackServer } from "./loopback-server";
import type { LocalCloudOptions } from "./options";
import { ACCOUNT_BODY, lineOf, type RecordedRequest, recordOf } from "./requests";

/** What a request was sent to. */
export interface Address {
    /** The Host header. */
    readonly host: string;
    /** The workspace that its port or the header `X-Databricks-Workspace-Id` names. */
    readonly workspaceId: string | undefined;
}

/** Who answers a request. */
export interface Route {
    readonly workspaceId: string | undefined;
    /** Which workspace the response names as the one that it is from. */
    readonly identity?: string | undefined;
    run(): Promise<Outcome>;
}

/** What answers the requests that come in. */
export interface ServerRoutes {
    /** Who answers a request to a workspace; `undefined` if it is addressed to no RUNNING workspace. */
    workspace(address: Address, request: ApiRequest): Route | undefined;
    /** Answers a request to the account's host. */
    account(request: ApiRequest): Promise<ApiResponse>;
}

/** The largest body that a workspace takes: an import far over the service's own limit, which it refuses in its words. */
const WORKSPACE_BODY = 64 * 1024 * 1024;

/** The HTTP of the local cloud, with the faults, the rate limit and the record of its requests. */
export class CloudServer {
    /** Requests to the account and to workspaces, in order. */
    readonly requests: RecordedRequest[] = [];
    private readonly faults = new Faults();
    private readonly server = new LoopbackServer(() => this.makeServer());
    private readonly workspacePorts = new Map<number, string>();
    private recent: number[] = [];

    constructor(
        private readonly routes: ServerRoutes,
        private readonly behavior: Behavior,
        private readonly options: Pick<LocalCloudOptions, "requestsPerSecond" | "onRequest" | "now">,
    ) {}

    /** Starts it on 127.0.0.1 and returns its origin. */
    listen(port: number): Promise<string> {
        return this.server.listen(port);
    }

    private makeServer(): FastifyInstance {
        const server = Fastify({ bodyLimit: WORKSPACE_BODY });
        guard(server, {
            // A client that insists on https knows the service by these names, and is led here by an agent of its own.
            isOwn: (hostname) => /^[a-z0-9-]+\.cloud\.databricks\.(com|us|mil)$/.test(hostname),
            bodyLimit: WORKSPACE_BODY,
            refusal: (error_code, message) => ({ error_code, message }),
        });
        server.removeAllContentTypeParsers();
        server.addContentTypeParser("*", { parseAs: "buffer" }, (_, body, done) => done(null, body));
        server.all("/*", async (incoming, reply) => {
            const request = requestOf(incoming);
            return send(reply, await this.answer(request, this.addressOf(incoming)));
        });
        return server;
    }

    /** Opens a port for one workspace, and returns its origin; the same each time. */
    async openWorkspacePort(workspaceId: string): Promise<string> {
        for (const [port, id] of this.workspacePorts) if (id === workspaceId) return `http://127.0.0.1:${port}`;
        const origin = await this.server.listen();
        this.workspacePorts.set(Number(new URL(origin).port), workspaceId);
        return origin;
    }

    /** Answers a request of this process without a connection. */
    async answerDirectly(request: ApiRequest, host: string): Promise<Sent> {
        return this.answer(request, { host, workspaceId: workspaceNamedBy(request.headers) });
    }

    /** Ends it. */
    close(): Promise<void> {
        return this.server.close();
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

    private addressOf({ headers, socket }: FastifyRequest): Address {
        const workspaceId = this.workspacePorts.get(socket.localPort ?? 0) ?? workspaceNamedBy(headers);
        return { host: String(headers.host ?? ""), workspaceId };
    }

    private accountRoute(request: ApiRequest): Route {
        const run = async () => {
            const limited = this.limited();
            if (limited !== undefined) return limited;
            if (request.bytes.length > ACCOUNT_BODY)
                throw new ApiError(413, "REQUEST_TOO_LARGE", tooLarge(ACCOUNT_BODY));
            return this.routes.account(request);
        };
        return { workspaceId: undefined, run };
    }

    private async answer(request: ApiRequest, address: Address): Promise<Sent> {
        const route = this.routes.workspace(address, request) ?? this.accountRoute(request);
        const record = recordOf(request, route.workspaceId);
        this.requests.push(record);
        try {
            const sent = await this.process(record, route);
            if (typeof sent !== "string") record.status = sent.status;
            return sent;
        } finally {
            this.options.onRequest?.(lineOf(record));
        }
    }

    private async process(record: RecordedRequest, route: Route): Promise<Sent> {
        const fault = this.faults.next(record);
        record.fault = fault?.kind;
        if (fault?.kind === "hang") return "hang";
        if (fault?.kind === "drop" && fault.when === "before") return "dropped";
        if (fault?.kind === "delay") await new Promise((resolve) => setTimeout(resolve, fault.milliseconds));
        if (fault?.kind === "call" && fault.when === "before") await fault.run();
        const outcome = await this.effect(route, fault);
        if (outcome === "dropped") return "dropped";
        record.status = outcome.status;
        record.ignored = outcome.ignored ?? [];
        record.answered = Date.now();
        if (fault?.kind === "call" && fault.when === "after") await fault.run();
        const faulty = fault && sentByFault(fault, outcome, this.behavior);
        if (faulty !== undefined) return faulty;
        const sent = sentOf(outcome, this.behavior);
        record.bytes = sent.bytes.length;
        const { now } = this.options;
        const headers = {
            ...sent.headers,
            // The service's clock, which is the clock of its objects' times.
            ...(now === undefined ? {} : { date: new Date(now()).toUTCString() }),
            // Clients of a workspace learn its id from this header.
            ...(route.identity === undefined ? {} : { "x-databricks-org-id": route.identity }),
        };
        return { ...sent, headers };
    }

    /** What the request does and is answered, unless the fault's response comes instead. */
    private async effect(route: Route, fault: FaultEffect | undefined): Promise<Outcome> {
        if (fault?.kind !== "status" || fault.afterEffect === true) return attempt(route, this.behavior);
        if (route.workspaceId === undefined) this.limited();
        return { status: fault.status, body: undefined };
    }

    private limited(): ApiResponse | undefined {
        const limit = this.options.requestsPerSecond;
        if (limit === undefined) return undefined;
        const now = Date.now();
        this.recent = this.recent.filter((time) => time > now - 1000);
        if (this.recent.length >= limit)
            return {
                status: 429,
                body: { error_code: "REQUEST_LIMIT_EXCEEDED", message: "Too many requests" },
                headers: { "retry-after": "1" },
            };
        this.recent.push(now);
        return undefined;
    }
}

/** Runs a route, and turns a refusal into its response. */
async function attempt(route: Route, { errors }: Behavior): Promise<Outcome> {
    let dropped = false;
    const response = await respond(async () => {
        const outcome = await route.run();
        dropped = outcome === "dropped";
        return outcome === "dropped" ? { status: 0, body: undefined } : outcome;
    }, errors);
    return dropped ? "dropped" : response;
}

/** Sends a response, or breaks the connection. */
function send(reply: FastifyReply, sent: Sent): FastifyReply | undefined {
    if (typeof sent !== "string" && sent.isTruncated !== true)
        return reply.status(sent.status).headers(sent.headers).send(sent.bytes);
    reply.hijack();
    if (sent === "dropped") reply.raw.socket?.destroy();
    if (typeof sent === "string") return undefined;
    const { status, headers, bytes } = sent;
    reply.raw.writeHead(status, { ...headers, "content-length": bytes.length });
    reply.raw.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => reply.raw.socket?.destroy());
    return undefined;
}

function workspaceNamedBy(headers: ApiRequest["headers"]): string | undefined {
    const named = headers["x-databricks-workspace-id"] ?? headers["x-databricks-org-id"];
    return named === undefined ? undefined : String(named);
}

function requestOf(incoming: FastifyRequest): ApiRequest {
    const url = new URL(incoming.url, "http://local");
    const bytes = Buffer.isBuffer(incoming.body) ? incoming.body : Buffer.alloc(0);
    return {
        method: incoming.method,
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: incoming.headers,
        get body() {
            return bytes.toString();
        },
        bytes,
    };
}
