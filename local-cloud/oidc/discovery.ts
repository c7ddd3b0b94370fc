import type { ApiRequest, ApiResponse } from "../http";

/** What discovery is asked about. */
interface Asked {
    readonly request: ApiRequest;
    readonly accountId: string;
    /** The workspace whose host was asked; `undefined` for the account's. */
    readonly workspace?: { readonly id: string };
}

/** `/.well-known/databricks-config`: where the OAuth endpoints of a host are. */
export function databricksConfig({ request, accountId, workspace }: Asked): ApiResponse {
    const origin = originOf(request);
    // The words {account_id} are in the account's document as they stand: a client puts its own account there.
    if (workspace === undefined) return json({ oidc_endpoint: `${origin}/oidc/accounts/{account_id}`, cloud: "AWS" });
    return json({
        oidc_endpoint: `${origin}/oidc`,
        account_id: accountId,
        workspace_id: workspace.id,
        cloud: "AWS",
    });
}

/**
 * The origin under which a client reached this host. The local cloud itself speaks plain http on loopback names; a client
 * that used another name (Databricks' own, by a proxy or an agent of its own) spoke https to whatever led it here.
 */
export function originOf({ headers }: ApiRequest): string {
    const host = String(headers.host);
    const { hostname } = new URL(`http://${host}`);
    const loopback = ["127.0.0.1", "localhost"].includes(hostname) || hostname.endsWith(".localhost");
    return `${loopback ? "http" : "https"}://${host}`;
}

/** The metadata of an authorization server, RFC 8414, at the path that it is asked at. */
export function serverMetadata({ request }: Asked): ApiResponse {
    const endpoint = originOf(request) + request.path.replace(/\/\.well-known\/.*$/, "");
    return json({
        issuer: endpoint,
        authorization_endpoint: `${endpoint}/v1/authorize`,
        token_endpoint: `${endpoint}/v1/token`,
        scopes_supported: ["all-apis", "email", "offline_access", "openid", "profile", "sql"],
        response_types_supported: ["code"],
        grant_types_supported: ["client_credentials", "urn:ietf:params:oauth:grant-type:token-exchange"],
        token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post", "none"],
        code_challenge_methods_supported: ["S256"],
    });
}

/** Ids are strings in these documents, those of workspaces too. */
function json(body: unknown): ApiResponse {
    return { status: 200, body, bytes: Buffer.from(JSON.stringify(body)), contentType: "application/json" };
}
