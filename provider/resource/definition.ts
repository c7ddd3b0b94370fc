import type { z } from "zod";

import type { Properties } from "../util/property-path";

/** What happens to an object of the account when one of its inputs changes. */
export type Change =
    /** The API can change it: one PATCH or PUT in place. */
    | "update"
    /** The API cannot change it: a new object takes the old one's place. */
    | "replace"
    /** It means nothing to the object that exists: nothing is done. */
    | "ignore";

/** One input of an object of the account. */
export interface Field {
    /** What the program may give; its messages stand on their own and say what to do. Optional means it may be left out. */
    readonly schema: z.ZodType;
    /** Where it stands in the API's bodies, as a dotted path in snake_case. Default: the input's own path in snake_case. `null`: the API never sees it. */
    readonly apiPath?: string | null;
    /** It is an older name of this other input: `check` accepts it and hands on the other. */
    readonly deprecatedAliasOf?: string;
    /** The kind of value that an answer gives for it. Default: a text, or nothing. */
    readonly responseSchema?: z.ZodType;
    /** What a change of its value does. Default: `replace`. */
    readonly onChange?: Change;
    /** What leaving it out does, where it was given before. Default: the same as a change of its value. */
    readonly onRemoval?: Change;
    /** Left out, the server (or, for a name, this package) chooses a value, which is kept and is no difference. */
    readonly computed?: boolean;
    /** Left out, it means this value to the service; a PUT, which replaces everything, says so. */
    readonly apiDefault?: unknown;
    /** Its member names are the user's own words (tags) and keep their spelling. */
    readonly preserveKeys?: boolean;
    /** It holds the id, or the ids, of objects of this kind, which can stop the one that names them. */
    readonly references?: ObjectDefinition;
    /** Whether what is asked for is what the state says there is, where that is not plain equality. */
    readonly isEqual?: (asked: unknown, actual: unknown, state: Properties) => boolean;
}

/** One value that only the server knows. */
export interface Output {
    /** Where it stands in the API's answer, as a dotted path in snake_case. Default: the output's own path in snake_case. */
    readonly apiPath?: string;
    readonly schema: z.ZodType;
}

/** One thing that is wrong with the inputs, in the engine's words. */
export interface Failure {
    /** The dotted path of the input. */
    readonly property: string;
    /** What is wrong and what to do; it stands on its own. */
    readonly reason: string;
}

/** What is known when the inputs of an object are checked. */
export interface CheckContext {
    /** Regions in which an object may be placed. */
    readonly allowedRegions: readonly string[];
}

/**
 * The description of one kind of Account API object. One generic handler runs them all, so a new kind is one new
 * description and nothing else.
 */
export interface ObjectDefinition {
    /** What it is called in messages: "workspace", "credentials configuration". */
    readonly noun: string;
    /** The collection's path below the account: "/workspaces". */
    readonly path: string;
    /** The output that holds its id; in the API's answer the same in snake_case. */
    readonly idField: string;
    /** The input that names it, where this package makes a name up when it is left out. */
    readonly nameField?: string;
    /** Other inputs whose value only one object of the account can have: a replacement has to wait for the old one's end. */
    readonly unique?: readonly string[];
    /** The input whose map carries the mark of the stack, where the API keeps tags for it. */
    readonly tagsField?: string;
    /** Its inputs by dotted path. */
    readonly fields: Readonly<Record<string, Field>>;
    /** What only the server knows, by dotted path. */
    readonly outputs: Readonly<Record<string, Output>>;
    /** How the API takes an update. Default: the object cannot be updated. */
    readonly updateWith?: "PATCH" | "PUT";
    /** What can only be seen when several inputs are looked at together. */
    readonly check?: (inputs: Properties, context: CheckContext) => Failure[];
    /** What it says is wrong with itself, each as a sentence about it without its subject ("is BROKEN: no route"). */
    readonly explainProblems?: (state: Properties) => string[];
}
