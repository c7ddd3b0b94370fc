import { createHash } from "node:crypto";

import type { WorkspaceObject } from "./content";

/** In how many parts a tree is summed up: what differs in one of them says nothing against the others. */
const PARTS = 128;

/** Bytes of a part's sum. */
const WIDTH = 4;

/** How long before the verification an object has to be changed last to count as unchanged since, in milliseconds. */
const MARGIN = 5 * 60_000;

/**
 * A digest of what is in a workspace's tree, as lists show it: 683 characters, however many objects, in whatever order they are
 * listed. Each object counts with its type, path, id and time of change, in the part that its path chooses.
 */
export class TreeDigest {
    private readonly sums: number[];

    private constructor(sums?: readonly number[]) {
        this.sums = sums === undefined ? new Array<number>(PARTS).fill(0) : [...sums];
    }

    /** The digest of a tree with nothing in it. */
    static empty(): TreeDigest {
        return new TreeDigest();
    }

    /** Reads what {@link toString} wrote; `undefined` for anything else. */
    static parse(text: string): TreeDigest | undefined {
        const bytes = Buffer.from(text, "base64url");
        if (bytes.length !== PARTS * WIDTH) return undefined;
        return new TreeDigest(Array.from({ length: PARTS }, (_, part) => bytes.readUInt32BE(part * WIDTH)));
    }

    /** Adds an object. */
    add({ type, typeName, path, id, modifiedAt, editedAt }: WorkspaceObject): void {
        // A folder's time may change with what is in it, which counts for itself.
        const line = JSON.stringify([
            typeName,
            path,
            id,
            type === "DIRECTORY" ? null : (modifiedAt ?? editedAt ?? null),
        ]);
        const part = partOf(path);
        this.sums[part] = ((this.sums[part] ?? 0) + firstWord(line)) >>> 0;
    }

    /** The parts in which two trees differ. */
    changedParts(other: TreeDigest): number[] {
        return this.sums.flatMap((sum, part) => (sum === other.sums[part] ? [] : [part]));
    }

    /** The digest as text, for a state. */
    toString(): string {
        const bytes = Buffer.alloc(PARTS * WIDTH);
        this.sums.forEach((sum, part) => bytes.writeUInt32BE(sum, part * WIDTH));
        return bytes.toString("base64url");
    }
}

/** What an earlier migration verified. */
export interface Verification {
    /** When it began to compare, in milliseconds since 1970 by the service's clock. */
    readonly at: number;
    /** The digest of the old workspace's tree, as it was compared; `undefined` if it is not known. */
    readonly digest: string | undefined;
}

/**
 * What is done with since an earlier migration verified it: objects that have not been changed, made, moved or restored in the old
 * workspace since. What is missing or differs of them in the new one was changed there, by those who work in it.
 *
 * Times alone do not tell: what is moved, renamed or restored from the trash keeps its time. So a pass takes everything for
 * unchanged whose time is old enough, and sums up what it lists. If that is not what was verified, the next pass takes nothing
 * in the parts that differ for unchanged.
 */
export class VerifiedSnapshot {
    private readonly changed: Set<number>;
    private readonly digest: TreeDigest | undefined;

    constructor(private readonly earlier: Verification | undefined) {
        this.digest = earlier?.digest === undefined ? undefined : TreeDigest.parse(earlier.digest);
        this.changed = new Set(this.digest === undefined ? Array.from({ length: PARTS }, (_, part) => part) : []);
    }

    /** Whether an object was verified before and has not been changed in the old workspace since, as far as is known. */
    isSettled({ type, path, modifiedAt }: WorkspaceObject): boolean {
        if (this.earlier === undefined || this.changed.has(partOf(path))) return false;
        return type === "DIRECTORY" || (modifiedAt !== undefined && modifiedAt < this.earlier.at - MARGIN);
    }

    /** Whether an object of the new workspace was there when everything was verified; if its times do not tell, it counts as there. */
    precedesVerification({ createdAt }: WorkspaceObject): boolean {
        return this.earlier !== undefined && (createdAt === undefined || createdAt <= this.earlier.at);
    }

    /** Compares what a pass has listed with what was verified. Whether the pass took something for unchanged that may not be. */
    update(listed: TreeDigest): boolean {
        const unlike = this.digest?.changedParts(listed).filter((part) => !this.changed.has(part)) ?? [];
        for (const part of unlike) this.changed.add(part);
        return unlike.length > 0;
    }
}

function partOf(path: string): number {
    return firstWord(path) % PARTS;
}

function firstWord(text: string): number {
    return createHash("sha256").update(text).digest().readUInt32BE(0);
}
