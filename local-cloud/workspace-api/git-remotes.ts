import { createHash } from "node:crypto";

/** The text of each file of a commit, by its path. */
export type CommitFiles = Readonly<Record<string, string>>;

/** A repository that git folders are made from. */
export interface RemoteSeed {
    /** Default: gitHub. */
    readonly provider?: string;
    /** Whether a clone needs a Git credential of whoever makes it. Default: false. */
    readonly private?: boolean;
    /** What each branch's last commit has; the first one is checked out. Default: an empty `main`. */
    readonly branches?: Readonly<Record<string, CommitFiles>>;
    readonly tags?: Readonly<Record<string, CommitFiles>>;
}

/** A commit. */
export interface Commit {
    /** 40 hexadecimal digits, which follow from the repository and the files. */
    readonly id: string;
    readonly files: CommitFiles;
}

/** A repository as its clones see it. */
export interface Remote {
    readonly provider: string;
    readonly isPrivate: boolean;
    readonly defaultBranch: string;
    /** The commit of a branch or tag; `undefined` if it has none of this name. */
    commit(kind: "branch" | "tag", name: string): Commit | undefined;
}

/** The repositories outside the account. One that was not added is public, and each of its branches and tags is empty. */
export class GitRemotes {
    private readonly remotes = new Map<string, Required<RemoteSeed>>();

    /** Adds a repository, instead of the one that had this URL. */
    add(url: string, seed: RemoteSeed = {}): void {
        const { provider = "gitHub", branches = { main: {} }, tags = {} } = seed;
        this.remotes.set(keyOf(url), { provider, private: seed.private ?? false, branches, tags });
    }

    /** Adds a commit to a branch, with all files that it then has; returns its id. */
    push(url: string, branch: string, files: CommitFiles): string {
        const remote = this.remotes.get(keyOf(url));
        if (remote === undefined) throw new Error(`no remote ${url}`);
        this.remotes.set(keyOf(url), { ...remote, branches: { ...remote.branches, [branch]: files } });
        return commitOf(url, files).id;
    }

    /** The repository of a URL, with or without `.git` at its end. */
    find(url: string): Remote {
        const known = this.remotes.get(keyOf(url));
        if (known === undefined)
            return {
                ...{ provider: "gitHub", isPrivate: false, defaultBranch: "main" },
                commit: () => commitOf(url, {}),
            };
        return {
            provider: known.provider,
            isPrivate: known.private,
            defaultBranch: Object.keys(known.branches)[0] ?? "main",
            commit: (kind, name) => {
                const files = (kind === "branch" ? known.branches : known.tags)[name];
                return files === undefined ? undefined : commitOf(url, files);
            },
        };
    }
}

function commitOf(url: string, files: CommitFiles): Commit {
    const text = JSON.stringify([keyOf(url), Object.entries(files).sort(([one], [other]) => (one < other ? -1 : 1))]);
    return { id: createHash("sha1").update(text).digest("hex"), files };
}

function keyOf(url: string): string {
    return url.replace(/\/+$/, "").replace(/\.git$/, "");
}
