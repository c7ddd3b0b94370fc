import { invalid } from "../http";
import type { Directory } from "./directory";
import { type People, taken } from "./people";
import { newPrincipal, type Principal, type PrincipalKind } from "./principal";

/** What a principal is assigned to a workspace with. */
export type WorkspacePermission = "USER" | "ADMIN";

/**
 * Who belongs to a workspace: those of the account who are assigned to it, by themselves or through a group, and groups of
 * its own. Its groups `admins` and `users` are how SCIM shows the assignments.
 */
export class Principals implements Directory {
    private readonly assigned = new Map<string, WorkspacePermission>();
    private readonly own = new Map<string, Principal>();
    private readonly entitlements = new Map<string, ReadonlySet<string>>();
    private readonly adminGroup = this.addLocalGroup("admins");
    private readonly userGroup = this.addLocalGroup("users");

    /** `onAssigned` is told of each user and service principal who is added by itself. */
    constructor(
        readonly people: People,
        private readonly onAssigned: (principal: Principal) => void = () => undefined,
    ) {
        const usual = ["workspace-access", "databricks-sql-access"];
        const all = [...usual, "allow-cluster-create", "allow-instance-pool-create"];
        this.entitlements.set(this.adminGroup.id, new Set(all)).set(this.userGroup.id, new Set(usual));
    }

    /** How many principals a page of a SCIM list has at most. */
    get page(): number {
        return this.people.page;
    }

    /** The workspace's admins, who see everything, by their names. */
    readonly admins = {
        /** Whether somebody is one, through a group too. */
        has: (name: string): boolean => {
            const found = this.find(name);
            return found !== undefined && this.permissionOf(found) === "ADMIN";
        },
        /** Makes somebody of the account one. */
        add: (name: string): void => this.assign(name, "ADMIN"),
        /** Leaves somebody a user who was made an admin. */
        delete: (name: string): void => {
            const found = this.find(name);
            if (found !== undefined && this.assigned.get(found.id) === "ADMIN") this.assigned.set(found.id, "USER");
        },
    };

    /** Adds a user to the account and to the workspace. */
    addUser(email: string): Principal {
        return this.added(this.people.addUser(email));
    }

    /** Adds a group to the account and to the workspace, and members to it by their names. */
    addGroup(name: string, members: readonly string[] = []): Principal {
        return this.added(this.people.addGroup(name, members));
    }

    /** Adds a service principal to the account and to the workspace, by its application id. */
    addServicePrincipal(applicationId: string): Principal {
        return this.added(this.people.addServicePrincipal(applicationId));
    }

    /** Makes a group that this workspace alone has, with members by their names. */
    addLocalGroup(name: string, members: readonly string[] = []): Principal {
        const group = newPrincipal("group_name", name);
        for (const member of members) group.members.add(this.named(member).id);
        this.own.set(group.id, group);
        return group;
    }

    /** Assigns somebody of the account to the workspace, by name. */
    assign(name: string, permission: WorkspacePermission): void {
        this.setPermission(this.named(name), permission);
    }

    /** Takes a principal out of the workspace. Its home and what it may do stay, as the service keeps them. */
    remove(name: string): void {
        for (const kind of ["user_name", "service_principal_name", "group_name"] as const) {
            const found = this.find(name, kind);
            if (found !== undefined) this.takeOut(found);
        }
    }

    /** The principal of the workspace with this name: of one kind, or a user or service principal. */
    find(name: string, kind?: PrincipalKind): Principal | undefined {
        if (kind === undefined) return this.find(name, "service_principal_name") ?? this.find(name, "user_name");
        const own = [...this.own.values()].find((group) => kind === "group_name" && group.name === name);
        const found = own ?? this.people.find(name, kind);
        return found === undefined || (own === undefined && this.permissionOf(found) === undefined) ? undefined : found;
    }

    /** The principal of the workspace with this id. */
    byId(id: string): Principal | undefined {
        const found = this.people.byId(id);
        if (found !== undefined && this.permissionOf(found) !== undefined) return found;
        return this.own.get(id);
    }

    /** All principals of a kind who belong to the workspace, through a group too. */
    list(kind: PrincipalKind): Principal[] {
        const own = kind === "group_name" ? [...this.own.values()] : [];
        const present = new Set<string>();
        const add = (id: string) => {
            if (present.has(id)) return;
            present.add(id);
            for (const member of this.anybody(id)?.members ?? []) add(member);
        };
        for (const id of this.assigned.keys()) add(id);
        return [...own, ...this.people.list(kind).filter(({ id }) => present.has(id))];
    }

    /** The assignments of the account's principals, in the order in which they were made. */
    assignments(): { principal: Principal; permission: WorkspacePermission }[] {
        return [...this.assigned].flatMap(([id, permission]) => {
            const principal = this.people.byId(id);
            return principal === undefined ? [] : [{ principal, permission }];
        });
    }

    /** Assigns a principal; `undefined` takes its assignment away. */
    setPermission(principal: Principal, permission: WorkspacePermission | undefined): void {
        if (permission === undefined) return void this.assigned.delete(principal.id);
        const isNew = !this.assigned.has(principal.id);
        this.assigned.set(principal.id, permission);
        if (isNew && principal.kind !== "group_name") this.onAssigned(principal);
    }

