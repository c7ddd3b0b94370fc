import { secretsOf } from "./auth-method";
import type { Clock } from "./clock";
import type { Credential } from "./credential";
import { ApiError } from "./errors";
import { type Attempt, HttpClient, type HttpExchange, type HttpRequest, type HttpResponse } from "./http";
import { Outage } from "./outage";
import { RateLimits } from "./rate-limits";
import { withoutWords } from "./refusal";
import { Retry } from "./retry";
import { Secrets } from "./secrets";
import { type SentRequest, sentRequest } from "./sent-request";
import { AccessTokens, withRenewedToken } from "./token";

/** How long the client is patient; times in milliseconds. */
export interface ClientOptions {
    /** How long a request is tried again before it counts as failed. */
    readonly retryTimeout: number;
    /** How long one request may take from its first to its last byte. */
    readonly requestTimeout: number;
    /** Path of the token endpoint. Default: the account's. */
    readonly tokenPath?: string;
    /** What the service counts a request among when it limits the rate. Default: all requests to the host are counted together. */
    readonly endpointOf?: (method: string, path: string) => string;
}

/** What a client tells, and asks of, whoever made it. */
export interface ClientHooks {
    /** Awaited right before each attempt of a request is sent; what it throws keeps it from being sent. */
    readonly beforeSend?: (isWrite: boolean) => Promise<void>;
    /** Told each response, whatever its status, with its request and that one's name; what it throws is the failure of the request. */
    readonly onResponse?: (response: HttpResponse, name: string, request: ClientRequest) => void;
    /** As what its requests present themselves. Default: this package. */
    readonly userAgent?: string | undefined;
    /** Told each attempt of each request that was sent, those for tokens too. */
    readonly onRequest?: ((sent: SentRequest) => void) | undefined;
    /** What is waited for while the service gives no usable response, or limits the rate of requests. */
    readonly onWait?: ((line: string) => void) | undefined;
    /** The credential was refused (401): another one for the same account, if there is one. */
    readonly otherCredential?: (refused: Credential) => Credential | undefined;
    /** Once it is aborted, no response to a read is waited for. */
    readonly cancelled?: AbortSignal | undefined;
}

/** A request to the host of a client. */
export interface ClientRequest extends Pick<HttpRequest, "method" | "maxBytes" | "isBinary"> {
    /** With the query. */
    readonly path: string;
    /** What it is called in messages: `GET /workspaces`. Default: the method and the path without its query. */
    readonly name?: string;
    readonly body?: string | Buffer | undefined;
    /** Default: JSON. */
    readonly contentType?: string;
    /** Whether it carries a secret that is not the client's: of a refusal only the error code is kept. */
    readonly isSecret?: boolean;
    /** Whether it may be sent again if it is not known whether it had its effect. */
    readonly repeatable: boolean;
    /** When it was first tried, if that was before this request, in milliseconds since 1970. It is sent once at least. */
    readonly began?: number | undefined;
}

/**
 * The one authenticated client, of an account and of a workspace: its requests to one host share a token, `RateLimits`, so
 * that a rate limit slows them down together and fails none, and the time for which an outage is waited out. What is retried,
 * `Retry` decides. No message holds the credential or a token.
 */
export class Client {
    private readonly http: HttpClient;
    private readonly limits: RateLimits;
    private readonly retry: Retry;
    private readonly secrets = new Secrets();
    private tokens: AccessTokens;

    constructor(
        private current: Credential,
        private readonly options: ClientOptions,
        private readonly clock: Clock,
        private readonly hooks: ClientHooks,
    ) {
        const shown = (text: string) => this.secrets.redact(text);
        const { onRequest } = hooks;
        const tell = (exchange: HttpExchange) => onRequest?.(sentRequest(exchange, shown));
        this.http = new HttpClient(current.host, options.requestTimeout, hooks.userAgent, onRequest && tell);
        const tellWait = (line: string) => hooks.onWait?.(line);
        this.limits = new RateLimits(clock, tellWait);
        const outage = new Outage(clock, options.retryTimeout, tellWait);
        this.retry = new Retry(clock, options.retryTimeout, outage, shown);
        this.tokens = this.tokensOf(current);
    }

    /** As whom requests are sent: another one once the first was refused. */
    get credential(): Credential {
        return this.current;
    }

    /** The time by the service's clock at its latest response, in milliseconds since 1970; `undefined` before the first. */
    get serverTime(): number | undefined {
        return this.http.serverTime;
    }

    /**
     * The body of a response below 300 that names no error; once more if the token or the credential is refused and another one
     * can be had. Fails with `ApiError`, `NoResponseError`, or `ResponseTooLargeError`.
     */
    async send(request: ClientRequest): Promise<string> {
        const { tokens } = this;
        return withRenewedToken(
            (used) => this.sendWithToken(request, used),
            (token) => this.renew(tokens, token),
        );
    }

    private async sendWithToken(request: ClientRequest, used: { token?: string }): Promise<string> {
        const { method, path, body, contentType = "application/json", repeatable, began } = request;
        const { maxBytes, isBinary } = request;
        const { name = `${method} ${path.replace(/\?.*/, "")}` } = request;
        const { tokens, limits, hooks } = this;
        const endpoint = this.options.endpointOf?.(method, path);
        const limiter = () => limits.of(endpoint);
        const isWrite = method !== "GET";
        const send = async (attempt: Attempt) => {
            used.token = await this.tokenOf(tokens);
            await hooks.beforeSend?.(isWrite);
            const response = await this.http.send(name, {
                method,
                url: path,
                attempt,
                headers: {
                    authorization: `Bearer ${used.token}`,
                    ...(body === undefined ? {} : { "content-type": contentType }),
                },
                ...(body === undefined ? {} : { data: body }),
                maxBytes,
                isBinary,
                // A write has its effect whether its response is heard or not.
                signal: isWrite ? undefined : hooks.cancelled,
            });
            hooks.onResponse?.(response, name, request);
            return request.isSecret === true ? withoutWords(response) : response;
        };
        return (await this.retry.run({ name, repeatable, limiter, began, send })).text;
    }

    /** A token. A token endpoint that is not found is that of the account, not an object of it. */
    private async tokenOf(tokens: AccessTokens): Promise<string> {
        try {
            return await tokens.get();
        } catch (error) {
            const isMissing = error instanceof ApiError && error.kind === "missing";
            throw isMissing ? error.ofAccount(this.current.accountId) : error;
        }
    }

    /** Gets rid of a refused token, or of the credential that no token can be had with. */
    private renew(refused: AccessTokens, token: string | undefined): boolean {
        if (this.tokens !== refused) return true;
        if (token !== undefined && refused.discard(token)) return true;
        const other = this.hooks.otherCredential?.(this.current);
        if (other === undefined) return false;
        this.current = other;
        this.tokens = this.tokensOf(other);
        return true;
    }

    private tokensOf(credential: Credential): AccessTokens {
        const { http, retry, clock } = this;
        // What no message may show: the credential, and each token that it was given.
        for (const secret of secretsOf(credential.as)) this.secrets.add(secret);
        const { tokenPath } = this.options;
        return new AccessTokens(credential, http, retry, clock, (token) => this.secrets.add(token), tokenPath);
    }
}
