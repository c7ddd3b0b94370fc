import type { Grant, Principal } from "./content";

/** A principal as the account or a workspace has it. */
export interface KnownPrincipal extends Principal {
    /** 64-bit, in digits; the account's and a workspace's are not the same. */
    readonly id: string;
}

/** What a principal may do in a workspace, by the account: `USER`, `ADMIN`. */
export interface Assignment {
    readonly principal: KnownPrincipal;
    readonly permissions: readonly string[];
    /** Why the service cannot say more, in its words. */
    readonly error?: string | undefined;
}

/** The metastore of a workspace. */
export interface MetastoreAssignment {
    readonly metastoreId: string;
    readonly defaultCatalog?: string | undefined;
}

/** What the kinds besides the tree need of the account. Reads are repeated by whoever implements it. */
export interface AccountContent {
    /** Who is assigned to a workspace, all pages; `undefined`: the service does not have assignments for it. */
    assignments(workspaceId: string): Promise<readonly Assignment[] | undefined>;
    /** Sets the permissions of one principal; none takes it out of the workspace. */
    assign(workspaceId: string, principalId: string, permissions: readonly string[]): Promise<void>;
    /** The metastore of a workspace; `undefined` if it has none. */
    metastore(workspaceId: string): Promise<MetastoreAssignment | undefined>;
    /** Gives a workspace a metastore. */
    setMetastore(workspaceId: string, metastore: MetastoreAssignment, hasOther: boolean): Promise<void>;
    /** The account's user or service principal of this name; `undefined` if there is none. */
    find(principal: Principal): Promise<KnownPrincipal | undefined>;
    /** The direct members of a group of the account. */
    membersOf(groupId: string): Promise<readonly GroupMember[]>;
}

/** A member of a group of the account. */
export interface GroupMember {
    readonly id: string;
    readonly isGroup: boolean;
}

/** A principal of a workspace, as its SCIM shows it. */
export interface WorkspacePrincipal extends KnownPrincipal {
    readonly displayName: string | undefined;
    /** Its own entitlements, such as `workspace-access`. */
    readonly entitlements: readonly string[];
    /** Ids of the members of a group. */
    readonly members: readonly string[];
    readonly isActive: boolean;
    /** Whether it is a group that this workspace alone has. */
    readonly isLocal: boolean;
}

/** The name of each kind of principal in a URL of SCIM, and of its own name there. */
export const scimLists: Readonly<Record<Grant["kind"], { readonly collection: string; readonly field: string }>> = {
    user_name: { collection: "Users", field: "userName" },
    group_name: { collection: "Groups", field: "displayName" },
    service_principal_name: { collection: "ServicePrincipals", field: "applicationId" },
};
