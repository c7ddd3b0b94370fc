import { secretsOf } from "./auth-method";
import { type Clock, systemClock } from "./clock";
import type { Credential } from "./credential";
import { ApiError, NoResponseError, UnexpectedResponseError } from "./errors";
import { HttpClient, type HttpRequest } from "./http";
import { parseJson, writeJson } from "./json";
import { Outage } from "./outage";
import { RateLimiter } from "./rate-limiter";
import { redact } from "./redact";
import { Retry } from "./retry";
import { AccessTokens, withRenewedToken } from "./token";

/** How long the client is patient; times in milliseconds. */
export interface ClientOptions {
    /** How long a request is tried again before it counts as failed. */
    readonly retryTimeout: number;
    /** How long one request may take from its first to its last byte. */
    readonly requestTimeout: number;
}

/** What a client tells, and asks of, whoever made it. */
export interface ClientHooks {
    /** Awaited right before each attempt of a write is sent; what it throws keeps it from being sent. */
    readonly beforeWrite?: () => Promise<void>;
    /** What is retried, why, and until when, while the service gives no usable response. */
    readonly onOutage?: (line: string) => void;
    /** The credential was refused (401): another one for the same account, where there is one. */
    readonly otherCredential?: (refused: Credential) => Credential | undefined;
}

/**
 * The Account API of one account: authenticated, bounded in time and size, and patient where patience is safe.
 *
 * A read is retried after any failure that can pass (429, 5xx, a broken connection). A write is retried only when it is
 * certain that it had no effect: after a 429, or when no connection came about. Otherwise it fails with a
 * `NoResponseError` whose `mayHaveApplied` is true, and the caller looks before it repeats. All requests share one
 * `RateLimiter`, so that a rate limit slows them down together and fails none.
 */
export class AccountClient {
    private readonly http: HttpClient;
    private readonly limiter: RateLimiter;
    private readonly retry: Retry;
    private readonly secrets = new Set<string>();
    private tokens: AccessTokens;

    constructor(
        private credential: Credential,
        options: ClientOptions,
        private readonly clock: Clock = systemClock,
        private readonly hooks: ClientHooks = {},
    ) {
        this.limiter = new RateLimiter(clock);
        this.http = new HttpClient(credential.host, options.requestTimeout);
        const outage = new Outage(clock, options.retryTimeout, (line) => hooks.onOutage?.(line));
        this.retry = new Retry(clock, options.retryTimeout, outage, (text) => redact(text, this.secrets));
        this.tokens = this.tokensOf(credential);
    }

    /** The account whose objects are meant where a program names none. */
    get accountId(): string {
        return this.credential.accountId;
    }

    /** The time by the service's clock at its latest response, in milliseconds since 1970; `undefined` before the first. */
    get serverTime(): number | undefined {
        return this.http.serverTime;
    }

    /** Origin of the account console. */
    get host(): string {
        return this.credential.host;
    }

    /**
     * Reads an object or a list: the parsed response.
     *
     * @param began when what is asked for was first tried, in milliseconds since 1970, where that was before this request:
     * its time has run since then. It is sent once at least.
     */
    async get(path: string, accountId = this.accountId, began?: number): Promise<unknown> {
        return this.request("GET", path, undefined, accountId, began);
    }

    /** Creates an object. */
    async post(path: string, body: unknown, accountId = this.accountId): Promise<unknown> {
        return this.request("POST", path, body, accountId);
    }

    /** Changes exactly the fields that the body names. */
    async patch(path: string, body: Record<string, unknown>, accountId = this.accountId): Promise<unknown> {
        const mask = Object.keys(body).map(encodeURIComponent).join(",");
        return this.request("PATCH", `${path}?update_mask=${mask}`, body, accountId);
    }

    /** Replaces an object's whole content. */
    async put(path: string, body: unknown, accountId = this.accountId): Promise<unknown> {
        return this.request("PUT", path, body, accountId);
    }

