import type { Contents } from "./contents";
import type { SecretScope, SecretScopeSeed } from "./secrets";
import type { LocalWorkspace } from "./workspace";

/** What the key of a workspace encrypts beside its tree: as a test puts it there, and as a test finds it. */
export interface BeyondTree {
    /** By their names. */
    readonly secretScopes?: Readonly<Record<string, SecretScopeSeed>>;
}

/** Puts these into a workspace. What has the same name is replaced. */
export function plantBeyondTree(
    workspace: LocalWorkspace,
    contents: Contents,
    { secretScopes = {} }: BeyondTree,
): void {
    for (const [name, seed] of Object.entries(secretScopes)) plantScope(workspace, contents, name, seed);
}

/** What a workspace holds. */
export function showBeyondTree(workspace: LocalWorkspace, contents: Contents): Required<BeyondTree> {
    const scopes = workspace.secrets
        .list()
        .map((scope) => [scope.name, showScope(workspace, contents, scope)] as const);
    return { secretScopes: Object.fromEntries(scopes) };
}

function plantScope(workspace: LocalWorkspace, contents: Contents, name: string, seed: SecretScopeSeed): void {
    const { secrets, principals } = workspace;
    const old = secrets.list().find((scope) => scope.name === name);
    if (old !== undefined) secrets.delete(old);
    secrets.create(name, undefined, seed.backendType);
    const scope = secrets.require(name, undefined, "MANAGE");
    for (const [principal, permission] of Object.entries(seed.acls ?? {})) {
        if (principal.includes("@") && principals.find(principal) === undefined) principals.addUser(principal);
        secrets.grant(scope, principal, permission);
    }
    for (const [key, value] of Object.entries(seed.secrets ?? {}))
        secrets.put(contents, scope, key, Buffer.from(value));
}

function showScope({ secrets }: LocalWorkspace, contents: Contents, scope: SecretScope): SecretScopeSeed {
    const values = [...scope.secrets.keys()].map((key) => [key, String(secrets.read(contents, scope, key))] as const);
    return {
        backendType: scope.backendType,
        acls: Object.fromEntries(scope.acls),
        secrets: Object.fromEntries(values),
    };
}
