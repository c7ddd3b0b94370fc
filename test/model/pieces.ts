import type { LocalWorkspace } from "../../local-cloud/workspace-api";
import { isContainer } from "../../local-cloud/workspace-api/tree";

/** What is in a workspace, without folders: the version of each path. */
export async function piecesOf(workspace: LocalWorkspace): Promise<Map<string, string>> {
    const pieces = new Map<string, string>();
    for (const node of [...workspace.nodes.all()]) {
        if (isContainer(node)) continue;
        const text = node.type === "LIBRARY" ? "library" : (await workspace.read(node.path))?.toString();
        pieces.set(node.path, text ?? "");
    }
    return pieces;
}
