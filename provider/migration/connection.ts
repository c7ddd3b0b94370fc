import { secretsOf } from "../api/auth-method";
import type { ClientOptions } from "../api/client";
import type { Clock } from "../api/clock";
import type { Credential } from "../api/credential";
import { ConfigurationError, ResponseTooLargeError } from "../api/errors";
import { HttpClient } from "../api/http";
import { Outage } from "../api/outage";
import { RateLimiter } from "../api/rate-limiter";
import { redact } from "../api/redact";
import { Retry } from "../api/retry";
import { AccessTokens, withRenewedToken } from "../api/token";
import type { WorkspaceContent } from "./content";
import { HostIdentity } from "./host-identity";
import { readPrincipals } from "./principals";
import { withWorkspaceRemedy } from "./remedies";
import { cancelledError } from "./stopped";
import { type Transport, WorkspaceClient, type WorkspaceRequest } from "./workspace-client";

/** How a workspace is reached. */
export interface WorkspaceConnection {
    /** Origin of the workspace, such as `https://acme-analytics.cloud.databricks.com`. */
    readonly host: string;
    /** Id of the workspace that has to answer there, where it is known. Default: any. */
    readonly workspaceId?: string;
    /** The credential of the account; its service principal has to belong to the workspace. */
    readonly credential: Credential;
    readonly options: ClientOptions;
    readonly clock: Clock;
    /** Awaited right before each attempt of a request is sent; what it throws keeps it from being sent. */
    readonly beforeRequest?: () => Promise<void>;
    /** As `beforeRequest`, but before writes alone. */
    readonly beforeWrite?: () => Promise<void>;
    /** Once it is aborted, no request is sent any more, and no response to a read is waited for: `MigrationStoppedError`. */
    readonly cancelled?: AbortSignal;
    /** What is retried, why, and until when, while the workspace gives no usable response. */
    readonly onOutage?: (line: string) => void;
}

/**
 * A client of a workspace's own API, with a rate limiter of its own.
 *
 * Fails with `ConfigurationError` if the credential is a token of the account: a workspace does not take it. Its requests
 * fail with `ReportedError` if another workspace than the expected one answers at the host.
 */
export function connectWorkspace({
    host,
    workspaceId,
    credential,
    options,
    clock,
    beforeRequest,
    beforeWrite,
    cancelled,
    onOutage,
}: WorkspaceConnection): WorkspaceContent {
    requireWorkspaceCredential(credential);
    const secrets = new Set(secretsOf(credential.as));
    const http = new HttpClient(host, options.requestTimeout);
    const outage = new Outage(clock, options.retryTimeout, (line) => onOutage?.(line));
    const retry = new Retry(clock, options.retryTimeout, outage, (text) => redact(text, secrets));
    const limiter = new RateLimiter(clock);
    const tokens = new AccessTokens(
        { ...credential, host },
        http,
        retry,
        clock,
        (token) => secrets.add(token),
        "/oidc/v1/token",
    );
    const identity = new HostIdentity(host, workspaceId);
    const send = async (name: string, request: WorkspaceRequest, used: { token?: string }) => {
        used.token = await tokens.get();
        await beforeRequest?.();
        const reads = request.method === "GET";
        if (!reads) await beforeWrite?.();
        if (cancelled?.aborted === true) throw cancelledError();
        const response = await http.send(name, {
            method: request.method,
            url: request.path,
            headers: {
                authorization: `Bearer ${used.token}`,
                accept: "application/json",
                "user-agent": "pulumi-databricks-cmk",
                ...(request.contentType === undefined ? {} : { "content-type": request.contentType }),
            },
            ...(request.body === undefined ? {} : { data: request.body }),
            maxBytes: request.maxBytes,
            // A write has its effect whether its response is heard or not.
            ...(reads ? { signal: cancelled } : {}),
        });
        identity.note(response);
        return response;
    };
    const attempt = async (request: WorkspaceRequest, used: { token?: string }) => {
        const name = `${request.method} ${request.path.replace(/\?.*/, "")}`;
        const { repeatable } = request;
        return (await retry.run({ name, repeatable, limiter, send: () => send(name, request, used) })).text;
    };
    const transport: Transport = async (request) => {
        try {
            return await withRenewedToken(
                (used) => attempt(request, used),
                (token) => token !== undefined && tokens.discard(token),
            );
        } catch (error) {
            if (error instanceof ResponseTooLargeError) return undefined;
            throw withWorkspaceRemedy(error);
        }
    };
    const client = new WorkspaceClient(host, transport, clock, {
        serverTime: () => http.serverTime,
        workspaceId: () => identity.workspaceId,
    });
    return Object.assign(client, { principals: () => readPrincipals(transport) });
}

/** Refuses a credential that no workspace takes. Fails with `ConfigurationError`. */
export function requireWorkspaceCredential({ as }: Credential): void {
    if (as.authType === "pat")
        throw new ConfigurationError(
            "The content of a workspace cannot be moved with a token of the account, which no workspace takes. Sign in as a service principal that belongs to both workspaces (databricks:clientId and databricks:clientSecret), or leave the content behind with migrateContent: false.",
        );
}
