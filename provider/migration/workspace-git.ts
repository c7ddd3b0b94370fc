import { z } from "zod";

import { orMissing } from "../api/errors";
import type { WorkspaceObject } from "./content";
import { filledText as text } from "./responses";
import type { WorkspaceRequests } from "./workspace-requests";

const REPOS = "/api/2.0/repos";

const id = z.coerce.string();

const folderSchema = z.object({
    id,
    url: text,
    provider: text,
    branch: text,
    head_commit_id: text,
    sparse_checkout: z.object({ patterns: z.array(z.string()).nullish() }).nullish(),
});
const statusSchema = z.object({ git_info: z.object({ id }).nullish() });

/** A git folder, as the service shows it. */
export interface GitFolder {
    readonly id: string;
    readonly url: string | undefined;
    readonly provider: string | undefined;
    /** `undefined`: a tag or a commit is checked out. */
    readonly branch: string | undefined;
    readonly head: string | undefined;
    /** Folders of the repository that alone are checked out; `undefined`: all. */
    readonly sparse: readonly string[] | undefined;
}

/** The git folders of one workspace. */
export class WorkspaceGit {
    constructor(private readonly requests: WorkspaceRequests) {}

    /** The git folder that an object of the tree is; `undefined`: it is none. */
    async folder({ type, id: objectId, path }: WorkspaceObject): Promise<GitFolder | undefined> {
        const found = type === "REPO" ? objectId : await this.idAt(path);
        return found === undefined ? undefined : orMissing(() => this.requests.read(`${REPOS}/${found}`, toFolder));
    }

    /** Makes one with the remote's default branch; not repeated if its effect is not known. */
    async create(path: string, { url, provider, sparse }: GitFolder): Promise<void> {
        const sparse_checkout = sparse === undefined ? {} : { sparse_checkout: { patterns: sparse } };
        await this.requests.create(REPOS, { url, provider, path, ...sparse_checkout });
    }

    /** Checks out the last commit of a branch; refused if that would lose uncommitted work. */
    async checkOut(folder: GitFolder, branch: string): Promise<void> {
        await this.requests.write("PATCH", `${REPOS}/${folder.id}`, { branch });
    }

    /** Of one with Git CLI access, the tree says nothing else. */
    private async idAt(path: string): Promise<string | undefined> {
        const query = new URLSearchParams({ path, return_git_info: "true" });
        const url = `/api/2.0/workspace/get-status?${query.toString()}`;
        return orMissing(() => this.requests.read(url, (body) => statusSchema.parse(body).git_info?.id));
    }
}

function toFolder(body: unknown): GitFolder {
    const { head_commit_id: head, sparse_checkout: sparse, ...folder } = folderSchema.parse(body);
    return { ...folder, head, sparse: sparse?.patterns ?? undefined };
}
