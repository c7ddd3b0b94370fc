import { randomBytes } from "node:crypto";

/** The three kinds of principals, named as in access control lists. */
export type PrincipalKind = "user_name" | "group_name" | "service_principal_name";

/** A user, a group or a service principal: of the account, or a group that only one workspace has. */
export interface Principal {
    readonly kind: PrincipalKind;
    /** A user's email, a group's name, a service principal's application id. */
    readonly name: string;
    /** As SCIM and permission assignments show it; the same in each workspace. */
    readonly id: string;
    displayName: string;
    active: boolean;
    externalId: string | undefined;
    /** Ids of a group's direct members, groups among them. */
    readonly members: Set<string>;
}

/** A new principal. */
export function newPrincipal(kind: PrincipalKind, given: string): Principal {
    const name = principalOf(kind, given).slice(kind.length + 1);
    const id = String(BigInt(`0x${randomBytes(6).toString("hex")}`) + 1n);
    return { kind, name, id, displayName: name, active: true, externalId: undefined, members: new Set() };
}

/** A principal as access control lists are kept; the service knows users without regard to case, and shows them in lower case. */
export function principalOf(kind: PrincipalKind, name: string): string {
    return `${kind}:${kind === "user_name" ? name.toLowerCase() : name}`;
}
