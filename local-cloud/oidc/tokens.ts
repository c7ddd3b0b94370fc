import { randomBytes, randomUUID } from "node:crypto";

import { ApiError, type ApiRequest, type ApiResponse } from "../http";
import { originOf } from "./discovery";
import { IdTokenError, requireIdToken, type TrustedIssuer } from "./id-token";

/** A service principal of the account. */
export interface ServicePrincipal {
    readonly clientId: string;
    readonly clientSecret: string;
}

/** The account's own service principal: an account admin, who creates the workspaces. */
export interface Identity extends ServicePrincipal {
    /** A bearer token of that principal for the Account API alone. */
    readonly token: string;
}

/** A bearer token: whose it is, until when, and where it is valid. */
interface Token {
    readonly principal: string;
    readonly expires: number;
    /** The id of the one workspace where it is valid; `undefined`: the account, and every workspace of its principal. */
    readonly workspaceId: string | undefined;
    /** Valid for the account alone. */
    readonly accountOnly?: true;
}

const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const JWT = "urn:ietf:params:oauth:token-type:jwt";

/** A workspace whose token endpoint is asked. */
export interface TokenWorkspace {
    readonly id: string;
    /** Whether a principal belongs to it. */
    readonly hasMember: (principal: string) => boolean;
}

/** The token endpoints of the account and its workspaces, and the tokens that they gave. */
export class TokenService {
    /** OAuth tokens given so far. */
    tokensGiven = 0;
    /** How long an OAuth token lives, in seconds. */
    lifetimeSeconds = 3600;
    /** Whose id tokens are exchanged. Default: any well-formed JWT. */
    trustedIssuer: TrustedIssuer = "any";
    private readonly tokens = new Map<string, Token>();
    private readonly principals = new Map<string, ServicePrincipal>();

    constructor(
        private readonly accountId: string,
        private readonly identity: Identity,
        private readonly now: () => number,
        /** Is told of a service principal that is added to the account. */
        private readonly onAdded: (clientId: string) => void = () => undefined,
    ) {
        this.principals.set(identity.clientId, identity);
        this.addToken(identity.token, { principal: identity.clientId, accountOnly: true });
    }

    /** Adds a service principal to the account; it belongs to no workspace before it is added there. */
    addServicePrincipal(): ServicePrincipal {
        const principal = { clientId: randomUUID(), clientSecret: secret("dose") };
        this.principals.set(principal.clientId, principal);
        this.onAdded(principal.clientId);
        return principal;
    }

    /** Gives a service principal a new secret, and returns it: the old one is refused from now on. Tokens that were given stay valid. */
    rotateSecret(clientId: string): string {
        const clientSecret = secret("dose");
        this.principals.set(clientId, { clientId, clientSecret });
        return clientSecret;
    }

    /** Makes a personal access token for one workspace, of the account's own service principal or of another member. */
    createWorkspaceToken(workspaceId: string, principal = this.identity.clientId): string {
        return this.addToken(secret("dapi"), { principal, workspaceId });
    }

    /** Lets every OAuth token that was given expire now. */
    expireAll(): void {
        for (const [value, token] of this.tokens)
            if (token.expires !== Number.POSITIVE_INFINITY) this.tokens.delete(value);
    }

    /**
     * Whose request this is. Throws `ApiError` without a valid token.
     *
     * @param workspaceId of the workspace whose host the request was sent to; `undefined` for the account's
     */
    authenticate(request: ApiRequest, workspaceId?: string): string {
        const given = /^Bearer (.+)$/.exec(String(request.headers["authorization"] ?? ""))?.[1];
        if (given === undefined)
            throw unauthenticated("Credential was not sent or was of an unsupported type for this API.");
        const token = this.tokens.get(given);
        const valid = token !== undefined && token.expires > this.now();
        const here = workspaceId === undefined ? undefined : (token?.workspaceId ?? workspaceId);
        if (!valid || here !== workspaceId || (workspaceId === undefined && token.workspaceId !== undefined))
            throw unauthenticated("Invalid access token.");
        if (workspaceId !== undefined && token.accountOnly === true)
            throw unauthenticated("A token of the account is not valid in a workspace.");
        return token.principal;
    }

