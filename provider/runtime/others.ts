import type { Properties } from "../util/property-path";

/** Objects of one kind, by their ids, of which one process asks the others what they have heard. */
export interface ObjectQuestion {
    /** The path of the kind's collection. */
    readonly kind: string;
    readonly ids: readonly string[];
}

/** What a process of this run has heard of the objects that it was asked about, as a message between processes carries it. */
export interface Told {
    /** The resources that have them: their ids with the owners (`owners`), and the later adoption (`adoption`). */
    readonly claims: readonly Properties[];
    /** What only the kind knows, of these objects and of others that concern them. */
    readonly ofKind: readonly Properties[];
}

/**
 * The other processes that serve this run of the engine. A plugin has one for each provider resource, and the engine asks for the end
 * of an object in the process that its state names: another one may have created what takes over from it.
 */
export interface Others {
    /** Asks each of them; nothing if there are none. Rejects if one is there and does not answer. */
    ask(question: ObjectQuestion): Promise<readonly Told[]>;
    /** Runs this while none of them runs such a thing. */
    alone<Result>(run: () => Promise<Result>): Promise<Result>;
}
