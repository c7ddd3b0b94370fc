import { ApiError, NoResponseError } from "../api/errors";
import { matchTag } from "../contract/ownership-tag";
import { WaitProgress } from "../runtime/wait-progress";
import { getPath, type Properties, sameValue, setPath } from "../util/property-path";
import { goneError } from "./access";
import type { CreateRequest } from "./create";
import { differences, setPaths } from "./diff";
import { InitializationError, withRemedy } from "./errors";
import { labelOf, ownershipTagOf } from "./ownership";
import { toRequestBody, toState, toTaggedBody } from "./mapping";

/**
 * Changes these inputs of an object that exists, once. After a lost response the object is read, and the request is repeated
 * only if it had no effect.
 */
export async function writeChanges(request: CreateRequest, id: string, changed: readonly string[]): Promise<void> {
    const { definition, inputs } = request;
    try {
        await (definition.updateWith === "PUT" ? replaceAll(request, id) : changeOnce(request, id, changed));
    } catch (error) {
        throw withRemedy(definition, inputs, error);
    }
}

async function replaceAll(request: CreateRequest, id: string): Promise<void> {
    const { definition, collection } = request;
    await collection.replace(id, toRequestBody(definition, await withDefaults(request, id)));
}

async function changeOnce(request: CreateRequest, id: string, changed: readonly string[]): Promise<void> {
    const { definition, collection, inputs, owner } = request;
    const body = toTaggedBody(definition, inputs, owner, changed);
    try {
        await collection.patch(id, body);
    } catch (error) {
        if (!(error instanceof NoResponseError) || !error.mayHaveApplied) throw error;
        // Nobody knows then what became of the change.
        const response = await collection.get(id).catch(() => {
            throw error;
        });
        if (response === undefined) throw goneError(definition, id);
        if (Object.entries(body).every(([name, value]) => sameValue(response[name], value))) return;
        try {
            await collection.patch(id, body);
        } catch (again) {
            // The service may still be at the first one, and refuse the second for that.
            if (again instanceof ApiError) again.mayHaveApplied = true;
            throw again;
        }
    }
}

/** The inputs for a change of the ownership tag: tags that the program never gave, somebody else did, and they stay. */
export async function withExistingTags({ definition, collection, inputs, context }: CreateRequest, id: string) {
    const { tagsField } = definition;
    if (tagsField === undefined || getPath(inputs, tagsField) !== undefined) return inputs;
    const response = await collection.get(id);
    const tags = response && getPath(toState(definition, inputs, response, context), tagsField);
    return tags === undefined ? inputs : { ...inputs, [tagsField]: tags };
}

/**
 * Waits until an object carries its new owner after the update that changed it, and fails if it does not in time. The state
 * keeps the old owner, so that the next `pulumi up` asks again.
 */
export async function requireOwnTag(request: CreateRequest, id: string, state: Properties): Promise<void> {
    const { definition, session, collection, owner, inputs } = request;
    const isOwn = (response: Properties | undefined) =>
        owner === undefined ||
        (response !== undefined && matchTag(owner, ownershipTagOf(definition, response)) !== undefined);
    if (isOwn(await collection.get(id))) return;
    await collection.poller.waitFor<true>(
        id,
        "update",
        session.settings.updateTimeout,
        (response) => (isOwn(response) ? { result: true } : undefined),
        () =>
            new InitializationError(
                id,
                state,
                inputs,
                `The ${definition.noun} ${id} had another name or another stack before, and the service did not take its new ownership tag. Run \`pulumi up\` to ask again.`,
                "CMK2015",
            ),
    );
}

/**
 * Waits until the service shows every changed input, and returns the state then: it responds to a PATCH before the change is made,
 * shows the new value at once or minutes later, and may take it back silently.
 *
 * Fails with an `InitializationError` that names the inputs which the service did not take; its state says what exists.
 */
export async function waitUntilShown(
    request: CreateRequest,
    id: string,
    state: Record<string, unknown>,
    changed: readonly string[],
    toLatest: (response: Properties) => Record<string, unknown>,
): Promise<Record<string, unknown>> {
    const { definition, session, collection, inputs } = request;
    const { settings } = session;
    const missing = (latest: Properties) =>
        differences(definition, latest, inputs, settings)
            .map(({ path }) => path)
            .filter((path) => changed.includes(path));
    if (missing(state).length === 0) return state;
    const progress = { latest: state };
    const shown = new WaitProgress(session);
    const label = labelOf(definition, inputs);
    const final = await collection.poller.waitFor(
        id,
        "update",
        settings.updateTimeout,
        (response) => {
            if (response === undefined) throw goneError(definition, id);
            progress.latest = toLatest(response);
            const left = missing(progress.latest);
            if (left.length === 0) return { result: progress.latest };
            if (session.cancelled?.aborted === true) throw notSeen(request, id, progress.latest, left);
            shown.show(() => `${label}: waiting until the service shows the changed ${left.join(" and ")}`);
            return undefined;
        },
        () => notTaken(request, id, progress.latest, missing(progress.latest)),
    );
    shown.ended(id, `until the service showed the changed ${changed.join(" and ")}`);
    return final;
}

function notTaken(
    { definition, session, inputs }: CreateRequest,
    id: string,
    state: Properties,
    left: readonly string[],
) {
    const values = left.map((path) => `${path} (it shows ${JSON.stringify(getPath(state, path) ?? "nothing")})`);
    return new InitializationError(
        id,
        state,
        inputs,
        `The service accepted a change of the ${definition.noun} ${id}, but after ${session.settings.updateTimeout / 1000} s it does not show it: ${values.join("; ")}. The state says what exists. Run \`pulumi up\` to ask again, or change the program to match; databricks:updateTimeoutSeconds allows it more time.`,
        "CMK2015",
    );
}

/** Somebody cancelled the wait for a change. */
function notSeen({ definition, inputs }: CreateRequest, id: string, state: Properties, left: readonly string[]) {
    return new InitializationError(
        id,
        state,
        inputs,
        `The service was asked to change the ${definition.noun} ${id}, and does not show it yet: ${left.join("; ")}. The wait was cancelled. The next \`pulumi up\` looks at what has become of it.`,
        "CMK2015",
    );
}

/**
 * The inputs, completed for a PUT, which replaces everything: with what exists for inputs that the program never gave, and with
 * what leaving out means to the service for those that it took away.
 */
async function withDefaults(request: CreateRequest, id: string): Promise<Properties> {
    const { definition, collection, inputs, context } = request;
    const response = await collection.get(id);
    if (response === undefined) throw goneError(definition, id);
    const state = toState(definition, inputs, response, context);
    const set = setPaths(definition, inputs);
    const whole = { ...inputs };
    for (const [path, { computed, apiDefault }] of Object.entries(definition.fields)) {
        if (getPath(whole, path) !== undefined) continue;
        const neverGiven = computed === true || set?.has(path) === false;
        setPath(whole, path, neverGiven ? (getPath(state, path) ?? apiDefault) : apiDefault);
    }
    return whole;
}
