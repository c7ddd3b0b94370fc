import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";

import axios, { type AxiosInstance, isAxiosError } from "axios";
import { z } from "zod";

import { isRecord } from "../util/property-path";
import type { Settings } from "../runtime/settings";
import { type Clock, systemClock } from "./clock";
import type { Credential } from "./credential";
import { NoResponseError, ApiError, apiErrorKind, type ReportedError, UnexpectedResponseError } from "./errors";
import { parseJson, writeJson } from "./json";
import { RateLimiter } from "./rate-limiter";
import { redact, secretsOf } from "./redact";

type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";

interface HttpResponse {
    readonly status: number;
    readonly headers: Readonly<Record<string, unknown>>;
    readonly text: string;
}

/** The largest answer that is read, in bytes: a list of 10,000 workspaces has about a third of it. */
const MAX_RESPONSE_BYTES = 32 * 1024 * 1024;

/** How long before its end an OAuth token is no longer used. */
const TOKEN_MARGIN = 5 * 60_000;

const tokenResponse = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

/**
 * The Account API of one account: authenticated, bounded in time and size, and patient where patience is safe.
 *
 * A read is repeated after any failure that can pass (429, 5xx, a broken connection). A write is repeated only when it
 * is certain that it had no effect: after a 429, or when no connection came about. Otherwise it fails with
 * `NoAnswerError` whose `effectPossible` is true, and the caller looks before it repeats. All requests share one
 * `Pace`, so that a rate limit slows them down together and fails none.
 */
export class AccountClient {
    private readonly http: AxiosInstance;
    private readonly rateLimiter: RateLimiter;
    /** Tokens come from another service, and the requests that wait for one have their turn already. */
    private readonly tokenRateLimiter: RateLimiter;
    /** What no message may show: the credential, and each token that it was given. */
    private readonly secrets: Set<string>;
    private token: { value: Promise<string>; until: number } | undefined;

    /** @param beforeWrite is awaited right before each attempt of a write is sent; what it throws keeps it from being sent. */
    constructor(
        private readonly credential: Credential,
        private readonly settings: Settings,
        private readonly clock: Clock = systemClock,
        private readonly beforeWrite: () => Promise<void> = () => Promise.resolve(),
    ) {
        this.rateLimiter = new RateLimiter(clock);
        this.tokenRateLimiter = new RateLimiter(clock);
        this.secrets = new Set(secretsOf(credential));
        this.http = axios.create({
            baseURL: credential.host,
            httpAgent: new HttpAgent({ keepAlive: true }),
            httpsAgent: new HttpsAgent({ keepAlive: true }),
            // Credentials are never sent on to another host.
            maxRedirects: 0,
            maxContentLength: MAX_RESPONSE_BYTES,
            maxBodyLength: MAX_RESPONSE_BYTES,
            responseType: "text",
            transformResponse: (text: unknown) => text,
            validateStatus: () => true,
        });
    }

    /** The account whose objects are meant where a program names none. */
    get accountId(): string {
        return this.credential.accountId;
    }

    /** Origin of the account console. */
    get host(): string {
        return this.credential.host;
    }

    /**
     * Reads an object or a list: the parsed answer.
     *
     * @param began when what is asked for was first tried, in milliseconds since 1970, where that was before this request:
     * its time has run since then. It is sent once at least.
     */
    async get(path: string, accountId = this.accountId, began?: number): Promise<unknown> {
        return this.ask("GET", path, undefined, accountId, began);
    }

    /** Creates an object. */
    async post(path: string, body: unknown, accountId = this.accountId): Promise<unknown> {
        return this.ask("POST", path, body, accountId);
    }

    /** Changes exactly the fields that the body names. */
    async patch(path: string, body: Record<string, unknown>, accountId = this.accountId): Promise<unknown> {
        const mask = Object.keys(body).map(encodeURIComponent).join(",");
        return this.ask("PATCH", `${path}?update_mask=${mask}`, body, accountId);
    }

    /** Replaces an object's whole content. */
    async put(path: string, body: unknown, accountId = this.accountId): Promise<unknown> {
        return this.ask("PUT", path, body, accountId);
    }

