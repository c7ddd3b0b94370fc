import { lookup as lookUp } from "node:dns";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { LookupFunction } from "node:net";

import type { AxiosInstance } from "axios";

import { NoResponseError, ResponseTooLargeError, UnusableHostError } from "./errors";
import { isLoopback } from "./host";
import { userAgent } from "./user-agent";
import { messageOf } from "../util/error-message";

/** A preview without changes sends no request, and axios takes a third of the time in which the provider is loaded. */
// eslint-disable-next-line @typescript-eslint/no-require-imports -- a static import would load it with the provider
const axios = (): typeof import("axios") => (loaded ??= require("axios"));
let loaded: typeof import("axios") | undefined;

/** The largest response that is read, in bytes: a list of 10,000 workspaces has about a third of it. */
const MAX_RESPONSE_BYTES = 32 * 1024 * 1024;

/** One HTTP request. */
export interface HttpRequest {
    readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
    /** A path of the client's host, or a whole URL. */
    readonly url: string;
    /** Besides those of every request. */
    readonly headers?: Readonly<Record<string, string>>;
    readonly data?: string | Buffer;
    /** The largest response that is read, in bytes: `ResponseTooLargeError` if there are more. Default: 32 MiB. */
    readonly maxBytes?: number | undefined;
    /** Whether the body of a success is bytes and not text: its `text` then has a character for each. Default: false. */
    readonly isBinary?: boolean | undefined;
    /** Ends the wait for the response: whoever aborts it expects the `NoResponseError`. */
    readonly signal?: AbortSignal | undefined;
    /** Which attempt it is. Default: the first, which did not wait. */
    readonly attempt?: Attempt;
    /** HTTP basic authentication. */
    readonly auth?: { readonly username: string; readonly password: string };
}

/** One of the times that a request is sent. */
export interface Attempt {
    /** 1 for the first. */
    readonly number: number;
    /** How long it waited for the rate limit, in milliseconds. */
    readonly waited: number;
}

/** Any response, whatever its status. */
export interface HttpResponse {
    readonly status: number;
    readonly headers: Readonly<Record<string, unknown>>;
    readonly text: string;
}

/** A request and what came of it: a response, or a failure. */
export interface HttpExchange {
    readonly request: HttpRequest;
    readonly url: URL;
    /** When it was sent, in milliseconds since 1970, and how long it took, in milliseconds. */
    readonly began: number;
    readonly duration: number;
    readonly response?: HttpResponse;
    readonly failure?: unknown;
}

/** Sends requests to one host, bounded in time and size, and follows no redirect. */
export class HttpClient {
    private made: AxiosInstance | undefined;

    /** What the latest response said is the time, in milliseconds since 1970: the service's clock, not this machine's. */
    serverTime: number | undefined;

    /**
     * @param timeout how long one request may take from its first to its last byte, in milliseconds; those with more than 32 MiB may
     * take more.
     * @param agent as what its requests present themselves.
     * @param onExchange is told each request that was sent.
     */
    constructor(
        private readonly host: string,
        private readonly timeout: number,
        private readonly agent = userAgent(),
        private readonly onExchange?: (exchange: HttpExchange) => void,
    ) {}

    private get http(): AxiosInstance {
        return (this.made ??= axios().create({
            baseURL: this.host,
            headers: { accept: "application/json", "user-agent": this.agent },
            httpAgent: new HttpAgent({ keepAlive: true, lookup }),
            httpsAgent: new HttpsAgent({ keepAlive: true, lookup }),
            // Credentials are never sent on to another host.
            maxRedirects: 0,
            maxContentLength: MAX_RESPONSE_BYTES,
            maxBodyLength: Number.POSITIVE_INFINITY,
            responseType: "text",
            // What is sent is written already: axios would parse it, only to send it as it is.
            transformRequest: (body: unknown) => body,
            transformResponse: (text: unknown) => text,
            validateStatus: () => true,
        }));
    }

