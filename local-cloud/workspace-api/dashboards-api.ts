import { ApiError, type ApiResponse, bodyOf, invalid, ok } from "../http";
import { type WorkspaceCall, workspaceRoutes } from "./call";
import { displayNameOf, noDashboard } from "./dashboards";
import { requirePlace } from "./import";
import { pageOf } from "./pages";
import { type Node, parentOf, requirePath } from "./tree";
import { homeOf } from "./homes";

/** `/api/2.0/lakeview/dashboards`: drafts, which are objects of the tree, and what of them is published. */
export const dashboardRoutes = workspaceRoutes({
    "GET /api/2.0/lakeview/dashboards": ({ workspace: { nodes, dashboards }, request }) => {
        const all = [...nodes.all()].filter(({ type }) => type === "DASHBOARD");
        const shown = all.map((node) => ({
            ...head(node),
            create_time: timeOf(node.createdAt),
            ...warehouse(dashboards.stateOf(node).warehouseId),
        }));
        return ok(pageOf({ field: "dashboards", page: 100 }, shown, request.query));
    },
    "POST /api/2.0/lakeview/dashboards": (call) => ok(describe(call, create(call))),
    "GET /api/2.0/lakeview/dashboards/{id}": (call, { id }) =>
        ok(call.workspace.dashboards.trashed.get(id) ?? shown(call, draftOf(call, id))),
    "PATCH /api/2.0/lakeview/dashboards/{id}": (call, { id }) => {
        const { dashboards, behavior } = call.workspace;
        const draft = draftOf(call, id);
        const before = describe(call, draft);
        const changed = update(call, draft);
        dashboards.before.set(id, { until: call.now() + behavior.dashboardMilliseconds, shown: before });
        return ok(describe(call, changed));
    },
    "DELETE /api/2.0/lakeview/dashboards/{id}": (call, { id }) => {
        const { nodes, dashboards } = call.workspace;
        const draft = draftOf(call, id);
        dashboards.trashed.set(id, {
            dashboard_id: id,
            etag: etagOf(draft, dashboards.stateOf(draft).revision),
            lifecycle_state: "TRASHED",
            parent_path: `${homeOf(call.principal)}/Trash`,
        });
        nodes.remove(draft);
        return ok({});
    },
    "GET /api/2.0/lakeview/dashboards/{id}/published": showPublished,
    "POST /api/2.0/lakeview/dashboards/{id}/published": (call, parameters) => {
        const { warehouse_id: warehouseId, embed_credentials: embedCredentials } = bodyOf(call.request);
        call.workspace.dashboards.publish(call.contents, draftOf(call, parameters.id), {
            ...(typeof warehouseId === "string" ? { warehouseId } : {}),
            ...(typeof embedCredentials === "boolean" ? { embedCredentials } : {}),
        });
        return showPublished(call, parameters);
    },
    "DELETE /api/2.0/lakeview/dashboards/{id}/published": (call, { id }) => {
        const state = call.workspace.dashboards.stateOf(draftOf(call, id));
        if (state.published === undefined) throw notPublished(id);
        state.published = undefined;
        return ok({});
    },
});

function draftOf({ workspace }: WorkspaceCall, id: string): Node {
    return workspace.dashboards.require(id);
}

function create(call: WorkspaceCall): Node {
    const { workspace, contents, request, principal } = call;
    const { display_name: name, parent_path: asked, serialized_dashboard: text, warehouse_id } = bodyOf(request);
    if (typeof name !== "string" || name === "") throw invalid("Missing required field: display_name");
    const parent = asked === undefined ? homeOf(principal) : requirePath(asked);
    const path = `${parent}/${name}.lvdash.json`;
    requirePlace(workspace.nodes, workspace.principals, path);
    // Not in the words of the tree's API, as Databricks' own tests have seen.
    if (workspace.nodes.find(path) !== undefined)
        throw new ApiError(409, "ALREADY_EXISTS", `Path (${path}) already exists.`);
    const node = workspace.nodes.add({ path, type: "DASHBOARD" });
    contents.writeBytes(node, stored(typeof text === "string" ? text : "{}"));
    if (typeof warehouse_id === "string") workspace.dashboards.stateOf(node).warehouseId = warehouse_id;
    workspace.permissions.grantCreator(node, principal);
    return node;
}

function update({ workspace, contents, request, now }: WorkspaceCall, node: Node): Node {
    const { display_name: name, serialized_dashboard: text, warehouse_id, etag } = bodyOf(request);
    const state = workspace.dashboards.stateOf(node);
    if (etag !== undefined && etag !== etagOf(node, state.revision)) throw otherEtag();
    if (typeof name === "string" && name !== "") workspace.nodes.rename(node, `${name}.lvdash.json`);
    if (typeof text === "string") contents.writeBytes(node, stored(text));
    if (typeof warehouse_id === "string") state.warehouseId = warehouse_id;
    node.modifiedAt = now();
    state.revision++;
    return node;
}

/** The content of a draft as it is kept: it ends with one line feed at least. */
function stored(text: string): Buffer {
    return Buffer.from(text.endsWith("\n") ? text : `${text}\n`);
}

function showPublished(call: WorkspaceCall, { id }: { readonly id: string }): ApiResponse {
    const { published } = call.workspace.dashboards.stateOf(draftOf(call, id));
    if (published === undefined) throw notPublished(id);
    return ok({
        display_name: published.displayName,
        embed_credentials: published.embedCredentials,
        ...warehouse(published.warehouseId),
        revision_create_time: timeOf(published.createdAt),
    });
}

/** A draft as GET shows it, which may be late. */
function shown(call: WorkspaceCall, node: Node): Readonly<Record<string, unknown>> {
    const { dashboards, behavior } = call.workspace;
    const id = node.resourceId;
    if (call.now() < node.createdAt + behavior.dashboardMilliseconds) throw noDashboard(id);
    const before = dashboards.before.get(id);
    return before !== undefined && call.now() < before.until ? before.shown : describe(call, node);
}

function describe({ workspace, contents }: WorkspaceCall, node: Node): Record<string, unknown> {
    const { warehouseId, revision } = workspace.dashboards.stateOf(node);
    return {
        ...head(node),
        path: node.path,
        parent_path: parentOf(node.path),
        etag: etagOf(node, revision),
        serialized_dashboard: contents.readBytes(node).toString(),
        create_time: timeOf(node.createdAt),
        update_time: timeOf(node.modifiedAt),
        ...warehouse(warehouseId),
    };
}

function head(node: Node): Record<string, unknown> {
    return { dashboard_id: node.resourceId, display_name: displayNameOf(node), lifecycle_state: "ACTIVE" };
}

function warehouse(id: string | undefined): Record<string, unknown> {
    return id === undefined ? {} : { warehouse_id: id };
}

function etagOf({ modifiedAt }: Node, revision: number): string {
    return `${modifiedAt}${revision}`;
}

function notPublished(id: string): ApiError {
    return new ApiError(404, "RESOURCE_DOES_NOT_EXIST", `Unable to find published dashboard [${id}]`);
}

/** The refusal of a change to something that has been changed since it was read. */
export function otherEtag(): ApiError {
    return new ApiError(409, "ABORTED", "It has been changed since it was read: the etag is another one.");
}

/** A time as these APIs write it. */
export function timeOf(milliseconds: number): string {
    return new Date(milliseconds).toISOString();
}
