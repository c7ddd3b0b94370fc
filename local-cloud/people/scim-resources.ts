import type { Directory } from "./directory";
import type { Principal, PrincipalKind } from "./principal";

/** The kinds of principals by the names of their collections. */
export const scimKinds: Readonly<Record<string, PrincipalKind>> = {
    Users: "user_name",
    Groups: "group_name",
    ServicePrincipals: "service_principal_name",
};

const types: Readonly<Record<PrincipalKind, string>> = {
    user_name: "User",
    group_name: "Group",
    service_principal_name: "ServicePrincipal",
};

/** What SCIM calls a principal's name. */
export const namesOf: Readonly<Record<PrincipalKind, string>> = {
    user_name: "userName",
    group_name: "displayName",
    service_principal_name: "applicationId",
};

/** A principal as SCIM shows it: all of it, or the attributes that a request names. */
export function shown(
    directory: Directory,
    principal: Principal,
    query: Readonly<Record<string, string>> = {},
): Record<string, unknown> {
    const { attributes, excludedAttributes = "" } = query;
    const excluded = excludedAttributes.split(",");
    const asked = attributes === undefined ? undefined : ["schemas", "id", ...attributes.split(",")];
    // `emails.value` asks for the list of emails.
    const isShown = (name: string) =>
        !excluded.includes(name) && (asked?.some((one) => one.trim().split(".")[0] === name) ?? true);
    return Object.fromEntries(
        Object.entries(describe(principal))
            .concat(Object.entries(listsOf(directory, principal)))
            .filter(([name]) => isShown(name)),
    );
}

function describe({ kind, name, id, displayName, active, externalId }: Principal): Record<string, unknown> {
    return {
        schemas: [`urn:ietf:params:scim:schemas:core:2.0:${types[kind]}`],
        id,
        displayName,
        [namesOf[kind]]: name,
        // The SDKs know a service principal that asks for itself by its user name.
        ...(kind === "service_principal_name" ? { userName: name } : {}),
        ...(kind === "user_name" ? { emails: [{ value: name, type: "work", primary: true }] } : {}),
        ...(kind === "group_name" ? {} : { active }),
        ...(externalId === undefined ? {} : { externalId }),
    };
}

/** The lists of a principal that are not empty: the service leaves out the others. */
function listsOf(directory: Directory, principal: Principal): Record<string, unknown> {
    const reference = ({ kind, id, displayName }: Principal) => ({
        value: id,
        display: displayName,
        $ref: `${types[kind]}s/${id}`,
    });
    const lists = {
        entitlements: [...directory.entitlementsOf(principal)].map((value) => ({ value })),
        groups: directory.groupsOf(principal).map((group) => ({ ...reference(group), type: "direct" })),
        members: principal.kind === "group_name" ? directory.membersOf(principal).map(reference) : [],
    };
    const meta = { resourceType: directory.isLocal(principal) ? "WorkspaceGroup" : "Group" };
    return {
        ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
        ...(principal.kind === "group_name" ? { meta } : {}),
    };
}