    /** Deletes an object. */
    async delete(path: string, accountId = this.accountId): Promise<void> {
        await this.ask("DELETE", path, undefined, accountId);
    }

    private async ask(
        method: Method,
        path: string,
        body: unknown,
        accountId: string,
        began?: number,
    ): Promise<unknown> {
        const request = `${method} ${path.replace(/\?.*/, "")}`;
        const reads = method === "GET";
        const answer = await this.withRetry(
            reads,
            request,
            this.rateLimiter,
            async () => {
                const authorization = `Bearer ${await this.accessToken()}`;
                if (!reads) await this.beforeWrite();
                return this.send(request, {
                    method,
                    url: `/api/2.0/accounts/${accountId}${path}`,
                    headers: {
                        authorization,
                        accept: "application/json",
                        "user-agent": "pulumi-databricks-cmk",
                        ...(body === undefined ? {} : { "content-type": "application/json" }),
                    },
                    ...(body === undefined ? {} : { data: writeJson(body) }),
                });
            },
            began,
        );
        if (method === "DELETE" || answer.text.trim() === "") return undefined;
        try {
            return parseJson(answer.text);
        } catch {
            // The status says that it was done, so a write may well have been.
            if (method !== "GET") throw new NoResponseError(request, "its body is not JSON", true);
            throw new UnexpectedResponseError(`the body of ${request} is not JSON`);
        }
    }

    /**
     * Repeats what may be repeated, with growing and scattered pauses, until the total time is used up. Waiting for a turn
     * is no part of that time, nor is a refusal for the rate's sake while the service takes other requests.
     */
    private async withRetry(
        repeatable: boolean,
        request: string,
        pace: RateLimiter,
        send: () => Promise<HttpResponse>,
        began?: number,
    ): Promise<HttpResponse> {
        let failures = 0;
        for (;;) {
            const inLine = this.clock.now();
            const turn = await pace.acquire(repeatable ? "read" : "write");
            // Standing in line uses up no time.
            began = began === undefined ? turn.sent : began + turn.sent - inLine;
            const backoff = Math.min(30_000, 500 * 2 ** failures) * (0.5 + this.clock.random() / 2);
            let answer: HttpResponse;
            try {
                answer = await send();
            } catch (error) {
                pace.onNoResponse();
                const may = error instanceof NoResponseError && (repeatable || !error.mayHaveApplied);
                if (!may || this.clock.now() + backoff > began + this.settings.retryTimeout) throw error;
                failures++;
                await this.clock.sleep(backoff);
                continue;
            }
            const refused = answer.status < 300 ? undefined : toError(request, this.withoutSecrets(answer));
            const kind = refused instanceof ApiError ? refused.kind : undefined;
            const throttled = kind === "throttled";
            if (!throttled) pace.onAccepted();
            if (refused === undefined) return answer;
            if (kind === "unavailable" && !repeatable) {
                throw new NoResponseError(request, `the service answered with HTTP ${answer.status}`, true);
            }
            const asked = retryAfter(answer.headers["retry-after"], this.clock.now()) ?? 0;
            // As long as the service takes others, a request that it refuses for the rate's sake only stands in line.
            const { pause, since } = throttled
                ? pace.onThrottled(turn, asked)
                : { pause: Math.max(backoff, asked), since: began };
            const late = this.clock.now() + pause > since + this.settings.retryTimeout;
            if (throttled && late) pace.rejectQueued(refused);
            if (late || (!throttled && kind !== "unavailable")) throw refused;
            // The next turn comes no earlier than the pause for the rate's sake ends.
            if (throttled) continue;
            failures++;
            await this.clock.sleep(pause);
        }
    }

    private async send(request: string, config: Parameters<AxiosInstance["request"]>[0]): Promise<HttpResponse> {
        try {
            const response = await this.http.request<unknown>({
                ...config,
                signal: AbortSignal.timeout(this.settings.requestTimeout),
            });
            return {
                status: response.status,
                headers: { ...response.headers },
                text: typeof response.data === "string" ? response.data : "",
            };
        } catch (error) {
            // The axios error holds the request's headers, a secret among them: only its code goes on.
            throw toNoResponseError(
                request,
                isAxiosError(error) ? error.code : undefined,
                this.settings.requestTimeout,
            );
        }
    }

