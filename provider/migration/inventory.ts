import type { Clock } from "../api/clock";
import { type FindingKind, findingKinds } from "../contract/finding-kinds";
import { messageOf } from "../util/error-message";
import type { WorkspaceContent } from "./content";
import type { InventoryNotes, LookedAt, Stay } from "./content-kind";
import { isLeftOut, kinds } from "./kinds/table";
import { stayForWarehouses } from "./kinds/warehouses";
import type { AccountContent } from "./people";
import { namePrincipals } from "./principals";
import { type CountName, type Counts, Counter, describeCounts } from "./report";

/** How long the inventory takes at most, in milliseconds. */
export const INVENTORY_TIME = 10_000;

/** What a workspace holds, as far as could be seen in the time. */
export interface Inventory {
    /** What moves. */
    readonly moves: Counts;
    /** What does not move, by the kind of its finding; kinds that could not be listed are left out. */
    readonly stays: ReadonlyMap<FindingKind, Stay>;
    /** Whom the new workspace does not know yet, such as `the group data`. */
    readonly principals: readonly string[];
    /** Why something is missing, if it is. */
    readonly incomplete: string | undefined;
}

/** A look at what a workspace holds, while it is taken. */
export interface InventoryTaking {
    /** Ends after ten seconds at the latest, and never fails. */
    readonly inventory: Promise<Inventory>;
    /**
     * What reads an object that the workspace's key encrypts, as soon as one is listed; `undefined` if there is none. Rejects with
     * the first error of a list if none was found for it.
     */
    readonly sample: Promise<(() => Promise<unknown>) | undefined>;
}

/** What an inventory is taken for. */
export interface InventoryOptions extends Partial<Omit<LookedAt, "content">> {
    /** Milliseconds. */
    readonly time?: number;
}

/** Looks at what a workspace holds, for a preview. */
export function takeInventory(
    content: WorkspaceContent,
    clock: Clock,
    { time = INVENTORY_TIME, ...more }: InventoryOptions = {},
): InventoryTaking {
    const id = content.workspaceId ?? "";
    const account = more.account && listingAssignmentsOnce(more.account);
    const workspace = { id, ...more, ...(account && { account }), content: listingHomesOnce(content) };
    const notes = new Notes(clock, clock.now() + time);
    const all = Promise.all(
        kinds.map(async (kind) => {
            try {
                if (!isLeftOut(kind, workspace.kinds)) await kind.inventory?.(workspace, notes);
            } catch (error) {
                notes.incomplete(error);
            }
        }),
    );
    const late = clock.sleep(time).then(() => notes.incomplete(`it takes over ${time / 1000} s`));
    return { inventory: Promise.race([all, late]).then(() => notes.result()), sample: notes.firstSample };
}

/** The same workspace, of which more than one kind asks for homes and what is in them. */
function listingHomesOnce(content: WorkspaceContent): WorkspaceContent {
    const lists = new Map<string, ReturnType<WorkspaceContent["list"]>>();
    const list: WorkspaceContent["list"] = (path) => {
        if (!/^\/Users(\/[^/]+)?$/.test(path)) return content.list(path);
        const known = lists.get(path) ?? content.list(path);
        lists.set(path, known);
        return known;
    };
    return Object.create(content, { list: { value: list } });
}

/** The same account, of which more than one kind asks who is assigned to the workspace. */
function listingAssignmentsOnce(account: AccountContent): AccountContent {
    let known: ReturnType<AccountContent["assignments"]> | undefined;
    const assignments: AccountContent["assignments"] = (id) => (known ??= account.assignments(id));
    return Object.create(account, { assignments: { value: assignments } });
}

/** One line: what moves, and what does not. */
export function describeInventory({ moves, stays, principals, incomplete }: Inventory): string {
    const words = findingKinds.flatMap((kind) => stays.get(kind)?.words ?? []);
    const left = words.length === 0 ? "" : `; ${words.join(", ")} will not move`;
    const missing = principals.length === 0 ? "" : `; assign to the new workspace: ${namePrincipals(principals)}`;
    const atLeast = incomplete === undefined ? "" : "at least ";
    const why = incomplete === undefined ? "" : ` (not everything could be counted: ${incomplete})`;
    return `${atLeast}${describeCounts(moves)} move${left}${missing}${why}`;
}

class Notes implements InventoryNotes {
    private readonly counter = new Counter();
    private readonly left = new Map<string, Stay & { readonly kind: FindingKind }>();
    /** What uses each SQL warehouse. */
    private readonly warehouses = new Map<string, Set<string>>();
    private readonly missing: string[] = [];
    private reason: string | undefined;
    private found: (read: (() => Promise<unknown>) | undefined) => void = () => undefined;
    private failed: (error: unknown) => void = () => undefined;
    readonly firstSample = new Promise<(() => Promise<unknown>) | undefined>((resolve, reject) => {
        [this.found, this.failed] = [resolve, reject];
    });

    constructor(
        readonly clock: Clock,
        readonly deadline: number,
    ) {
        // Not everybody asks for it.
        this.firstSample.catch(() => undefined);
    }

    moves(name: CountName | undefined): void {
        this.counter.add(name);
    }

    stays(kind: FindingKind, stay: Stay): void {
        this.left.set(`${kind} ${stay.of ?? ""}`, { ...stay, kind });
    }

    waitsFor(warehouses: Iterable<string>, users: string): void {
        for (const name of warehouses)
            this.warehouses.set(name, (this.warehouses.get(name) ?? new Set<string>()).add(users));
        if (this.warehouses.size > 0) this.stays("warehouse", stayForWarehouses(this.warehouses));
    }

    misses(principal: string): void {
        this.missing.push(principal);
    }

    sample(read: () => Promise<unknown>): void {
        this.found(read);
    }

    noSample(error: unknown): void {
        if (error === undefined) this.found(undefined);
        else this.failed(error);
    }

    incomplete(error: unknown): void {
        this.reason ??= typeof error === "string" ? error : messageOf(error);
    }

    /** A copy: what comes in later does not change it. */
    result(): Inventory {
        return {
            moves: this.counter.counts(),
            stays: this.stayed(),
            principals: [...this.missing],
            incomplete: this.reason,
        };
    }
    private stayed(): ReadonlyMap<FindingKind, Stay> {
        const stays = new Map<FindingKind, Stay>();
        for (const { kind, count, words, isCertain } of this.left.values()) {
            const more = stays.get(kind);
            stays.set(kind, {
                count: count + (more?.count ?? 0),
                words: more === undefined ? words : `${more.words} ${words}`,
                isCertain: isCertain || more?.isCertain === true,
            });
        }
        return stays;
    }
}
