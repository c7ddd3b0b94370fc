import { z } from "zod";

import type { Clock } from "./clock";
import type { Credential } from "./credential";
import { UnexpectedResponseError } from "./errors";
import type { HttpClient } from "./http";
import { RateLimiter } from "./rate-limiter";
import { jsonOrNothing } from "./refusal";
import type { Retry } from "./retry";

/** How long before its end an OAuth token is no longer used, in milliseconds. */
const TOKEN_MARGIN = 5 * 60_000;

const tokenResponse = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

interface IssuedToken {
    readonly value: string;
    /** In milliseconds. */
    readonly lifetime: number;
}

/** The bearer token of a credential: the one that was given, or a service principal's, kept until shortly before it ends. */
export class AccessTokens {
    /** Tokens come from another service, and the requests that wait for one have their permit already. */
    private readonly limiter: RateLimiter;
    private current: { readonly value: Promise<string>; until: number } | undefined;

    /** @param onIssued is told each token before it is used. */
    constructor(
        private readonly credential: Credential,
        private readonly http: HttpClient,
        private readonly retry: Retry,
        private readonly clock: Clock,
        private readonly onIssued: (token: string) => void,
    ) {
        this.limiter = new RateLimiter(clock);
    }

    /** A token that is valid now. All who ask while one is requested share that request. */
    async get(): Promise<string> {
        const { as } = this.credential;
        if ("token" in as) return as.token;
        if (this.current === undefined || this.current.until <= this.clock.now()) {
            const value = this.request(as.clientId, as.clientSecret).then(({ value: token, lifetime }) => {
                const until = this.clock.now() + Math.max(lifetime - TOKEN_MARGIN, lifetime / 2);
                this.current = { value, until };
                return token;
            });
            this.current = { value, until: Number.POSITIVE_INFINITY };
            value.catch(() => (this.current = undefined));
        }
        return this.current.value;
    }

    private async request(clientId: string, clientSecret: string): Promise<IssuedToken> {
        const name = "The request for an OAuth token";
        const response = await this.retry.run({
            name,
            repeatable: true,
            limiter: this.limiter,
            send: () =>
                this.http.send(name, {
                    method: "POST",
                    url: `/oidc/accounts/${this.credential.accountId}/v1/token`,
                    auth: { username: clientId, password: clientSecret },
                    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
                    data: "grant_type=client_credentials&scope=all-apis",
                }),
        });
        const parsed = tokenResponse.safeParse(jsonOrNothing(response.text));
        if (!parsed.success)
            throw new UnexpectedResponseError("the answer to the request for an OAuth token holds no token");
        this.onIssued(parsed.data.access_token);
        return { value: parsed.data.access_token, lifetime: parsed.data.expires_in * 1000 };
    }
}
