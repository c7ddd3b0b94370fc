import type { Contents } from "./contents";
import { checkOut } from "./git-folders";
import type { Seed } from "./seeds";
import { isContainer, type Node, type ObjectType, parentOf } from "./tree";
import type { LocalWorkspace } from "./workspace";

/** Puts an object into the tree, with the folders above it and the user whose home it is in. What is there is replaced. */
export function plant(workspace: LocalWorkspace, contents: Contents, path: string, seed: Seed): void {
    const { nodes, principals, homes } = workspace;
    const home = /^\/Users\/([^/]+)\/./.exec(path)?.[1];
    if (home !== undefined && nodes.folder(`/Users/${home}`) === undefined) homes.make(principals.addUser(home));
    nodes.addFolders(parentOf(path));
    const node = nodeFor(workspace, path, seed);
    if (seed.type === "NOTEBOOK") {
        const { source = "", outputs, extras, environment } = seed;
        contents.writeNotebook(node, { source: Buffer.from(source), outputs, extras, environment });
    }
    if (seed.type === "FILE" || seed.type === "DASHBOARD") contents.writeBytes(node, Buffer.from(seed.bytes ?? ""));
    if (seed.type === "REPO") {
        const { provider, defaultBranch } = workspace.remotes.find(seed.url);
        const git = { url: seed.url, provider, cli: seed.cli ?? false, sparse: seed.sparse };
        checkOut(workspace, contents, node, git, { branch: seed.branch ?? defaultBranch });
    }
    for (const [principal, level] of Object.entries(seed.permissions ?? {})) node.permissions.set(principal, level);
    node.modifiedAt = seed.modifiedAt ?? workspace.now();
    node.createdAt = Math.min(node.createdAt, node.modifiedAt);
    if (seed.type === "NOTEBOOK") node.interactive = { userId: editor(workspace, seed), time: node.modifiedAt };
}

function nodeFor({ nodes }: LocalWorkspace, path: string, seed: Seed): Node {
    const language = seed.type === "NOTEBOOK" ? (seed.language ?? "PYTHON") : undefined;
    const type: ObjectType = seed.type === "REPO" && seed.cli === true ? "DIRECTORY" : seed.type;
    const found = type === "DIRECTORY" ? nodes.folder(path) : nodes.find(path);
    if (found?.type === type) {
        found.language = language;
        return found;
    }
    if (found !== undefined && !isContainer(found)) nodes.remove(found);
    return nodes.add({ path, type, language });
}

/** The id of who wrote a notebook. */
function editor({ principals }: LocalWorkspace, { editedBy }: Seed): string {
    return editedBy === undefined ? "1" : (principals.find(editedBy) ?? principals.addUser(editedBy)).id;
}
