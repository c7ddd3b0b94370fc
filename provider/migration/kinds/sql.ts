import { createHash } from "node:crypto";

import { messageOf } from "../../util/error-message";
import type { ContentKind, InventoryNotes, KindLook, KindMigration } from "../content-kind";
import type { WorkspaceContent, WorkspaceObject } from "../content";
import { concernsOne, type MigrationContext, type Pass } from "../pass";
import { plural } from "../report";
import { type SqlApi, type SqlObject, WorkspaceSql } from "../workspace-sql";
import { LatePermissions } from "./late-permissions";
import { ListedMigration } from "./listed";
import { placeIn, SqlCopy, type SqlForm } from "./sql-copy";
import { nameWarehouses, Warehouses, warehousesKind, type WarehouseUse } from "./warehouses";

/** Queries, or alerts. */
export interface SqlKind {
    readonly name: "queries" | "alerts";
    readonly noun: "query" | "alert";
    /** What its permissions belong to. */
    readonly type: Pick<WorkspaceObject, "type" | "typeName">;
    readonly api: SqlApi;
    /** How objects of one workspace are to be in another one. */
    form(context: MigrationContext, warehouses: Warehouses, caller: string): SqlForm;
    /** The SQL warehouse without which one cannot be copied whole; `undefined`: none. */
    warehouseOf(object: SqlObject, warehouses: Warehouses): string | undefined;
    /** Why one is not the same in another workspace, as far as it alone tells; `undefined`: it is. */
    loss(object: SqlObject): string | undefined;
    /** Whether the service may refuse to make one as it is. */
    doubt?(object: SqlObject, caller: string): boolean;
}

type Mode = "copy" | "verify" | "plan";

/** The kind of content that queries, or alerts, are. */
export function sqlContentKind(kind: SqlKind): ContentKind {
    const { name, noun, api } = kind;
    return {
        name,
        begin: (context) => (context.root.path === "/" ? new SqlMigration(kind, context) : undefined),
        inventory: ({ content }, notes) => count(kind, content, notes),
        async look({ content }): Promise<KindLook> {
            try {
                const client = new WorkspaceSql(content.requests, api);
                const all = await client.list();
                const lines = await client.versions(all);
                const digest = createHash("sha256").update(lines.join("\n")).digest("hex");
                return { digest, content: all.size === 0 ? undefined : plural(all.size, noun) };
            } catch (error) {
                return { digest: "", unlisted: `its ${name} cannot be listed: ${messageOf(error)}` };
            }
        },
    };
}

class SqlMigration implements KindMigration {
    /** Places at which this run has made one. */
    private readonly made = new Set<string>();
    private readonly permissions: LatePermissions;

    constructor(
        private readonly kind: SqlKind,
        private readonly context: MigrationContext,
    ) {
        this.permissions = new LatePermissions(context);
    }

    copy = (pass: Pass) => this.run("copy", pass);
    verify = (pass: Pass) => this.run("verify", pass);
    plan = (pass: Pass) => this.run("plan", pass);

    private async run(mode: Mode, pass: Pass): Promise<void> {
        const { kind, context } = this;
        try {
            const sources = await new WorkspaceSql(context.from.requests, kind.api).all(context.inTree[kind.name]);
            if (sources.length === 0) return;
            const warehouses = await Warehouses.of(pass, context.from, context.to);
            const uses = sources.flatMap((one) => usesOf(kind, one, warehouses));
            await new ListedMigration(
                context,
                warehousesKind(() => Promise.resolve(uses)),
            )[mode](pass);
            const form = kind.form(context, warehouses, (await context.to.me()) ?? "");
            const copy = new SqlCopy(kind, context, sources, form, this.made);
            await new ListedMigration(context, copy)[mode](pass);
            if (mode !== "copy") return;
            for (const { source, target } of copy.equal) {
                const subject = { path: placeIn(source), ...kind.type };
                await this.permissions.copy(pass, {
                    key: source.id,
                    source: { ...subject, id: source.id },
                    target: { ...subject, id: target.id },
                    isMade: this.made.has(context.homes.placeOf(subject.path)),
                });
            }
        } catch (error) {
            if (!concernsOne(error)) throw error;
            context.findings.add(
                { path: kind.name, typeName: "LIST" },
                kind.name,
                `they cannot be listed: ${error.message}`,
            );
        }
    }
}

function usesOf(kind: SqlKind, object: SqlObject, warehouses: Warehouses): WarehouseUse[] {
    const id = kind.warehouseOf(object, warehouses);
    return id === undefined || warehouses.has(id)
        ? []
        : [{ warehouse: warehouses.nameOf(id), user: `the ${kind.noun} ${placeIn(object)}` }];
}

async function count(kind: SqlKind, content: WorkspaceContent, notes: InventoryNotes): Promise<void> {
    const all = await new WorkspaceSql(content.requests, kind.api).all();
    if (all.length === 0) return;
    all.forEach(() => notes.moves(kind.name));
    const warehouses = await Warehouses.of(notes, content);
    nameWarehouses(
        notes,
        kind.name,
        all.flatMap((one) => usesOf(kind, one, warehouses)),
    );
    const caller = (await content.me()) ?? "";
    note((one) => kind.loss(one) !== undefined, "notification destinations of the alerts", true);
    note((one) => kind.doubt?.(one, caller) === true, "the rights with which the alerts of users run, of", false);

    function note(concerns: (one: SqlObject) => boolean, why: string, isCertain: boolean): void {
        const found = all.filter(concerns).map(placeIn);
        if (found.length === 0) return;
        const words = `${why} ${found.join(", ")}`;
        notes.stays(kind.name, { count: found.length, words, isCertain, of: why });
    }
}
