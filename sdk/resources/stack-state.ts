import * as pulumi from "@pulumi/pulumi";

import { idOutputOf, kinds, objectTypes, typeOf } from "../../provider/contract/kinds";
import { formatStateObjects, handedOver, type StateObject } from "../../provider/contract/state-objects";
import { currentStack, perStack } from "./stack";

/** The engine's own function that reads the state of a stack. */
const READ_STATE = "pulumi:pulumi:readStackResourceOutputs";

/** A resource in the state of a stack. */
export interface ResourceInState {
    readonly urn: string;
    readonly type: string;
    readonly outputs: Readonly<Record<string, unknown>>;
}

/**
 * The pauses before a state is read again, in milliseconds: in a backend of files, a read fails while the engine writes the state
 * of this very run.
 */
const READ_PAUSES = [20, 50, 100, 200, 400];

/** The resources in the state of a stack, by its full name; `undefined` if the state cannot be read. */
export async function readState(
    stackName: string,
    invoke: (token: string, args: { stackName: string }) => Promise<unknown> = pulumi.runtime.invoke,
): Promise<ResourceInState[] | undefined> {
    for (const pause of [...READ_PAUSES, undefined]) {
        try {
            return resourcesIn(await invoke(READ_STATE, { stackName }));
        } catch {
            // Also an engine without this function: nothing is known then.
            if (pause !== undefined) await new Promise((resolve) => setTimeout(resolve, pause));
        }
    }
    return undefined;
}

function resourcesIn(state: unknown): ResourceInState[] | undefined {
    const resources = memberOf(state, "outputs");
    if (typeof resources !== "object" || resources === null) return undefined;
    return Object.entries(resources).map(([urn, resource]: [string, unknown]) => {
        const [type, outputs] = [memberOf(resource, "type"), memberOf(resource, "outputs")];
        const isObject = typeof outputs === "object" && outputs !== null;
        return { urn, type: String(type), outputs: isObject ? Object.fromEntries(Object.entries(outputs)) : {} };
    });
}

/** The state with which this run of the program began, read once. */
export const stateAtStart = perStack(async () => {
    const stack = currentStack();
    return stack && readState(stack.name);
});

/**
 * The objects of this package in the state with which this run of the program began, as an input; `undefined` if the
 * state cannot be read. A preview asks too, so that it registers the same provider as the `up` that follows.
 *
 * The engine tells a dynamic provider about a resource only when it checks or compares it: with `--replace` and a taint it
 * never names the object that is being replaced. So the program asks the engine, once.
 */
export async function objectsInState(): Promise<string | undefined> {
    const resources = await stateAtStart();
    return resources && formatStateObjects(resources.flatMap(toStateObject));
}

/** The object of a resource; its id is the output that is named after its kind, for example `workspaceId`. */
function toStateObject({ urn, type, outputs }: ResourceInState): StateObject[] {
    const kind = objectTypes.find((name) => type.endsWith(`databricks-cmk:${name}`));
    if (kind === undefined) return [];
    const { [idOutputOf(kind)]: id, owner } = outputs;
    if (typeof id !== "string" || typeof owner !== "string") return [];
    return [{ handler: kinds[kind].handler, id, owner, urn, notes: handedOver(outputs) }];
}

/**
 * The ARNs of the KMS keys in the state with which this run began, without those that an `EncryptionKey` keeps: AWS is asked to
 * delete them when the program no longer has them. A dynamic provider hears nothing of the end of a resource in a preview, so
 * what depends on such a key can only say what would happen.
 */
export async function kmsKeysInState(): Promise<string[] | undefined> {
    const resources = await stateAtStart();
    const kept = resources?.flatMap(({ type, outputs: { keyRemoval, awsKeyInfo } }) =>
        type === typeOf("CustomerManagedKey") && keyRemoval === "retain" ? [JSON.stringify(awsKeyInfo)] : [],
    );
    return resources?.flatMap(({ type, outputs: { arn } }) =>
        /^aws(-native)?:kms[/:]/.test(type) &&
        typeof arn === "string" &&
        /:key\//.test(arn) &&
        !kept?.some((key) => key.includes(arn))
            ? [arn]
            : [],
    );
}

function memberOf(value: unknown, name: string): unknown {
    if (typeof value !== "object" || value === null) return undefined;
    return Object.entries(value).find(([key]) => key === name)?.[1];
}
