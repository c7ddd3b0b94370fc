import { ApiError } from "../http";
import type { Contents } from "./contents";
import type { Commit, Remote } from "./git-remotes";
import { Importer } from "./import";
import { isContainer, type Node, parentOf, type Tree } from "./tree";
import type { LocalWorkspace } from "./workspace";

/** What a git folder has checked out. */
export interface GitFolder {
    readonly url: string;
    readonly provider: string;
    /** `undefined`: a tag is checked out. */
    readonly branch: string | undefined;
    readonly head: string;
    /** Whether the Git command line may work in it; lists then show it as a DIRECTORY. */
    readonly cli: boolean;
    /** Paths below it that alone are checked out; `undefined`: all. */
    readonly sparse: readonly string[] | undefined;
    /** What was stored at each path when it was checked out. */
    readonly clean: ReadonlyMap<string, Buffer | undefined>;
}

/** A branch or a tag. */
export type GitRef = { readonly branch: string } | { readonly tag: string };

/** A git folder as a test sees it. */
export interface GitFolderEntry {
    readonly url: string;
    readonly provider: string;
    readonly branch?: string;
    readonly headCommitId: string;
    readonly cli: boolean;
    /** Paths at which there is another content than in the commit, or no more. */
    readonly uncommitted: readonly string[];
}

/** The git folder that something is in, or is. */
export function gitFolderOf(tree: Tree, node: Node): Node | undefined {
    return [node, ...tree.above(node)].find(({ git }) => git !== undefined);
}

/** The commit of a branch or tag. Throws `ApiError`. */
export function requireCommit(remote: Remote, ref: GitRef): Commit {
    const [kind, name] = "branch" in ref ? (["branch", ref.branch] as const) : (["tag", ref.tag] as const);
    const commit = remote.commit(kind, name);
    if (commit !== undefined) return commit;
    throw new ApiError(404, "RESOURCE_DOES_NOT_EXIST", `The remote has no ${kind} ${name}.`);
}

/** Gives a git folder the files of a branch or tag, and nothing else. Throws `ApiError`. */
export function checkOut(
    workspace: LocalWorkspace,
    contents: Contents,
    node: Node,
    git: Pick<GitFolder, "url" | "provider" | "cli" | "sparse">,
    ref: GitRef,
): void {
    const { nodes, principals, behavior } = workspace;
    const commit = requireCommit(workspace.remotes.find(git.url), ref);
    for (const child of [...node.children]) nodes.remove(child);
    const importer = new Importer(nodes, principals, contents, behavior, workspace.now);
    for (const [below, text] of Object.entries(commit.files).filter(([path]) => isChosen(path, git.sparse))) {
        const path = `${node.path}/${below}`;
        nodes.addFolders(parentOf(path));
        importer.import({ path, format: "AUTO", language: undefined, overwrite: false, bytes: Buffer.from(text) });
    }
    const branch = "branch" in ref ? ref.branch : undefined;
    node.git = { ...git, branch, head: commit.id, clean: storedBelow(nodes, node) };
}

/** The paths below a git folder that are not as in its commit. */
export function uncommittedIn(tree: Tree, node: Node): string[] {
    const clean = node.git?.clean ?? new Map<string, Buffer | undefined>();
    const stored = storedBelow(tree, node);
    const paths = new Set([...clean.keys(), ...stored.keys()]);
    return [...paths].filter((path) => !clean.has(path) || clean.get(path) !== stored.get(path)).sort();
}

/** The git folders of a workspace, by their paths. */
export function gitFoldersIn(tree: Tree): Record<string, GitFolderEntry> {
    const entries = [...tree.all()].flatMap((node): [string, GitFolderEntry][] => {
        if (node.git === undefined) return [];
        const { url, provider, branch, head, cli } = node.git;
        const uncommitted = uncommittedIn(tree, node);
        return [
            [
                node.path,
                { url, provider, ...(branch === undefined ? {} : { branch }), headCommitId: head, cli, uncommitted },
            ],
        ];
    });
    return Object.fromEntries(entries);
}

function storedBelow(tree: Tree, node: Node): Map<string, Buffer | undefined> {
    return new Map([...tree.all(node)].filter((one) => !isContainer(one)).map(({ path, sealed }) => [path, sealed]));
}

function isChosen(path: string, sparse: readonly string[] | undefined): boolean {
    return sparse === undefined || !path.includes("/") || sparse.some((folder) => path.startsWith(`${folder}/`));
}
