import type { MigrationContext } from "../pass";
import type { AccountContent, Assignment, KnownPrincipal } from "../people";
import { describePrincipal } from "../principals";
import type { CountName } from "../report";
import type { Description, ListedKind } from "./listed";

/** As what a principal counts. */
export const peopleCountNames: Readonly<Record<KnownPrincipal["kind"], CountName>> = {
    user_name: "users",
    group_name: "groups",
    service_principal_name: "servicePrincipals",
};

/** What a finding about a principal says of it. */
export function describePerson(principal: Pick<KnownPrincipal, "kind" | "name">, difference: string): Description {
    return {
        subject: { path: describePrincipal(principal), typeName: principal.kind.replace("_name", "").toUpperCase() },
        countName: peopleCountNames[principal.kind],
        principal: describePrincipal(principal),
        difference,
    };
}

/** Who is assigned to the old workspace, and to the new one. Nobody is taken out of the new one, and nobody loses a permission there. */
export function assignmentsKind(
    { to }: MigrationContext,
    account: AccountContent,
    list: {
        readonly source: () => Promise<readonly Assignment[]>;
        readonly target: () => Promise<readonly Assignment[]>;
    },
): ListedKind<Assignment> {
    return {
        finding: "people",
        listSource: list.source,
        listTarget: list.target,
        keyOf: ({ principal }) => principal.id,
        isEqual: ({ permissions, error }, target) => error === undefined && missing(permissions, target).length === 0,
        copy: ({ principal, permissions }, target) =>
            account.assign(to.workspaceId ?? "", principal.id, [
                ...(target?.permissions ?? []),
                ...missing(permissions, target),
            ]),
        obstacle: ({ error }) =>
            error === undefined ? undefined : `the account does not say what it may do in the old workspace: ${error}.`,
        describe: ({ principal, permissions }) =>
            describePerson(
                principal,
                `it is not ${permissions.join(" and ")} in the new workspace as in the old one: assign it, or accept "people".`,
            ),
    };
}

/** What somebody may do in the old workspace and not in the new one: an admin is a user. */
function missing(permissions: readonly string[], target: Assignment | undefined): string[] {
    const present = target?.permissions ?? [];
    return permissions.filter((one) => !present.includes(one) && !(one === "USER" && present.includes("ADMIN")));
}
