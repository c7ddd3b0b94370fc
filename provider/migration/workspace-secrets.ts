import { z } from "zod";

import { ApiError, orMissing } from "../api/errors";
import { decodeBase64 } from "./responses";
import type { WorkspaceRequests } from "./workspace-requests";

const SECRETS = "/api/2.0/secrets";

/** A scope as lists show it. */
export interface ListedScope {
    readonly name: string;
    /** Whether the workspace itself keeps its secrets. */
    readonly isOwn: boolean;
}

const scopeSchema = z.object({ name: z.string(), backend_type: z.string().nullish() });
const secretSchema = z.object({ key: z.string(), last_updated_timestamp: z.coerce.number().nullish() });
const aclSchema = z.object({ principal: z.string(), permission: z.string() });
const valueSchema = z.object({ value: z.string().default("") });

/** The secrets API of one workspace. No error of it repeats a value. */
export class WorkspaceSecrets {
    constructor(private readonly requests: WorkspaceRequests) {}

    /** Its scopes. */
    async scopes(): Promise<readonly ListedScope[]> {
        const all = await this.list("scopes/list", "scopes", scopeSchema);
        const scopes = all.map(({ name, backend_type }) => ({
            name,
            isOwn: (backend_type ?? "DATABRICKS") === "DATABRICKS",
        }));
        return this.requests.shown.completed(
            "secret scopes",
            scopes,
            ({ name }) => name,
            async (name) => ((await this.keys(name)) === undefined ? undefined : { name, isOwn: true }),
        );
    }

    /** The keys of a scope, with the times of their last changes if the service says them; `undefined`: there is no such scope. */
    async keys(scope: string): Promise<ReadonlyMap<string, number | undefined> | undefined> {
        const { shown } = this.requests;
        const name = `secrets of ${scope}`;
        const listed = await orMissing(() => this.list(`list?${query({ scope })}`, "secrets", secretSchema));
        if (listed === undefined) shown.forgetList(name);
        const find = async (key: string) => (await this.value(scope, key), { key, last_updated_timestamp: undefined });
        const all = listed && (await shown.completed(name, listed, ({ key }) => key, find));
        return all && new Map(all.map(({ key, last_updated_timestamp }) => [key, last_updated_timestamp ?? undefined]));
    }

    /** Who may do what with a scope. */
    async acls(scope: string): Promise<ReadonlyMap<string, string>> {
        const listed = await this.list(`acls/list?${query({ scope })}`, "items", aclSchema);
        const find = (principal: string) =>
            this.requests.read(`${SECRETS}/acls/get?${query({ scope, principal })}`, (body) =>
                aclSchema.parse({ principal, ...body }),
            );
        const nameOf = ({ principal }: z.infer<typeof aclSchema>) => principal;
        const all = await this.requests.shown.completed(permissionsOn(scope), listed, nameOf, find);
        return new Map(all.map(({ principal, permission }) => [principal, permission]));
    }

    /** A value. */
    async value(scope: string, key: string): Promise<Buffer> {
        const path = `${SECRETS}/get?${query({ scope, key })}`;
        return this.requests.read(path, (body) => decodeBase64(valueSchema.parse(body).value), { isSecret: true });
    }

    /** Makes a scope that the caller alone manages; no error if there is one. */
    async createScope(scope: string): Promise<void> {
        try {
            await this.requests.write("POST", `${SECRETS}/scopes/create`, { scope });
        } catch (error) {
            if (!(error instanceof ApiError) || error.errorCode !== "RESOURCE_ALREADY_EXISTS") throw error;
        }
    }

    /** Deletes a scope with its secrets; no error if there is none. */
    async deleteScope(scope: string): Promise<void> {
        await orMissing(() => this.requests.write("POST", `${SECRETS}/scopes/delete`, { scope }));
    }

    /** Stores a value. What is not text is sent as bytes. */
    async put(scope: string, key: string, value: Buffer): Promise<void> {
        const text = value.toString();
        const content = Buffer.from(text).equals(value)
            ? { string_value: text }
            : { bytes_value: value.toString("base64") };
        await this.requests.write("POST", `${SECRETS}/put`, { scope, key, ...content }, { isSecret: true });
    }

    /** Gives somebody a permission, in the place of another one. */
    async putAcl(scope: string, principal: string, permission: string): Promise<void> {
        await this.requests.write("POST", `${SECRETS}/acls/put`, { scope, principal, permission });
    }

    /** Takes the permission of somebody away; no error if there is none. */
    async deleteAcl(scope: string, principal: string): Promise<void> {
        await orMissing(() => this.requests.write("POST", `${SECRETS}/acls/delete`, { scope, principal }));
        this.requests.shown.forget(permissionsOn(scope), principal);
    }

    private list<Member extends z.ZodType>(path: string, field: string, member: Member): Promise<z.infer<Member>[]> {
        const schema = z.array(member).nullish();
        return this.requests.pages(`${SECRETS}/${path}`, "page_token", (body) => schema.parse(body[field]) ?? []);
    }
}

/** The list of who may use a scope. */
const permissionsOn = (scope: string) => `permissions on ${scope}`;

function query(parameters: Record<string, string>): string {
    return new URLSearchParams(parameters).toString();
}
