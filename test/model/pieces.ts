import type { LocalWorkspace } from "../../local-cloud/workspace-api";
import { gitFolderOf } from "../../local-cloud/workspace-api/git-folders";
import { isContainer } from "../../local-cloud/workspace-api/tree";
import { besideIn } from "./beside-tree";

/** What is in a workspace, without folders: the version of each path, and of what is beside the tree. */
export async function piecesOf(workspace: LocalWorkspace): Promise<Map<string, string>> {
    const pieces = new Map<string, string>();
    for (const node of [...workspace.nodes.all()]) {
        if (isContainer(node) || gitFolderOf(workspace.nodes, node) !== undefined) continue;
        const text = node.type === "LIBRARY" ? "library" : (await workspace.read(node.path))?.toString();
        pieces.set(node.path, text ?? "");
    }
    for (const [name, version] of await besideIn(workspace)) pieces.set(name, version);
    return pieces;
}
