import type { Clock } from "../api/clock";
import type { Acceptance } from "./acceptance";
import type { WorkspaceContent } from "./content";
import type { AccountContent } from "./people";
import type { Verification } from "./verified-snapshot";

/** How long a migration takes at most if nothing is said: 3 hours, in milliseconds. */
export const DEFAULT_TIMEOUT = 3 * 3_600_000;

/** Pairs of objects that were found equal, as they were listed then: a later verification need not read them again. */
export type VerifiedPairs = Map<string, string>;

/** What a migration is to do. */
export interface MigrationOptions {
    readonly from: WorkspaceContent;
    readonly to: WorkspaceContent;
    readonly clock: Clock;
    /** Only what is at and below this path of the tree. Default: `/`, everything. */
    readonly path?: string;
    /** Findings that are accepted. Default: nothing. */
    readonly accept?: Acceptance;
    /** Milliseconds. Default: 3 hours. */
    readonly timeout?: number;
    /** Told about once a second: `moved 1,204 of 9,877, 3 to look at`. */
    readonly onProgress?: (line: string) => void;
    /**
     * What an earlier migration verified. What is in the old workspace as it was then is done with: what differs now, or is
     * missing, was changed in the new one.
     */
    readonly settled?: Verification | undefined;
    /**
     * Since when objects of the new workspace may be somebody's work, in milliseconds since 1970: what differs there and was
     * changed since is not overwritten. Default: nothing is anybody's that was changed before its counterpart.
     */
    readonly inUseSince?: number | undefined;
    /** The account of both workspaces. Without it nothing is copied but the tree. */
    readonly account?: AccountContent;
    /** Whether the people of the old workspace belong to the new one too. Default: false. */
    readonly people?: boolean;
    /** The folder of the new workspace that takes the homes of those who have left the account. Default: they are findings. */
    readonly formerHomes?: string | undefined;
    /** The kinds of content beside the tree and people that are copied; others are compared alone. Default: all. */
    readonly kinds?: readonly string[] | undefined;
    /** Whether what the old workspace holds and no kind carries is a finding. Default: false. */
    readonly countsOthers?: boolean;
    /** Filled by this run, and used if a run before it has filled it. */
    readonly verified?: VerifiedPairs;
}
