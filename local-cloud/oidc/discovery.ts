import { ApiError, type ApiRequest, type ApiResponse } from "../http";

/** A workspace, as far as discovery tells of it. */
export interface DiscoveredWorkspace {
    readonly accountId: string;
    readonly workspaceId: string;
}

/**
 * Answers the discovery documents of a host, which need no token: `/.well-known/databricks-config`, and the OAuth
 * authorization server's metadata below the `oidc_endpoint` that it names. `undefined` for any other path.
 *
 * @param workspace whose host it is; `undefined` for the account's
 */
export function discovery(request: ApiRequest, workspace?: DiscoveredWorkspace): ApiResponse | undefined {
    if (request.method !== "GET") return undefined;
    const origin = originOf(request);
    if (request.path === "/.well-known/databricks-config") {
        // The words {account_id} are in the account's document as they stand: a client puts its own account there.
        return json(
            workspace === undefined
                ? { oidc_endpoint: `${origin}/oidc/accounts/{account_id}`, cloud: "AWS" }
                : {
                      oidc_endpoint: `${origin}/oidc`,
                      account_id: workspace.accountId,
                      workspace_id: workspace.workspaceId,
                      cloud: "AWS",
                  },
        );
    }
    // Clients that do not know the account's host by its name ask it as they would ask a workspace's.
    const [, endpoint] =
        /^(\/oidc(?:\/accounts\/[^/]+)?)\/\.well-known\/oauth-authorization-server$/.exec(request.path) ?? [];
    return endpoint === undefined ? undefined : json(metadata(`${origin}${endpoint}`));
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

/** The metadata of an authorization server, RFC 8414. */
function metadata(endpoint: string): Record<string, unknown> {
    return {
        issuer: endpoint,
        authorization_endpoint: `${endpoint}/v1/authorize`,
        token_endpoint: `${endpoint}/v1/token`,
        scopes_supported: ["all-apis", "email", "offline_access", "openid", "profile", "sql"],
        response_types_supported: ["code"],
        grant_types_supported: ["client_credentials", "urn:ietf:params:oauth:grant-type:token-exchange"],
        token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post", "none"],
        code_challenge_methods_supported: ["S256"],
    };
}

/** Ids are strings in these documents, those of workspaces too. */
function json(body: unknown): ApiResponse {
    return { status: 200, body, bytes: Buffer.from(JSON.stringify(body)), contentType: "application/json" };
}

/** The account's token endpoint that a path names, if it is one. Throws `ApiError` for another account's. */
export function accountTokenEndpoint({ path }: ApiRequest, accountId: string): boolean {
    if (path === "/oidc/v1/token") return true;
    const [, account] = /^\/oidc\/accounts\/([^/]+)\/v1\/token$/.exec(path) ?? [];
    if (account !== undefined && account !== accountId)
        throw new ApiError(404, "RESOURCE_DOES_NOT_EXIST", `Account ${account} does not exist`);
    return account !== undefined;
}
