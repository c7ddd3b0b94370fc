import { randomInt } from "node:crypto";

import { ApiError, bodyOf, invalid, ok } from "../http";
import { type WorkspaceCall, workspaceRoutes } from "./call";
import type { Contents } from "./contents";

/** What a Git credential is made from, with the names of the API. */
export interface GitCredentialFields {
    readonly git_provider: string;
    readonly git_username?: string;
    readonly git_email?: string;
    readonly name?: string;
    readonly is_default_for_provider?: boolean;
}

/** A credential. Its token is kept encrypted, and given by no API. */
export interface GitCredential {
    readonly id: number;
    /** Whose it is, as access control lists name it. */
    readonly owner: string | undefined;
    fields: GitCredentialFields;
    sealed: Buffer;
}

/** The Git credentials of a workspace: each is one person's own. */
export class GitCredentials {
    private readonly credentials = new Map<number, GitCredential>();

    /** Everybody's. */
    all(): GitCredential[] {
        return [...this.credentials.values()];
    }

    /** Those of one person. */
    of(owner: string | undefined): GitCredential[] {
        return this.all().filter((one) => one.owner === owner);
    }

    /** Somebody's credential with an id. Throws `ApiError`. */
    require(owner: string | undefined, id: string): GitCredential {
        const found = this.of(owner).find((one) => String(one.id) === id);
        if (found === undefined)
            throw new ApiError(404, "RESOURCE_DOES_NOT_EXIST", `Git credential ${id} does not exist.`);
        return found;
    }

    /** Gives somebody a credential. */
    add(contents: Contents, owner: string | undefined, fields: GitCredentialFields, token = ""): GitCredential {
        const id = randomInt(1_000_000_000, 2 ** 47);
        const credential = { id, owner, fields, sealed: contents.seal(`git/${id}`, Buffer.from(token)) };
        this.credentials.set(id, credential);
        return credential;
    }

    /** Takes a credential away. */
    remove({ id }: GitCredential): void {
        this.credentials.delete(id);
    }

    /** Whether somebody has one for a provider. */
    has(owner: string | undefined, provider: string): boolean {
        return this.of(owner).some(({ fields }) => fields.git_provider.toLowerCase() === provider.toLowerCase());
    }
}

/** `/api/2.0/git-credentials`: the caller's own. */
export const gitCredentialRoutes = workspaceRoutes({
    "GET /api/2.0/git-credentials": ({ workspace, principal }) => {
        const credentials = workspace.gitCredentials.of(principal).map(describe);
        return ok(credentials.length === 0 ? {} : { credentials });
    },
    "POST /api/2.0/git-credentials": ({ workspace, contents, request, principal }) => {
        const body = bodyOf(request);
        const provider = body["git_provider"];
        if (typeof provider !== "string") throw invalid("Missing required field: git_provider");
        const fields = { ...fieldsIn(body), git_provider: provider };
        return ok(describe(workspace.gitCredentials.add(contents, principal, fields, tokenIn(body))));
    },
    "GET /api/2.0/git-credentials/{id}": (call, { id }) => ok(describe(own(call, id))),
    "PATCH /api/2.0/git-credentials/{id}": (call, { id }) => {
        const body = bodyOf(call.request);
        const credential = own(call, id);
        credential.fields = { ...credential.fields, ...fieldsIn(body) };
        const token = tokenIn(body);
        if (token !== undefined) credential.sealed = call.contents.seal(`git/${id}`, Buffer.from(token));
        return ok({});
    },
    "DELETE /api/2.0/git-credentials/{id}": (call, { id }) => {
        call.workspace.gitCredentials.remove(own(call, id));
        return ok({});
    },
});

function own({ workspace, principal }: WorkspaceCall, id: string): GitCredential {
    return workspace.gitCredentials.require(principal, id);
}

function tokenIn({ personal_access_token: token }: Readonly<Record<string, unknown>>): string | undefined {
    return typeof token === "string" ? token : undefined;
}

function fieldsIn(body: Readonly<Record<string, unknown>>): Partial<GitCredentialFields> {
    const names = ["git_provider", "git_username", "git_email", "name", "is_default_for_provider"];
    return Object.fromEntries(Object.entries(body).filter(([name]) => names.includes(name)));
}

function describe({ id, fields }: GitCredential): Record<string, unknown> {
    return { credential_id: id, ...fields };
}
