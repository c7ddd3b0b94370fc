import { ApiError } from "../api/errors";
import { type HasMore, ObjectCopy, wasEdited } from "./object-copy";
import { isOwnFolder, type WorkspaceObject } from "./content";
import type { Pass } from "./pass";
import { PermissionCopy } from "./permission-copy";
import { objectKey as keyOf, type Pair, type TreeContext, TreePass } from "./tree-pass";
import type { PairVisitor } from "./tree-walk";

/** Findings that stay true of an object that is equal. */
const LASTING = ["outputs"] as const;

/** What is remembered from one copying pass to the next. */
export class CopyState {
    /** Objects whose permissions are done. */
    readonly permitted = new Set<string>();
    /** Objects that were compared as soon as they were written, and what of the lists has to be as it was then. */
    readonly made = new Map<string, string>();
    readonly objects: ObjectCopy;
    readonly permissions: PermissionCopy;
    /** Of what was just written. Whom the new workspace does not know yet, it may know in the next pass. */
    readonly early: PermissionCopy;

    /** @param hasMore whether another kind of content has something of an object that the old workspace has not. */
    constructor({ from, to, groups, reader, comparison, clock, options }: TreeContext, hasMore: HasMore) {
        this.permissions = new PermissionCopy(from, to, groups);
        const isMore: HasMore = async (source, target) =>
            (await this.permissions.hasMore(source, target)) || (await hasMore(source, target));
        this.objects = new ObjectCopy(from, to, reader, comparison, clock, options.inUseSince, isMore);
        this.early = new PermissionCopy(from, to, groups);
    }
}

/**
 * One pass of the copy. The first one writes what is missing, compares it and gives it its permissions; each one after it does so
 * with what is there and was not done so, or has changed meanwhile.
 */
export class CopyPass implements PairVisitor {
    readonly pass: TreePass;
    /** Folders that were verified before, and are missing: who works in the new workspace has removed them. */
    private readonly removed = new Set<string>();

    constructor(
        private readonly context: TreeContext,
        private readonly state: CopyState,
        private readonly whole: Pass,
    ) {
        this.pass = new TreePass(context, whole, "it is listed, but there is no such folder when it is opened.");
    }

    /** Makes the folder where it is missing. */
    async folder(pair: Pair): Promise<"listed" | "empty" | "skip"> {
        const { source, target } = pair;
        if (target === undefined && this.pass.isSettled(source)) {
            this.removed.add(source.path);
            return "empty";
        }
        const state = await this.pass.attempt(source, () => this.make(pair));
        if (state === "listed" && target !== undefined && !this.pass.isSettled(source))
            await this.permit(source, target);
        return state ?? "skip";
    }

    /** Copies the object where it is missing or differs. */
    async object(pair: Pair): Promise<void> {
        const { source, target } = pair;
        // Verified before: what differs now was changed in the new workspace, where people work by now.
        if (this.pass.isSettled(source)) return this.pass.equal(source);
        const isKnown = this.pass.isVerified(pair) || this.isAsMade(pair);
        const equal = isKnown || (await this.pass.attempt(source, () => this.copy(pair)));
        if (equal !== true) return;
        this.pass.equal(source);
        this.context.findings.keep(source, LASTING);
        if (target !== undefined) await this.permit(source, target);
    }

    private async make({ source, target }: Pair): Promise<"listed" | "empty" | "skip"> {
        if (target !== undefined) {
            this.pass.equal(source);
            return "listed";
        }
        try {
            await this.context.to.makeFolder(this.context.homes.placeOf(source.path));
        } catch (error) {
            if (!(error instanceof ApiError) || error.kind !== "invalid") throw error;
            this.context.findings.add(source, "occupied", `it could not be made: ${error.detail}`);
            return "skip";
        }
        this.pass.wrote(source);
        return "empty";
    }

    /** Whether it was equal before. */
    private async copy(pair: Pair): Promise<boolean> {
        const { source } = pair;
        const { findings } = this.context;
        await this.bringBack(source.path.slice(0, source.path.lastIndexOf("/")));
        const result = await this.state.objects.copy({
            source,
            target: pair.target,
            place: this.context.homes.placeOf(source.path),
            ours: this.context.ours.has(keyOf(source)),
            acceptsLostOutputs: findings.accepts(source, "outputs"),
        });
        if (result.outcome === "problem") {
            this.pass.problem(source, result.problem);
        } else {
            if (result.lost !== undefined) this.pass.problem(source, result.lost);
            else if (result.outcome === "equal") this.pass.markVerified(pair);
        }
        if (result.outcome === "written") {
            this.pass.wrote(source);
            // Another object than the one that had them.
            this.state.permitted.delete(keyOf(source));
            if (result.made !== undefined) await this.finish(source, result.made);
        }
        return result.outcome === "equal";
    }

    /** Compares what was just written, and gives it its permissions. What is left over, the next pass does. */
    private async finish(source: WorkspaceObject, made: WorkspaceObject): Promise<void> {
        const key = keyOf(source);
        this.state.made.delete(key);
        // Without a time the next list does not tell whether it was changed meanwhile.
        if (source.modifiedAt === undefined || !(await this.context.comparison.isEqual(source, made))) return;
        this.state.made.set(key, asMade(source, made));
        // The import does not say what the permissions API calls a dashboard.
        if (made.type === "DASHBOARD" || this.context.homes.isFormer(source.path)) return;
        if (await this.state.early.copyToNew(source, made)) this.state.permitted.add(key);
    }

    /** Whether the two were compared when the second was made, and neither was changed since. */
    private isAsMade(pair: Pair): boolean {
        const { source, target } = pair;
        const key = keyOf(source);
        if (target === undefined || this.state.made.get(key) !== asMade(source, target)) return false;
        if (wasEdited(target) !== false) return false;
        this.state.made.delete(key);
        this.pass.markVerified(pair);
        return true;
    }

    /** Makes a folder that was removed in the new workspace, and in which there is something to copy again. */
    private async bringBack(folder: string): Promise<void> {
        if (!this.removed.has(folder)) return;
        await this.context.to.makeFolder(this.context.homes.placeOf(folder));
        this.removed.delete(folder);
    }

    /** Gives permissions, last of all: in a pass that finds the object equal. */
    private async permit(source: WorkspaceObject, target: WorkspaceObject): Promise<void> {
        const { findings } = this.context;
        const key = keyOf(source);
        // What is in a former home, admins alone see, by the folder above it.
        if (this.whole.isFirst || isOwnFolder(source) || this.context.homes.isFormer(source.path)) return;
        // What was there when all was verified had its permissions then: who works in the new workspace may have changed them.
        if (this.context.snapshot.precedesVerification(target) && !this.context.ours.has(key)) return;
        if (this.state.permitted.has(key)) return findings.keep(source, ["unknown-principal", "permissions"]);
        await this.pass.attempt(source, async () => {
            for (const { kind, reason, principal } of await this.state.permissions.copy(source, target))
                findings.add(source, kind, reason, principal);
            this.state.permitted.add(key);
        });
    }
}

function asMade({ id, modifiedAt }: WorkspaceObject, made: WorkspaceObject): string {
    return `${id}/${modifiedAt}/${made.id}`;
}