    /**
     * Sends a request. Fails with `NoResponseError` when no whole response comes.
     *
     * @param name what the request is called in messages: `GET /workspaces`.
     */
    async send(name: string, request: HttpRequest): Promise<HttpResponse> {
        const url = new URL(request.url, this.host);
        const [began, start] = [Date.now(), performance.now()];
        const tell = (came: Pick<HttpExchange, "response" | "failure">) =>
            this.onExchange?.({ request, url, began, duration: Math.round(performance.now() - start), ...came });
        try {
            const response = await this.exchange(name, request, url);
            tell({ response });
            return response;
        } catch (failure) {
            tell({ failure });
            throw failure;
        }
    }

    private async exchange(name: string, request: HttpRequest, { hostname }: URL): Promise<HttpResponse> {
        try {
            const { maxBytes = MAX_RESPONSE_BYTES, isBinary = false, signal, ...rest } = request;
            const bytes = Math.max(maxBytes, request.data?.length ?? 0);
            const timeout = AbortSignal.timeout(this.timeout * Math.max(1, Math.ceil(bytes / MAX_RESPONSE_BYTES)));
            const response = await this.http.request<unknown>({
                ...rest,
                maxContentLength: maxBytes,
                ...(isBinary ? { responseEncoding: "latin1" } : {}),
                // A proxy of the environment (HTTP_PROXY) is another machine, which cannot reach this one's loopback.
                ...(isLoopback(hostname) ? { proxy: false } : {}),
                signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
            });
            const date = Date.parse(String(response.headers["date"]));
            if (Number.isFinite(date)) this.serverTime = date;
            return {
                status: response.status,
                headers: { ...response.headers },
                text: typeof response.data === "string" ? response.data : "",
            };
        } catch (error) {
            const { isAxiosError } = axios();
            if (isAxiosError(error) && request.maxBytes !== undefined && /^maxContentLength size/.test(error.message))
                throw new ResponseTooLargeError(name, request.maxBytes);
            // The axios error holds the request's headers, a secret among them: only its code and its words go on.
            const code = isAxiosError(error) ? error.code : undefined;
            const words = new Error(messageOf(error));
            words.stack = words.message;
            throw connectionError(name, hostname, code, this.timeout).causedBy(words);
        }
    }
}

/** Codes of errors that say that a server's certificate is not trusted. */
const untrusted =
    /^(CERT_|DEPTH_ZERO_SELF_SIGNED_CERT$|SELF_SIGNED_CERT_|UNABLE_TO_(GET|VERIFY)_|ERR_TLS_CERT_|HOSTNAME_MISMATCH$)/;

/** What a second attempt would not change. */
function hostError(name: string, hostname: string, code = ""): UnusableHostError | undefined {
    if (code === "ENOTFOUND") {
        return new UnusableHostError(
            name,
            `the name ${hostname} does not resolve (ENOTFOUND)`,
            "Correct databricks:host (or DATABRICKS_HOST), or the machine's name server.",
        );
    }
    if (!untrusted.test(code)) return undefined;
    return new UnusableHostError(
        name,
        `the certificate of ${hostname} is not trusted (${code})`,
        "Check databricks:host. Where a proxy of your company opens connections, name its certificate's file in NODE_EXTRA_CA_CERTS.",
    );
}

/** Names below localhost are this machine (RFC 6761), which not every resolver knows. */
const lookup: LookupFunction = (hostname, options, callback) => {
    if (!hostname.endsWith(".localhost")) return lookUp(hostname, options, callback);
    if (options.all === true) callback(null, [{ address: "127.0.0.1", family: 4 }]);
    else callback(null, "127.0.0.1", 4);
};

/** Codes of errors that say that no connection came about, so that nothing can have happened. */
const nothingSent = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

/** What the code of a failed connection means. */
export function connectionError(
    name: string,
    hostname: string,
    code: string | undefined,
    timeout: number,
): NoResponseError {
    const permanent = hostError(name, hostname, code);
    if (permanent !== undefined) return permanent;
    switch (code) {
        case "ERR_CANCELED":
        case "ECONNABORTED":
        case "ETIMEDOUT":
            return new NoResponseError(name, `it took longer than ${timeout / 1000} s`, true);
        case "ERR_BAD_RESPONSE":
            return new NoResponseError(name, "the response was cut off or larger than 32 MiB", true);
        default:
            return new NoResponseError(
                name,
                `the connection failed (${code ?? "for an unknown reason"})`,
                !nothingSent.has(code ?? ""),
            );
    }
}
