import { ApiError, NoResponseError } from "../api/errors";
import type { Clock } from "../api/clock";
import type { Comparison } from "./comparison";
import {
    ContentTooLargeError,
    type ExportFormat,
    type ImportContent,
    type WorkspaceContent,
    type WorkspaceObject,
} from "./content";
import type { ContentReader } from "./content-reader";
import type { Problem } from "./findings";

/** What became of an object: equal before, written now, or neither, with the reason. */
export type CopyResult =
    | { readonly outcome: "equal"; readonly lost?: Problem }
    /** `made`: as it was just made, if the service said its id. */
    | { readonly outcome: "written"; readonly lost?: Problem; readonly made?: WorkspaceObject }
    | { readonly outcome: "problem"; readonly problem: Problem };

/** What is to be copied. */
export interface CopyRequest {
    readonly source: WorkspaceObject;
    /** What is at its path in the new workspace. */
    readonly target: WorkspaceObject | undefined;
    /** Its path in the new workspace. */
    readonly place: string;
    /** Whether this migration has written it. */
    readonly ours: boolean;
    /** Whether a notebook that is too large with its outputs is copied without them. */
    readonly acceptsLostOutputs: boolean;
}

/** Whether somebody has put something beside the content of an object of the new workspace, which would go with it. */
export type HasMore = (source: WorkspaceObject, target: WorkspaceObject) => Promise<boolean>;

/** How long after its creation an import may still change an object, in milliseconds: nobody can have opened it by then. */
const IMPORT_TIME = 2_000;

/** How often an object is written at most, if responses are lost. */
const ATTEMPTS = 5;

interface Progress extends CopyRequest {
    readonly target: WorkspaceObject | undefined;
    readonly ours: boolean;
    /** As what a notebook is copied: with all that it has, or with less of it if that is too large. */
    readonly format: "DBC" | "JUPYTER" | "SOURCE";
    /** Whether a write may have had its effect. */
    readonly attempted: boolean;
    /** Whether somebody else has made what is there, after it was found missing. */
    readonly foreign: boolean;
}

/** Copies objects of known types. What is there is looked at first; what is equal is not written. */
export class ObjectCopy {
    constructor(
        private readonly from: WorkspaceContent,
        private readonly to: WorkspaceContent,
        private readonly reader: ContentReader,
        private readonly comparison: Comparison,
        private readonly clock: Clock,
        private readonly inUseSince: number | undefined,
        private readonly hasMore: HasMore,
    ) {}

    /** Writes the object into the new workspace, unless what is there is equal or may be somebody's work. */
    async copy(request: CopyRequest): Promise<CopyResult> {
        let progress: Progress = { ...request, format: "DBC", attempted: false, foreign: false };
        for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
            const next = await this.attempt(progress);
            if ("outcome" in next) return next;
            progress = next;
        }
        return problem("failed", "it was not there after several writes; run the command again.");
    }

    private async attempt(progress: Progress): Promise<CopyResult | Progress> {
        const { target, attempted } = progress;
        try {
            const known = target === undefined ? undefined : await this.judge(progress, target);
            if (known !== undefined) return known;
            return written(progress, await this.write(progress));
        } catch (error) {
            if (error instanceof ContentTooLargeError) return this.withLess(progress);
            if (!isUncertain(error)) throw error;
            // The write may have had its effect, or somebody else's came first: what is there now decides.
            await this.clock.sleep(200 + this.clock.random() * 800);
            const found = await this.to.find(progress.place);
            const isLost = error instanceof NoResponseError;
            return { ...progress, target: found, attempted: attempted || isLost, foreign: !attempted && !isLost };
        }
    }

    /** What is to be said of the object in the new workspace; `undefined` if it is to be replaced. */
    private async judge(progress: Progress, target: WorkspaceObject): Promise<CopyResult | undefined> {
        const { source, attempted } = progress;
        if (target.type !== source.type)
            return problem(
                "occupied",
                `a ${target.typeName} is already at its path in the new workspace: rename one of the two, or accept it.`,
            );
        const compared = await this.comparison.compare(source, target);
        if (compared === "equal") return attempted ? written(progress) : { outcome: "equal" };
        const isRenewed = !progress.ours && !attempted && this.isCopy(progress, target);
        if (compared === "environment" && !isRenewed) return { outcome: "equal", lost: NO_ENVIRONMENT };
        if (attempted || (!progress.foreign && this.isCopy(progress, target))) {
            const isKept = !attempted && !progress.ours && this.inUseSince !== undefined;
            return isKept && (await this.hasMore(source, target)) ? problem("changed-in-target", SHARED) : undefined;
        }
        return problem(
            "changed-in-target",
            `it differs in the new workspace, where ${isNewer(source, target) ? "somebody may have written it" : "it was changed later"}: it was not overwritten. Delete one of the two, or accept it.`,
        );
    }

    /** Whether nothing but an older copy goes with what is in the new workspace. */
    private isCopy({ source, ours }: Progress, target: WorkspaceObject): boolean {
        const isEdited = wasEdited(target);
        if (ours) return isEdited !== true;
        return isEdited === false && isNewer(source, target) && !this.isInUse(target);
    }

    private isInUse({ modifiedAt }: WorkspaceObject): boolean {
        return this.inUseSince !== undefined && (modifiedAt === undefined || modifiedAt > this.inUseSince);
    }

    /** The id of what was made, if the service says it. */
    private async write({ source, target, place, format: wanted }: Progress): Promise<string | undefined> {
        const format = source.type === "NOTEBOOK" ? wanted : "AUTO";
        return this.reader.read(this.from, source, format, async (bytes) => {
            // Never overwritten in place: a copy that nobody has edited is one whose times are those of its creation.
            if (target !== undefined) await this.to.delete(target.path);
            return this.to.import(place, importOf(source, format, bytes));
        });
    }

    /** How to go on with an object that is too large. */
    private async withLess(progress: Progress): Promise<CopyResult | Progress> {
        const { source, format, acceptsLostOutputs } = progress;
        // The outputs of other languages are in DBC alone.
        if (source.type === "NOTEBOOK" && format === "DBC" && source.language === "PYTHON")
            return { ...progress, format: "JUPYTER" };
        if (source.type !== "NOTEBOOK" || format === "SOURCE" || !(await this.codeFits(source)))
            return problem("too-large", tooLarge(source));
        return acceptsLostOutputs ? { ...progress, format: "SOURCE" } : problem("outputs", TOO_LARGE_WITH_OUTPUTS);
    }

    private async codeFits(source: WorkspaceObject): Promise<boolean> {
        try {
            return await this.reader.read(this.from, source, "SOURCE", async () => true);
        } catch (error) {
            if (error instanceof ContentTooLargeError) return false;
            throw error;
        }
    }
}

