import { ApiError, bodyOf, int64, invalid, ok } from "../http";
import { type AccountCall, accountRoutes } from "./call";
import { requireObject } from "./records";

/** Metastores, and which one each workspace has. */
export const metastoreRoutes = accountRoutes({
    "GET /metastores": ({ account }) => ok({ metastores: account.metastores.list() }),
    "POST /metastores": ({ account, request }) => {
        const { name, region, ...more } = requireObject(bodyOf(request)["metastore_info"], "metastore_info");
        if (typeof name !== "string") throw invalid("Missing required field: name");
        if (typeof region !== "string") throw invalid("Missing required field: region");
        return ok({ metastore_info: account.metastores.add(region, name, more) });
    },
    "GET /metastores/{metastore}": ({ account }, { metastore }) =>
        ok({ metastore_info: account.metastores.get(metastore) }),
    "DELETE /metastores/{metastore}": ({ account }, { metastore }) => {
        account.metastores.remove(metastore);
        return ok({});
    },
    "GET /metastores/{metastore}/workspaces": ({ account }, { metastore }) => {
        account.metastores.get(metastore);
        return ok({ workspace_ids: account.metastores.workspacesOf(metastore).map(int64) });
    },
    "GET /workspaces/{workspace}/metastore": (call, { workspace }) =>
        ok({ metastore_assignment: requireAssignment(call, workspace) }),
    "POST /workspaces/{workspace}/metastores/{metastore}": (call, { workspace, metastore }) => {
        const had = call.account.metastores.assignmentOf(workspace)?.metastore_id;
        if (had !== undefined && had !== metastore)
            throw new ApiError(409, "RESOURCE_CONFLICT", `Workspace ${workspace} has the metastore ${had}.`);
        return assign(call, workspace, metastore);
    },
    "PUT /workspaces/{workspace}/metastores/{metastore}": (call, { workspace, metastore }) => {
        requireAssignment(call, workspace);
        return assign(call, workspace, metastore);
    },
    "DELETE /workspaces/{workspace}/metastores/{metastore}": (call, { workspace, metastore }) => {
        if (requireAssignment(call, workspace).metastore_id !== metastore)
            throw new ApiError(404, "RESOURCE_DOES_NOT_EXIST", `Metastore ${metastore} is not assigned here.`);
        call.account.metastores.unassign(workspace);
        return ok({});
    },
});

function requireAssignment({ account }: AccountCall, workspaceId: string) {
    account.get("workspaces", workspaceId);
    const assignment = account.metastores.assignmentOf(workspaceId);
    if (assignment !== undefined) return assignment;
    throw new ApiError(404, "RESOURCE_DOES_NOT_EXIST", `No metastore is assigned to workspace ${workspaceId}.`);
}

function assign({ account, request }: AccountCall, workspaceId: string, metastoreId: string) {
    const { aws_region } = account.get("workspaces", workspaceId);
    const asked = requireObject(bodyOf(request)["metastore_assignment"] ?? {}, "metastore_assignment");
    const catalog = asked["default_catalog_name"];
    const named = typeof catalog === "string" ? catalog : undefined;
    account.metastores.assign(workspaceId, String(aws_region), metastoreId, named);
    return ok({});
}
