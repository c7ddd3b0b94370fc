import { randomUUID } from "node:crypto";

import { ApiError, invalid } from "../http";
import type { Directory } from "./directory";
import { newPrincipal, type Principal, type PrincipalKind, principalOf } from "./principal";

/** Users, service principals and groups that a test puts into an account. */
export interface PeopleSeed {
    /** Emails. */
    readonly users?: readonly string[];
    /** Application ids. */
    readonly servicePrincipals?: readonly string[];
    /** Members by the group's name: emails, application ids, names of other groups. Who is not there yet, is added. */
    readonly groups?: Readonly<Record<string, readonly string[]>>;
}

/** Seeds for this many people: groups share them out, every second group is in the one before it. */
export function manyPeople(count: { users: number; groups?: number; servicePrincipals?: number }): PeopleSeed {
    const { users, groups = 0, servicePrincipals = 0 } = count;
    const named = (length: number, name: (index: number) => string) => Array.from({ length }, (_, at) => name(at));
    const emails = named(users, (at) => `person-${at}@example.com`);
    const names = named(groups, (at) => `group-${at}`);
    return {
        users: emails,
        servicePrincipals: named(servicePrincipals, (at) => `00000000-0000-4000-8000-${String(at).padStart(12, "0")}`),
        groups: Object.fromEntries(
            names.map((name, at) => {
                const inside = names.slice(at + 1, at % 2 === 0 ? at + 2 : at + 1);
                return [name, [...emails.filter((_, index) => index % groups === at), ...inside]];
            }),
        ),
    };
}

/** The people of an account: users, service principals, and groups of them and of groups. */
export class People implements Directory {
    /** How many principals a page of a SCIM list has at most, in the account and in its workspaces. */
    page = 10_000;
    private readonly byKey = new Map<string, Principal>();
    private readonly byIds = new Map<string, Principal>();

    /** Adds a user, if the account does not have it. */
    addUser(email: string): Principal {
        return this.add("user_name", email);
    }

    /** Adds a service principal, if the account does not have it. */
    addServicePrincipal(applicationId: string = randomUUID()): Principal {
        return this.add("service_principal_name", applicationId);
    }

    /** Adds a group, if the account does not have it, and members to it by their names. */
    addGroup(name: string, members: readonly string[] = []): Principal {
        const group = this.add("group_name", name);
        for (const member of members) group.members.add((this.find(member) ?? this.guess(member)).id);
        return group;
    }

    /** Adds all of these. */
    seed({ users = [], servicePrincipals = [], groups = {} }: PeopleSeed): void {
        for (const email of users) this.addUser(email);
        for (const applicationId of servicePrincipals) this.addServicePrincipal(applicationId);
        for (const name of Object.keys(groups)) this.addGroup(name);
        for (const [name, members] of Object.entries(groups)) this.addGroup(name, members);
    }

    /** Takes somebody out of the account, and so out of every workspace and group. */
    remove(name: string): void {
        const found = this.find(name);
        if (found !== undefined) this.delete(found);
    }

    /** The principal with this name, of any kind or of one. */
    find(name: string, kind?: PrincipalKind): Principal | undefined {
        if (kind !== undefined) return this.byKey.get(principalOf(kind, name));
        return (
            this.find(name, "service_principal_name") ?? this.find(name, "user_name") ?? this.find(name, "group_name")
        );
    }

    /** The principal with this id. */
    byId(id: string): Principal | undefined {
        return this.byIds.get(id);
    }

    /** All principals of a kind. */
    list(kind: PrincipalKind): Principal[] {
        return [...this.byIds.values()].filter((one) => one.kind === kind);
    }

    /** Adds a principal. Throws `ApiError` if the account has it. */
    create(kind: PrincipalKind, name: string): Principal {
        if (this.find(name, kind) !== undefined) throw taken(name);
        return this.add(kind, name);
    }

    /** Takes a principal out of the account. */
    delete(principal: Principal): void {
        this.byIds.delete(principal.id);
        this.byKey.delete(principalOf(principal.kind, principal.name));
        for (const group of this.groupsOf(principal)) group.members.delete(principal.id);
    }

    /** No group of the account is a workspace's own. */
    isLocal(): boolean {
        return false;
    }

    /** The direct members of a group. */
    membersOf(group: Principal): Principal[] {
        return [...group.members].flatMap((id) => this.byId(id) ?? []);
    }

    /** Makes these the direct members of a group. Throws `ApiError` if one is not of the account. */
    setMembers(group: Principal, ids: ReadonlySet<string>): void {
        const unknown = [...ids].find((id) => this.byId(id) === undefined);
        if (unknown !== undefined) throw invalid(`The member ${unknown} does not exist in the account.`);
        group.members.clear();
        for (const id of ids) group.members.add(id);
    }

    /** The groups whose direct member a principal is. */
    groupsOf({ id }: Principal): Principal[] {
        return this.list("group_name").filter(({ members }) => members.has(id));
    }

    /** None: entitlements are given in a workspace. */
    entitlementsOf(): ReadonlySet<string> {
        return new Set();
    }

    /** Entitlements are given in a workspace; the account takes no notice of them. */
    setEntitlements(): void {
        return undefined;
    }

    private add(kind: PrincipalKind, name: string): Principal {
        const known = this.find(name, kind);
        if (known !== undefined) return known;
        const principal = newPrincipal(kind, name);
        this.byKey.set(principalOf(kind, name), principal);
        this.byIds.set(principal.id, principal);
        return principal;
    }

    /** Somebody of whom only the name is known. */
    private guess(name: string): Principal {
        return name.includes("@") ? this.addUser(name) : this.addServicePrincipal(name);
    }
}

/** The refusal of a name that is there already. */
export function taken(name: string): ApiError {
    return new ApiError(409, "RESOURCE_ALREADY_EXISTS", `${name} already exists.`);
}
