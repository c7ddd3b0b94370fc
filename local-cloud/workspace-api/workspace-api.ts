import { ApiError, type ApiRequest, type ApiResponse } from "../http";
import type { Outcome } from "../server";
import { KeyInaccessibleError } from "./envelope";
import { listOther } from "./other-objects";
import { me, permissionsApi, scimApi } from "./principals-api";
import type { Principal } from "./principals";
import { reposApi } from "./repos-api";
import { ok, treeApi, type WorkspaceCall } from "./tree-api";
import type { LocalWorkspace } from "./workspace";

/** What a workspace's host asks of the account. */
export interface WorkspaceAuthority {
    /** Whom a request comes from: an application id or an email. Throws `ApiError` where it is nobody. */
    authenticate(request: ApiRequest): string | undefined;
    /** Answers the host's discovery documents and its token endpoint; `undefined` for any other request. */
    answerOidc(request: ApiRequest): ApiResponse | undefined;
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
        const refused = workspace.rateLimit.admit(this.now(), behavior.requestsPerSecond);
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
        if (request.method === "GET" && /^\/api\/2\.0\/(preview\/)?scim\/v2\/Me$/.test(request.path))
            return me(caller, name === undefined || workspace.principals.admins.has(name));
        return this.withKey(workspace, request, caller);
    }

    private async withKey(
        workspace: LocalWorkspace,
        request: ApiRequest,
        caller: Principal | undefined,
    ): Promise<ApiResponse> {
        try {
            const principal = caller === undefined ? undefined : `${caller.kind}:${caller.name}`;
            return await route({ workspace, request, principal, contents: await workspace.unlock(), now: this.now });
        } catch (error) {
            if (error instanceof KeyInaccessibleError)
                throw new ApiError(403, "CUSTOMER_MANAGED_KEY_INACCESSIBLE", error.message);
            throw error;
        }
    }
}

async function route(call: WorkspaceCall): Promise<ApiResponse> {
    const { workspace, request } = call;
    const name = `${request.method} ${request.path}`;
    const handler = Object.hasOwn(treeApi, name) ? treeApi[name] : undefined;
    if (handler !== undefined) return handler(call);
    const list = listOther(workspace.others, request);
    const response = list === undefined ? (permissionsApi(call) ?? scimApi(call) ?? reposApi(call)) : ok(list);
    if (response === undefined) throw new ApiError(404, "ENDPOINT_NOT_FOUND", `No API found for '${name}'`);
    return response;
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