    /** Deletes an object. */
    async delete(path: string, accountId = this.accountId): Promise<void> {
        try {
            await this.request("DELETE", path, undefined, accountId);
        } catch (error) {
            if (!(error instanceof ApiError) || error.kind !== "conflict") throw error;
            throw error.withRemedy("Something still uses it: delete that first, then run the command again.");
        }
    }

    private tokensOf(credential: Credential): AccessTokens {
        // What no message may show: the credential, and each token that it was given.
        for (const secret of secretsOf(credential.as)) this.secrets.add(secret);
        return new AccessTokens(credential, this.http, this.retry, this.clock, (token) => this.secrets.add(token));
    }

    /** Sends a request, once more where its credential was refused and another one can be had. */
    private async request(
        method: HttpRequest["method"],
        path: string,
        body: unknown,
        accountId: string,
        began?: number,
    ): Promise<unknown> {
        const tokens = this.tokens;
        try {
            return await withRenewedToken(
                (used) => this.send(method, path, body, accountId, used, began),
                (token) => this.renew(tokens, token),
            );
        } catch (error) {
            if (!(error instanceof ApiError)) throw error;
            if (error.status === 401) throw error.withRemedy(this.unauthorized());
            const isList = method === "GET" && /^\/[^/]+$/.test(path);
            throw error.status === 403 || (isList && error.kind === "missing") ? error.ofAccount(accountId) : error;
        }
    }

    /** Gets rid of a refused token, or of the credential that no token can be had with. */
    private renew(refused: AccessTokens, token: string | undefined): boolean {
        if (this.tokens !== refused) return true;
        if (token !== undefined && refused.discard(token)) return true;
        const other = this.hooks.otherCredential?.(this.credential);
        if (other === undefined) return false;
        this.credential = other;
        this.tokens = this.tokensOf(other);
        return true;
    }

    private unauthorized(): string {
        const { as, source } = this.credential;
        const from = source === undefined ? "" : `, from ${source}`;
        const kept =
            source === "stack configuration"
                ? " For `refresh` and `destroy` the engine hands over the stack configuration of the last `pulumi up`: after a secret was rotated, run `pulumi up` first, add `--run-program`, or give the new one in the environment."
                : "";
        return `The credential (${as.authType}${from}) is wrong, has ended, was rotated, or is not one of the account ${this.accountId} (databricks:accountId): give a valid one.${kept}`;
    }

    /** A token. A token endpoint that is not found is that of the account, not an object of it. */
    private async tokenOf(tokens: AccessTokens): Promise<string> {
        try {
            return await tokens.get();
        } catch (error) {
            throw error instanceof ApiError && error.kind === "missing" ? error.ofAccount(this.accountId) : error;
        }
    }

    private async send(
        method: HttpRequest["method"],
        path: string,
        body: unknown,
        accountId: string,
        used: { token?: string },
        began: number | undefined,
    ): Promise<unknown> {
        const name = `${method} ${path.replace(/\?.*/, "")}`;
        const reads = method === "GET";
        const tokens = this.tokens;
        const response = await this.retry.run({
            name,
            repeatable: reads,
            limiter: this.limiter,
            began,
            send: async () => {
                const token = await this.tokenOf(tokens);
                used.token = token;
                if (!reads) await this.hooks.beforeWrite?.();
                return this.http.send(name, {
                    method,
                    url: `/api/2.0/accounts/${accountId}${path}`,
                    headers: {
                        authorization: `Bearer ${token}`,
                        accept: "application/json",
                        "user-agent": "pulumi-databricks-cmk",
                        ...(body === undefined ? {} : { "content-type": "application/json" }),
                    },
                    ...(body === undefined ? {} : { data: writeJson(body) }),
                });
            },
        });
        if (method === "DELETE" || response.text.trim() === "") return undefined;
        try {
            return parseJson(response.text);
        } catch {
            // The status says that it was done, so a write may well have been.
            if (!reads) throw new NoResponseError(name, "its body is not JSON", true);
            throw new UnexpectedResponseError(`the body of ${name} is not JSON`);
        }
    }
}
