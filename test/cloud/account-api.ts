import { randomBytes } from "node:crypto";

import { type Account, type AccountRecord, ApiError, kinds } from "./account";

/** A request as it came in. */
export interface ApiRequest {
    readonly method: string;
    /** Without the query. */
    readonly path: string;
    readonly query: Readonly<Record<string, string>>;
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
    readonly body: string;
}

/** What is answered: a status and a body that becomes JSON. */
export interface ApiAnswer {
    readonly status: number;
    readonly body: unknown;
}

/** Who may speak to the account. */
export interface Identity {
    readonly token: string;
    readonly clientId: string;
    readonly clientSecret: string;
}

/** The Account API's paths, its tokens and its refusals. */
export class AccountApi {
    /** OAuth tokens given so far. */
    tokensGiven = 0;
    private readonly tokens = new Map<string, number>();

    constructor(
        private readonly account: Account,
        private readonly accountId: string,
        private readonly identity: Identity,
        private readonly now: () => number,
    ) {}

    /** Answers a request. Throws `ApiError`. */
    async answer(request: ApiRequest): Promise<ApiAnswer> {
        if (request.path === `/oidc/accounts/${this.accountId}/v1/token`) return this.token(request);
        this.requireBearer(request);
        const [, accountId, kind = "", id, more] =
            /^\/api\/2\.0\/accounts\/([^/]+)\/([^/]+)(?:\/([^/]*))?(\/.*)?$/.exec(request.path) ?? [];
        if (kinds[kind] === undefined || more !== undefined)
            throw new ApiError(404, "ENDPOINT_NOT_FOUND", `No API found for '${request.method} ${request.path}'`);
        if (accountId !== this.accountId)
            throw new ApiError(403, "PERMISSION_DENIED", `Not an admin of account ${String(accountId)}`);
        const key = id === undefined ? undefined : decodeURIComponent(id);
        switch (`${request.method} ${key === undefined ? "all" : "one"}`) {
            case "GET all":
                return { status: 200, body: this.account.list(kind) };
            case "POST all":
                return { status: 201, body: await this.account.create(kind, bodyOf(request)) };
            case "GET one":
                return { status: 200, body: this.account.get(kind, key!) };
            case "PATCH one":
                return {
                    status: 200,
                    body: await this.account.patch(
                        kind,
                        key!,
                        bodyOf(request),
                        (request.query["update_mask"] ?? "").split(","),
                    ),
                };
            case "PUT one":
                return { status: 200, body: this.account.put(kind, key!, bodyOf(request)) };
            case "DELETE one":
                this.account.delete(kind, key!);
                return { status: 200, body: {} };
            default:
                throw new ApiError(404, "ENDPOINT_NOT_FOUND", `No API found for '${request.method} ${request.path}'`);
        }
    }

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

    private token(request: ApiRequest): ApiAnswer {
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

/** A request's body as an object, or a refusal. */
export function bodyOf(request: ApiRequest): AccountRecord {
    try {
        const body: unknown = JSON.parse(request.body);
        if (typeof body === "object" && body !== null && !Array.isArray(body)) return body as AccountRecord;
    } catch {
        // Refused below.
    }
    throw new ApiError(400, "MALFORMED_REQUEST", "The body is not a JSON object");
}
