import type * as pulumi from "@pulumi/pulumi";

import { Workspace } from "./workspace";

/**
 * The options of a resource that lives inside a workspace and that another package manages, such as a cluster or a job of
 * `@pulumi/databricks`: it goes with its workspace and is made anew in the one that replaces it.
 *
 * Without them a replacement of the workspace cannot end: the provider speaks to the new workspace by then, and refuses to delete
 * what was in the old one. What outlives a workspace (a catalog, a grant) does not take them.
 *
 * @param workspace the workspace, or the component that has made it.
 * @param opts the resource's other options: the `provider` whose host is the `workspaceUrl`, `dependsOn` and the like.
 * @example
 * const provider = new databricks.Provider("analytics", { host: workspace.workspaceUrl });
 * new databricks.Cluster("shared", { ... }, insideWorkspace(workspace, { provider }));
 */
export function insideWorkspace<Options extends pulumi.CustomResourceOptions>(
    workspace: Workspace | { readonly workspace: Workspace },
    opts?: Options,
): Options & pulumi.CustomResourceOptions {
    const owner = workspace instanceof Workspace ? workspace : workspace.workspace;
    return Object.assign({}, opts, { deletedWith: owner, replaceWith: [...(opts?.replaceWith ?? []), owner] });
}
