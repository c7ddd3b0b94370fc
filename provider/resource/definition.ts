import type { z } from "zod";

import type { ApiError } from "../api/errors";
import type { ObjectType } from "../contract/kinds";
import type { Partition } from "../contract/partitions";
import type { Settings } from "../runtime/settings";
import type { Properties } from "../util/property-path";

/** What happens to an object of the account when one of its inputs changes. */
export type Change =
    /** The API can change it: one PATCH or PUT in place. */
    | "update"
    /** The API cannot change it: a new object replaces the old one. */
    | "replace"
    /** The API cannot change it, and a replacement would cost more than the change is worth: `check` fails. */
    | "refuse"
    /** Only this package knows the input: the state takes the new value, and nothing is asked of the API. */
    | "note"
    /** It means nothing to an object that exists: nothing is done. */
    | "ignore";

/** What a rule for a change can look at. */
export interface ChangeSituation {
    /** What exists, as the state or the account says. */
    readonly state: Properties;
    /** What the program asks for. */
    readonly inputs: Properties;
    /** Whether the program leaves the input out and gave it before. */
    readonly removed: boolean;
    readonly settings: Settings;
}

/** Where a change of an input leads: always the same, or by the situation. */
export type ChangeRule = Change | ((situation: ChangeSituation) => Change);

/** One input of an object of the account. */
export interface Field {
    /** What the program may give. Its messages are complete and say what to do. Optional means that it may be left out. */
    readonly schema: z.ZodType;
    /** Its dotted path in the API's bodies, in snake_case. Default: the input's own path in snake_case. `null`: the API never sees it. */
    readonly apiPath?: string | null;
    /** A component of this package gives it, and no program: neither documents nor advice name it. */
    readonly internal?: true;
    /** It is an older name of this other input: `check` accepts it and hands on the other. */
    readonly deprecatedAliasOf?: string;
    /** The type of its value in a response. Default: an optional string. */
    readonly responseSchema?: z.ZodType;
    /** What a change of its value leads to. Default: `replace`. */
    readonly onChange?: ChangeRule;
    /** What leaving it out leads to, if the program gave it before. Default: the same as a change of its value. */
    readonly onRemoval?: ChangeRule;
    /** What to tell a user whose change is refused: what the service allows and what to do. Required for `refuse`. */
    readonly refusal?: string;
    /** Left out, the service (or, for a name, this package) chooses a value, which is kept and is not a difference. */
    readonly computed?: boolean;
    /** What leaving it out means to the service; a PUT, which replaces everything, says it. */
    readonly apiDefault?: unknown;
    /** The names of its members are the user's own words (tags) and keep their spelling. */
    readonly preserveKeys?: boolean;
    /**
     * It holds the id, or the ids, of objects of this kind. Their problems can stop the one that names them; and an object that one
     * names is in use: no interrupted create left it behind, and it cannot be deleted.
     */
    readonly references?: ObjectType;
    /** Whether what is asked for equals what the state says, if that is not plain equality. */
    readonly isEqual?: (asked: unknown, actual: unknown, state: Properties) => boolean;
}

/** One value that only the service knows. */
export interface Output {
    /** Its dotted path in the API's response, in snake_case. Default: the output's own path in snake_case. */
    readonly apiPath?: string;
    readonly schema: z.ZodType;
}

/** One thing that is wrong with the inputs, in the engine's words. */
export interface Failure {
    /** The dotted path of the input. */
    readonly property: string;
    /** What is wrong and what to do; a sentence of its own. */
    readonly reason: string;
}

/** What is known when the inputs of an object are checked. */
export interface CheckContext {
    /** Regions in which an object may be placed. */
    readonly allowedRegions: readonly string[];
    /** The part of AWS in which the account is. */
    readonly partition: Partition;
}

/**
 * One kind of Account API object, as one generic handler needs to know it. `resource/` knows nothing of a particular kind:
 * what is special about one is said here.
 */
export interface ObjectDefinition {
    /** What it is called in messages: "workspace", "credentials configuration". */
    readonly noun: string;
    /** The collection's path below the account: "/workspaces". */
    readonly path: string;
    /** The output that holds its id; in the API's response the same in snake_case. */
    readonly idField: string;
    /** The input that names it, if this package makes a name up when it is left out. */
    readonly nameField?: string;
    /** Other inputs whose value only one object of the account can have: a replacement has to wait for the old one's end. */
    readonly unique?: readonly string[];
    /** Inputs that list ids which, by the API's reference, only one object of this kind can name at a time. */
    readonly exclusive?: readonly string[];
    /** The input whose map carries the ownership tag, if the API keeps tags for it. */
    readonly tagsField?: string;
    /** Its inputs by dotted path. */
    readonly fields: Readonly<Record<string, Field>>;
    /** What only the server knows, by dotted path. */
    readonly outputs: Readonly<Record<string, Output>>;
    /** How the API takes an update. Default: the object cannot be updated. */
    readonly updateWith?: "PATCH" | "PUT";
    /** What can only be seen when several inputs are looked at together. */
    readonly check?: (inputs: Properties, context: CheckContext) => Failure[];
    /** What the service says is wrong with the object, each as a sentence without its subject ("is BROKEN: no route"). */
    readonly explainProblems?: (state: Properties) => string[];
    /** When the service created the object, in milliseconds since 1970 by the service's clock. Default: the service does not say. */
    readonly createdAt?: (response: Properties) => number | undefined;
    /** Whether a refusal of a create means that AWS does not show Databricks a fresh role or bucket yet. Default: never. */
    readonly isPropagationError?: (error: ApiError) => boolean;
    /** What to do about a refusal of a create or an update, if more is known than its kind says. */
    readonly remedyFor?: (error: ApiError, inputs: Properties) => string | undefined;
    /** Outputs that follow from others. */
    readonly derive?: (state: Properties, inputs: Properties, host: string | undefined) => Record<string, unknown>;
}