    /** How somebody belongs to the workspace: by itself or through groups, nested ones too. */
    permissionOf(principal: Principal): WorkspacePermission | undefined {
        const own = this.assigned.get(principal.id);
        if (own === "ADMIN") return own;
        const permissions = [own, ...this.groupsAbove(principal).map(({ id }) => this.assigned.get(id))];
        return permissions.includes("ADMIN") ? "ADMIN" : permissions.find((one) => one !== undefined);
    }

    /** The groups that somebody is in, directly or through groups; those of the account, and the workspace's own. */
    groupsAbove(principal: Principal): Principal[] {
        const above = new Set<Principal>();
        const climb = (from: Principal) => {
            for (const group of [...this.people.groupsOf(from), ...this.ownGroupsOf(from)]) {
                if (above.has(group)) continue;
                above.add(group);
                climb(group);
            }
        };
        climb(principal);
        return [...above];
    }

    /** Adds a principal. Throws `ApiError` if it is assigned by itself, or a group has the name. */
    create(kind: PrincipalKind, name: string): Principal {
        const known = this.find(name, kind);
        // Who belongs through a group alone can be added by itself.
        if (known !== undefined && (kind === "group_name" || this.assigned.has(known.id))) throw taken(name);
        if (kind === "group_name") return this.addLocalGroup(name);
        return kind === "user_name" ? this.addUser(name) : this.addServicePrincipal(name);
    }

    /** Takes a principal out of the workspace. Throws `ApiError` for `admins` and `users`. */
    delete(principal: Principal): void {
        if (this.isBuiltIn(principal)) throw invalid(`The group ${principal.name} cannot be deleted.`);
        this.takeOut(principal);
    }

    /** Whether a group is the workspace's own. */
    isLocal({ id }: Principal): boolean {
        return this.own.has(id);
    }

    /** The direct members of a group; of `admins` and `users`: who is assigned. */
    membersOf(group: Principal): Principal[] {
        const ids = this.isBuiltIn(group)
            ? [...this.assigned].filter(([, one]) => group === this.userGroup || one === "ADMIN").map(([id]) => id)
            : [...group.members];
        return ids.flatMap((id) => this.anybody(id) ?? []);
    }

    /** Makes these the direct members of a group. Throws `ApiError` for a group of the account. */
    setMembers(group: Principal, ids: ReadonlySet<string>): void {
        if (!this.isLocal(group)) throw invalid(`The members of ${group.name} are changed in the account.`);
        const unknown = [...ids].find((id) => this.anybody(id) === undefined);
        if (unknown !== undefined) throw invalid(`The member ${unknown} does not exist.`);
        if (!this.isBuiltIn(group)) {
            group.members.clear();
            for (const id of ids) group.members.add(id);
            return;
        }
        const [joined, left] =
            group === this.adminGroup ? (["ADMIN", "USER"] as const) : (["USER", undefined] as const);
        const before = this.membersOf(group);
        for (const member of before) if (!ids.has(member.id)) this.setPermission(member, left);
        for (const member of [...ids].flatMap((id) => this.anybody(id) ?? []))
            if (!before.includes(member)) this.setPermission(member, joined);
    }

    /** The groups of the workspace whose direct member a principal is. */
    groupsOf(principal: Principal): Principal[] {
        const shown = this.people.groupsOf(principal).filter((group) => this.permissionOf(group) !== undefined);
        return [...this.builtInOf(principal), ...shown, ...this.ownGroupsOf(principal)];
    }

    /** What a principal was given here directly. */
    entitlementsOf({ id }: Principal): ReadonlySet<string> {
        return this.entitlements.get(id) ?? new Set();
    }

    /** Gives a principal these entitlements, and no others. */
    setEntitlements({ id }: Principal, entitlements: ReadonlySet<string>): void {
        this.entitlements.set(id, entitlements);
    }

    /** `admins` and `users`, as far as somebody is in them. */
    builtInOf(principal: Principal): Principal[] {
        const permission = this.isBuiltIn(principal) ? undefined : this.permissionOf(principal);
        if (permission === undefined) return [];
        return permission === "ADMIN" ? [this.adminGroup, this.userGroup] : [this.userGroup];
    }

    private isBuiltIn(group: Principal): boolean {
        return group === this.adminGroup || group === this.userGroup;
    }

    private anybody(id: string): Principal | undefined {
        return this.people.byId(id) ?? this.own.get(id);
    }

    private ownGroupsOf({ id }: Principal): Principal[] {
        return [...this.own.values()].filter(({ members }) => members.has(id));
    }

    private added(principal: Principal): Principal {
        this.setPermission(principal, this.assigned.get(principal.id) ?? "USER");
        return principal;
    }

    private takeOut(principal: Principal): void {
        this.assigned.delete(principal.id);
        this.own.delete(principal.id);
        for (const group of this.own.values()) group.members.delete(principal.id);
    }

    private named(name: string): Principal {
        const found = this.people.find(name) ?? this.find(name, "group_name");
        if (found === undefined) throw new Error(`nobody in the account is called ${name}`);
        return found;
    }
}
