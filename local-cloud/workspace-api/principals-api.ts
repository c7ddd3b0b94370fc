import { ApiError, type ApiRequest, type ApiResponse, bodyOf, invalid } from "../http";
import { levels } from "./permissions";
import type { Principal, PrincipalKind } from "./principals";
import { ok, type WorkspaceCall } from "./tree-api";

/** `/api/2.0/permissions`: `undefined` where the path is another one. */
export function permissionsApi({ workspace, request }: WorkspaceCall): ApiResponse | undefined {
    const [, collection = "", id = "", more] =
        /^\/api\/2\.0\/permissions\/([a-z]+)\/([0-9a-f]+)(\/permissionLevels)?$/.exec(request.path) ?? [];
    if (collection === "") return undefined;
    const node = workspace.permissions.require(collection, id);
    if (more !== undefined && request.method === "GET")
        return ok({ permission_levels: levels.map((permission_level) => ({ permission_level })) });
    if (request.method === "PUT") workspace.permissions.set(node, bodyOf(request), "removed");
    else if (request.method === "PATCH") workspace.permissions.set(node, bodyOf(request), "kept");
    else if (request.method !== "GET") return undefined;
    return ok(workspace.permissions.show(node));
}

const scimKinds: Readonly<Record<string, PrincipalKind>> = {
    Users: "user_name",
    Groups: "group_name",
    ServicePrincipals: "service_principal_name",
};

const scimSchemas: Readonly<Record<PrincipalKind, string>> = {
    user_name: "urn:ietf:params:scim:schemas:core:2.0:User",
    group_name: "urn:ietf:params:scim:schemas:core:2.0:Group",
    service_principal_name: "urn:ietf:params:scim:schemas:core:2.0:ServicePrincipal",
};

/** What SCIM calls a principal's name. */
const scimNames: Readonly<Record<PrincipalKind, string>> = {
    user_name: "userName",
    group_name: "displayName",
    service_principal_name: "applicationId",
};

/** `/api/2.0/preview/scim/v2/{Users, Groups, ServicePrincipals}`: `undefined` where the path is another one. */
export function scimApi({ workspace, request }: WorkspaceCall): ApiResponse | undefined {
    const [, collection = "", id] =
        /^\/api\/2\.0\/(?:preview\/)?scim\/v2\/(Users|Groups|ServicePrincipals)(?:\/([^/]+))?$/.exec(request.path) ??
        [];
    const kind = scimKinds[collection];
    if (kind === undefined) return undefined;
    const all = workspace.principals.list(kind);
    if (id !== undefined) {
        const found = all.find((one) => one.id === id);
        if (found === undefined) throw new ApiError(404, "RESOURCE_DOES_NOT_EXIST", `${collection} ${id} not found.`);
        if (request.method === "GET") return ok(shown(found));
        if (request.method !== "DELETE") return undefined;
        workspace.principals.remove(found.name);
        return { status: 204, body: undefined };
    }
    if (request.method === "POST") return { status: 201, body: shown(added(workspace, kind, request)) };
    return request.method === "GET" ? ok(page(filtered(all, kind, request.query["filter"]), request)) : undefined;
}

/** `GET /api/2.0/preview/scim/v2/Me`: whom a request comes from. */
export function me(principal: Principal | undefined, isAdmin: boolean): ApiResponse {
    const groups = (isAdmin ? ["admins", "users"] : ["users"]).map((display) => ({ display, type: "direct" }));
    const caller = principal === undefined ? { userName: "local-cloud" } : shown(principal);
    return ok({ active: true, ...caller, groups });
}

function added(workspace: WorkspaceCall["workspace"], kind: PrincipalKind, request: ApiRequest): Principal {
    const name = bodyOf(request)[scimNames[kind]];
    if (typeof name !== "string" || name === "") throw invalid(`Missing required field: ${scimNames[kind]}`);
    const { principals } = workspace;
    if (principals.find(name, kind) !== undefined)
        throw new ApiError(409, "RESOURCE_ALREADY_EXISTS", `${name} already exists.`);
    if (kind === "user_name") return principals.addUser(name);
    return kind === "group_name" ? principals.addGroup(name) : principals.addServicePrincipal(name);
}

function shown({ kind, name, id }: Principal): Record<string, unknown> {
    return {
        schemas: [scimSchemas[kind]],
        id,
        displayName: name,
        [scimNames[kind]]: name,
        // The SDKs know a service principal that asks for itself by its user name.
        ...(kind === "service_principal_name" ? { userName: name } : {}),
        active: true,
    };
}

function filtered(all: readonly Principal[], kind: PrincipalKind, filter: string | undefined): readonly Principal[] {
    if (filter === undefined || filter === "") return all;
    const [, field = "", value] = /^\s*(\w+)\s+eq\s+"?([^"]*)"?\s*$/i.exec(filter) ?? [];
    if (field.toLowerCase() !== scimNames[kind].toLowerCase() && field !== "displayName")
        throw invalid(`The filter ${filter} is not supported.`);
    return all.filter(({ name }) => name === value);
}

function page(all: readonly Principal[], { query }: ApiRequest): Record<string, unknown> {
    const start = Math.max(1, Number(query["startIndex"] ?? 1));
    const members = all.slice(start - 1, start - 1 + Number(query["count"] ?? all.length));
    return {
        schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        totalResults: all.length,
        startIndex: start,
        itemsPerPage: members.length,
        ...(members.length === 0 ? {} : { Resources: members.map(shown) }),
    };
}
