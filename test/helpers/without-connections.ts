import axios, { type AxiosAdapter, AxiosError, type AxiosResponse, CanceledError } from "axios";

import type { LocalCloud } from "../../local-cloud";
import { askDirectly, type Config } from "./direct-requests";

/** A cloud whose clients need no connection. */
interface Known {
    readonly cloud: LocalCloud;
    /** Requests that are being answered. */
    readonly pending: Set<Promise<unknown>>;
    /** What requests that wait do when the cloud ends. */
    readonly drops: Set<() => void>;
}

/** The clouds whose clients in this process need no connection, by their ports. */
const clouds = new Map<string, Known>();
let isSet = false;

/**
 * Requests of this process to the cloud are answered without a connection, which costs more than half of what a request does. A fault
 * that breaks or holds one is told as the HTTP client tells it. What a connection does is tested without this: see
 * test/unit/outage.test.ts and migration-http.test.ts.
 */
export function withoutConnections(cloud: LocalCloud): LocalCloud {
    const { port } = new URL(cloud.host);
    const drops = new Set<() => void>();
    clouds.set(port, { cloud, pending: new Set(), drops });
    const stop = cloud.stop.bind(cloud);
    cloud.stop = () => {
        clouds.delete(port);
        // As a connection breaks that waits for a response.
        for (const drop of drops) drop();
        return stop();
    };
    setAdapter();
    return cloud;
}

/** Lets clients that are made from now on ask the clouds directly. What counts requests is set after this. */
export function setAdapter(): void {
    if (isSet) return;
    isSet = true;
    const connect = axios.getAdapter(axios.defaults.adapter);
    const direct: AxiosAdapter = async (config) => (await answered(config)) ?? connect(config);
    axios.defaults.adapter = direct;
    askDirectly((port) => clouds.has(port));
}

/** Waits until each request that was sent has had its effect, also those whose client is gone. */
export async function untilAnswered({ host }: LocalCloud): Promise<void> {
    await Promise.allSettled(clouds.get(new URL(host).port)?.pending ?? []);
}

async function answered(config: Config): Promise<AxiosResponse | undefined> {
    const url = new URL(config.url ?? "", config.baseURL);
    const known = clouds.get(url.port);
    if (known === undefined) return undefined;
    const { cloud, pending, drops } = known;
    const answer = cloud.answerDirectly(requestOf(config, url), url.host);
    pending.add(answer);
    void answer.finally(() => pending.delete(answer)).catch(() => undefined);
    const sent = await unlessEnded(answer, drops, config);
    if (typeof sent === "string") throw new AxiosError("socket hang up", "ECONNRESET", config);
    if (sent.isTruncated === true) throw new AxiosError("stream has been aborted", "ERR_BAD_RESPONSE", config);
    const { maxContentLength = -1 } = config;
    if (maxContentLength > -1 && sent.bytes.length > maxContentLength)
        throw new AxiosError(`maxContentLength size of ${maxContentLength} exceeded`, "ERR_BAD_RESPONSE", config);
    const headers = { date: new Date().toUTCString(), ...sent.headers };
    // As the HTTP client of Node.js does.
    const data = sent.bytes.toString(config.responseEncoding === "latin1" ? "latin1" : "utf8");
    return { status: sent.status, statusText: "", headers, data, config };
}

function requestOf({ method = "get", headers, auth, data }: Config, { pathname, searchParams, host }: URL) {
    const body = typeof data === "string" ? data : undefined;
    const bytes = data === undefined ? Buffer.alloc(0) : Buffer.from(data as string | Buffer);
    const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
    const basic = auth && {
        authorization: `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString("base64")}`,
    };
    return {
        method: method.toUpperCase(),
        path: pathname,
        query: Object.fromEntries(searchParams) as Record<string, string>,
        headers: { ...(Object.fromEntries(lower) as Record<string, string>), ...basic, host },
        get body() {
            return body ?? bytes.toString();
        },
        bytes,
    };
}

/**
 * The answer, if the cloud does not end and the request is not aborted before. Nothing of a request stays with either: a time limit
 * that something listens to is kept until it is over, and would keep what each request carries for as long.
 */
function unlessEnded<Answer>(
    answer: Promise<Answer>,
    drops: Set<() => void>,
    config: Config,
): Promise<Answer | "dropped"> {
    const { signal } = config;
    return new Promise((resolve, reject) => {
        const end = (how: () => void) => {
            drops.delete(drop);
            signal?.removeEventListener?.("abort", cancel);
            how();
        };
        const drop = () => end(() => resolve("dropped"));
        const cancel = () => end(() => reject(new CanceledError(undefined, config)));
        drops.add(drop);
        signal?.addEventListener?.("abort", cancel);
        if (signal?.aborted === true) cancel();
        answer.then(
            (sent) => {
                if (sent !== "hang") end(() => resolve(sent));
            },
            (error: unknown) => end(() => reject(error instanceof Error ? error : new Error(String(error)))),
        );
    });
}
