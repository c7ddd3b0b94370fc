import { Comparison } from "./comparison";
import type { WorkspaceObject } from "./content";
import { ContentReader } from "./content-reader";
import type { Problem, Subject } from "./findings";
import type { VerifiedPairs } from "./migration-options";
import type { MigrationContext, Pass } from "./pass";
import { VerifiedSnapshot, TreeDigest } from "./verified-snapshot";
import { countNameOf } from "./standard-folders";

/** An object of the old workspace, and what is at its path in the new one. */
export interface Pair {
    readonly source: WorkspaceObject;
    readonly target: WorkspaceObject | undefined;
    /** Whether the old workspace has a folder and another object at this path. */
    readonly samePath: boolean;
    /** Whether it is below a folder that was skipped. */
    readonly isSkipped?: true;
}

/** What the passes over two trees share. */
export interface TreeContext extends MigrationContext {
    readonly reader: ContentReader;
    readonly comparison: Comparison;
    /** Pairs whose contents were found equal, as they were listed then. */
    readonly verified: VerifiedPairs;
    /** What an earlier migration is done with. */
    readonly snapshot: VerifiedSnapshot;
}

/** What the passes over two trees share in one migration. */
export function treeContext(migration: MigrationContext): TreeContext {
    const { from, to, options } = migration;
    const reader = new ContentReader();
    return {
        ...migration,
        reader,
        comparison: new Comparison(from, to, reader),
        verified: options.verified ?? new Map<string, string>(),
        snapshot: new VerifiedSnapshot(options.settled),
    };
}

/** One pass over two trees: what it lists, and what of it is done with. */
export class TreePass {
    /** Of everything that was listed in the old workspace. */
    readonly digest = TreeDigest.empty();

    constructor(
        private readonly context: TreeContext,
        readonly pass: Pass,
        /** What is said of a folder that is listed, and is not there when it is opened. */
        private readonly vanished = "it cannot be listed.",
    ) {}

    /** Runs what concerns one object, see {@link Pass.attempt}. */
    async attempt<Result>(object: Subject, run: () => Promise<Result>): Promise<Result | undefined> {
        return this.pass.attempt(object, run);
    }

    /** Counts what was listed in the old workspace. */
    listed(source: WorkspaceObject): void {
        this.pass.found.add(countNameOf(source));
        this.digest.add(source);
    }

    /** Counts what is in the tree, and nothing is done with. */
    skipped(source: WorkspaceObject): void {
        this.digest.add(source);
    }

    /** Counts what is equal in both workspaces. */
    equal(source: WorkspaceObject): void {
        this.pass.equal.add(countNameOf(source));
    }

    /** Counts what was written, or would be. */
    wrote(source: WorkspaceObject): void {
        this.pass.wrote(objectKey(source), countNameOf(source));
    }

    /** Notes why an object is not there, or not whole. */
    problem(source: WorkspaceObject, { kind, reason }: Problem): void {
        this.context.findings.add(source, kind, reason);
    }

    /** Notes why a folder could not be listed. */
    unreadable(folder: WorkspaceObject, error: unknown): void {
        if (error === undefined) this.context.findings.add(folder, "unreadable", this.vanished);
        else this.pass.fail(folder, error);
    }

    /** Whether the two were found equal as they are listed now. */
    isVerified({ source, target }: Pair): boolean {
        const signature = signatureOf(source, target);
        return signature !== undefined && this.context.verified.get(objectKey(source)) === signature;
    }

    /** Whether an object was verified before and has not been changed in the old workspace since. */
    isSettled(source: WorkspaceObject): boolean {
        return this.context.snapshot.isSettled(source);
    }

    /** Notes that two objects are equal by content. */
    markVerified({ source, target }: Pair): void {
        const signature = signatureOf(source, target);
        if (signature !== undefined) this.context.verified.set(objectKey(source), signature);
    }
}

/** What tells the objects of one tree apart: a folder and another object may have one path. */
export function objectKey({ type, path }: WorkspaceObject): string {
    return `${type}:${path}`;
}

/** Two objects as they are listed; `undefined` if that does not tell whether they change. */
function signatureOf(source: WorkspaceObject, target: WorkspaceObject | undefined): string | undefined {
    if (source.modifiedAt === undefined || target?.modifiedAt === undefined) return undefined;
    return `${source.id}/${source.modifiedAt}/${target.id}/${target.modifiedAt}`;
}
