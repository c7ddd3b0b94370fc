import { type ApiResponse, bodyOf, ok } from "../http";
import { type WorkspaceCall, workspaceRoutes } from "./call";
import { levels } from "./permissions";

interface Subject {
    readonly collection: string;
    readonly id: string;
}

/** `/api/2.0/permissions`: the access control lists of the tree's objects. */
export const permissionRoutes = workspaceRoutes({
    "GET /api/2.0/permissions/{collection}/{id}/permissionLevels": ({ workspace }, { collection, id }) => {
        workspace.permissions.require(collection, id);
        return ok({ permission_levels: levels.map((permission_level) => ({ permission_level })) });
    },
    "GET /api/2.0/permissions/{collection}/{id}": ({ workspace: { permissions } }, { collection, id }) =>
        ok(permissions.show(permissions.require(collection, id))),
    "PUT /api/2.0/permissions/{collection}/{id}": (call, subject) => set(call, subject, "removed"),
    "PATCH /api/2.0/permissions/{collection}/{id}": (call, subject) => set(call, subject, "kept"),
});

function set(
    { workspace: { permissions }, request }: WorkspaceCall,
    subject: Subject,
    others: "kept" | "removed",
): ApiResponse {
    const secured = permissions.require(subject.collection, subject.id);
    permissions.set(secured, bodyOf(request), others);
    return ok(permissions.show(secured));
}
