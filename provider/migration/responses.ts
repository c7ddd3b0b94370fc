import { z } from "zod";

import type { ApiError } from "../api/errors";
import { parseJson } from "../api/json";
import { isRecord } from "../util/property-path";
import type { Grant, ObjectType, WorkspaceObject } from "./content";

const int64 = z.union([z.string(), z.number()]).transform(String);
const maybe = <Value extends z.ZodType>(schema: Value) => schema.nullish().transform((value) => value ?? undefined);

/** A text that the service may leave out, or say as null. */
export const text = maybe(z.string());

/** The same, of which an empty one says nothing. */
export const filledText = text.transform((value) => (value === "" ? undefined : value));

const objectSchema = z.object({
    path: z.string(),
    object_type: z.string(),
    object_id: int64,
    resource_id: maybe(int64),
    language: maybe(z.string()),
    created_at: maybe(z.coerce.number()),
    modified_at: maybe(z.coerce.number()),
    // Not documented: in any other form it says nothing.
    modified_at_interactive: maybe(z.object({ time_millis: z.coerce.number() })).catch(undefined),
    size: maybe(z.coerce.number()),
    directory_info: maybe(z.object({ is_git_folder: maybe(z.boolean()) })),
});

const types: Readonly<Record<string, ObjectType>> = {
    DIRECTORY: "DIRECTORY",
    NOTEBOOK: "NOTEBOOK",
    FILE: "FILE",
    DASHBOARD: "DASHBOARD",
    LIBRARY: "LIBRARY",
    REPO: "REPO",
};

/** An object as lists show it. Throws for anything else. */
export function toObject(value: unknown): WorkspaceObject {
    const { path, object_type, object_id, resource_id, language, created_at, modified_at, size, ...more } =
        objectSchema.parse(value);
    const edited = more.modified_at_interactive?.time_millis;
    return {
        path,
        type: types[object_type] ?? "OTHER",
        typeName: object_type,
        id: object_id,
        ...(resource_id === undefined || resource_id === object_id ? {} : { resourceId: resource_id }),
        ...(language === undefined ? {} : { language }),
        ...(more.directory_info?.is_git_folder === true ? { hasGitCli: true } : {}),
        ...(created_at === undefined ? {} : { createdAt: created_at }),
        ...(modified_at === undefined ? {} : { modifiedAt: modified_at }),
        ...(edited === undefined ? {} : { editedAt: edited }),
        ...(size === undefined ? {} : { size }),
    };
}

const permissionsSchema = z.object({
    access_control_list: z
        .array(
            z.object({
                user_name: maybe(z.string()),
                group_name: maybe(z.string()),
                service_principal_name: maybe(z.string()),
                all_permissions: maybe(
                    z.array(z.object({ permission_level: z.string(), inherited: maybe(z.boolean()) })),
                ),
            }),
        )
        .default([]),
});

const kinds = ["user_name", "group_name", "service_principal_name"] as const;

const imported = z.object({ object_id: int64 });

/** The object's id in the response to an import; `undefined` if it says none, as older services do. */
export function importedId(text: string): string | undefined {
    try {
        return imported.parse(parseJson(text)).object_id;
    } catch {
        return undefined;
    }
}

/** The direct permissions in a response of the permissions API, and those from above too if they are asked for. */
export function grantsIn(body: unknown, withInherited: boolean): Grant[] {
    const { access_control_list: entries } = permissionsSchema.parse(body);
    // The admins of a workspace manage everything in it, so somebody is in each list.
    if (entries.length === 0) throw new SyntaxError("nobody is in the access control list");
    return entries.flatMap((entry) =>
        kinds.flatMap((kind) => {
            const name = entry[kind];
            if (name === undefined) return [];
            const shown = (entry.all_permissions ?? []).filter(({ inherited }) => withInherited || inherited !== true);
            return shown.map(({ permission_level }) => ({ kind, name, level: permission_level }));
        }),
    );
}

/** The body that sets direct permissions. */
export function grantsBody(grants: readonly Grant[]): unknown {
    return {
        access_control_list: grants.map(({ kind, name, level }) => ({ [kind]: name, permission_level: level })),
    };
}

/** How the permissions API names the kind of an object. */
function collectionOf({ type }: WorkspaceObject): string {
    const collections: Readonly<Partial<Record<ObjectType, string>>> = {
        NOTEBOOK: "notebooks",
        DIRECTORY: "directories",
        DASHBOARD: "dashboards",
        REPO: "repos",
        QUERY: "queries",
        ALERT: "alertsv2",
    };
    return collections[type] ?? "files";
}

/** Where the permissions API has an object: a dashboard under its resource id, anything else under its object id. */
export function permissionsPath(object: WorkspaceObject): string {
    const id = object.type === "DASHBOARD" ? (object.resourceId ?? object.id) : object.id;
    return `/api/2.0/permissions/${collectionOf(object)}/${id}`;
}

/** Whether a response of SCIM's Me names the group of a workspace's admins. */
export function isInAdmins({ groups }: Record<string, unknown>): boolean {
    return Array.isArray(groups) && groups.some((group: unknown) => isRecord(group) && group["display"] === "admins");
}

/** The service's words for content over its limit have changed several times. */
export function isTooLarge({ errorCode, detail }: ApiError): boolean {
    return (
        /^MAX_(NOTEBOOK|READ)_SIZE_EXCEEDED$/.test(errorCode) ||
        /MAX_(NOTEBOOK|READ)_SIZE_EXCEEDED/.test(detail) ||
        /size.{0,80}exceed(s|ed).{0,60}(\d{7,}|limit)|exceeded max size/i.test(detail)
    );
}

/** Whether an export of this object holds something: a notebook's names its language at least. */
export function isNeverEmpty({ type, size }: WorkspaceObject): boolean {
    return type === "NOTEBOOK" || (size ?? 0) > 0;
}

/** The bytes of a text in base64. Throws for any other text. */
export function decodeBase64(text: string): Buffer {
    const bytes = Buffer.from(text, "base64");
    if (Math.ceil(bytes.length / 3) * 4 !== text.length) throw new SyntaxError("no base64");
    return bytes;
}

/** A response's body as an object. Throws for any other JSON. */
export function toRecord(body: unknown): Record<string, unknown> {
    if (!isRecord(body)) throw new SyntaxError("not an object");
    return body;
}
