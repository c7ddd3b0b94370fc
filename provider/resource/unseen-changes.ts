import { ApiError, NoResponseError } from "../api/errors";
import { notesOf, writeNotes } from "../contract/state-notes";
import { getPath, type Properties, sameValue, setPath } from "../util/property-path";
import type { ObjectAccess } from "./access";
import { InitializationError } from "./errors";

/** Changes that the service was asked for and did not show: it may still make them, whatever the program says by then. */
function noted(state: Properties): Properties {
    return notesOf(state).unseenChanges;
}

/** The state, with what the account shows by now of the inputs in its note. */
export async function withActualValues(access: ObjectAccess, id: string, state: Properties): Promise<Properties> {
    const paths = Object.keys(noted(state));
    if (paths.length === 0) return state;
    const response = await access.collectionOf(state).read(id);
    if (response === undefined) return state;
    const actual = access.toOutputs(response, access.contextOf(state).accountId);
    const changed = paths.filter((path) => !sameValue(getPath(state, path), getPath(actual, path)));
    if (changed.length > 0) {
        access.session.report.info(
            `${access.label(state)}: the service was asked earlier to change ${changed.join(" and ")} of the ${access.definition.noun} ${id}, and has done so since.`,
        );
    }
    const result = structuredClone({ ...state });
    for (const path of paths) setPath(result, path, getPath(actual, path) ?? null);
    return result;
}

/**
 * The state after an update that succeeded: the note keeps what was neither seen nor replaced by a newer change.
 *
 * @param changed the inputs that the update has changed.
 */
export function withoutSeen(state: Record<string, unknown>, changed: readonly string[]): Record<string, unknown> {
    const left = Object.entries(noted(state)).filter(
        ([path, asked]) => !changed.includes(path) && !sameValue(asked, getPath(state, path) ?? null),
    );
    return writeNotes(state, { unseenChanges: Object.fromEntries(left) });
}

/** Whether a change that failed may have reached the service. */
export function mayHaveApplied(error: unknown): boolean {
    return (error instanceof NoResponseError || error instanceof ApiError) && error.mayHaveApplied;
}

/** What an update failed with after the service was asked for changes: the state notes those that it does not show. */
export function withUnseenChanges(
    error: InitializationError,
    inputs: Properties,
    changed: readonly string[],
): InitializationError {
    const { id, properties, message, code, cause } = error;
    const left = changed.filter((path) => !sameValue(getPath(properties, path), getPath(inputs, path)));
    if (left.length === 0) return error;
    const asked = left.map((path) => [path, getPath(inputs, path) ?? null] as const);
    const unseenChanges = { ...noted(properties), ...Object.fromEntries(asked) };
    const noticed = writeNotes(properties, { unseenChanges });
    return new InitializationError(id, noticed, properties, message, code).causedBy(cause);
}
