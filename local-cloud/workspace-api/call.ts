import type { ApiRequest } from "../http";
import { routesOf } from "../routes";
import type { Contents } from "./contents";
import type { LocalWorkspace } from "./workspace";

/** A request to a workspace, with whom it comes from and the contents that its key opens. */
export interface WorkspaceCall {
    readonly workspace: LocalWorkspace;
    readonly request: ApiRequest;
    readonly contents: Contents;
    /** As access control lists name it, such as `service_principal_name:...`. */
    readonly principal: string | undefined;
    readonly now: () => number;
}

/** Makes a table of routes of a workspace's own API. */
export const workspaceRoutes = routesOf<WorkspaceCall>();
