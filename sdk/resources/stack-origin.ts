import * as pulumi from "@pulumi/pulumi";

import { PLUGIN_PROVIDER, typeOf } from "../../provider/contract/kinds";
import { isStackUuid } from "../../provider/contract/ownership-tag";
import { fullStackName, movedStateError } from "../../provider/contract/stack-origin";
import { programError } from "../program-error";
import { isServedByPlugin } from "./served-by";
import { currentStack, perStack } from "./stack";
import { readState, type ResourceInState, stateAtStart } from "./stack-state";

const IDENTITY = typeOf("StackIdentity");
const OWN_TYPES = IDENTITY.replace("StackIdentity", "");

/**
 * The question to the user if another stack made the state with which this run began; `undefined` if this one made it itself,
 * or nothing tells. The objects in such a state are the other stack's, or were its own before it was renamed.
 *
 * Every resource brings it to its check, because with `--target` the engine checks the targets alone. The program reads the
 * state for it, because URNs that name another stack are new resources to the engine, and old ones to delete.
 */
export const movedStateQuestion = perStack(async (): Promise<string | undefined> => {
    const stack = currentStack();
    // The plugin asks by itself, when the engine has it check its configuration.
    if (stack === undefined || isServedByPlugin()) return undefined;
    const resources = (await stateAtStart()) ?? [];
    const ours = resources.filter(({ type }) => type.startsWith(OWN_TYPES));
    const foreign = ours.find(({ urn }) => !urn.startsWith(stack.urnPrefix));
    const identities = ours.filter(({ type }) => type === IDENTITY);
    const noted = identities.flatMap((identity) => stackNameOf(identity, stack.name) ?? []);
    const from = noted.find((name) => name !== stack.name) ?? (foreign && nameIn(foreign.urn));
    if (from === undefined) return undefined;
    const isCopy = await hasAny(from, identities);
    const isRenamed = new pulumi.Config("databricks").get("stackRenamedFrom") === from;
    if (isRenamed && !isCopy && foreign === undefined) return undefined;
    const urns = foreign && { from: prefixOf(foreign.urn), to: stack.urnPrefix };
    return movedStateError({ from, to: stack.name, isCopy, ...(urns && { urns }) });
});

/**
 * The uuid that the stack's identity has in the state. As an input it is known in a preview that gives the identity another
 * name, and with it the owner of every resource: what an update changes is unknown until then.
 */
export async function uuidInState(): Promise<string | undefined> {
    const identity = (await stateAtStart())?.find(({ type }) => type === IDENTITY);
    const uuid = identity?.outputs["uuid"];
    return typeof uuid === "string" && isStackUuid(uuid) ? uuid : undefined;
}

/** Rejects if another stack made the state. What is not a resource of this package, and so has no check of it, waits for this. */
export async function requireOwnState(): Promise<void> {
    const question = await movedStateQuestion();
    if (question !== undefined) throw programError(question, "CMK1003");
}

/** Whether the state of a stack has one of these identities, as a resource or as the plugin's. */
async function hasAny(stackName: string, identities: readonly ResourceInState[]): Promise<boolean> {
    const uuids = identities.map(({ outputs }) => outputs["uuid"]);
    const resources = (await readState(stackName)) ?? [];
    return resources.some(
        ({ type, outputs }) =>
            (type === IDENTITY && uuids.includes(outputs["uuid"])) ||
            (type === PLUGIN_PROVIDER && uuids.includes(outputs["stackUuid"])),
    );
}

/** The full name of the stack that an identity was made in, if it is of a release that notes it. */
function stackNameOf({ outputs: { stackName } }: ResourceInState, current: string): string | undefined {
    return typeof stackName === "string" ? fullStackName(stackName, current) : undefined;
}

/** The full name of the stack that a URN names, in the organization of this one. */
function nameIn(urn: string): string {
    const [, , stack, , project] = urn.split(":");
    return `${pulumi.getOrganization()}/${project}/${stack}`;
}

function prefixOf(urn: string): string {
    return `${urn.split("::", 2).join("::")}::`;
}
