import { ApiError, type ApiResponse, bodyOf, int64, invalid, ok } from "../http";
import { type WorkspaceCall, workspaceRoutes } from "./call";
import { Exporter } from "./export";
import { gitFolderOf } from "./git-folders";
import { exists, Importer, type ImportRequest, protectedFolder, requirePlace } from "./import";
import { readUpload } from "./multipart";
import { isContainer, type Node, requirePath } from "./tree";
import type { LocalWorkspace } from "./workspace";

/** `/api/2.0/workspace`: the tree of folders and objects. */
export const treeRoutes = workspaceRoutes({
    "GET /api/2.0/workspace/list": list,
    "GET /api/2.0/workspace/get-status": ({ workspace, request, principal }) => {
        const asked = request.query["path"];
        const node = requireNode(workspace, asked);
        if (!workspace.permissions.isVisible(node, principal)) throw noSuchPath(node.path);
        const git = request.query["return_git_info"] === "true" ? gitInfo(workspace, node) : {};
        // It names the object by the path that was asked for, and in a git folder's own information without the mount.
        const path = asked?.startsWith("/Workspace/") === true ? `/Workspace${node.path}` : node.path;
        return ok({ ...describe(workspace, node), path, ...git });
    },
    "GET /api/2.0/workspace/export": exportObject,
    "POST /api/2.0/workspace/import": importObject,
    "POST /api/2.0/workspace-files/import-file/{path}": importFile,
    "POST /api/2.0/workspace/mkdirs": makeFolders,
    "POST /api/2.0/workspace/delete": deleteObject,
});

function list({ workspace, request, principal }: WorkspaceCall): ApiResponse {
    const path = requirePath(request.query["path"]);
    const node = workspace.nodes.folder(path) ?? requireNode(workspace, path);
    const shown = isContainer(node) ? [...node.children] : [node];
    const after = Number(request.query["notebooks_modified_after"] ?? 0);
    const objects = shown
        .filter(({ type, modifiedAt }) => type !== "NOTEBOOK" || modifiedAt >= after)
        .filter((one) => workspace.permissions.isVisible(one, principal))
        .map((one) => describe(workspace, one));
    return ok(pageOf(objects, request.query["page_token"], workspace.behavior.listPage));
}

function pageOf(all: readonly unknown[], token: string | undefined, size = all.length): Record<string, unknown> {
    const from = Number(token ?? 0);
    if (!Number.isInteger(from) || from < 0) throw invalid(`Invalid page_token: ${String(token)}`);
    const [objects, end] = [all.slice(from, from + size), from + size];
    return {
        ...(objects.length === 0 ? {} : { objects }),
        ...(end < all.length ? { has_more: true, next_page_token: String(end) } : {}),
    };
}

function exportObject({ workspace, request, contents }: WorkspaceCall): ApiResponse {
    const { query } = request;
    const node = requireNode(workspace, query["path"]);
    const format = query["format"] ?? "SOURCE";
    const isDirect = query["direct_download"] === "true";
    const exporter = new Exporter(workspace.nodes, contents, workspace.behavior);
    const { bytes, fileType } = exporter.export(node, format, isDirect);
    if (!isDirect)
        return ok({ content: bytes.toString("base64"), ...(fileType === "" ? {} : { file_type: fileType }) });
    return { status: 200, body: undefined, bytes, contentType: "application/octet-stream" };
}

async function importObject(call: WorkspaceCall): Promise<ApiResponse> {
    const { fields, content } = await readUpload(call.request);
    const node = imported(call, {
        path: requirePath(fields["path"]),
        format: typeof fields["format"] === "string" ? fields["format"] : "SOURCE",
        language: typeof fields["language"] === "string" ? fields["language"] : undefined,
        overwrite: fields["overwrite"] === true,
        bytes: content,
    });
    return ok(call.workspace.behavior.importAnswer === "empty" ? {} : { object_id: int64(node.id) });
}

function imported({ workspace, contents, principal, now }: WorkspaceCall, request: ImportRequest): Node {
    const importer = new Importer(workspace.nodes, workspace.principals, contents, workspace.behavior, now);
    const known = workspace.nodes.find(request.path);
    const node = importer.import(request);
    if (node !== known) workspace.permissions.grantCreator(node, principal);
    return node;
}

