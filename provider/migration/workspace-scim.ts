import { z } from "zod";

import { ApiError, UnexpectedResponseError } from "../api/errors";
import { parseJson } from "../api/json";
import type { Grant, Principal } from "./content";
import { type KnownPrincipal, scimLists, type WorkspacePrincipal, type WorkspaceScim } from "./people";
import type { Transport } from "./workspace-client";

/** How many members of a list are asked for at once. */
const PAGE = 100;

/** How many pages of a list are read at most. */
const PAGES = 1000;

const SCIM = "/api/2.0/preview/scim/v2";
const PATCH_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

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
});

const listSchema = z.object({
    totalResults: z.coerce.number().optional(),
    Resources: z.array(resourceSchema).nullish(),
});

/** SCIM of one workspace. */
export class ScimClient implements WorkspaceScim {
    constructor(private readonly transport: Transport) {}

    async list(): Promise<readonly WorkspacePrincipal[]> {
        const kinds = ["user_name", "group_name", "service_principal_name"] as const;
        return (await Promise.all(kinds.map((kind) => this.listOf(kind)))).flat();
    }

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
            await this.write("POST", `${SCIM}/${collection}`, body);
        } catch (error) {
            if (!(error instanceof ApiError) || error.status !== 409) throw error;
        }
    }

    async extend(
        { kind, id }: KnownPrincipal,
        more: Partial<Pick<WorkspacePrincipal, "entitlements" | "members">>,
    ): Promise<void> {
        const Operations = Object.entries(more)
            .filter(([, list]) => list.length > 0)
            .map(([path, list]) => ({ op: "add", path, value: list.map((value) => ({ value })) }));
        const path = `${SCIM}/${scimLists[kind].collection}/${id}`;
        await this.write("PATCH", path, { schemas: [PATCH_SCHEMA], Operations });
    }

    /** A page that is empty or repeats another before the end is no end. */
    private async listOf(kind: Principal["kind"]): Promise<WorkspacePrincipal[]> {
        const { collection, field } = scimLists[kind];
        const path = `${SCIM}/${collection}`;
        const found = new Map<string, WorkspacePrincipal>();
        for (let page = 0; page < PAGES; page++) {
            const begun = found.size;
            const query = new URLSearchParams({ startIndex: String(begun + 1), count: String(PAGE) });
            const text = await this.transport({ method: "GET", path: `${path}?${query.toString()}`, repeatable: true });
            const { totalResults, Resources } = parsed(text, path);
            for (const one of Resources ?? []) {
                const name = one[field];
                if (typeof name !== "string") throw odd(path);
                const { id, displayName, active, entitlements, members } = one;
                const shown = kind === "group_name" ? undefined : (displayName ?? undefined);
                found.set(id, {
                    kind,
                    name,
                    id,
                    displayName: shown,
                    entitlements,
                    members,
                    isActive: active !== false,
                });
            }
            if (found.size >= (totalResults ?? Infinity) || (totalResults === undefined && found.size === begun))
                return [...found.values()];
            if (found.size === begun) break;
        }
        throw UnexpectedResponseError.ofWorkspace(`the list of GET ${path} stops before its end`);
    }

    private async write(method: "POST" | "PATCH", path: string, body: unknown): Promise<void> {
        const contentType = "application/json";
        await this.transport({ method, path, body: JSON.stringify(body), contentType, repeatable: true });
    }
}

function parsed(text: string | undefined, path: string): z.infer<typeof listSchema> {
    try {
        return listSchema.parse(parseJson(text ?? ""));
    } catch {
        throw odd(path);
    }
}

function odd(path: string): UnexpectedResponseError {
    return UnexpectedResponseError.ofWorkspace(`the body of GET ${path}`);
}
