import { z } from "zod";

import { orMissing } from "../api/errors";
import { isRecord } from "../util/property-path";
import { readListed } from "./read-listed";
import { isInTrash } from "./standard-folders";
import { WorkQueue } from "./work-queue";
import { filledText as text } from "./responses";
import type { WorkspaceRequests } from "./workspace-requests";
import { type Visualization, WorkspaceVisualizations } from "./workspace-visualizations";

/** How many are asked for at once: the service bans who asks for ten lists. */
const WORKERS = 8;

/** Fields of a query or an alert, with the names of the API. */
export type SqlFields = Readonly<Record<string, unknown>>;

/** A SQL query or an alert. */
export interface SqlObject {
    readonly id: string;
    readonly name: string;
    /** The folder that it is in; `undefined`: the service does not say. */
    readonly folder: string | undefined;
    /** Whose it is; `undefined`: the service does not say. */
    readonly owner: string | undefined;
    /** Who changed it last; `undefined`: the service does not say. */
    readonly modifier: string | undefined;
    /** When it or one of its visualizations was changed, in milliseconds since 1970; `undefined`: the service does not say. */
    readonly updatedAt: number | undefined;
    /** Those of a query. */
    readonly visualizations: readonly Visualization[];
    /** All that the service says of it. */
    readonly fields: SqlFields;
}

/** How the service has queries, or alerts. */
export interface SqlApi {
    readonly path: string;
    /** The name of the list in its response. */
    readonly list: string;
    /** In which field of a request's body the object is, with what is to change beside it; `undefined`: the body is the object. */
    readonly wrapper?: string;
    readonly hasVisualizations: boolean;
}

export const queriesApi: SqlApi = {
    path: "/api/2.0/sql/queries",
    list: "results",
    wrapper: "query",
    hasVisualizations: true,
};
export const alertsApi: SqlApi = { path: "/api/2.0/alerts", list: "alerts", hasVisualizations: false };

const memberSchema = z.object({ id: z.string(), update_time: text });
const listedSchema = z.array(memberSchema).nullish();
const objectSchema = z.object({
    id: z.string(),
    display_name: z.string().nullish(),
    parent_path: text,
    effective_parent_path: text,
    owner_user_name: text,
    last_modifier_user_name: text,
    update_time: text,
});

/** The queries, or the alerts, of one workspace. */
export class WorkspaceSql {
    constructor(
        private readonly requests: WorkspaceRequests,
        private readonly api: SqlApi,
    ) {}

    /** The ids of all that are not in the trash, with the times of their last changes. */
    async list(): Promise<ReadonlyMap<string, string | undefined>> {
        const { path, list } = this.api;
        const all = await this.requests.pages(
            `${path}?page_size=100`,
            "page_token",
            (body) => listedSchema.parse(body[list]) ?? [],
        );
        const shown = await this.requests.shown.completed(
            path,
            all,
            ({ id }) => id,
            (id) => this.listed(id),
        );
        return new Map(shown.map(({ id, update_time }) => [id, update_time]));
    }

    /** One as the list has it; `undefined`: it is in the trash, or gone. */
    private async listed(id: string) {
        const found = await this.read(id);
        return found === undefined || isTrashed(found) ? undefined : memberSchema.parse(found.fields);
    }

    private read(id: string): Promise<SqlObject | undefined> {
        return orMissing(() => this.requests.read(`${this.api.path}/${id}`, toSqlObject));
    }

    /**
     * All that are not in the trash. A list does not say everything, so each is asked for.
     *
     * @param inTree the ids of those that the tree shows: a list may leave something out.
     */
    async all(inTree: Iterable<string> = []): Promise<readonly SqlObject[]> {
        const objects: SqlObject[] = [];
        await each(new Set([...(await this.list()).keys(), ...inTree]), async (id) => {
            const found = await this.find(id);
            if (found !== undefined) objects.push(found);
        });
        return objects;
    }

    /** One of the list; `undefined`: it is in the trash, or gone since. */
    async find(id: string): Promise<SqlObject | undefined> {
        const isListed = async () => (await this.list()).has(id);
        const found = await readListed(`${this.api.path}/${id}`, () => this.read(id), isListed);
        if (found === undefined || isTrashed(found)) return undefined;
        return withVisualizations(found, await this.visualizations(id));
    }

    /** A line for each of a list and for each visualization: another one once it is changed. */
    async versions(all: ReadonlyMap<string, string | undefined>): Promise<readonly string[]> {
        const lines = [...all].map(String);
        await each(all.keys(), async (id) => {
            for (const one of await this.visualizations(id)) lines.push([id, JSON.stringify(one)].join());
        });
        return lines.sort();
    }

    /** Makes one; not repeated if its effect is not known. `undefined`: it is made, and the response does not say how it is called. */
    async create(fields: SqlFields): Promise<SqlObject | undefined> {
        const body = await this.requests.create(this.api.path, this.bodyOf(fields));
        return objectSchema.safeParse(body).success ? toSqlObject(body) : undefined;
    }

    /** Changes the fields with these names. */
    async update(id: string, fields: SqlFields, names: readonly string[]): Promise<void> {
        const { path, wrapper } = this.api;
        const update_mask = names.join(",");
        const query = wrapper === undefined ? `?${new URLSearchParams({ update_mask }).toString()}` : "";
        const mask = wrapper === undefined ? {} : { update_mask };
        await this.requests.write("PATCH", `${path}/${id}${query}`, { ...this.bodyOf(fields), ...mask });
    }

    private async visualizations(id: string): Promise<readonly Visualization[]> {
        return this.api.hasVisualizations ? new WorkspaceVisualizations(this.requests).of(id) : [];
    }

    private bodyOf(fields: SqlFields): SqlFields {
        return this.api.wrapper === undefined ? fields : { [this.api.wrapper]: fields };
    }
}

async function each(ids: Iterable<string>, item: (id: string) => Promise<void>): Promise<void> {
    const queue = new WorkQueue<never, string>();
    for (const id of ids) queue.addItem(id);
    await queue.run(WORKERS, { folder: () => Promise.resolve(), item });
}

function withVisualizations(object: SqlObject, visualizations: readonly Visualization[]): SqlObject {
    const parts = [object, ...visualizations];
    const times = parts.flatMap(({ updatedAt }) => updatedAt ?? []);
    const updatedAt = times.length === parts.length ? Math.max(...times) : undefined;
    return { ...object, visualizations, updatedAt };
}

/** The service still gives one that is in the trash, and does not say in each API that it is in another folder. */
function isTrashed({ folder, fields: { lifecycle_state: state } }: SqlObject): boolean {
    return state === "TRASHED" || state === "DELETED" || isInTrash(folder ?? "/");
}

function toSqlObject(body: Record<string, unknown>): SqlObject {
    const found = objectSchema.parse(body);
    const folder = found.parent_path ?? found.effective_parent_path;
    return {
        id: found.id,
        name: found.display_name ?? "",
        folder: folder?.replace(/^\/Workspace(?=\/)/, ""),
        owner: found.owner_user_name,
        modifier: found.last_modifier_user_name,
        updatedAt: found.update_time === undefined ? undefined : Date.parse(found.update_time),
        visualizations: [],
        fields: body,
    };
}

/** The fields of a part of an object; none if it has no such part. */
export function fieldsIn(part: unknown): SqlFields {
    return isRecord(part) ? part : {};
}
