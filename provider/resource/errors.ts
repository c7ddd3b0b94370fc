import { ApiError, codeOf, ReportedError } from "../api/errors";
import type { Code } from "../contract/codes";
import { messageOf } from "../util/error-message";
import { getPath, type Properties } from "../util/property-path";
import type { ObjectDefinition } from "./definition";

/** In the service's words: there is no such object. */
const GONE = /\b((does not|doesn't) exist|no longer exists?|not (be )?found|no such)\b/i;

/** The error, with what to do if more is known of it than its kind says: by the definition, or by what the inputs refer to. */
export function withRemedy(definition: ObjectDefinition, inputs: Properties, error: unknown): unknown {
    if (!(error instanceof ApiError)) return error;
    const remedy = definition.remedyFor?.(error, inputs) ?? remedyForGone(definition, inputs, error);
    return remedy === undefined ? error : error.withRemedy(remedy);
}

/** What to do if the service says that an object which an input refers to does not exist; `undefined`: it does not say so. */
function remedyForGone({ fields }: ObjectDefinition, inputs: Properties, { kind, detail }: ApiError) {
    if (kind !== "invalid" || !GONE.test(detail)) return undefined;
    const isNamed = (id: unknown) => typeof id === "string" && id !== "" && detail.includes(id);
    const path = Object.keys(fields).find(
        (one) => fields[one]?.references !== undefined && [getPath(inputs, one)].flat().some(isNamed),
    );
    return path === undefined
        ? undefined
        : `If ${path} comes from a resource, its object was deleted outside that resource's stack: run \`pulumi refresh\` there, which takes it out of the state, then \`pulumi up\`, which creates a new one. Otherwise correct ${path} and run the command again.`;
}

/**
 * An object exists but is not as it should be. The engine keeps it in the state with the reason (an "init error"), and
 * calls `update` at the next `pulumi up` even if the program has not changed.
 */
export class InitializationError extends ReportedError {
    readonly properties: Properties;
    readonly reasons: readonly string[];
    constructor(
        readonly id: string,
        /** What is known of the object. */
        state: Properties,
        /** The inputs, whose `__provider` becomes part of the state: without that the object could never be deleted. */
        { __provider }: Properties,
        reason: string,
        code: Code,
    ) {
        super(reason, code);
        this.properties = { ...state, __provider };
        this.reasons = [reason];
    }
}

/** An error that keeps an object in the state: this one, or one with its message and its code. */
export function asInitializationError(
    id: string,
    state: Properties,
    inputs: Properties,
    error: unknown,
    reason = messageOf(error),
): InitializationError {
    if (error instanceof InitializationError) return error;
    return new InitializationError(id, state, inputs, reason, codeOf(error) ?? "CMK1015").causedBy(error);
}
