import { ok } from "../http";
import type { Principal } from "../people/principal";
import { scimRoutes as routesOfDirectory } from "../people/scim";
import { shown } from "../people/scim-resources";
import { below, routesOf } from "../routes";
import type { WorkspaceCall } from "./call";
import type { LocalWorkspace } from "./workspace";

/** Who asks; nobody if callers are not told apart. */
export interface Caller {
    readonly workspace: LocalWorkspace;
    readonly caller: Principal | undefined;
}

const collections = routesOfDirectory<WorkspaceCall>(({ workspace }) => workspace.principals);

/** `/api/2.0/preview/scim/v2`: users, groups and service principals. */
export const scimRoutes = {
    ...below("/api/2.0/preview/scim/v2", collections),
    ...below("/api/2.0/scim/v2", collections),
};

const own = routesOf<Caller>()({
    "GET /Me": ({ workspace: { principals }, caller }) => {
        if (caller !== undefined) return ok(shown(principals, caller));
        const groups = ["admins", "users"].map((display) => ({ display, type: "direct" }));
        return ok({ active: true, userName: "local-cloud", groups });
    },
});

/** Whom a request comes from, which a workspace tells without its key. */
export const meRoutes = { ...below("/api/2.0/preview/scim/v2", own), ...below("/api/2.0/scim/v2", own) };
