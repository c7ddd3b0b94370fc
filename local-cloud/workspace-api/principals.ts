import { randomBytes } from "node:crypto";

import type { Tree } from "./tree";

/** The three kinds of principals, named as in access control lists. */
export type PrincipalKind = "user_name" | "group_name" | "service_principal_name";

/** A principal of a workspace. */
export interface Principal {
    readonly kind: PrincipalKind;
    /** A user's email, a group's name, a service principal's application id. */
    readonly name: string;
    /** As SCIM shows it. */
    readonly id: string;
}

/** Who belongs to a workspace. Users and service principals have a home folder. */
export class Principals {
    private readonly members = new Map<string, Principal>();
    /** Names of the workspace's admins, who see everything. */
    readonly admins = new Set<string>();

    constructor(private readonly tree: Tree) {
        for (const group of ["admins", "users"]) this.add("group_name", group);
        this.tree.folder("/Shared")?.permissions.set("group_name:users", "CAN_MANAGE");
    }

    /** Adds a user and a home folder. */
    addUser(email: string): Principal {
        return this.add("user_name", email);
    }

    /** Adds a group. */
    addGroup(name: string): Principal {
        return this.add("group_name", name);
    }

    /** Adds a service principal, by its application id, and a home folder. */
    addServicePrincipal(applicationId: string): Principal {
        return this.add("service_principal_name", applicationId);
    }

    /** Removes a principal. Its home and what it may do stay, as the service keeps them. */
    remove(name: string): void {
        for (const [key, member] of this.members) if (member.name === name) this.members.delete(key);
    }

    /** The principal with this name, of any kind or of one. */
    find(name: string, kind?: PrincipalKind): Principal | undefined {
        if (kind !== undefined) return this.members.get(principalOf(kind, name));
        return this.find(name, "service_principal_name") ?? this.find(name, "user_name");
    }

    /** All principals of a kind. */
    list(kind: PrincipalKind): Principal[] {
        return [...this.members.values()].filter((member) => member.kind === kind);
    }

    /** Whether the owner of a home folder, `/Users/<name>`, belongs to the workspace. */
    ownsHome(name: string): boolean {
        return this.find(name) !== undefined;
    }

    private add(kind: PrincipalKind, given: string): Principal {
        const key = principalOf(kind, given);
        const name = key.slice(kind.length + 1);
        const known = this.members.get(key);
        if (known !== undefined) return known;
        const member: Principal = { kind, name, id: String(BigInt(`0x${randomBytes(6).toString("hex")}`)) };
        this.members.set(key, member);
        if (kind !== "group_name") this.addHome(key, name);
        return member;
    }

    private addHome(key: string, name: string): void {
        const path = `/Users/${name}`;
        if (this.tree.folder(path) !== undefined) return;
        const home = this.tree.add({ path, type: "DIRECTORY", protection: "deletion" });
        home.permissions.set(key, "CAN_MANAGE");
        this.tree.add({ path: `${path}/Trash`, type: "DIRECTORY", protection: "deletion" });
    }
}

/** A principal as access control lists are kept; the service knows users without regard to case, and shows them in lower case. */
export function principalOf(kind: PrincipalKind, name: string): string {
    return `${kind}:${kind === "user_name" ? name.toLowerCase() : name}`;
}
