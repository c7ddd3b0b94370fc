import { ApiError, type ApiResponse, bodyOf, invalid, ok } from "../http";
import { type Routes } from "../routes";
import { type WorkspaceCall, workspaceRoutes } from "./call";
import { timeOf } from "./dashboards-api";
import { homeOf } from "./homes";
import { pageOf } from "./pages";
import { only, type SqlFields, type SqlObject, type SqlObjects } from "./sql-objects";
import { requirePath } from "./tree";
import type { LocalWorkspace } from "./workspace";

interface Collection {
    readonly path: string;
    /** The name of the list. */
    readonly field: string;
    /** In which field of a request the object is; `undefined`: the request is the object. */
    readonly wrapper?: string;
    readonly required: readonly string[];
    /** What else a client may set. */
    readonly optional: readonly string[];
    /** What is set if a client leaves it out. */
    readonly defaults: SqlFields;
    /** What an update alone may set. */
    readonly updatable?: readonly string[];
    /** What the list leaves out. */
    readonly unlisted?: readonly string[];
    /** The state of one in the trash. */
    readonly trashed: string;
    readonly objectsOf: (workspace: LocalWorkspace) => SqlObjects;
}

const queries: Collection = {
    path: "/api/2.0/sql/queries",
    field: "results",
    wrapper: "query",
    required: [],
    optional: [
        ...["display_name", "query_text", "parent_path", "warehouse_id", "description", "parameters", "tags"],
        ...["run_as_mode", "catalog", "schema", "apply_auto_limit"],
    ],
    defaults: { display_name: "New query", query_text: "", run_as_mode: "OWNER" },
    updatable: ["owner_user_name"],
    unlisted: ["parent_path"],
    trashed: "TRASHED",
    objectsOf: ({ queries: objects }) => objects,
};

const alerts: Collection = {
    path: "/api/2.0/alerts",
    field: "alerts",
    required: ["display_name", "query_text", "warehouse_id", "evaluation", "schedule"],
    optional: ["parent_path", "custom_description", "custom_summary", "parameters", "run_as", "run_as_user_name"],
    defaults: {},
    trashed: "DELETED",
    objectsOf: ({ alerts: objects }) => objects,
};

const legacyAlerts: Collection = {
    path: "/api/2.0/sql/alerts",
    field: "results",
    wrapper: "alert",
    required: ["query_id", "condition"],
    optional: [
        ...["display_name", "parent_path", "custom_body", "custom_subject", "notify_on_ok"],
        "seconds_to_retrigger",
    ],
    defaults: { display_name: "New alert", notify_on_ok: false },
    updatable: ["owner_user_name"],
    unlisted: ["parent_path"],
    trashed: "TRASHED",
    objectsOf: ({ legacyAlerts: objects }) => objects,
};

/** SQL queries, alerts, alerts of the former API, and a warehouse by its id. */
export const sqlRoutes = {
    ...[queries, alerts, legacyAlerts].map(routesFor).reduce((all, table) => ({ ...all, ...table })),
    ...workspaceRoutes({
        "GET /api/2.0/sql/warehouses/{id}": ({ workspace }, { id }) => {
            const warehouses = workspace.others.warehouses as SqlFields[];
            const found = warehouses.find((one) => one["id"] === id);
            if (found === undefined)
                throw new ApiError(404, "RESOURCE_DOES_NOT_EXIST", `SQL warehouse ${id} does not exist.`);
            return ok(found);
        },
    }),
};

function routesFor(collection: Collection): Routes<WorkspaceCall> {
    const { path, objectsOf } = collection;
    const require = ({ workspace }: WorkspaceCall, id = "") => objectsOf(workspace).require(id);
    return {
        [`GET ${path}`]: (call) => list(collection, call),
        [`POST ${path}`]: (call) => ok(create(collection, call)),
        [`GET ${path}/{id}`]: (call, { id }) => ok(describe(collection, call, require(call, id))),
        [`PATCH ${path}/{id}`]: (call, { id }) => ok(update(collection, call, require(call, id))),
        [`DELETE ${path}/{id}`]: (call, { id }) => {
            const object = require(call, id);
            object.isTrashed = true;
            if (call.request.query["purge"] === "true") objectsOf(call.workspace).remove(object);
            return ok({});
        },
    };
}

