import { ApiError, codeOf, ReportedError } from "../api/errors";
import type { Code } from "../contract/codes";
import { messageOf } from "../util/error-message";
import type { Properties } from "../util/property-path";
import type { ObjectDefinition } from "./definition";

/** The error, with what to do if the definition knows more of it than its kind says. */
export function withRemedy({ remedyFor }: ObjectDefinition, inputs: Properties, error: unknown): unknown {
    const remedy = error instanceof ApiError ? remedyFor?.(error, inputs) : undefined;
    return error instanceof ApiError && remedy !== undefined ? error.withRemedy(remedy) : error;
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
