import { NoResponseError, ReportedError } from "../api/errors";
import { getPath, type Properties, sameValue, setPath } from "../util/property-path";
import type { CreateRequest } from "./create";
import { givenPaths } from "./diff";
import { toRequestBody, toState, toTaggedBody } from "./mapping";

/**
 * Changes these inputs of an object that exists, once. After a lost response the object is read, and the request is repeated
 * only where it had no effect.
 */
export async function writeChanges(request: CreateRequest, id: string, changed: readonly string[]): Promise<void> {
    const { definition, collection, inputs, owner } = request;
    if (definition.updateWith === "PUT") {
        return collection.replace(id, toRequestBody(definition, await withDefaults(request, id)));
    }
    const body = toTaggedBody(definition, inputs, owner, changed);
    try {
        await collection.patch(id, body);
    } catch (error) {
        if (!(error instanceof NoResponseError) || !error.mayHaveApplied) throw error;
        const response = await collection.get(id);
        if (response === undefined) throw goneWhileChanged(request, id);
        if (!Object.entries(body).every(([name, value]) => sameValue(response[name], value)))
            await collection.patch(id, body);
    }
}

/**
 * The inputs, completed for a PUT, which replaces everything: with what exists where the program never gave a value, and with
 * what leaving out means to the service where the program took its own away.
 */
async function withDefaults(request: CreateRequest, id: string): Promise<Properties> {
    const { definition, collection, inputs, context } = request;
    const response = await collection.get(id);
    if (response === undefined) throw goneWhileChanged(request, id);
    const state = toState(definition, inputs, response, context);
    const given = givenPaths(definition, inputs);
    const whole = { ...inputs };
    for (const [path, { computed, apiDefault }] of Object.entries(definition.fields)) {
        if (getPath(whole, path) !== undefined) continue;
        const neverGiven = computed === true || given?.has(path) === false;
        setPath(whole, path, neverGiven ? (getPath(state, path) ?? apiDefault) : apiDefault);
    }
    return whole;
}

function goneWhileChanged({ definition }: CreateRequest, id: string): ReportedError {
    return new ReportedError(
        `The ${definition.noun} ${id} no longer exists: it was deleted outside Pulumi. Run \`pulumi refresh\`, then \`pulumi up\` creates a new one.`,
    );
}
