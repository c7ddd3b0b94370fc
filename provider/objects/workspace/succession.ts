import type { VerifiedPairs } from "../../migration/migration";
import type { Verification } from "../../migration/settlement";
import type { OwnershipTag } from "../../contract/ownership-tag";
import { getString, isRecord, type Properties } from "../../util/property-path";
import { neverRan } from "./status";

/** What became of the copy from one workspace into another in this process. */
export interface Move {
    /** Pairs that were found equal. */
    readonly verified: VerifiedPairs;
    outcome: "begun" | "complete" | "incomplete";
}

/**
 * What this process has seen of the workspaces that one resource has or had. The engine tells a create nothing of the workspace
 * that it replaces, and a delete nothing of the one that stays.
 */
export class Succession {
    private readonly current = new Map<string, string>();
    private readonly owners = new Map<string, OwnershipTag>();
    private readonly inputs = new Map<string, Properties>();
    private readonly replaced = new Map<string, readonly string[]>();
    private readonly empty = new Set<string>();
    private readonly verifications = new Map<string, Verification>();
    private readonly pending = new Map<string, string>();
    private readonly moves = new Map<string, Move>();

    /** Notes what a check was given: a delete sees the old inputs only. */
    noteInputs(owner: OwnershipTag | undefined, inputs: Properties): void {
        if (owner !== undefined) this.inputs.set(owner.ownerId, inputs);
    }

    /** The inputs of the program that runs; `undefined` where no check was asked for. */
    inputsOf(owner: OwnershipTag): Properties | undefined {
        return this.inputs.get(owner.ownerId);
    }

    /** Notes which workspace a resource has now. */
    noteCurrent(owner: OwnershipTag | undefined, id: string): void {
        if (owner !== undefined) this.current.set(owner.ownerId, id);
    }

    /** The workspace that a resource has now, as far as this process has compared, created or updated it. */
    currentOf(owner: OwnershipTag): string | undefined {
        return this.current.get(owner.ownerId);
    }

    /**
     * Notes whose workspace this is by now, and the one whose content came into it: with an alias a resource has another owner
     * than the states say that it had before.
     */
    noteOwner(owner: OwnershipTag | undefined, id: string, state: Properties): void {
        if (owner === undefined) return;
        const { from } = migrationOf(state);
        for (const one of from === undefined ? [id] : [id, from]) this.owners.set(one, owner);
    }

    /** Whose workspace this is or was, as the program names its owner now; `undefined` where this process has not compared it. */
    ownerOf(id: string): OwnershipTag | undefined {
        return this.owners.get(id);
    }

    /** Notes what a state says: that its workspace holds nothing, and from which one content was carried into it. */
    noteState(id: string, state: Properties): void {
        if (neverRan(state)) this.empty.add(id);
        const { from, verifiedAt, digest } = migrationOf(state);
        if (from === undefined) return;
        if (verifiedAt === undefined) this.pending.set(id, from);
        else this.verifications.set(from, { at: Date.parse(verifiedAt), digest });
    }

    /** The workspaces whose content a replacement of this one takes over: its own, and what was still to come into it. */
    sourcesOf(id: string): string[] {
        const from = this.pending.get(id);
        return [...(from === undefined ? [] : [from]), ...(this.empty.has(id) ? [] : [id])];
    }

    /** What an earlier run verified of this workspace in its replacement. */
    verificationOf(id: string): Verification | undefined {
        return this.verifications.get(id);
    }

    /** Notes the workspaces that the next one of a resource replaces. */
    noteReplaced(owner: OwnershipTag, ids: readonly string[]): void {
        this.replaced.set(owner.ownerId, ids);
    }

    /** The workspaces that the one which this process created replaces. */
    replacedBy(owner: OwnershipTag): readonly string[] {
        return this.replaced.get(owner.ownerId) ?? [];
    }

    /** The move from one workspace into another. */
    moveOf(from: string, to: string): Move {
        const key = `${from}>${to}`;
        const move = this.moves.get(key) ?? { verified: new Map<string, string>(), outcome: "begun" };
        this.moves.set(key, move);
        return move;
    }
}

/** The output `migration` of a state. */
export function migrationOf({ migration }: Properties) {
    const record = isRecord(migration) ? migration : {};
    return {
        from: getString(record, "from"),
        verifiedAt: getString(record, "verifiedAt"),
        digest: getString(record, "digest"),
    };
}

/** Whether a state says that content is still to come into its workspace. */
export function isMovePending(state: Properties): boolean {
    const { from, verifiedAt } = migrationOf(state);
    return from !== undefined && verifiedAt === undefined;
}

/** Whether the workspace has `replaceWith` or `replaceOnChanges`, by the inputs or the state: the engine may replace it unasked. */
export function isReplacedByOptions(properties: Properties): boolean {
    return properties["replacedByOptions"] === true;
}
