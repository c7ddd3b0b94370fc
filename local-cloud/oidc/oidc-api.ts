import { ApiError, type ApiRequest } from "../http";
import { Router, routesOf } from "../routes";
import { databricksConfig, serverMetadata } from "./discovery";
import type { TokenService, TokenWorkspace } from "./tokens";

/** A request to a path that needs no token. */
export interface OidcCall {
    readonly request: ApiRequest;
    readonly accountId: string;
    readonly tokens: TokenService;
    /** The workspace whose host was asked; `undefined` for the account's. */
    readonly workspace?: TokenWorkspace;
}

/** Where clients learn how to sign in, and where they do. */
export const oidcApi = new Router<OidcCall>(
    routesOf<OidcCall>()({
        "GET /.well-known/databricks-config": databricksConfig,
        "GET /oidc/.well-known/oauth-authorization-server": serverMetadata,
        // Clients that do not know the account's host by its name ask it as they would ask a workspace's.
        "GET /oidc/accounts/{account}/.well-known/oauth-authorization-server": serverMetadata,
        "POST /oidc/v1/token": ({ tokens, request, workspace }) => tokens.issue(request, workspace),
        "POST /oidc/accounts/{account}/v1/token": ({ tokens, request, accountId, workspace }, { account }) => {
            if (account !== accountId || workspace !== undefined)
                throw new ApiError(404, "RESOURCE_DOES_NOT_EXIST", `Account ${account} does not exist`);
            return tokens.issue(request);
        },
    }),
);
