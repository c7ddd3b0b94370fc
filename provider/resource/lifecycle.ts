import type { dynamic } from "@pulumi/pulumi";

import type { Collection } from "../api/collection";
import type { Properties } from "../util/property-path";
import type { CreateRequest } from "./create";
import type { Difference } from "./diff";

/** New inputs, which are valid, beside the old ones. */
export interface InputChange {
    /** The inputs of the state; empty for a new object. */
    readonly olds: Properties;
    readonly news: Readonly<Record<string, unknown>>;
    readonly found: readonly Difference[];
}

/** What a kind's check says: failures, or inputs that it adds for policy packs. */
export interface CheckVerdict {
    readonly failures?: dynamic.CheckFailure[];
    readonly inputs?: Readonly<Record<string, unknown>>;
}

/** An object that exists, as the state has it and as the program asks for it. */
export interface Comparison {
    readonly id: string;
    readonly olds: Properties;
    readonly news: Properties;
    /** The dotted paths of the inputs that only a replacement changes. */
    readonly replaces: readonly string[];
    /** Whether the old object has to be deleted before the new one can be created, because of a name. */
    readonly nameCollides: boolean;
}

/** A state whose readiness is to be waited for. */
export interface Readiness {
    readonly collection: Collection;
    readonly id: string;
    readonly inputs: Properties;
    readonly state: Record<string, unknown>;
    /** Whether this call sent the POST that created the object, so that nobody can have used it yet. */
    readonly isNew: boolean;
}

/** An update that has ended well. */
export interface Updated {
    readonly olds: Properties;
    readonly news: Properties;
    readonly outs: Record<string, unknown>;
    /** The inputs that the service was asked to change. */
    readonly changed: readonly string[];
}

/**
 * What a kind adds to the engine's calls, by call. The generic handler calls it, each member in one place; nothing here calls the
 * handler. A kind without any is a definition alone.
 */
export interface Lifecycle {
    /** `check`, first: the inputs as they count from here on. */
    prepare?(inputs: Properties): Properties;
    /** `check`, with valid inputs: what the change leads to, as far as inputs tell. `undefined`: nothing to add. */
    checkChange?(change: InputChange): Promise<CheckVerdict | undefined>;
    /** `diff` and `update`, first: a resource has this object, and the program says this about it. */
    compared?(id: string, olds: Properties, news: Properties): void;
    /** `diff`, last: the result as the engine gets it. Fails if a replacement must not happen. */
    judge?(comparison: Comparison, result: dynamic.DiffResult): Promise<dynamic.DiffResult>;
    /** `create`, first: the inputs as they count. Fails, before anything is created, if it must not be. */
    creating?(request: CreateRequest): Promise<Properties>;
    /** `create`: an object that the resource had before, that still exists and that the program asks for again. */
    takeBack?(request: CreateRequest): Promise<Properties | undefined>;
    /** `create`: why an object that an interrupted create seems to have left is not adopted without being asked; `undefined`: it is. */
    reasonNotToAdopt?(request: CreateRequest, id: string, response: Properties): Promise<string | undefined>;
    /** `create`: the account has the object by now. */
    created?(id: string, inputs: Properties): void;
    /** `create`, once the object is ready: looks for others that a POST created whose response was lost, this run's or an earlier one's. */
    warnAboutDuplicates?(request: CreateRequest, since: number): Promise<void>;
    /** `read` for a refresh: the account has no such object. Fails if that does not mean that it is gone. */
    missing?(id: string, state: Properties): void;
    /** Every call that writes a state: the state with the kind's own notes as they are now. */
    withNotes?(id: string, state: Record<string, unknown>): Record<string, unknown>;
    /** `create` and `update`: waits until the object is what it should be, and returns its state. */
    untilReady?(readiness: Readiness): Promise<Record<string, unknown>>;
    /** `update`: the service refused a change. The inputs that are still to be changed; `undefined`: the refusal is final. */
    afterRefusal?(
        request: CreateRequest,
        id: string,
        changed: readonly string[],
        error: unknown,
    ): Promise<readonly string[] | undefined>;
    /** `update`, last: the state as the engine gets it. */
    updated?(update: Updated): Record<string, unknown>;
    /** `delete`, first: the engine asks for the end of an object of this state. Returns what is called last, however it ends. */
    leaving?(id: string, state: Properties): () => void;
    /** `delete`: whether another resource adopted the object after the one with this state had it, by what is known of the kind. */
    wasAdoptedLater?(id: string, state: Properties): boolean;
    /** What this process has heard of objects and of what concerns them, for another process of the run, see `learn`. */
    tell?(ids: readonly string[]): readonly Properties[];
    /** `delete`: what another process of the run has told. Returns the ids of the objects that it is about. */
    learn?(told: readonly Properties[]): readonly string[];
    /** `delete`: deletes the object of this stack, or fails. Default: one DELETE. */
    remove?(id: string, state: Properties, collection: Collection): Promise<void>;
}
