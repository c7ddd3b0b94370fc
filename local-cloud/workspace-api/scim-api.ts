import { ApiError, type ApiRequest, bodyOf, invalid, ok } from "../http";
import { below, noEndpoint, routesOf } from "../routes";
import { type WorkspaceCall, workspaceRoutes } from "./call";
import type { Principal, PrincipalKind } from "./principals";

/** Who asks, and whether as an admin of the workspace; nobody where callers are not told apart. */
export interface Caller {
    readonly caller: Principal | undefined;
    readonly isAdmin: boolean;
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

const collections = workspaceRoutes({
    "GET /{collection}": ({ workspace, request }, { collection }) => {
        const kind = requireKind(collection, request);
        return ok(page(filtered(workspace.principals.list(kind), kind, request.query["filter"]), request));
    },
    "POST /{collection}": ({ workspace, request }, { collection }) => ({
        status: 201,
        body: shown(added(workspace, requireKind(collection, request), request)),
    }),
    "GET /{collection}/{id}": (call, { collection, id }) => ok(shown(required(call, collection, id))),
    "DELETE /{collection}/{id}": (call, { collection, id }) => {
        call.workspace.principals.remove(required(call, collection, id).name);
        return { status: 204, body: undefined };
    },
});

/** `/api/2.0/preview/scim/v2`: users, groups and service principals. */
export const scimRoutes = {
    ...below("/api/2.0/preview/scim/v2", collections),
    ...below("/api/2.0/scim/v2", collections),
};

const own = routesOf<Caller>()({
    "GET /Me": ({ caller, isAdmin }) => {
        const groups = (isAdmin ? ["admins", "users"] : ["users"]).map((display) => ({ display, type: "direct" }));
        return ok({ active: true, ...(caller === undefined ? { userName: "local-cloud" } : shown(caller)), groups });
    },
});

/** Whom a request comes from, which a workspace tells without its key. */
export const meRoutes = { ...below("/api/2.0/preview/scim/v2", own), ...below("/api/2.0/scim/v2", own) };

function requireKind(collection: string, request: ApiRequest): PrincipalKind {
    const kind = Object.hasOwn(scimKinds, collection) ? scimKinds[collection] : undefined;
    if (kind === undefined) throw noEndpoint(request);
    return kind;
}

function required({ workspace, request }: WorkspaceCall, collection: string, id: string): Principal {
    const found = workspace.principals.list(requireKind(collection, request)).find((one) => one.id === id);
    if (found === undefined) throw new ApiError(404, "RESOURCE_DOES_NOT_EXIST", `${collection} ${id} not found.`);
    return found;
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
