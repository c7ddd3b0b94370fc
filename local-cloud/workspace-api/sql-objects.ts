import { randomUUID } from "node:crypto";

import { ApiError } from "../http";
import { parseJson } from "../json";
import type { Contents } from "./contents";

/** The fields of a query or an alert, with the names of the API. */
export type SqlFields = Readonly<Record<string, unknown>>;

/** The fields of these names alone. */
export function only(fields: SqlFields, names: readonly string[]): SqlFields {
    return Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name)));
}

/** A query or an alert. What it says is kept encrypted. */
export interface SqlObject {
    readonly id: string;
    readonly createdAt: number;
    updatedAt: number;
    isTrashed: boolean;
    sealed: Buffer;
    /** The path of its folder. */
    readonly folder: string;
    /** Direct permissions, by principal. */
    readonly permissions: Map<string, string>;
    /** The name under which its schedule runs; `undefined`: it has none, or it is paused. */
    running: string | undefined;
    /** Those of a query, by their ids. */
    readonly visualizations: Map<string, SealedVisualization>;
}

/** A visualization of a query. What it says is kept encrypted. */
export interface SealedVisualization {
    readonly id: string;
    readonly createdAt: number;
    updatedAt: number;
    sealed: Buffer;
}

/** The queries, or the alerts, of a workspace. */
export class SqlObjects {
    private readonly objects = new Map<string, SqlObject>();

    constructor(
        /** What one is called in a refusal. */
        readonly noun: string,
        private readonly now: () => number,
    ) {}

    /** Those that are not in the trash, in the order in which they were made. */
    list(): SqlObject[] {
        return [...this.objects.values()].filter(({ isTrashed }) => !isTrashed);
    }

    /** One object, which may be in the trash. Throws `ApiError`. */
    require(id: string): SqlObject {
        const found = this.objects.get(id);
        if (found === undefined)
            throw new ApiError(404, "RESOURCE_DOES_NOT_EXIST", `${this.noun} ${id} does not exist.`);
        return found;
    }

    /** One object, which may be in the trash; `undefined`: there is none. */
    find(id: string): SqlObject | undefined {
        return this.objects.get(id);
    }

    /** Makes one. Throws `ApiError` if its folder has one with this name. */
    create(contents: Contents, fields: SqlFields): SqlObject {
        const [time, id] = [this.now(), randomUUID()];
        this.requireFreeName(contents, fields);
        const { parent_path: folder = "/" } = fields;
        const object = { id, createdAt: time, updatedAt: time, isTrashed: false, folder: String(folder) };
        const made: SqlObject = {
            ...object,
            permissions: new Map(),
            sealed: Buffer.alloc(0),
            running: undefined,
            visualizations: new Map(),
        };
        this.write(contents, made, fields);
        this.objects.set(id, made);
        return made;
    }

    /** Changes these fields. Throws `ApiError` if its folder has another one with this name. */
    update(contents: Contents, object: SqlObject, changes: SqlFields): void {
        const fields = { ...this.read(contents, object), ...changes };
        this.requireFreeName(contents, fields, object);
        object.updatedAt = this.now();
        this.write(contents, object, fields);
    }

    /** What one says. */
    read(contents: Contents, { id, sealed }: SqlObject): SqlFields {
        return parseJson(contents.open(`sql/${id}`, sealed).toString()) as SqlFields;
    }

    /** Deletes one for good. */
    remove({ id }: SqlObject): void {
        this.objects.delete(id);
    }

    /** The schedules that run. */
    running(): string[] {
        return this.list().flatMap(({ running }) => running ?? []);
    }

    /** A name that no other object of the folder has, by a number at its end. */
    freeName(contents: Contents, fields: SqlFields): string {
        const taken = new Set(this.named(contents, fields).map(({ display_name }) => display_name));
        const name = String(fields["display_name"]);
        for (let number = 1, free = name; ; number++) {
            if (!taken.has(free)) return free;
            free = `${name} (${number})`;
        }
    }

    private named(contents: Contents, { parent_path }: SqlFields, except?: SqlObject): SqlFields[] {
        const others = this.list().filter((one) => one !== except);
        return others.map((one) => this.read(contents, one)).filter((one) => one["parent_path"] === parent_path);
    }

    private requireFreeName(contents: Contents, fields: SqlFields, except?: SqlObject): void {
        const { display_name: name, parent_path: folder } = fields;
        if (name === undefined || !this.named(contents, fields, except).some((one) => one["display_name"] === name))
            return;
        const where = typeof folder === "string" ? ` in ${folder}` : "";
        throw new ApiError(400, "RESOURCE_ALREADY_EXISTS", `Node named '${String(name)}' already exists${where}.`);
    }

    private write(contents: Contents, object: SqlObject, fields: SqlFields): void {
        object.sealed = contents.seal(`sql/${object.id}`, Buffer.from(JSON.stringify(fields)));
        const schedule = fields["schedule"] as SqlFields | undefined;
        const isRunning = schedule !== undefined && schedule["pause_status"] !== "PAUSED";
        object.running = isRunning ? `${String(fields["parent_path"])}/${String(fields["display_name"])}` : undefined;
    }
}
