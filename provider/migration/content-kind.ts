import type { Clock } from "../api/clock";
import type { FindingKind } from "../contract/finding-kinds";
import type { WorkspaceContent } from "./content";
import type { MigrationOptions } from "./migration-options";
import type { MigrationContext, Pass } from "./pass";
import type { CountName } from "./report";

/**
 * A kind of what a workspace holds. The migration, a preview and the gate know what there is only through the table of kinds
 * (`kinds/table.ts`). What a kind does not have, it leaves out.
 */
export interface ContentKind {
    readonly name: string;
    /** Begins a migration; `undefined`: this one has nothing to do with the kind. */
    begin?(context: MigrationContext): KindMigration | undefined;
    /** Counts for a preview, whose time is bounded: what is noted counts, whether this ends or not. Rejects with why it is not all. */
    inventory?(workspace: LookedAt, notes: InventoryNotes): Promise<void>;
    /** Looks at everything of this kind, right before the workspace is deleted. Rejects only if the workspace gives no response. */
    look?(workspace: LookedAt): Promise<KindLook>;
}

/** A workspace that is looked at, and what is asked for of it. */
export interface LookedAt extends Pick<MigrationOptions, "account" | "people" | "formerHomes" | "kinds"> {
    readonly content: WorkspaceContent;
    /** Its id. */
    readonly id: string;
    /** Whether the workspace that replaces it is in another region. */
    readonly leavesRegion?: boolean;
}

/** A kind in one migration. Each pass goes through everything; what it finds is noted in the pass and in the findings. */
export interface KindMigration {
    /** Copies what is missing or differs, and compares what is there. */
    copy(pass: Pass): Promise<void>;
    /** Compares; writes nothing. */
    verify(pass: Pass): Promise<void>;
    /** Says what `copy` would do, from lists alone. */
    plan(pass: Pass): Promise<void>;
}

/** What one look has found of a kind. */
export interface KindLook {
    /** Sums up everything of this kind: two looks with one digest have found the same. */
    readonly digest: string;
    /** What somebody put there, in words; `undefined`: nothing. */
    readonly content?: string | undefined;
    /** Why not everything could be listed, as a sentence without its end; `undefined`: it was. */
    readonly unlisted?: string | undefined;
}

/** Where a preview notes what it finds. */
export interface InventoryNotes {
    readonly clock: Clock;
    /** Milliseconds since 1970 after which nothing more is asked for. */
    readonly deadline: number;
    /** Something that moves. */
    moves(name: CountName | undefined): void;
    /** Something that does not move. */
    stays(kind: FindingKind, stay: Stay): void;
    /** SQL warehouses that the new workspace has to have for these, such as for `queries`. */
    waitsFor(warehouses: Iterable<string>, users: string): void;
    /** Somebody whom the new workspace does not know. */
    misses(principal: string): void;
    /** What reads an object that the workspace's key encrypts: whether the key can be used, the first one tells. */
    sample(read: () => Promise<unknown>): void;
    /** There is no such object; or why none could be looked for. */
    noSample(error: unknown): void;
    /** Why something is missing. */
    incomplete(error: unknown): void;
}

/** What does not move, of one kind of finding. */
export interface Stay {
    readonly count: number;
    /** Such as `3 jobs`. */
    readonly words: string;
    /** Whether a replacement is sure to stop for it, unless it is accepted. */
    readonly isCertain: boolean;
    /** Whose it is, if several kinds of content note one kind of finding. */
    readonly of?: string;
}
