import { randomBytes } from "node:crypto";

import { ApiError, type ApiRequest, type ApiResponse } from "./http";

/** Who may speak to the account. */
export interface Identity {
    readonly token: string;
    readonly clientId: string;
    readonly clientSecret: string;
}

/** The token endpoint of the account, and the tokens that it gave. */
export class TokenService {
    /** OAuth tokens given so far. */
    tokensGiven = 0;
    private readonly tokens = new Map<string, number>();

    constructor(
        private readonly identity: Identity,
        private readonly now: () => number,
    ) {}

    /** Refuses a request without a valid token. */
    requireBearer(request: ApiRequest): void {
        const given = /^Bearer (.+)$/.exec(String(request.headers["authorization"] ?? ""))?.[1];
        const valid =
            given !== undefined && (given === this.identity.token || (this.tokens.get(given) ?? 0) > this.now());
        if (!valid)
            throw new ApiError(
                401,
                "PERMISSION_DENIED",
                "Credential was not sent or was of an unsupported type for this API.",
            );
    }

    /** Answers a request to the token endpoint. Throws `ApiError`. */
    issue(request: ApiRequest): ApiResponse {
        const basic = Buffer.from(
            /^Basic (.+)$/.exec(String(request.headers["authorization"] ?? ""))?.[1] ?? "",
            "base64",
        ).toString();
        const form = new URLSearchParams(request.body);
        if (request.method !== "POST" || basic !== `${this.identity.clientId}:${this.identity.clientSecret}`) {
            throw new ApiError(401, "PERMISSION_DENIED", "Client authentication failed");
        }
        if (form.get("grant_type") !== "client_credentials" || form.get("scope") !== "all-apis") {
            throw new ApiError(400, "INVALID_PARAMETER_VALUE", "grant_type must be client_credentials, scope all-apis");
        }
        const token = randomBytes(32).toString("base64url");
        this.tokens.set(token, this.now() + 3_600_000);
        this.tokensGiven++;
        return {
            status: 200,
            body: { access_token: token, token_type: "Bearer", expires_in: 3600, scope: "all-apis" },
        };
    }
}
