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
import { AccessTokens } from "../api/token";
import { type Transport, WorkspaceClient, type WorkspaceRequest } from "./workspace-client";

/** How a workspace is reached. */
export interface WorkspaceConnection {
    /** Origin of the workspace, such as `https://acme-analytics.cloud.databricks.com`. */
    readonly host: string;
    /** The credential of the account; its service principal has to belong to the workspace. */
    readonly credential: Credential;
    readonly options: ClientOptions;
    readonly clock: Clock;
    /** Awaited right before each attempt of a write is sent; what it throws keeps it from being sent. */
    readonly beforeWrite?: () => Promise<void>;
    /** What is retried, why, and until when, while the workspace gives no usable response. */
    readonly onOutage?: (line: string) => void;
}

/**
 * A client of a workspace's own API, with a rate limiter of its own.
 *
 * Fails with `ConfigurationError` where the credential is a token of the account: a workspace does not take it.
 */
export function connectWorkspace({
    host,
    credential,
    options,
    clock,
    beforeWrite,
    onOutage,
}: WorkspaceConnection): WorkspaceClient {
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
    const send = async (name: string, request: WorkspaceRequest) => {
        const authorization = `Bearer ${await tokens.get()}`;
        if (request.method !== "GET") await beforeWrite?.();
        return http.send(name, {
            method: request.method,
            url: request.path,
            headers: {
                authorization,
                accept: "application/json",
                "user-agent": "pulumi-databricks-cmk",
                ...(request.contentType === undefined ? {} : { "content-type": request.contentType }),
            },
            ...(request.body === undefined ? {} : { data: request.body }),
            maxBytes: request.maxBytes,
        });
    };
    const transport: Transport = async (request) => {
        const name = `${request.method} ${request.path.replace(/\?.*/, "")}`;
        try {
            const response = await retry.run({
                name,
                repeatable: request.repeatable,
                limiter,
                send: () => send(name, request),
            });
            return response.text;
        } catch (error) {
            if (error instanceof ResponseTooLargeError) return undefined;
            throw error;
        }
    };
    return new WorkspaceClient(host, transport, clock, () => http.serverTime);
}

/** Refuses a credential that no workspace takes. Fails with `ConfigurationError`. */
export function requireWorkspaceCredential({ as }: Credential): void {
    if (as.authType === "pat")
        throw new ConfigurationError(
            "The content of a workspace cannot be moved with a token of the account, which no workspace takes. Sign in as a service principal that belongs to both workspaces (databricks:clientId and databricks:clientSecret), or leave the content behind with migrateContent: false.",
        );
}
