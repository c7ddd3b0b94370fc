import axios, { AxiosError, type AxiosResponse } from "axios";

import { askDirectly, type Config } from "../helpers/direct-requests";

/** One provider process's connection to the service. */
export interface Connection {
    readonly host: string;
    /** Whether the process is over, or was killed. */
    dead: boolean;
}

/** A request of a provider process. */
export interface ModelRequest {
    readonly method: string;
    /** Whether it is for the account; else it is for the workspace that `hostName` names. */
    readonly isForAccount: boolean;
    readonly hostName: string;
    readonly path: string;
    readonly query: Readonly<Record<string, string>>;
    readonly contentType: string | undefined;
    readonly bytes: Buffer;
}

/** The response to one, or how its connection broke. */
export type ModelResponse =
    | { readonly status: number; readonly text: string; readonly headers: Readonly<Record<string, string>> }
    | { readonly broken: "ECONNREFUSED" | "ECONNRESET" };

/** Answers the requests of provider processes. */
export interface Service {
    answer(connection: Connection, request: ModelRequest): Promise<ModelResponse>;
}

/** Ports are names here: nothing is opened. There are fewer of them than a long run has processes, whose ports come again. */
const FIRST_PORT = 10_000;
const PORTS = 50_000;
let processes = 0;
const services = new Map<string, { service: Service; connection: Connection }>();
askDirectly((port) => services.has(port));

/** A port of its own for a provider process. */
export function connect(service: Service): Connection {
    for (;;) {
        const port = FIRST_PORT + (processes++ % PORTS);
        if (services.has(`${port}`)) continue;
        const connection = { host: `http://localhost:${port}`, dead: false };
        services.set(`${port}`, { service, connection });
        return connection;
    }
}

/** The process is over. */
export function disconnect(connection: Connection): void {
    connection.dead = true;
    services.delete(portOf(connection.host));
}

/**
 * Lets the requests of the provider's own HTTP client be answered in this process; the function returned ends it. What is left
 * out is Node's networking, which the tests of the client cover.
 */
export function interceptRequests(): () => void {
    const { adapter } = axios.defaults;
    const { timeout } = AbortSignal;
    axios.defaults.adapter = answer;
    // A timer for each of a hundred thousand requests, of which none runs out.
    const never = new AbortController().signal;
    AbortSignal.timeout = () => never;
    return () => {
        if (adapter !== undefined) axios.defaults.adapter = adapter;
        AbortSignal.timeout = timeout;
    };
}

async function answer(config: Config): Promise<AxiosResponse> {
    const url = new URL(String(config.url), config.baseURL);
    const found = services.get(portOf(url.origin));
    if (found === undefined || found.connection.dead) throw new AxiosError("gone", "ECONNREFUSED", config);
    const { service, connection } = found;
    const contentType: unknown = config.headers["content-type"];
    const response = await service.answer(connection, {
        method: String(config.method).toUpperCase(),
        isForAccount: url.origin === connection.host,
        hostName: url.hostname.split(".")[0] ?? "",
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        contentType: typeof contentType === "string" ? contentType : undefined,
        bytes: bytesOf(config.data),
    });
    if ("broken" in response) throw new AxiosError(response.broken, response.broken, config);
    const { status, text, headers } = response;
    return { config, status, data: text, statusText: "", headers };
}

function bytesOf(data: unknown): Buffer {
    if (Buffer.isBuffer(data)) return data;
    return Buffer.from(typeof data === "string" ? data : "");
}

/** The port of a provider process: its account and the workspaces as it sees them have it, and nothing listens there. */
function portOf(origin: string): string {
    return new URL(origin).port;
}