/** What Databricks' command line writes files and notebooks with; it tells what is there from other refusals by these words. */
function importFile(call: WorkspaceCall, parameters: { readonly path: string }): ApiResponse {
    const { query, bytes } = call.request;
    const path = requirePath(`/${parameters.path}`);
    try {
        imported(call, { path, format: "AUTO", language: undefined, overwrite: query["overwrite"] === "true", bytes });
    } catch (error) {
        if (!(error instanceof ApiError) || error.code !== "RESOURCE_ALREADY_EXISTS") throw error;
        if (call.workspace.nodes.find(path)?.type === "FILE")
            throw new ApiError(409, error.code, `File already exists at (${path}).`);
        throw new ApiError(400, "", error.message);
    }
    return ok({});
}

function makeFolders({ workspace, request, principal }: WorkspaceCall): ApiResponse {
    const path = requirePath(bodyOf(request)["path"]);
    const { nodes, principals } = workspace;
    if (nodes.folder(path) !== undefined) return ok({});
    if (nodes.find(path) !== undefined) throw exists(path);
    const [home] = /^\/Users\/[^/]+/.exec(path) ?? [];
    if (home !== undefined && nodes.folder(home) === undefined) throw protectedFolder("/Users");
    if (!/^\/Repos\/[^/]+$/.test(path)) requirePlace(nodes, principals, path);
    const inTheWay = [...prefixes(path)].find(
        (one) => nodes.folder(one) === undefined && nodes.find(one) !== undefined,
    );
    if (inTheWay !== undefined) throw exists(inTheWay);
    for (const folder of nodes.addFolders(path)) workspace.permissions.grantCreator(folder, principal);
    return ok({});
}

function deleteObject({ workspace, request }: WorkspaceCall): ApiResponse {
    const { path, recursive } = bodyOf(request);
    const node = requireNode(workspace, path);
    if (node.protection !== "none") throw protectedFolder(node.path);
    if (node.type === "DIRECTORY" && node.children.size > 0 && recursive !== true)
        throw new ApiError(400, "DIRECTORY_NOT_EMPTY", `Folder (${node.path}) is not empty`);
    workspace.nodes.remove(node);
    return ok({});
}

/** An object as lists show it. */
export function describe({ behavior }: LocalWorkspace, node: Node): Record<string, unknown> {
    const timed = node.type === "FILE" || behavior.times === "all";
    return {
        object_type: node.type,
        path: node.path,
        ...(node.language === undefined ? {} : { language: node.language }),
        ...(timed ? { created_at: node.createdAt, modified_at: node.modifiedAt } : {}),
        ...(node.size === undefined ? {} : { size: node.size }),
        object_id: int64(node.id),
        resource_id: node.resourceId,
        ...(node.git?.cli === true ? { directory_info: { is_git_folder: true } } : {}),
        ...(behavior.interactiveTimes && node.interactive !== undefined
            ? {
                  modified_at_interactive: {
                      user_id: int64(node.interactive.userId),
                      time_millis: node.interactive.time,
                  },
              }
            : {}),
    };
}

/** The git folder that an object is in: of one with Git CLI access, its id and path alone. */
function gitInfo({ nodes }: LocalWorkspace, node: Node): Record<string, unknown> {
    const folder = gitFolderOf(nodes, node);
    if (folder?.git === undefined) return {};
    const { url, branch, head, cli } = folder.git;
    const checkedOut = cli ? {} : { url, branch, head_commit_id: head };
    return { git_info: { id: int64(folder.id), path: folder.path, ...checkedOut } };
}

function requireNode(workspace: LocalWorkspace, value: unknown): Node {
    const path = requirePath(value);
    const node = workspace.nodes.find(path);
    if (node === undefined) throw noSuchPath(path);
    return node;
}

function noSuchPath(path: string): ApiError {
    return new ApiError(404, "RESOURCE_DOES_NOT_EXIST", `Path (${path}) doesn't exist.`);
}

function* prefixes(path: string): Iterable<string> {
    for (let at = path.indexOf("/", 1); at !== -1; at = path.indexOf("/", at + 1)) yield path.slice(0, at);
}
