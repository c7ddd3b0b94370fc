import { ApiError, type ApiResponse, bodyOf, int64, invalid, ok } from "../http";
import { type WorkspaceCall, workspaceRoutes } from "./call";
import { exists, requirePlace } from "./import";
import { type Node, parentOf, requirePath } from "./tree";
import type { LocalWorkspace } from "./workspace";

/** `/api/2.0/repos`: git folders. */
export const repoRoutes = workspaceRoutes({
    "GET /api/2.0/repos": list,
    "POST /api/2.0/repos": (call) => ok(describe(create(call))),
    "GET /api/2.0/repos/{id}": ({ workspace }, { id }) => ok(describe(requireRepo(workspace, id))),
    "PATCH /api/2.0/repos/{id}": ({ workspace, request }, { id }) => {
        const repo = requireRepo(workspace, id);
        const { branch } = bodyOf(request);
        if (typeof branch === "string" && repo.git !== undefined) repo.git = { ...repo.git, branch };
        return ok({});
    },
    "DELETE /api/2.0/repos/{id}": ({ workspace }, { id }) => {
        workspace.nodes.remove(requireRepo(workspace, id));
        return ok({});
    },
});

function requireRepo(workspace: LocalWorkspace, id: string): Node {
    const repo = workspace.nodes.byId(id);
    if (repo?.type !== "REPO") throw new ApiError(404, "RESOURCE_DOES_NOT_EXIST", `Repo ${id} does not exist.`);
    return repo;
}

function list({ workspace, request }: WorkspaceCall): ApiResponse {
    const prefix = request.query["path_prefix"] ?? "/";
    const repos = [...workspace.nodes.all()].filter(({ type, path }) => type === "REPO" && path.startsWith(prefix));
    const from = Number(request.query["next_page_token"] ?? 0);
    const next = from + 20 < repos.length ? { next_page_token: String(from + 20) } : {};
    return ok({ ...(repos.length === 0 ? {} : { repos: repos.slice(from, from + 20).map(describe) }), ...next });
}

function create({ workspace, request, principal }: WorkspaceCall): Node {
    const { url, provider, path: asked, branch } = bodyOf(request);
    if (typeof url !== "string" || typeof provider !== "string") throw invalid("Missing required field: url, provider");
    const name =
        url
            .replace(/\/$/, "")
            .split("/")
            .at(-1)
            ?.replace(/\.git$/, "") ?? "repo";
    const home = principal?.startsWith("group_name:") === false ? principal.slice(principal.indexOf(":") + 1) : "all";
    const path = requirePath(asked ?? `/Repos/${home}/${name}`);
    const { nodes, principals } = workspace;
    if (nodes.find(path) !== undefined) throw exists(path);
    if (/^\/Repos\/[^/]+\/[^/]+$/.test(path)) nodes.addFolders(parentOf(path));
    else requirePlace(nodes, principals, path);
    const repo = nodes.add({
        path,
        type: "REPO",
        git: { url, provider, branch: typeof branch === "string" ? branch : "main" },
    });
    workspace.permissions.grantCreator(repo, principal);
    return repo;
}

function describe({ id, path, git }: Node): Record<string, unknown> {
    return { id: int64(id), path, url: git?.url, provider: git?.provider, branch: git?.branch };
}
