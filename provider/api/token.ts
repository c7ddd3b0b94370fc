import { z } from "zod";

import type { AuthMethod } from "./auth-method";
import type { Clock } from "./clock";
import type { Credential } from "./credential";
import { ApiError, UnexpectedResponseError } from "./errors";
import type { Attempt, HttpClient, HttpRequest } from "./http";
import { jsonOrNothing } from "./json";
import { discoverTokenEndpoint, readCliToken, readIdToken } from "./oidc";
import { RateLimiter } from "./rate-limiter";
import type { Retry } from "./retry";

/** How long before its end an OAuth token is no longer used, in milliseconds. */
const TOKEN_MARGIN = 5 * 60_000;
/** How long a token is used whose end is not known, in milliseconds. */
const UNKNOWN_LIFETIME = 10 * 60_000;

const JWT = "urn:ietf:params:oauth:token-type:jwt";
const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";

const tokenResponse = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() });
const githubResponse = z.object({ value: z.string().min(1) });

interface IssuedToken {
    readonly value: string;
    /** In milliseconds. */
    readonly lifetime: number;
}

/** The bearer token of a credential: the one that was given, or one that is requested and kept until shortly before it ends. */
export class AccessTokens {
    /** Tokens come from another service, and the requests that wait for one have their permit already. */
    private readonly limiter: RateLimiter;
    private current: { readonly value: Promise<string>; token?: string; until: number } | undefined;
    private endpoint: string;

    /**
     * @param onSecret is told each token, an id token too, before it is used.
     * @param knownPath of the token endpoint; by default the account's. Only a host that has none there is asked for another.
     */
    constructor(
        private readonly credential: Credential,
        private readonly http: HttpClient,
        private readonly retry: Retry,
        private readonly clock: Clock,
        private readonly onSecret: (token: string) => void,
        knownPath = `/oidc/accounts/${credential.accountId}/v1/token`,
    ) {
        this.limiter = new RateLimiter(clock);
        this.endpoint = `${credential.host}${knownPath}`;
    }

    /** A token that is valid now. All who ask while one is requested share that request. */
    async get(): Promise<string> {
        const { as } = this.credential;
        if (as.authType === "pat") return as.token;
        if (this.current === undefined || this.current.until <= this.clock.now()) {
            const value = this.issue(as).then(({ value: token, lifetime }) => {
                this.onSecret(token);
                const until = this.clock.now() + Math.max(lifetime - TOKEN_MARGIN, lifetime / 2);
                this.current = { value, token, until };
                return token;
            });
            this.current = { value, until: Number.POSITIVE_INFINITY };
            value.catch(() => (this.current = undefined));
        }
        return this.current.value;
    }

    /** The service refuses this token before its end. Returns whether another one can be had. */
    discard(token: string): boolean {
        if (this.credential.as.authType === "pat") return false;
        if (this.current?.token === token) this.current = undefined;
        return true;
    }

    private async issue(as: Exclude<AuthMethod, { authType: "pat" }>): Promise<IssuedToken> {
        switch (as.authType) {
            case "oauth-m2m":
                return this.request(
                    { grant_type: "client_credentials", scope: "all-apis" },
                    { username: as.clientId, password: as.clientSecret },
                );
            case "databricks-cli": {
                const { token, end } = await readCliToken(as);
                return { value: token, lifetime: end === undefined ? UNKNOWN_LIFETIME : end - this.clock.now() };
            }
            case "github-oidc":
                return this.exchange(as.clientId, await this.githubIdToken(as));
            default:
                return this.exchange(as.clientId, await readIdToken(as));
        }
    }

    private exchange(clientId: string | undefined, idToken: string): Promise<IssuedToken> {
        this.onSecret(idToken);
        return this.request({
            grant_type: TOKEN_EXCHANGE,
            subject_token_type: JWT,
            subject_token: idToken,
            scope: "all-apis",
            ...(clientId === undefined ? {} : { client_id: clientId }),
        });
    }

    private async request(form: Record<string, string>, auth?: HttpRequest["auth"]): Promise<IssuedToken> {
        const ask = () =>
            this.send("The request for an OAuth token", {
                method: "POST",
                url: this.endpoint,
                headers: { "content-type": "application/x-www-form-urlencoded" },
                data: new URLSearchParams(form).toString(),
                ...(auth === undefined ? {} : { auth }),
            });
        const parsed = tokenResponse.safeParse(await this.atEndpoint(ask));
        if (!parsed.success)
            throw new UnexpectedResponseError("the response to the request for an OAuth token holds no token");
        return { value: parsed.data.access_token, lifetime: parsed.data.expires_in * 1000 };
    }

    /** The discovery documents are read only if there is nothing at the known endpoint. */
    private async atEndpoint(ask: () => Promise<unknown>): Promise<unknown> {
        try {
            return await ask();
        } catch (error) {
            const isElsewhere = error instanceof ApiError && error.kind === "missing";
            if (!isElsewhere && !(error instanceof UnexpectedResponseError)) throw error;
            const { host, accountId } = this.credential;
            const found = await discoverTokenEndpoint(this.http, host, accountId);
            if (found === undefined || found === this.endpoint) throw error;
            this.endpoint = found;
            return ask();
        }
    }

    private async githubIdToken(as: Extract<AuthMethod, { authType: "github-oidc" }>): Promise<string> {
        const url = new URL(as.requestUrl);
        url.searchParams.set("audience", as.audience);
        const response = await this.send("The request for GitHub's id token", {
            method: "GET",
            url: url.href,
            headers: { authorization: `Bearer ${as.requestToken}` },
        });
        const parsed = githubResponse.safeParse(response);
        if (parsed.success) return parsed.data.value;
        throw new UnexpectedResponseError(
            "GitHub's response to the request for an id token holds none",
            "check that the job has the permission id-token: write",
        );
    }

    private async send(name: string, request: HttpRequest): Promise<unknown> {
        const { limiter } = this;
        const send = (attempt: Attempt) => this.http.send(name, { ...request, attempt });
        return jsonOrNothing((await this.retry.run({ name, repeatable: true, limiter: () => limiter, send })).text);
    }
}

/**
 * Sends a request, and once more if the service refuses its token (401) and `renew` can get another one: who refuses a token
 * has done nothing, and a token may be revoked, or forgotten, before its end.
 *
 * @param send notes the token that it used
 */
export async function withRenewedToken<Result>(
    send: (used: { token?: string }) => Promise<Result>,
    renew: (token: string | undefined) => boolean,
): Promise<Result> {
    const used: { token?: string } = {};
    try {
        return await send(used);
    } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 401 || !renew(used.token)) throw error;
        return send({});
    }
}
