import { randomBytes } from "node:crypto";

import { z } from "zod";

import type { Clock } from "../api/clock";
import { ApiError, orMissing } from "../api/errors";
import {
    ContentTooLargeError,
    type ExportFormat,
    type Grant,
    type ImportContent,
    type WorkspaceContent,
    type WorkspaceObject,
} from "./content";
import {
    decodeBase64,
    grantsBody,
    grantsIn,
    importedId,
    isInAdmins,
    isNeverEmpty,
    isTooLarge,
    permissionsPath,
    toObject,
} from "./responses";
import { type CountedList, membersOf } from "./counted-list";
import { Principals } from "./principals";
import { ShownNames } from "./shown-names";
import { FILE_LIMIT, isLargeFile, SIZE_LIMIT } from "./unmovable";
import { type Transport, WorkspaceRequests } from "./workspace-requests";
import { ScimClient } from "./workspace-scim";

export type { Transport };

/** A base64 text and the JSON around it, for this many bytes. */
const encodedLength = (bytes: number) => Math.ceil(bytes / 3) * 4 + 1024;

/** The largest response to an export: the service's limit in base64, and some room. JUPYTER may have ten times as much. */
const maxExport = (format: ExportFormat) => encodedLength(SIZE_LIMIT * (format === "JUPYTER" ? 12 : 1.2));

/** Whose response names the caller, and the workspace. */
export const ME = "/api/2.0/preview/scim/v2/Me";

/** What the responses so far say of the host. */
export interface SeenOfHost {
    serverTime(): number | undefined;
    workspaceId(): string | undefined;
}

const exported = z.object({ content: z.string().default("") });

/** A workspace's own API, as far as the copy needs it: {@link WorkspaceContent} says what each method does. */
export class WorkspaceClient implements WorkspaceContent {
    readonly requests: WorkspaceRequests;
    private caller: string | undefined;

    constructor(
        readonly host: string,
        private readonly transport: Transport,
        clock: Clock,
        private readonly seen: SeenOfHost,
        shown = new ShownNames(),
    ) {
        this.requests = new WorkspaceRequests(transport, clock, shown);
    }

    get serverTime(): number | undefined {
        return this.seen.serverTime();
    }

    get workspaceId(): string | undefined {
        return this.seen.workspaceId();
    }

    get scim(): ScimClient {
        return new ScimClient(this.requests);
    }

    async list(path: string): Promise<readonly WorkspaceObject[] | undefined> {
        const listed = await orMissing(() =>
            this.requests.pages(`/api/2.0/workspace/list?${query({ path })}`, "page_token", (body, isWhole) => {
                const objects = body["objects"] ?? [];
                if (!Array.isArray(objects)) throw new SyntaxError("objects is not a list");
                // Every workspace has folders of its own at its root.
                if (path === "/" && isWhole && objects.length === 0) throw new SyntaxError("the root is empty");
                return objects.map(toObject);
            }),
        );
        const { shown } = this.requests;
        const find = (missing: string) => this.find(missing);
        if (listed !== undefined) return shown.completed(path, listed, (object) => object.path, find);
        shown.forgetList(path);
        return undefined;
    }

    async find(path: string): Promise<WorkspaceObject | undefined> {
        return orMissing(() => this.requests.read(`/api/2.0/workspace/get-status?${query({ path })}`, toObject));
    }

    async export(object: WorkspaceObject, format: ExportFormat): Promise<Buffer> {
        const bytes = await this.download(object, format, isLargeFile(object) ? FILE_LIMIT : maxExport(format));
        if (bytes === undefined) throw new ContentTooLargeError("The response is larger than the service's limit.");
        return bytes;
    }

    async exportUpTo(object: WorkspaceObject, format: ExportFormat, bytes: number): Promise<Buffer | undefined> {
        return this.download(object, format, encodedLength(bytes));
    }