    /**
     * Answers a request to a token endpoint, refusals as OAuth writes them.
     *
     * @param workspace whose endpoint it is; `undefined` for the account's
     */
    issue(request: ApiRequest, workspace?: TokenWorkspace): ApiResponse {
        const form = new URLSearchParams(request.body);
        const principal =
            form.get("grant_type") === TOKEN_EXCHANGE
                ? this.exchange(request, form)
                : this.clientCredentials(request, form);
        if (typeof principal !== "string") return principal;
        if (workspace !== undefined && !workspace.hasMember(principal))
            return refusal(
                401,
                "invalid_client",
                "Client authentication failed: the principal is not of this workspace",
            );
        const expires = this.now() + this.lifetimeSeconds * 1000;
        const token = this.addToken(randomBytes(32).toString("base64url"), {
            principal,
            workspaceId: workspace?.id,
            expires,
        });
        this.tokensGiven++;
        const body = { access_token: token, token_type: "Bearer", expires_in: this.lifetimeSeconds, scope: "all-apis" };
        return { status: 200, body };
    }

    private clientCredentials(request: ApiRequest, form: URLSearchParams): string | ApiResponse {
        if (form.get("grant_type") !== "client_credentials")
            return refusal(
                400,
                "unsupported_grant_type",
                `Unsupported grant type: ${form.get("grant_type") ?? "none"}`,
            );
        const [id, given] = basicOf(request) ?? [form.get("client_id") ?? "", form.get("client_secret") ?? ""];
        const principal = this.principals.get(id);
        if (principal === undefined || (principal.clientSecret !== given && principal.clientSecret !== decoded(given)))
            return refusal(401, "invalid_client", "Client authentication failed");
        return scopeRefusal(form) ?? id;
    }

    private exchange(request: ApiRequest, form: URLSearchParams): string | ApiResponse {
        if (form.get("subject_token_type") !== JWT)
            return refusal(400, "invalid_request", `subject_token_type must be ${JWT}`);
        const audiences = [this.accountId, `${originOf(request)}${request.path}`];
        try {
            const token = form.get("subject_token") ?? "";
            const { sub } = requireIdToken(token, this.trustedIssuer, audiences, this.now());
            // Without a client id, the account's federation policy decides: the token's subject, or the account's own principal.
            const federated = this.principals.has(String(sub)) ? String(sub) : this.identity.clientId;
            const principal = form.get("client_id") || federated;
            if (!this.principals.has(principal)) return refusal(401, "invalid_client", "Client authentication failed");
            return scopeRefusal(form) ?? principal;
        } catch (error) {
            if (error instanceof IdTokenError) return refusal(400, "invalid_grant", error.message);
            throw error;
        }
    }

    private addToken(value: string, about: Partial<Token> & { principal: string }): string {
        this.tokens.set(value, { workspaceId: undefined, expires: Number.POSITIVE_INFINITY, ...about });
        return value;
    }
}

function scopeRefusal(form: URLSearchParams): ApiResponse | undefined {
    if ((form.get("scope") ?? "").split(" ").includes("all-apis")) return undefined;
    return refusal(400, "invalid_scope", "The scope must be all-apis");
}

function basicOf(request: ApiRequest): [string, string] | undefined {
    const given = /^Basic (.+)$/.exec(String(request.headers["authorization"] ?? ""))?.[1];
    if (given === undefined) return undefined;
    const [id = "", ...password] = Buffer.from(given, "base64").toString().split(":");
    return [decoded(id), password.join(":")];
}

/** RFC 6749 writes both in the encoding of a form, as Go's clients do; Python's and JavaScript's send them as they are. */
function decoded(text: string): string {
    try {
        return decodeURIComponent(text);
    } catch {
        return text;
    }
}

function refusal(status: number, error: string, description: string): ApiResponse {
    return { status, body: { error, error_description: description } };
}

function unauthenticated(message: string): ApiError {
    return new ApiError(401, "UNAUTHENTICATED", message);
}

function secret(prefix: string): string {
    return `${prefix}${randomBytes(16).toString("hex")}`;
}
