import { randomUUID } from "node:crypto";

import { ApiError, type ApiRequest, bodyOf, invalid, ok } from "../http";
import { noEndpoint, type Routes, routesOf } from "../routes";
import type { Directory } from "./directory";
import type { Principal, PrincipalKind } from "./principal";
import { changeOf, type Changes, idsIn, patchOf } from "./scim-changes";
import { filterOf } from "./scim-filter";
import { namesOf, scimKinds, shown } from "./scim-resources";

/** `/{Users, Groups, ServicePrincipals}` of a directory: the account's, or a workspace's. */
export function scimRoutes<Call extends { readonly request: ApiRequest }>(
    directoryOf: (call: Call) => Directory,
): Routes<Call> {
    const requireOne = (call: Call, collection: string, id: string) => {
        const kind = requireKind(collection, call.request);
        const found = directoryOf(call).byId(id);
        if (found?.kind === kind) return found;
        throw new ApiError(404, "RESOURCE_DOES_NOT_EXIST", `${collection} ${id} not found.`);
    };
    const answer = (call: Call, principal: Principal) => ok(shown(directoryOf(call), principal, call.request.query));
    return routesOf<Call>()({
        "GET /{collection}": (call, { collection }) => {
            const kind = requireKind(collection, call.request);
            return ok(pageOf(directoryOf(call), kind, call.request));
        },
        "POST /{collection}": (call, { collection }) => {
            const body = bodyOf(call.request);
            const directory = directoryOf(call);
            const created = create(directory, requireKind(collection, call.request), body);
            try {
                apply(directory, created, changeOf(body, "add"));
            } catch (error) {
                directory.delete(created);
                throw error;
            }
            return { ...answer(call, created), status: 201 };
        },
        "GET /{collection}/{id}": (call, { collection, id }) => answer(call, requireOne(call, collection, id)),
        "PATCH /{collection}/{id}": (call, { collection, id }) => {
            const principal = requireOne(call, collection, id);
            for (const change of patchOf(bodyOf(call.request))) apply(directoryOf(call), principal, change);
            return answer(call, principal);
        },
        "PUT /{collection}/{id}": (call, { collection, id }) => {
            const principal = requireOne(call, collection, id);
            apply(directoryOf(call), principal, changeOf(bodyOf(call.request), "replace"));
            return answer(call, principal);
        },
        "DELETE /{collection}/{id}": (call, { collection, id }) => {
            directoryOf(call).delete(requireOne(call, collection, id));
            return { status: 204, body: undefined };
        },
    });
}

function requireKind(collection: string, request: ApiRequest): PrincipalKind {
    const kind = Object.hasOwn(scimKinds, collection) ? scimKinds[collection] : undefined;
    if (kind === undefined) throw noEndpoint(request);
    return kind;
}

function create(directory: Directory, kind: PrincipalKind, body: Record<string, unknown>): Principal {
    const field = namesOf[kind];
    const asked = body[field] ?? (kind === "service_principal_name" ? randomUUID() : undefined);
    if (typeof asked !== "string" || asked === "") throw invalid(`Missing required field: ${field}`);
    return directory.create(kind, asked);
}

function apply(directory: Directory, principal: Principal, { how, fields, lists }: Changes): void {
    if (typeof fields["displayName"] === "string" && principal.kind !== "group_name")
        principal.displayName = fields["displayName"];
    if (typeof fields["active"] === "boolean") principal.active = fields["active"];
    if (typeof fields["externalId"] === "string") principal.externalId = fields["externalId"];
    const { members, entitlements, groups } = lists;
    if (members !== undefined && principal.kind === "group_name") {
        const before = new Set(directory.membersOf(principal).map(({ id }) => id));
        directory.setMembers(principal, idsIn(members, before, how));
    }
    if (entitlements !== undefined)
        directory.setEntitlements(principal, idsIn(entitlements, directory.entitlementsOf(principal), how));
    for (const id of how === "remove" ? [] : (groups ?? [])) {
        const group = directory.byId(id);
        if (group?.kind !== "group_name") throw invalid(`The group ${id} does not exist.`);
        const before = directory.membersOf(group).map((one) => one.id);
        directory.setMembers(group, new Set([...before, principal.id]));
    }
}

/** A page of a list, which begins at `startIndex` and has at most `count` members. */
function pageOf(directory: Directory, kind: PrincipalKind, { query }: ApiRequest): Record<string, unknown> {
    const isAsked = query["filter"] ? filterOf(query["filter"]) : () => true;
    const all = directory.list(kind).filter(isAsked);
    const start = Math.max(1, Number(query["startIndex"] ?? 1));
    const count = Math.min(Number(query["count"] ?? directory.page), directory.page);
    if (!(start >= 1) || !(count >= 0)) throw invalid("startIndex and count must be numbers");
    const page = all.slice(start - 1, start - 1 + count);
    return {
        schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        totalResults: all.length,
        startIndex: start,
        itemsPerPage: page.length,
        ...(page.length === 0 ? {} : { Resources: page.map((one) => shown(directory, one, query)) }),
    };
}
