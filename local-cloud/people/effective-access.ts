import type { Principals, WorkspacePermission } from "./principals";

/** What somebody can do in a workspace, whatever gives it. */
export interface Access {
    readonly permission: WorkspacePermission;
    /** The person's own and those of all groups that the person is in. */
    readonly entitlements: readonly string[];
    /** Names of the workspace's groups that the person is in, through groups too: what access control lists give them counts. */
    readonly groups: readonly string[];
}

/**
 * Who can do what in a workspace: each user and service principal who belongs to it, directly or through groups, by a name
 * such as `user_name:ada@example.com`. Two workspaces are compared by it.
 */
export function effectiveAccess({ principals }: { readonly principals: Principals }): Record<string, Access> {
    const everybody = [...principals.list("user_name"), ...principals.list("service_principal_name")];
    return Object.fromEntries(
        everybody
            .map((principal) => ({ principal, permission: principals.permissionOf(principal) }))
            .flatMap(({ principal, permission }) => {
                if (permission === undefined) return [];
                const known = principals.groupsAbove(principal).filter(({ id }) => principals.byId(id) !== undefined);
                const groups = [...known, ...principals.builtInOf(principal)];
                const entitlements = [principal, ...groups].flatMap((one) => [...principals.entitlementsOf(one)]);
                const access: Access = {
                    permission,
                    entitlements: sorted(entitlements),
                    groups: sorted(groups.map(({ name }) => name)),
                };
                return [[`${principal.kind}:${principal.name}`, access] as const];
            })
            .sort(([one], [other]) => (one < other ? -1 : 1)),
    );
}

function sorted(words: readonly string[]): string[] {
    return [...new Set(words)].sort();
}
