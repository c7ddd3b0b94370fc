import { ApiError, bodyOf, int64, invalid, ok } from "../http";
import type { Principal } from "../people/principal";
import type { Principals, WorkspacePermission } from "../people/principals";
import { type AccountCall, accountRoutes } from "./call";

/** Who of the account belongs to a workspace: its permission assignments. */
export const assignmentRoutes = accountRoutes({
    "GET /workspaces/{workspace}/permissionassignments": (call, { workspace }) => {
        const { query } = call.request;
        const all = requireFederated(call, workspace).assignments();
        const from = Number(query["page_token"] ?? 0);
        const size = Math.min(Number(query["max_results"] ?? Infinity), call.behavior.assignmentsPage);
        if (!Number.isInteger(from) || from < 0 || !(size > 0)) throw invalid("Invalid page_token or max_results");
        const page = all.slice(from, from + size);
        return ok({
            ...(page.length === 0 ? {} : { permission_assignments: page.map(shown) }),
            ...(from + size < all.length ? { next_page_token: String(from + size) } : {}),
        });
    },
    "GET /workspaces/{workspace}/permissionassignments/permissions": (call, { workspace }) => {
        requireFederated(call, workspace);
        return ok({
            permissions: [
                { permission_level: "USER", description: "Can use the workspace" },
                { permission_level: "ADMIN", description: "Can administer the workspace" },
            ],
        });
    },
    "PUT /workspaces/{workspace}/permissionassignments/principals/{id}": (call, { workspace, id }) => {
        const principals = requireFederated(call, workspace);
        const principal = requirePrincipal(call, id);
        const asked = [bodyOf(call.request)["permissions"] ?? []].flat();
        // Other words are ignored, and ADMIN is both.
        const permission = (["ADMIN", "USER"] as const).find((one) => asked.includes(one));
        principals.setPermission(principal, permission);
        return ok(shown({ principal, permission }));
    },
    "DELETE /workspaces/{workspace}/permissionassignments/principals/{id}": (call, { workspace, id }) => {
        requireFederated(call, workspace).setPermission(requirePrincipal(call, id), undefined);
        return ok({});
    },
});

/** Who belongs to a workspace. Throws `ApiError` if the account does not decide it. */
function requireFederated({ account }: AccountCall, workspaceId: string): Principals {
    account.get("workspaces", workspaceId);
    const { behavior, principals } = account.workspace(workspaceId);
    const hasMetastore = account.metastores.assignmentOf(workspaceId) !== undefined;
    const { identityFederation } = behavior;
    if (identityFederation === "always" || (identityFederation === "with-metastore" && hasMetastore)) return principals;
    throw new ApiError(400, "BAD_REQUEST", "Permission assignment APIs are not available for this workspace");
}

function requirePrincipal({ account }: AccountCall, id: string): Principal {
    const principal = account.people.byId(id);
    if (principal !== undefined) return principal;
    throw new ApiError(404, "RESOURCE_DOES_NOT_EXIST", `The principal ${id} does not exist in the account.`);
}

function shown({ principal, permission }: { principal: Principal; permission?: WorkspacePermission }) {
    const { id, kind, name, displayName } = principal;
    return {
        principal: { principal_id: int64(id), [kind]: name, display_name: displayName },
        permissions: permission === undefined ? [] : [permission],
    };
}
