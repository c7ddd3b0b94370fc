import { notesOf, type SourceNote } from "../../../contract/state-notes";
import type { Verification } from "../../../migration/verified-snapshot";
import type { Properties } from "../../../util/property-path";

/**
 * A workspace that another one takes over from, as the state of that one notes it in `sources`. A state keeps every one of them,
 * the newest first, also after it was verified: a delete of it may have been refused, and come again in a later run.
 */
export interface Source {
    /** Its id. */
    readonly from: string;
    /**
     * The adoption by which the resource had it, see `Claims.recordAdoption`; `undefined` if the resource created it. What has
     * been adopted by somebody else since is another resource's workspace, whose content counts for itself.
     */
    readonly adoption: string | undefined;
    /** Whether the program names it (`migrateContent.from`): then the adoption means nothing. */
    readonly isNamed: boolean;
    /** Whether the workspace that takes over existed before: what is in it is somebody's. */
    readonly isTargetInUse: boolean;
    /** The workspace into which it was verified, if that is the one in between: it counts once that one is verified itself. */
    readonly via: string | undefined;
    /** What was verified of it; `undefined` if not everything was. */
    readonly verified: Verification | undefined;
    /** Whether the program says that its content is not copied. */
    readonly isAbandoned: boolean;
}

/** A source of which nothing has been copied. */
export function newSource(from: string, adoption: string | undefined): Source {
    return {
        from,
        adoption,
        isNamed: false,
        isTargetInUse: false,
        via: undefined,
        verified: undefined,
        isAbandoned: false,
    };
}

/** The sources that a state notes. */
export function sourcesOf(state: Properties): Source[] {
    return notesOf(state).sources.map(({ from, adoption, named, inUse, via, at, digest, abandoned }) => ({
        from,
        adoption,
        isNamed: named,
        isTargetInUse: inUse,
        via,
        verified: at === undefined ? undefined : { at, digest },
        isAbandoned: abandoned,
    }));
}

/** The note `sources` of a state. */
export function formatSources(sources: readonly Source[]): SourceNote[] {
    return sources.map(({ from, adoption, isNamed, isTargetInUse, via, verified, isAbandoned }) => ({
        from,
        adoption,
        named: isNamed,
        inUse: isTargetInUse,
        via,
        at: verified?.at,
        digest: verified?.digest,
        abandoned: isAbandoned,
    }));
}

/** Whether a state says that content is still to come into its workspace. */
export function isHandoverDue(state: Properties): boolean {
    return sourcesOf(state).some(({ verified, via, isAbandoned }) => !isAbandoned && (!verified || via !== undefined));
}
