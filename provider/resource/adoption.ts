import { ReportedError } from "../api/errors";
import { belongsToStack, matchTag } from "../contract/ownership-tag";
import { getPath, getString, isRecord, type Properties } from "../util/property-path";
import type { CreateRequest } from "./create";
import { conflicts } from "./diff";
import { toState } from "./mapping";
import { ownershipTagOf } from "./ownership";

/**
 * The existing object that the program names with `adopt`, compared with what it asks for; `undefined` if it names none,
 * or if this resource has it already: then it is being replaced, and its replacement is a new object.
 */
export async function adoptExisting(request: CreateRequest): Promise<Properties | undefined> {
    const { definition, session, collection, inputs, owner, context } = request;
    const id = getString(inputs, "adopt");
    if (id === undefined) return undefined;
    const current = requireUnclaimed(request, id);
    // `--replace` and a taint compare nothing first: then only the state tells that it is this resource's.
    if (current || (owner && session.claims.objectsOf(definition, owner).includes(id))) return undefined;
    const response = await collection.get(id);
    if (response === undefined) {
        throw new ReportedError(
            `adopt: there is no ${definition.noun} ${id} in the account. Correct the id, or leave adopt out to create a new one.`,
            "CMK1004",
        );
    }
    requireKnownState(request, id, response);
    requireOwnStack(request, id, response);
    requireEqual(request, id, toState(definition, inputs, response, context));
    // Another resource may have adopted it while the account was asked.
    requireUnclaimed(request, id);
    session.claims.claim(definition, id, owner);
    session.decide({ decision: "adopted", ids: [id], why: "the program names it: adopt" });
    return response;
}

/** Whether this resource has the object already. Fails if another one of the stack has it. */
function requireUnclaimed({ definition, session, owner }: CreateRequest, id: string): boolean {
    const current = session.claims.ownerOf(definition, id, owner);
    if (!isRecord(current)) return current === true;
    throw new ReportedError(
        `adopt: the ${definition.noun} ${id} belongs to "${current.resource}" of this stack already. Use that resource, or take it out of the program first.`,
        "CMK1004",
    );
}

/**
 * With `--target` the state is not known: an object with this resource's own tag may be what it has, and `--target-replace` would
 * replace it with itself.
 */
function requireKnownState({ definition, owner, session }: CreateRequest, id: string, response: Properties): void {
    if (session.claims.isWholeProgram || owner === undefined) return;
    if (matchTag(owner, ownershipTagOf(definition, response)) === undefined) return;
    throw new ReportedError(
        `adopt: the ${definition.noun} ${id} carries the owner "${owner.resource}" of this stack, and with --target the engine does not say whether that resource has it already and is being replaced. Nothing was changed. Run \`pulumi up\` without --target, or with --target '**::databricks-cmk' beside it.`,
        "CMK1004",
    );
}

/** An object that carries another stack's tag has an owner who may delete it, and who would lose it. */
function requireOwnStack({ definition, inputs, owner }: CreateRequest, id: string, response: Properties): void {
    const tag = ownershipTagOf(definition, response);
    if (tag === undefined || owner === undefined || belongsToStack(owner, tag)) return;
    if (getPath(inputs, "adoptFromOtherStack") === true) return;
    throw new ReportedError(
        `adopt: the ${definition.noun} ${id} belongs to another stack (its ownership tag is "${tag}"). Two stacks that have one ${definition.noun} delete it from under each other. Take it out of that stack first (\`pulumi state delete\`), then set adoptFromOtherStack: true beside adopt. Nothing was changed.`,
        "CMK1004",
    );
}

function requireEqual({ definition, inputs, session }: CreateRequest, id: string, state: Properties): void {
    const different = conflicts(definition, state, inputs, session.settings);
    if (different.length === 0) return;
    const list = different.map(
        (path) =>
            `${path} is ${JSON.stringify(getPath(state, path) ?? "not set")}, the program says ${JSON.stringify(getPath(inputs, path) ?? "not set")}`,
    );
    throw new ReportedError(
        `adopt: the ${definition.noun} ${id} differs from the program in what cannot be changed: ${list.join("; ")}. Nothing was changed. Change the program to match.`,
        "CMK1004",
    );
}
