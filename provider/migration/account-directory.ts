import { z } from "zod";

import type { AccountClient } from "../api/account-client";
import { ApiError, UnexpectedResponseError } from "../api/errors";
import { isRecord } from "../util/property-path";
import type { Principal } from "./content";
import { nextPage, readPages } from "./paging";
import {
    type AccountContent,
    type Assignment,
    type GroupMember,
    type KnownPrincipal,
    type MetastoreAssignment,
    scimLists,
} from "./people";

/** How many assignments are asked for at once. */
const PAGE = 100;

const id = z.union([z.string(), z.number()]).transform(String);
const maybe = z.string().nullish();

const assignmentsSchema = z.object({
    permission_assignments: z
        .array(
            z.object({
                principal: z.object({
                    principal_id: id,
                    user_name: maybe,
                    group_name: maybe,
                    service_principal_name: maybe,
                    display_name: maybe,
                }),
                permissions: z.array(z.string()).nullish(),
                error: maybe,
            }),
        )
        .nullish(),
});

const metastoreSchema = z.object({
    metastore_assignment: z.object({ metastore_id: z.string(), default_catalog_name: maybe }),
});

const foundSchema = z.object({ Resources: z.array(z.looseObject({ id })).nullish() });

const groupSchema = z.object({
    members: z.array(z.object({ value: id, $ref: maybe, type: maybe })).nullish(),
});

/** People and metastores of one account, by its API. */
export class AccountDirectory implements AccountContent {
    constructor(
        private readonly client: AccountClient,
        private readonly accountId = client.accountId,
    ) {}

    async assignments(workspaceId: string): Promise<readonly Assignment[] | undefined> {
        const path = `/workspaces/${workspaceId}/permissionassignments?max_results=${PAGE}`;
        try {
            return await readPages(path, "page_token", async (page) => {
                const body = await this.client.get(page, this.accountId);
                const { permission_assignments: members } = parsed(assignmentsSchema, body, path);
                return { members: (members ?? []).map(toAssignment), next: nextPage(isRecord(body) ? body : {}) };
            });
        } catch (error) {
            if (isUnavailable(error)) return undefined;
            throw error;
        }
    }

    async assign(workspaceId: string, principalId: string, permissions: readonly string[]): Promise<void> {
        const path = `/workspaces/${workspaceId}/permissionassignments/principals/${principalId}`;
        await this.client.put(path, { permissions }, this.accountId);
    }

    async metastore(workspaceId: string): Promise<MetastoreAssignment | undefined> {
        const path = `/workspaces/${workspaceId}/metastore`;
        try {
            const { metastore_assignment: found } = parsed(
                metastoreSchema,
                await this.client.get(path, this.accountId),
                path,
            );
            return { metastoreId: found.metastore_id, defaultCatalog: found.default_catalog_name ?? undefined };
        } catch (error) {
            if (error instanceof ApiError && error.status === 404) return undefined;
            throw error;
        }
    }

    async setMetastore(workspaceId: string, metastore: MetastoreAssignment, hasOther: boolean): Promise<void> {
        const { metastoreId, defaultCatalog } = metastore;
        const number = Number(workspaceId);
        const body = {
            metastore_assignment: {
                workspace_id: Number.isSafeInteger(number) ? number : workspaceId,
                metastore_id: metastoreId,
                ...(defaultCatalog === undefined ? {} : { default_catalog_name: defaultCatalog }),
            },
        };
        const path = `/workspaces/${workspaceId}/metastores/${metastoreId}`;
        await (hasOther ? this.client.put(path, body, this.accountId) : this.client.post(path, body, this.accountId));
    }

    async find({ kind, name }: Principal): Promise<KnownPrincipal | undefined> {
        const { collection, field } = scimLists[kind];
        const filter = `${field} eq ${JSON.stringify(name)}`;
        const path = `/scim/v2/${collection}`;
        const body = await this.client.get(`${path}?${new URLSearchParams({ filter }).toString()}`, this.accountId);
        // A service that does not know the filter answers with everybody.
        const found = (parsed(foundSchema, body, path).Resources ?? []).find((one) => {
            const value = one[field];
            return typeof value === "string" && value.toLowerCase() === name.toLowerCase();
        });
        return found && { kind, name, id: found.id };
    }

    async membersOf(groupId: string): Promise<readonly GroupMember[]> {
        const path = `/scim/v2/Groups/${groupId}`;
        const { members } = parsed(groupSchema, await this.client.get(path, this.accountId), path);
        return (members ?? []).map(({ value, $ref, type }) => ({
            id: value,
            isGroup: type === "Group" || /Groups\//.test($ref ?? ""),
        }));
    }
}

function toAssignment({ principal, permissions, error }: AssignmentResponse): Assignment {
    const { principal_id, user_name, group_name, service_principal_name, display_name } = principal;
    const known = (kind: Principal["kind"], name: string) => ({ kind, name, id: principal_id });
    const of =
        typeof user_name === "string"
            ? known("user_name", user_name)
            : typeof group_name === "string"
              ? known("group_name", group_name)
              : known("service_principal_name", service_principal_name ?? display_name ?? principal_id);
    return { principal: of, permissions: permissions ?? [], error: error ?? undefined };
}

type AssignmentResponse = NonNullable<z.infer<typeof assignmentsSchema>["permission_assignments"]>[number];

/** Whether a workspace has no assignments: it has no identity federation, or not yet. */
function isUnavailable(error: unknown): boolean {
    return error instanceof ApiError && error.status === 400 && /not available for this workspace/i.test(error.detail);
}

function parsed<Schema extends z.ZodType>(schema: Schema, body: unknown, path: string): z.infer<Schema> {
    const result = schema.safeParse(body);
    if (result.success) return result.data;
    throw new UnexpectedResponseError(`the body of GET ${path.replace(/\?.*/, "")} of the account`);
}
