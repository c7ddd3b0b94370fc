import { Client, type ClientHooks, type ClientOptions, type ClientRequest } from "../api/client";
import type { Clock } from "../api/clock";
import type { Credential } from "../api/credential";
import { ApiError, ConfigurationError, ResponseTooLargeError, UnexpectedResponseError } from "../api/errors";
import { hostOrigin } from "../api/host";
import { endpointOf } from "../api/rate-limits";
import type { WorkspaceContent } from "./content";
import { cancelledError } from "./stopped";
import { HostIdentity } from "./host-identity";
import { shownIn, ShownNames } from "./shown-names";
import { ME, type Transport, WorkspaceClient } from "./workspace-client";

/** How often a request is sent again whose response could have said which workspace it is from, and did not. */
const REPEATS = 2;

/** How a workspace is reached. */
export interface WorkspaceConnection extends Pick<
    ClientHooks,
    "beforeSend" | "onWait" | "onRequest" | "userAgent" | "cancelled"
> {
    /** Origin of the workspace, such as `https://acme-analytics.cloud.databricks.com`. */
    readonly host: string;
    /** Id of the workspace that has to answer there, if it is known. Default: any. */
    readonly workspaceId?: string;
    /** The credential of the account; its service principal has to belong to the workspace. */
    readonly credential: Credential;
    readonly options: ClientOptions;
    readonly clock: Clock;
    /** What all clients of one run have in common: what one of them was shown, the others know. Default: nothing. */
    readonly run?: object;
}

/**
 * A client of a workspace's own API.
 *
 * Fails with `ConfigurationError` if the credential is a token of the account, which a workspace does not take, or if
 * it would leave this machine in the clear. Its requests fail with `ReportedError` if another workspace than the expected one answers at the host, and with `MigrationStoppedError` once
 * `cancelled` is aborted.
 */
export function connectWorkspace(connection: WorkspaceConnection): WorkspaceContent {
    const { workspaceId, credential, options, clock, run } = connection;
    const { beforeSend, onWait, onRequest, userAgent, cancelled } = connection;
    requireWorkspaceCredential(credential);
    const host = hostOrigin(connection.host);
    const hooks: ClientHooks = {
        beforeSend: async (isWrite) => {
            await beforeSend?.(isWrite);
            if (cancelled?.aborted === true) throw cancelledError();
        },
        onWait,
        onRequest,
        userAgent,
        cancelled,
    };
    const { api, identity } = clientOfHost(
        { ...credential, host },
        workspaceId,
        { ...options, endpointOf },
        clock,
        hooks,
    );
    const whoIsIt = () => api.send({ method: "GET", path: ME, repeatable: true });
    const send = async (request: ClientRequest): Promise<string> => {
        await identity.prove(whoIsIt);
        for (let left = REPEATS; ; left--) {
            const response = api.send(request);
            await Promise.allSettled([response]);
            await identity.prove(whoIsIt);
            if (left === 0 || !request.repeatable || !identity.doubts(request)) return response;
        }
    };
    const transport: Transport = async (request) => {
        try {
            return await send(request);
        } catch (error) {
            if (error instanceof ResponseTooLargeError) return undefined;
            throw withWorkspaceRemedy(error, host);
        }
    };
    const seen = { serverTime: () => api.serverTime, workspaceId: () => identity.workspaceId };
    const isShared = run !== undefined && workspaceId !== undefined;
    return new WorkspaceClient(host, transport, clock, seen, isShared ? shownIn(run, workspaceId) : new ShownNames());
}

/** A client of a workspace's host, whose requests fail with `ReportedError` if another workspace than the expected one answers there. */
export function clientOfHost(
    credential: Credential,
    workspaceId: string | undefined,
    options: ClientOptions,
    clock: Clock,
    hooks: ClientHooks,
): { readonly api: Client; readonly identity: HostIdentity } {
    const identity = new HostIdentity(credential.host, workspaceId);
    const onResponse: ClientHooks["onResponse"] = (response, name, request) => identity.note(response, name, request);
    const api = new Client(credential, { ...options, tokenPath: "/oidc/v1/token" }, clock, { ...hooks, onResponse });
    return { api, identity };
}

/** Refuses a credential that no workspace takes. Fails with `ConfigurationError`. */
export function requireWorkspaceCredential({ as }: Credential): void {
    if (as.authType === "pat")
        throw new ConfigurationError(
            "The content of a workspace cannot be moved with an account token, which workspaces do not accept. Sign in as a service principal that belongs to both workspaces (databricks:clientId and databricks:clientSecret), or leave the content behind with migrateContent: false.",
        );
}

/** The same error of a workspace's own API, with what to do there: an account's admin may still have no access to a workspace. */
export function withWorkspaceRemedy(error: unknown, host: string): unknown {
    if (error instanceof UnexpectedResponseError) return error.atWorkspace();
    if (!(error instanceof ApiError)) return error;
    if (error.status === 401)
        return error.withRemedy(
            `Check that ${host} leads to the workspace that is meant, and that the service principal belongs to it, as an admin.`,
        );
    return error.status === 403 ? error.withRemedy(remedyFor(error.errorCode)) : error;
}

function remedyFor(errorCode: string): string {
    switch (errorCode) {
        case "CUSTOMER_MANAGED_KEY_INACCESSIBLE":
            return "Enable the workspace's key, and check that its policy lets Databricks use it, then run the command again.";
        // A page and no error code: what stands before the workspace refused, such as an IP access list.
        case "":
            return "Run the command from a network that may reach the workspace.";
        default:
            return "Check that the service principal belongs to the workspace, as an admin.";
    }
}
