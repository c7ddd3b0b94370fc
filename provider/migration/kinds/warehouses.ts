import { z } from "zod";

import type { WorkspaceContent } from "../content";
import type { InventoryNotes, Stay } from "../content-kind";
import { joined, nounFor } from "../report";
import type { ListedKind } from "./listed";

const listSchema = z.array(z.object({ id: z.string(), name: z.string() })).nullish();

/** What refers to a SQL warehouse of the old workspace. */
export interface WarehouseUse {
    /** Its name, or its id if there is no such warehouse any more. */
    readonly warehouse: string;
    /** Such as `/Shared/sales.lvdash.json`. */
    readonly user: string;
}

/** What was asked for already, by the pass or the preview that it is for. */
const asked = new WeakMap<object, Promise<Warehouses>>();

/** SQL warehouses of both workspaces: one has another id in each, and one name. */
export class Warehouses {
    private constructor(
        private readonly old: ReadonlyMap<string, string>,
        private readonly now: ReadonlyMap<string, string>,
    ) {}

    /**
     * Those of a pass or a preview, which asks for them once: several kinds use them.
     *
     * @param to `undefined`: there is no new workspace yet.
     */
    static async of(whole: object, from: WorkspaceContent, to?: WorkspaceContent): Promise<Warehouses> {
        const all = asked.get(whole) ?? Warehouses.read(from, to);
        asked.set(whole, all);
        // A list that cannot be had may be had for the next kind.
        return all.catch((error: unknown) => {
            asked.delete(whole);
            throw error;
        });
    }

    private static async read(from: WorkspaceContent, to: WorkspaceContent | undefined): Promise<Warehouses> {
        const [old, now] = await Promise.all([list(from), to === undefined ? [] : list(to)]);
        return new Warehouses(
            new Map(old.map(({ id, name }) => [id, name])),
            new Map(now.map(({ id, name }) => [name, id])),
        );
    }

    /** What a warehouse of the old workspace is called. */
    nameOf(id: string): string {
        return this.old.get(id) ?? id;
    }

    /** Its counterpart in the new workspace. */
    idOf(id: string): string | undefined {
        return this.now.get(this.nameOf(id));
    }

    /** Whether the old workspace still has it. */
    isKnown(id: string): boolean {
        return this.old.has(id);
    }

    /** Whether it is not used, or has a counterpart. */
    has(id: string | undefined): boolean {
        return id === undefined || this.idOf(id) !== undefined;
    }
}

/** What waits for a warehouse that the new workspace does not have: a finding for each warehouse. */
export function warehousesKind(uses: () => Promise<readonly WarehouseUse[]>): ListedKind<WarehouseUse[]> {
    const reason = (all: readonly WarehouseUse[]) =>
        `the new workspace has no SQL warehouse of this name, so what uses it waits: ${all.map(({ user }) => user).join(", ")}. Make it there, then run the command again, or accept "warehouse".`;
    return {
        finding: "warehouse",
        listSource: async () => {
            const all = await uses();
            const names = new Set(all.map(({ warehouse }) => warehouse));
            return [...names].map((name) => all.filter(({ warehouse }) => warehouse === name));
        },
        listTarget: () => Promise.resolve([]),
        keyOf: (all) => all[0]?.warehouse ?? "",
        isEqual: () => false,
        copy: () => Promise.resolve(),
        obstacle: reason,
        describe: (all) => ({
            subject: { path: `SQL warehouse ${all[0]?.warehouse ?? ""}`, typeName: "WAREHOUSE" },
            difference: reason(all),
        }),
    };
}

/** Names, for a preview, the warehouses that a new workspace has to have. */
export function nameWarehouses(notes: InventoryNotes, users: string, uses: readonly WarehouseUse[]): void {
    notes.waitsFor(new Set(uses.map(({ warehouse }) => warehouse)), users);
}

/** Each warehouse once, together with those that the same kinds of objects use. */
export function stayForWarehouses(users: ReadonlyMap<string, ReadonlySet<string>>): Stay {
    const namesOf = new Map<string, string[]>();
    for (const [name, kinds] of users) {
        const who = joined([...kinds].sort());
        namesOf.set(who, [...(namesOf.get(who) ?? []), name]);
    }
    const words = [...namesOf].sort().map(([who, names]) => {
        const noun = nounFor(names.length, "SQL warehouse");
        return `the ${noun} ${names.sort().join(", ")}, which ${who} use,`;
    });
    return { count: users.size, words: words.join(" "), isCertain: false };
}

async function list({ requests }: WorkspaceContent) {
    return requests.pages(
        "/api/2.0/sql/warehouses",
        "page_token",
        (body) => listSchema.parse(body["warehouses"]) ?? [],
    );
}