function written({ source, place, format }: Progress, id?: string): CopyResult {
    const { type, typeName, language, size } = source;
    const known = { ...(language && { language }), ...(type === "FILE" && size !== undefined && { size }) };
    return {
        outcome: "written",
        ...(format === "SOURCE" ? { lost: { kind: "outputs", reason: TOO_LARGE_WITH_OUTPUTS } } : {}),
        ...(id === undefined ? {} : { made: { path: place, type, typeName, id, ...known } }),
    };
}

/** Of a notebook whose environment did not come with it. */
export const NO_ENVIRONMENT: Problem = {
    kind: "environment",
    reason: 'its environment on serverless compute (its dependencies) did not come with it. Set it in the new workspace, or accept "environment".',
};

const SHARED =
    "it was changed in the old workspace, and in the new one somebody has shared it, or given it a schedule, since everything was verified: that would be lost, so it was not overwritten. Delete one of the two, or accept it.";

const TOO_LARGE_WITH_OUTPUTS =
    'with its outputs it is over the 10 MB that the service hands out. Clear its outputs, or accept "outputs" to move its code alone.';

function tooLarge({ type }: WorkspaceObject): string {
    return type === "NOTEBOOK"
        ? "its code alone is over the 10 MB that the service hands out. Split it, or move it by hand in the browser."
        : "it is over the 10 MB that the service hands out. Move it by hand, or to a volume.";
}

function importOf(source: WorkspaceObject, format: ExportFormat, bytes: Buffer): ImportContent {
    if (format === "DBC" || format === "JUPYTER") return { format, bytes };
    if (format === "SOURCE") return { format, language: source.language, bytes };
    // With AUTO a file that looks like a notebook would become one.
    return { format: source.type === "DASHBOARD" ? "AUTO" : "RAW", bytes };
}

function problem(kind: Problem["kind"], reason: string): CopyResult {
    return { outcome: "problem", problem: { kind, reason } };
}

/** Whether the object was changed in the old workspace after it was written in the new one. */
function isNewer(source: WorkspaceObject, target: WorkspaceObject): boolean {
    return source.modifiedAt !== undefined && target.modifiedAt !== undefined && source.modifiedAt >= target.modifiedAt;
}

/**
 * Whether an object was changed after it was made; `undefined` if its times do not tell. An edit in the browser is one whatever the
 * other times say. That there was none says nothing: who imports over a copy has changed it too.
 */
export function wasEdited({ createdAt, modifiedAt, editedAt }: WorkspaceObject): boolean | undefined {
    if (editedAt !== undefined && editedAt > (createdAt ?? 0) + IMPORT_TIME) return true;
    if (createdAt === undefined || modifiedAt === undefined) return undefined;
    return modifiedAt > createdAt + IMPORT_TIME;
}

/** Whether an error leaves open what is in the new workspace now. */
function isUncertain(error: unknown): boolean {
    if (error instanceof NoResponseError) return error.mayHaveApplied;
    return error instanceof ApiError && error.errorCode === "RESOURCE_ALREADY_EXISTS";
}
