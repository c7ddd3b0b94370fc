import { ApiError, type ApiResponse, bodyOf, int64, invalid, ok } from "../http";
import { type WorkspaceCall, workspaceRoutes } from "./call";
import { checkOut, type GitRef, requireCommit, uncommittedIn } from "./git-folders";
import type { Remote } from "./git-remotes";
import { exists, requirePlace } from "./import";
import { type Node, parentOf, requirePath } from "./tree";
import type { LocalWorkspace } from "./workspace";

/** `/api/2.0/repos`: git folders. */
export const repoRoutes = workspaceRoutes({
    "GET /api/2.0/repos": list,
    "POST /api/2.0/repos": (call) => ok(describe(create(call))),
    "GET /api/2.0/repos/{id}": ({ workspace }, { id }) => {
        const repo = requireRepo(workspace, id);
        return ok({ ...describe(repo), ...(repo.git?.cli === true ? { git_cli_enabled: true } : {}) });
    },
    "PATCH /api/2.0/repos/{id}": (call, { id }) => {
        update(call, requireRepo(call.workspace, id));
        return ok({});
    },
    "DELETE /api/2.0/repos/{id}": ({ workspace }, { id }) => {
        workspace.nodes.remove(requireRepo(workspace, id));
        return ok({});
    },
});

function requireRepo(workspace: LocalWorkspace, id: string): Node {
    const repo = workspace.nodes.byId(id);
    if (repo?.git === undefined) throw new ApiError(404, "RESOURCE_DOES_NOT_EXIST", `Repo ${id} does not exist.`);
    return repo;
}

/** Those that lists of the tree show as REPO; it leaves out the others, and is deprecated for it. */
function list({ workspace, request }: WorkspaceCall): ApiResponse {
    const prefix = request.query["path_prefix"] ?? "/";
    const repos = [...workspace.nodes.all()].filter(({ type, path }) => type === "REPO" && path.startsWith(prefix));
    const from = Number(request.query["next_page_token"] ?? 0);
    const next = from + 20 < repos.length ? { next_page_token: String(from + 20) } : {};
    return ok({ ...(repos.length === 0 ? {} : { repos: repos.slice(from, from + 20).map(describe) }), ...next });
}

function create(call: WorkspaceCall): Node {
    const { workspace, contents, request, principal } = call;
    const { url, provider, path: asked, branch, sparse_checkout: sparseCheckout } = bodyOf(request);
    if (typeof url !== "string" || typeof provider !== "string") throw invalid("Missing required field: url, provider");
    const remote = workspace.remotes.find(url);
    requireCredential(call, remote, provider);
    const ref = { branch: typeof branch === "string" ? branch : remote.defaultBranch };
    requireCommit(remote, ref);
    const path = requirePath(asked ?? `/Repos/${ownerFolder(principal)}/${nameOf(url)}`);
    const { nodes, principals, behavior } = workspace;
    if (nodes.find(path) !== undefined) throw exists(path);
    const isInRepos = /^\/Repos\/[^/]+\/[^/]+$/.test(path);
    if (isInRepos) nodes.addFolders(parentOf(path));
    else requirePlace(nodes, principals, path);
    const cli = behavior.gitFolders === "cli-outside-repos" && !isInRepos;
    const repo = nodes.add({ path, type: cli ? "DIRECTORY" : "REPO" });
    const { patterns } = (sparseCheckout ?? {}) as { patterns?: unknown };
    const sparse = Array.isArray(patterns) ? patterns.map(String) : undefined;
    checkOut(workspace, contents, repo, { url, provider, cli, sparse }, ref);
    workspace.permissions.grantCreator(repo, principal);
    return repo;
}

/** Checks a branch or tag out, or the last commit of the same branch. Throws `ApiError` rather than lose uncommitted work. */
function update(call: WorkspaceCall, repo: Node): void {
    const { workspace, contents, request } = call;
    const { branch, tag, dangerously_force_discard_all: discard } = bodyOf(request);
    if (repo.git === undefined) return;
    const { url, provider, cli, sparse, branch: current } = repo.git;
    requireCredential(call, workspace.remotes.find(url), provider);
    const wanted = typeof branch === "string" ? branch : current;
    const ref: GitRef | undefined =
        typeof tag === "string" ? { tag } : wanted === undefined ? wanted : { branch: wanted };
    if (ref === undefined) return;
    requireCommit(workspace.remotes.find(url), ref);
    const [uncommitted] = uncommittedIn(workspace.nodes, repo);
    if (uncommitted !== undefined && discard !== true)
        throw new ApiError(400, "GIT_CONFLICT", `There is uncommitted work in ${repo.path}: ${uncommitted}`);
    checkOut(workspace, contents, repo, { url, provider, cli, sparse }, ref);
}

function requireCredential({ workspace, principal }: WorkspaceCall, remote: Remote, provider: string): void {
    if (!remote.isPrivate || workspace.gitCredentials.has(principal, provider)) return;
    throw new ApiError(
        403,
        "PERMISSION_DENIED",
        "Missing Git provider credentials. Go to User Settings > Git Integration to add your personal access token.",
    );
}

function nameOf(url: string): string {
    const last = url.replace(/\/$/, "").split("/").at(-1);
    return last?.replace(/\.git$/, "") ?? "repo";
}

function ownerFolder(principal: string | undefined): string {
    return principal?.startsWith("group_name:") === false ? principal.slice(principal.indexOf(":") + 1) : "all";
}

function describe({ id, path, git }: Node): Record<string, unknown> {
    return {
        id: int64(id),
        path,
        url: git?.url,
        provider: git?.provider,
        branch: git?.branch,
        head_commit_id: git?.head,
        ...(git?.sparse === undefined ? {} : { sparse_checkout: { patterns: git.sparse } }),
    };
}