function list(collection: Collection, call: WorkspaceCall): ApiResponse {
    const { field, unlisted = [], objectsOf } = collection;
    const all = objectsOf(call.workspace).list();
    const page = pageOf({ field, page: 20 }, all, call.request.query);
    const shown = ((page[field] ?? []) as SqlObject[]).map((object) =>
        Object.entries(describe(collection, call, object)).filter(([name]) => !unlisted.includes(name)),
    );
    return ok({ ...page, ...(shown.length === 0 ? {} : { [field]: shown.map((one) => Object.fromEntries(one)) }) });
}

function create(collection: Collection, call: WorkspaceCall): SqlFields {
    const { workspace, contents, request, principal } = call;
    const { required, optional, defaults, objectsOf } = collection;
    const body = bodyOf(request);
    const asked = objectIn(collection, body);
    const missing = required.find((name) => asked[name] === undefined);
    if (missing !== undefined) throw invalid(`Missing required field: ${missing}`);
    const parent = asked["parent_path"] === undefined ? homeOf(principal) : requirePath(asked["parent_path"]);
    if (workspace.nodes.folder(parent) === undefined)
        throw new ApiError(404, "RESOURCE_DOES_NOT_EXIST", `Path (${parent}) doesn't exist.`);
    const fields: SqlFields = {
        ...defaults,
        ...only(asked, [...required, ...optional]),
        parent_path: parent,
        owner_user_name: principal?.slice(principal.indexOf(":") + 1),
    };
    const objects = objectsOf(workspace);
    const name = body["auto_resolve_display_name"] === true ? { display_name: objects.freeName(contents, fields) } : {};
    requireRunner(call, fields);
    const made = objects.create(contents, { ...fields, ...name });
    if (principal !== undefined) made.permissions.set(principal, "CAN_MANAGE");
    workspace.schedules.changed();
    return describe(collection, call, made);
}

/** Changes what the mask names: in the query of a request whose body is the object, else beside it. */
function update(collection: Collection, call: WorkspaceCall, object: SqlObject): SqlFields {
    const { workspace, contents, request } = call;
    const { required, optional, updatable = [], wrapper, objectsOf } = collection;
    const body = bodyOf(request);
    const mask = wrapper === undefined ? request.query["update_mask"] : body["update_mask"];
    if (typeof mask !== "string" || mask === "") throw invalid("Missing required field: update_mask");
    const known = [...required, ...optional, ...updatable].filter((name) => name !== "parent_path");
    const named = mask === "*" ? known : mask.split(",").map((path) => path.split(".")[0] ?? "");
    const unknown = named.find((name) => !known.includes(name));
    if (unknown !== undefined) throw invalid(`update_mask names ${unknown}, which cannot be updated.`);
    const asked = objectIn(collection, body);
    const owner = asked["owner_user_name"];
    if (
        named.includes("owner_user_name") &&
        owner !== undefined &&
        workspace.principals.find(String(owner)) === undefined
    )
        throw invalid(`The workspace has no user ${String(owner)}.`);
    requireRunner(call, only(asked, named));
    objectsOf(workspace).update(contents, object, only(asked, named));
    workspace.schedules.changed();
    return describe(collection, call, object);
}

/** A user can let an alert run as that user alone; a service principal has to belong to the workspace. Throws `ApiError`. */
function requireRunner({ workspace, principal }: WorkspaceCall, { run_as: runner }: SqlFields): void {
    const { user_name: user, service_principal_name: other } = (runner ?? {}) as SqlFields;
    if (user !== undefined && principal !== `user_name:${String(user)}`)
        throw new ApiError(403, "PERMISSION_DENIED", `An alert can run as ${String(user)} only if that user says so.`);
    if (other !== undefined && workspace.principals.find(String(other), "service_principal_name") === undefined)
        throw invalid(`The workspace has no service principal ${String(other)}.`);
}

function objectIn({ wrapper }: Collection, body: SqlFields): SqlFields {
    return wrapper === undefined ? body : ((body[wrapper] ?? {}) as SqlFields);
}

function describe({ trashed, objectsOf }: Collection, call: WorkspaceCall, object: SqlObject): SqlFields {
    return {
        id: object.id,
        ...objectsOf(call.workspace).read(call.contents, object),
        lifecycle_state: object.isTrashed ? trashed : "ACTIVE",
        create_time: timeOf(object.createdAt),
        update_time: timeOf(object.updatedAt),
    };
}
