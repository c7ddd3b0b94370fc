import { z } from "zod";

import { ApiError, UnexpectedResponseError } from "../api/errors";
import type { Grant, Principal } from "./content";
import { type KnownPrincipal, scimLists, type WorkspacePrincipal } from "./people";
import type { WorkspaceRequests } from "./workspace-requests";

/** How many members of a list are asked for at once. */
const PAGE = 100;

/** How many pages of a list are read at most. */
const PAGES = 1000;

const SCIM = "/api/2.0/preview/scim/v2";
const PATCH_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

const kinds = ["user_name", "group_name", "service_principal_name"] as const;

const schemas: Readonly<Record<Grant["kind"], string>> = {
    user_name: "urn:ietf:params:scim:schemas:core:2.0:User",
    group_name: "urn:ietf:params:scim:schemas:core:2.0:Group",
    service_principal_name: "urn:ietf:params:scim:schemas:core:2.0:ServicePrincipal",
};

const values = z
    .array(z.object({ value: z.coerce.string() }))
    .nullish()
    .transform((list) => (list ?? []).map(({ value }) => value));

const resourceSchema = z.looseObject({
    id: z.coerce.string(),
    displayName: z.string().nullish(),
    active: z.boolean().nullish(),
    entitlements: values,
    members: values,
    meta: z.object({ resourceType: z.string().nullish() }).nullish(),
});

const listSchema = z.object({
    totalResults: z.coerce.number().optional(),
    Resources: z.array(resourceSchema).nullish(),
});

/** What the kinds besides the tree need of a workspace's SCIM. */
export type WorkspaceScim = Pick<ScimClient, "list" | "groups" | "add" | "extend">;

/** SCIM of one workspace. */
export class ScimClient {
    constructor(private readonly requests: WorkspaceRequests) {}

    /** All users, groups and service principals. */
    async list(): Promise<readonly WorkspacePrincipal[]> {
        return (await Promise.all(kinds.map((kind) => this.listOf(kind)))).flat();
    }

    /** All groups, without their members. */
    groups(): Promise<readonly WorkspacePrincipal[]> {
        return this.listOf("group_name", { attributes: "id,displayName,meta" });
    }

    /** Their names alone. Rejects if a list is refused, odd or ends early: nobody is missing by mistake. */
    async names(): Promise<readonly Principal[]> {
        const lists = kinds.map((kind) => this.listOf(kind, { attributes: `id,${scimLists[kind].field}` }));
        return (await Promise.all(lists)).flat();
    }

    /** Adds a principal; no error if it exists. */
    async add({
        kind,
        name,
        displayName,
        entitlements,
    }: Pick<WorkspacePrincipal, "kind" | "name" | "displayName" | "entitlements">): Promise<void> {
        const { collection, field } = scimLists[kind];
        const body = {
            schemas: [schemas[kind]],
            ...(displayName === undefined ? {} : { displayName }),
            [field]: name,
            ...(entitlements.length === 0 ? {} : { entitlements: entitlements.map((value) => ({ value })) }),
        };
        try {
            await this.requests.write("POST", `${SCIM}/${collection}`, body);
        } catch (error) {
            if (!(error instanceof ApiError) || error.status !== 409) throw error;
        }
    }

    /** Gives entitlements to a principal, and members to a group, beside those that it has. */
    async extend(
        { kind, id }: KnownPrincipal,
        more: Partial<Pick<WorkspacePrincipal, "entitlements" | "members">>,
    ): Promise<void> {
        const Operations = Object.entries(more)
            .filter(([, list]) => list.length > 0)
            .map(([path, list]) => ({ op: "add", path, value: list.map((value) => ({ value })) }));
        const path = `${SCIM}/${scimLists[kind].collection}/${id}`;
        await this.requests.write("PATCH", path, { schemas: [PATCH_SCHEMA], Operations });
    }

    private completed(kind: Principal["kind"], listed: readonly WorkspacePrincipal[]) {
        const path = `${SCIM}/${scimLists[kind].collection}`;
        return this.requests.shown.completed(
            scimLists[kind].collection,
            listed,
            ({ id }) => id,
            (id) => this.requests.read(`${path}/${id}`, (body) => toPrincipal(kind, resourceSchema.parse(body))),
        );
    }

    /** A page that is empty or repeats another before the end is no end. Every workspace has groups of its own. */
    private async listOf(
        kind: Principal["kind"],
        more: Record<string, string> = {},
    ): Promise<readonly WorkspacePrincipal[]> {
        const path = `${SCIM}/${scimLists[kind].collection}`;
        const found = new Map<string, WorkspacePrincipal>();
        for (let page = 0; page < PAGES; page++) {
            const begun = found.size;
            const query = new URLSearchParams({ ...more, startIndex: String(begun + 1), count: String(PAGE) });
            const { total, members } = await this.requests.read(`${path}?${query.toString()}`, (body) => {
                const { totalResults, Resources } = listSchema.parse(body);
                if (totalResults === undefined && Resources == null) throw new SyntaxError("no list");
                return { total: totalResults, members: (Resources ?? []).map((one) => toPrincipal(kind, one)) };
            });
            for (const member of members) found.set(member.id, member);
            const isEnd = found.size >= (total ?? Infinity) || (total === undefined && found.size === begun);
            if (isEnd && (found.size > 0 || kind !== "group_name")) return this.completed(kind, [...found.values()]);
            if (found.size === begun) break;
        }
        throw UnexpectedResponseError.ofWorkspace(`the list of GET ${path} stops before its end`);
    }
}

function toPrincipal(kind: Principal["kind"], resource: z.infer<typeof resourceSchema>): WorkspacePrincipal {
    const { id, displayName, active, entitlements, members, meta, [scimLists[kind].field]: name } = resource;
    if (typeof name !== "string") throw new SyntaxError("a principal without a name");
    const shown = kind === "group_name" ? undefined : (displayName ?? undefined);
    const isLocal = meta?.resourceType === "WorkspaceGroup";
    return { kind, name, id, displayName: shown, entitlements, members, isActive: active !== false, isLocal };
}