    /** An answer that repeats a secret is not shown with it. */
    private withoutSecrets(answer: HttpResponse): HttpResponse {
        return { ...answer, text: redact(answer.text, this.secrets) };
    }

    /** The bearer token: the one that was given, or a service principal's, kept until shortly before it ends. */
    private async accessToken(): Promise<string> {
        const { as } = this.credential;
        if ("token" in as) return as.token;
        if (this.token === undefined || this.token.until <= this.clock.now()) {
            const value = this.requestToken(as).then(({ token, lifetime }) => {
                this.token = { value, until: this.clock.now() + Math.max(lifetime - TOKEN_MARGIN, lifetime / 2) };
                return token;
            });
            // Until the answer says how long it lives, everyone who asks shares this one request.
            this.token = { value, until: Number.POSITIVE_INFINITY };
            value.catch(() => (this.token = undefined));
        }
        return this.token.value;
    }

    private async requestToken(as: {
        clientId: string;
        clientSecret: string;
    }): Promise<{ token: string; lifetime: number }> {
        const request = "The request for an OAuth token";
        const answer = await this.withRetry(true, request, this.tokenRateLimiter, () =>
            this.send(request, {
                method: "POST",
                url: `/oidc/accounts/${this.credential.accountId}/v1/token`,
                auth: { username: as.clientId, password: as.clientSecret },
                headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
                data: "grant_type=client_credentials&scope=all-apis",
            }),
        );
        const parsed = tokenResponse.safeParse(jsonOrNothing(answer.text));
        if (!parsed.success)
            throw new UnexpectedResponseError("the answer to the request for an OAuth token holds no token");
        this.secrets.add(parsed.data.access_token);
        return { token: parsed.data.access_token, lifetime: parsed.data.expires_in * 1000 };
    }
}

/** Codes of errors that say that no connection came about, so that nothing can have happened. */
const nothingSent = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

function toNoResponseError(request: string, code: string | undefined, timeout: number): ReportedError {
    switch (code) {
        case "ERR_CANCELED":
        case "ECONNABORTED":
        case "ETIMEDOUT":
            return new NoResponseError(request, `it took longer than ${timeout / 1000} s`, true);
        case "ERR_BAD_RESPONSE":
            return new NoResponseError(request, "the answer was cut off or larger than 32 MiB", true);
        default:
            return new NoResponseError(
                request,
                `the connection failed (${code ?? "for an unknown reason"})`,
                !nothingSent.has(code ?? ""),
            );
    }
}

/** What an answer that is no success says against the request. */
function toError(request: string, answer: HttpResponse): ReportedError {
    if (answer.status >= 300 && answer.status < 400) {
        return new UnexpectedResponseError(
            `${request} was redirected (HTTP ${answer.status}), and credentials are not sent on`,
        );
    }
    const body = jsonOrNothing(answer.text);
    const errorCode = isRecord(body) && typeof body["error_code"] === "string" ? body["error_code"].slice(0, 80) : "";
    // A gateway's own 404 is no word of the API: what it asked for may well be there.
    if (answer.status === 404 && (errorCode === "" || errorCode === "ENDPOINT_NOT_FOUND")) {
        return new UnexpectedResponseError(`${request} was answered with HTTP 404, but not in the Account API's words`);
    }
    const message = isRecord(body) && typeof body["message"] === "string" ? body["message"] : undefined;
    const detail = (message ?? "the answer gives no reason").replace(/\s+/g, " ").slice(0, 500);
    return new ApiError(apiErrorKind(answer.status, errorCode, detail), answer.status, errorCode, detail, request);
}

function jsonOrNothing(text: string): unknown {
    try {
        return parseJson(text);
    } catch {
        return undefined;
    }
}

/** Milliseconds that a Retry-After header asks for, in either of its forms; at most ten minutes. */
export function retryAfter(header: unknown, now: number): number | undefined {
    if (typeof header !== "string") return undefined;
    const wait = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
    return Number.isFinite(wait) && wait >= 0 ? Math.min(wait, 600_000) : undefined;
}
