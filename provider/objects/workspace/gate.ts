import { ReportedError } from "../../api/errors";

/** What one look at a workspace has found. Rejects instead of saying less than everything. */
export interface Look {
    /** Sums up everything that is in the workspace: two looks with one digest have found the same. */
    readonly digest: string;
    /** The first thing in it that somebody put there, in words; `undefined` if it holds nothing of anybody. */
    readonly content: string | undefined;
}

/** A workspace that is to be deleted, as the gate asks about it. Each answer is found out when it is asked for. */
export interface Leaving {
    readonly id: string;
    /** Whether the account still has it. */
    exists(): Promise<boolean>;
    /** Who said that it may go with everything in it, in words; `undefined` if nobody did. */
    readonly word: string | undefined;
    /** How to have it deleted whatever it holds, in words. Default: by `forceDestroy`. */
    readonly remedy?: string | undefined;
    /** Whether it is certain that it has never run, so that nobody can have put anything into it. */
    hasNeverRun(): Promise<boolean>;
    /** Looks at everything in it, as an admin of it, while it is RUNNING and has identified itself; `undefined` if it is gone. */
    look(): Promise<Look | undefined>;
    /**
     * Makes sure that everything in it is in the one RUNNING workspace whose state names it as a source: every object equal now, or
     * verified for this very pair before and unchanged in this workspace since. Rejects, with what is missing, if it is not.
     */
    requireInSuccessor(content: string): Promise<void>;
}

/** How often a workspace is looked at, if people go on changing it. */
const LOOKS = 6;

/**
 * The gate: whether a DELETE of a workspace is sent. This is the only place that decides it, and it is asked right before each one.
 *
 * It decides by what is in the workspace at this moment, whatever has happened before:
 *
 * 1. Somebody gave the word: `forceDestroy: true`, or `migrateContent: false` in a replacement.
 * 2. It has certainly never run.
 * 3. It holds nothing of anybody.
 * 4. Everything in it is in the workspace that replaces it.
 *
 * Without a word, nothing is deleted if the account says that it no longer has it.
 *
 * What 3 or 4 found is looked at again, and counts only if nothing has changed meanwhile. Anything else is a refusal: an error that
 * says what to do, after which the workspace and its entry in the state are as they were.
 *
 * @returns whether to send the DELETE, at once; `false` if there is nothing to delete.
 */
export async function mayDelete(leaving: Leaving): Promise<boolean> {
    if (leaving.word !== undefined) return true;
    if (!(await leaving.exists())) return false;
    if (await leaving.hasNeverRun()) return true;
    let before: string | undefined;
    for (let looks = 0; looks < LOOKS; looks++) {
        const seen = await leaving.look();
        if (seen === undefined) return false;
        const { digest, content } = seen;
        if (digest === before) return true;
        if (content !== undefined) await leaving.requireInSuccessor(content);
        before = digest;
    }
    const reason = "its content keeps changing: stop whoever writes to it, then run the command again.";
    throw refusal(leaving.id, reason, leaving.remedy);
}

export const FORCE = "To delete it with everything in it, set forceDestroy: true, run `pulumi up`, then this again.";

class RefusalError extends ReportedError {
    constructor(message: string) {
        super(message, "CMK3001");
    }
}

/** The refusal of a DELETE. */
export function refusal(id: string, reason: string, remedy = FORCE): ReportedError {
    return new RefusalError(`The workspace ${id} is not deleted: ${reason} ${remedy}`.trimEnd());
}

/** Whether an error is a refusal of a DELETE. */
export function isRefusal(error: unknown): boolean {
    return error instanceof RefusalError;
}
