import { ApiError, type ApiRequest, type ApiResponse, type Outcome } from "../http";
import { noEndpoint, Router } from "../routes";
import { clusterRoutes } from "./clusters-api";
import type { Contents } from "./contents";
import { dashboardRoutes } from "./dashboards-api";
import { KeyInaccessibleError } from "./envelope";
import { gitCredentialRoutes } from "./git-credentials";
import { jobRoutes } from "./jobs-api";
import { listRoutes } from "./other-objects";
import { permissionRoutes } from "./permissions-api";
import { repoRoutes } from "./repos-api";
import { scheduleRoutes } from "./schedules-api";
import { meRoutes, scimRoutes } from "./scim-api";
import { secretRoutes } from "./secrets-api";
import { sqlRoutes } from "./sql-api";
import { treeRoutes } from "./tree-api";
import { visualizationRoutes } from "./visualizations-api";
import type { LocalWorkspace } from "./workspace";

const keyless = new Router(meRoutes);
const router = new Router(
    ...[treeRoutes, permissionRoutes, scimRoutes, repoRoutes, gitCredentialRoutes],
    ...[clusterRoutes, secretRoutes, dashboardRoutes, scheduleRoutes, sqlRoutes, jobRoutes, listRoutes],
    visualizationRoutes,
);

/** What a workspace's host asks of the account. */
export interface WorkspaceAuthority {
    /** Whom a request comes from: an application id or an email. Throws `ApiError` if it is nobody. */
    authenticate(request: ApiRequest): string | undefined;
    /** Answers the host's discovery documents and its token endpoint; `undefined` for any other request. */
    answerOidc(request: ApiRequest): ApiResponse | Promise<ApiResponse> | undefined;
}

/** A workspace's own API: what its host answers to whom. */
export class WorkspaceApi {
    constructor(private readonly now: () => number) {}

    /**
     * Answers a request to a RUNNING workspace.
     *
     * @param readyAt when it became RUNNING, in milliseconds since 1970
     */
    async handle(
        workspace: LocalWorkspace,
        request: ApiRequest,
        readyAt: number,
        authority: WorkspaceAuthority,
    ): Promise<Outcome> {
        const { behavior } = workspace;
        workspace.runningSince ??= readyAt;
        if (behavior.frontEnd === "unreachable") return "dropped";
        if (this.now() < workspace.runningSince + behavior.reachableAfterMilliseconds) return "dropped";
        if (behavior.frontEnd === "forbidden") return forbidden;
        const refused = workspace.rateLimit.admit(this.now(), behavior.requestsPerSecond, request);
        if (refused !== undefined) return throttled(refused.retryAfter);
        return authority.answerOidc(request) ?? this.answer(workspace, request, authority.authenticate(request));
    }

    private async answer(
        workspace: LocalWorkspace,
        request: ApiRequest,
        name: string | undefined,
    ): Promise<ApiResponse> {
        const caller = name === undefined ? undefined : workspace.principals.find(name);
        if (name !== undefined && caller === undefined)
            throw new ApiError(403, "PERMISSION_DENIED", `${name} does not belong to workspace ${workspace.id}.`);
        if (caller === undefined) workspace.homes.settle();
        else workspace.homes.expect(caller);
        const open = keyless.find(request);
        if (open !== undefined) return open.run({ workspace, caller });
        const principal = caller === undefined ? undefined : `${caller.kind}:${caller.name}`;
        const contents = await unlock(workspace);
        const route = router.find(request);
        if (route === undefined) throw noEndpoint(request);
        return route.run({ workspace, request, principal, contents, now: this.now });
    }
}

async function unlock(workspace: LocalWorkspace): Promise<Contents> {
    try {
        return await workspace.unlock();
    } catch (error) {
        if (!(error instanceof KeyInaccessibleError)) throw error;
        throw new ApiError(403, "CUSTOMER_MANAGED_KEY_INACCESSIBLE", error.message);
    }
}

/** What an IP access list answers. */
const forbidden: ApiResponse = {
    status: 403,
    body: undefined,
    bytes: Buffer.from(
        "<html><head><title>403 Forbidden</title></head><body><h1>Unauthorized network access to workspace</h1></body></html>",
    ),
    contentType: "text/html",
};

function throttled(retryAfter: number): ApiResponse {
    return {
        status: 429,
        body: { error_code: "REQUEST_LIMIT_EXCEEDED", message: "Current request rate exceeds the limit." },
        headers: { "retry-after": String(retryAfter) },
    };
}
