import { printable } from "../util/printable";
import type { Principal } from "./content";

/** How many principals are named in a line. */
const NAMED = 20;

/** Who belongs to a workspace, as its lists name them. */
export class Principals {
    private readonly keys: ReadonlySet<string>;

    constructor(private readonly members: readonly Principal[]) {
        this.keys = new Set(members.map(principalKey));
    }

    /** Whether this principal belongs to it. */
    has(principal: Principal): boolean {
        return this.keys.has(principalKey(principal));
    }

    /** All but the groups that every workspace has, and whoever is called this. */
    except(caller: string | undefined): readonly Principal[] {
        return this.members.filter((one) => !isOwnGroup(one) && !isCaller(one, caller));
    }
}

/** The groups that every workspace has. */
export const [ADMINS, USERS] = ["admins", "users"] as const;

/** Whether a principal is one of the groups that every workspace has. */
export function isOwnGroup({ kind, name }: Principal): boolean {
    return kind === "group_name" && (name === ADMINS || name === USERS);
}

/** `the group data`. */
export function describePrincipal({ kind, name }: Principal): string {
    const nouns = { user_name: "the user", group_name: "the group", service_principal_name: "the service principal" };
    return `${nouns[kind]} ${name}`;
}

/** Whether a principal is the one that the requests come from: it belongs to each workspace that it works in. */
export function isCaller({ name }: Principal, caller: string | undefined): boolean {
    return name.toLowerCase() === caller?.toLowerCase();
}

/** Several principals in a line, each once. */
export function namePrincipals(principals: readonly string[]): string {
    const all = [...new Set(principals)].sort();
    const more = all.length > NAMED ? ` and ${all.length - NAMED} more` : "";
    return `${all.slice(0, NAMED).map(printable).join(", ")}${more}`;
}

/** The service tells users and service principals apart without regard to case, and shows newer ones in lower case. */
export function principalKey({ kind, name }: Principal): string {
    return `${kind}:${kind === "group_name" ? name : name.toLowerCase()}`;
}
