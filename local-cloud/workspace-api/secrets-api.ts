import { ApiError, bodyOf, invalid, ok } from "../http";
import { type WorkspaceCall, workspaceRoutes } from "./call";
import { type SecretPermission, secretPermissions, type SecretScope } from "./secrets";

/** `/api/2.0/secrets`: scopes, their secrets and their access control lists. */
export const secretRoutes = workspaceRoutes({
    "GET /api/2.0/secrets/scopes/list": ({ workspace: { secrets } }) => {
        const scopes = secrets.list().map(({ name, backendType }) => ({ name, backend_type: backendType }));
        return ok(scopes.length === 0 ? {} : { scopes });
    },
    "POST /api/2.0/secrets/scopes/create": (call) => {
        const { scope, initial_manage_principal: manager } = bodyOf(call.request);
        if (manager !== undefined && manager !== "users")
            throw invalid("initial_manage_principal can be users, or is left out.");
        call.workspace.secrets.create(String(scope ?? ""), manager ?? nameOfCaller(call));
        return ok({});
    },
    "POST /api/2.0/secrets/scopes/delete": (call) => {
        call.workspace.secrets.delete(scopeOf(call, bodyOf(call.request), "MANAGE"));
        return ok({});
    },
    "GET /api/2.0/secrets/list": (call) => {
        const { secrets } = scopeOf(call, call.request.query, "READ");
        const shown = [...secrets].map(([key, { updatedAt }]) => ({ key, last_updated_timestamp: updatedAt }));
        return ok(shown.length === 0 ? {} : { secrets: shown });
    },
    "GET /api/2.0/secrets/get": (call) => {
        const { workspace, contents, request } = call;
        const scope = scopeOf(call, request.query, "READ");
        if (workspace.behavior.secretValues === "notebooks-only")
            throw new ApiError(400, "BAD_REQUEST", "Secrets can be read in a notebook alone.");
        const key = field(request.query, "key");
        const value = workspace.secrets.read(contents, scope, key);
        if (value === undefined) throw noSecret(scope, key);
        return ok({ key, value: value.toString("base64") });
    },
    "POST /api/2.0/secrets/put": (call) => {
        const body = bodyOf(call.request);
        const scope = scopeOf(call, body, "WRITE");
        requireOwnBackend(scope);
        call.workspace.secrets.put(call.contents, scope, field(body, "key"), valueOf(body));
        return ok({});
    },
    "POST /api/2.0/secrets/delete": (call) => {
        const body = bodyOf(call.request);
        const scope = scopeOf(call, body, "WRITE");
        requireOwnBackend(scope);
        const key = field(body, "key");
        if (!scope.secrets.delete(key)) throw noSecret(scope, key);
        return ok({});
    },
    "GET /api/2.0/secrets/acls/list": (call) => {
        const { acls } = scopeOf(call, call.request.query, "MANAGE");
        const items = [...acls].map(([principal, permission]) => ({ principal, permission }));
        return ok(items.length === 0 ? {} : { items });
    },
    "GET /api/2.0/secrets/acls/get": (call) => {
        const scope = scopeOf(call, call.request.query, "MANAGE");
        const principal = field(call.request.query, "principal");
        return ok({ principal, permission: requireAcl(scope, principal) });
    },
    "POST /api/2.0/secrets/acls/put": (call) => {
        const body = bodyOf(call.request);
        const scope = scopeOf(call, body, "MANAGE");
        call.workspace.secrets.grant(scope, field(body, "principal"), permissionOf(body["permission"]));
        return ok({});
    },
    "POST /api/2.0/secrets/acls/delete": (call) => {
        const body = bodyOf(call.request);
        const scope = scopeOf(call, body, "MANAGE");
        const principal = field(body, "principal");
        requireAcl(scope, principal);
        scope.acls.delete(principal);
        return ok({});
    },
});

type Fields = Readonly<Record<string, unknown>>;

function scopeOf(call: WorkspaceCall, fields: Fields, needed: SecretPermission): SecretScope {
    return call.workspace.secrets.require(fields["scope"], nameOfCaller(call), needed);
}

function nameOfCaller({ principal }: WorkspaceCall): string | undefined {
    return principal?.slice(principal.indexOf(":") + 1);
}

function field(fields: Fields, name: string): string {
    const value = fields[name];
    if (typeof value !== "string" || value === "") throw invalid(`Missing required field: ${name}`);
    return value;
}

function valueOf({ string_value: text, bytes_value: bytes }: Fields): Buffer {
    if (typeof text === "string" && bytes === undefined) return Buffer.from(text);
    if (typeof bytes === "string" && text === undefined) return Buffer.from(bytes, "base64");
    throw new ApiError(400, "MALFORMED_REQUEST", "Exactly one of string_value and bytes_value must be given.");
}

function permissionOf(value: unknown): SecretPermission {
    const permission = secretPermissions.find((one) => one === value);
    if (permission === undefined) throw invalid(`Permission ${String(value)} is not supported.`);
    return permission;
}

function requireAcl({ name, acls }: SecretScope, principal: string): SecretPermission {
    const permission = acls.get(principal);
    if (permission !== undefined) return permission;
    throw new ApiError(404, "RESOURCE_DOES_NOT_EXIST", `Scope ${name} has no ACL for principal ${principal}.`);
}

function requireOwnBackend({ name, backendType }: SecretScope): void {
    if (backendType !== "DATABRICKS")
        throw new ApiError(400, "BAD_REQUEST", `The secrets of scope ${name} are kept in Azure Key Vault.`);
}

function noSecret({ name }: SecretScope, key: string): ApiError {
    return new ApiError(404, "RESOURCE_DOES_NOT_EXIST", `Secret does not exist with scope: ${name} and key: ${key}`);
}