    /** Imports an object; not repeated if its effect is not known. Its id, if the response says it. */
    async import(path: string, { format, language, bytes }: ImportContent): Promise<string | undefined> {
        const fields = { path, format, ...(language === undefined ? {} : { language }) };
        const { body, contentType } = multipart(fields, bytes);
        const text = await this.limited(() =>
            this.transport({ method: "POST", path: "/api/2.0/workspace/import", body, contentType, repeatable: false }),
        );
        return importedId(text ?? "");
    }

    async makeFolder(path: string): Promise<void> {
        await this.requests.write("POST", "/api/2.0/workspace/mkdirs", { path });
    }

    async delete(path: string): Promise<void> {
        await orMissing(() => this.requests.write("POST", "/api/2.0/workspace/delete", { path, recursive: false }));
    }

    async grants(object: WorkspaceObject, withInherited = false): Promise<readonly Grant[]> {
        return this.requests.read(permissionsPath(object), (body) => grantsIn(body, withInherited));
    }

    async setGrants(object: WorkspaceObject, grants: readonly Grant[]): Promise<readonly Grant[]> {
        await this.requests.write("PUT", permissionsPath(object), grantsBody(grants));
        return this.grants(object);
    }

    /** A user name, or an application id. The credential of a client is always the same one's, so it is asked for once. */
    async me(): Promise<string | undefined> {
        return (this.caller ??= await this.requests.read(ME, ({ userName }) =>
            typeof userName === "string" ? userName : undefined,
        ));
    }

    async isAdmin(): Promise<boolean> {
        return this.requests.read(ME, isInAdmins);
    }

    async principals(): Promise<Principals> {
        return new Principals(await this.scim.names());
    }

    async count(list: CountedList): Promise<number> {
        return (await this.requests.pages(list.path, "page_token", (body) => membersOf(list, body))).length;
    }

    private async download(
        object: WorkspaceObject,
        format: ExportFormat,
        maxBytes: number,
    ): Promise<Buffer | undefined> {
        const { path } = object;
        if (isLargeFile(object)) return this.downloadBytes(path, Math.min(maxBytes, FILE_LIMIT));
        return this.limited(() =>
            this.requests.readText(`/api/2.0/workspace/export?${query({ path, format })}`, maxBytes, (text) => {
                // The export's base64 can hold digits in rows, which are no ids.
                const { content } = exported.parse(JSON.parse(text));
                const bytes = decodeBase64(content);
                if (bytes.length === 0 && isNeverEmpty(object)) throw new SyntaxError("no content");
                return bytes;
            }),
        );
    }

    /** Not every service hands out so what is over the limit of its JSON; some take it, and give it to nobody. */
    private async downloadBytes(path: string, maxBytes: number): Promise<Buffer | undefined> {
        const url = `/api/2.0/workspace/export?${query({ path, direct_download: "true" })}`;
        const text = await this.limited(() =>
            this.transport({ method: "GET", path: url, repeatable: true, maxBytes, isBinary: true }),
        );
        return text === undefined ? undefined : Buffer.from(text, "latin1");
    }

    private async limited<Result>(run: () => Promise<Result>): Promise<Result> {
        try {
            return await run();
        } catch (error) {
            if (error instanceof ApiError && isTooLarge(error)) throw new ContentTooLargeError(error.detail);
            throw error;
        }
    }
}

function query(parameters: Record<string, string>): string {
    return new URLSearchParams(parameters).toString();
}

/** A `multipart/form-data` body: text fields, then the bytes as the file `content`. It takes no base64, a third less to send. */
function multipart(fields: Readonly<Record<string, string>>, content: Buffer): { body: Buffer; contentType: string } {
    // Random, so that no content holds it.
    const boundary = `----pulumi-databricks-cmk-${randomBytes(24).toString("hex")}`;
    const parts = Object.entries(fields).map(
        ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    );
    const file = `--${boundary}\r\nContent-Disposition: form-data; name="content"; filename="content"\r\nContent-Type: application/octet-stream\r\n\r\n`;
    return {
        body: Buffer.concat([Buffer.from(parts.join("") + file), content, Buffer.from(`\r\n--${boundary}--\r\n`)]),
        contentType: `multipart/form-data; boundary=${boundary}`,
    };
}
