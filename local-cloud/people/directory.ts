import type { Principal, PrincipalKind } from "./principal";

/** Where principals are listed, found, added and changed: the account, or one workspace. */
export interface Directory {
    /** How many principals a page of a list has at most. */
    readonly page: number;
    list(kind: PrincipalKind): Principal[];
    byId(id: string): Principal | undefined;
    /** Adds a principal. Throws `ApiError` if it is there already. */
    create(kind: PrincipalKind, name: string): Principal;
    /** Takes a principal away. Throws `ApiError` if that cannot be. */
    delete(principal: Principal): void;
    /** Whether a group belongs to this workspace alone. */
    isLocal(group: Principal): boolean;
    /** The direct members of a group. */
    membersOf(group: Principal): Principal[];
    /** Makes these the direct members of a group. Throws `ApiError`. */
    setMembers(group: Principal, ids: ReadonlySet<string>): void;
    /** The groups whose direct member a principal is. */
    groupsOf(principal: Principal): Principal[];
    /** What a principal was given here directly, such as `workspace-access`. */
    entitlementsOf(principal: Principal): ReadonlySet<string>;
    setEntitlements(principal: Principal, entitlements: ReadonlySet<string>): void;
}
