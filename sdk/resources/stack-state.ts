import * as pulumi from "@pulumi/pulumi";

import { kinds } from "../../provider/contract/kinds";
import { formatStateObjects, notesOf, type StateObject } from "../../provider/contract/state-objects";

/** The engine's own function that reads the state of a stack. */
const READ_STATE = "pulumi:pulumi:readStackResourceOutputs";

/**
 * The objects of this package in the state with which this run of the program began, as an input; `undefined` where the
 * state cannot be read. A preview asks too, so that it registers the same provider as the `up` that follows.
 *
 * The engine tells a dynamic provider about a resource only when it checks or compares it: with `--replace` and a taint it
 * never names the object that is being replaced. So the program asks the engine, once.
 */
export async function objectsInState(): Promise<string | undefined> {
    try {
        const stackName = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
        const state: unknown = await pulumi.runtime.invoke(READ_STATE, { stackName });
        const resources = memberOf(state, "outputs");
        if (typeof resources !== "object" || resources === null) return undefined;
        return formatStateObjects(Object.entries(resources).flatMap(toStateObject));
    } catch {
        // A stack without a state yet, or an engine without this function: nothing is known then.
        return undefined;
    }
}

/** The object of a resource; its id is the output that is named after its kind, for example `workspaceId`. */
function toStateObject([urn, resource]: [string, unknown]): StateObject[] {
    const [type, outputs] = [memberOf(resource, "type"), memberOf(resource, "outputs")];
    const kind = Object.entries(kinds).find(
        ([name]) => typeof type === "string" && type.endsWith(`databricks-cmk:${name}`),
    );
    if (kind === undefined) return [];
    const [, { handler }] = kind;
    const [id, owner] = [memberOf(outputs, `${handler}Id`), memberOf(outputs, "owner")];
    if (typeof id !== "string" || typeof owner !== "string") return [];
    const notes = typeof outputs === "object" && outputs !== null ? notesOf({ ...outputs }) : {};
    return [{ handler, id, owner, urn, notes }];
}

function memberOf(value: unknown, name: string): unknown {
    if (typeof value !== "object" || value === null) return undefined;
    return Object.entries(value).find(([key]) => key === name)?.[1];
}
