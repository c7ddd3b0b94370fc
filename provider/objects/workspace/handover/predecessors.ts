import { ReportedError } from "../../../api/errors";
import { belongsToStack, matchTag, type OwnershipTag } from "../../../contract/ownership-tag";
import type { CreateRequest } from "../../../resource/create";
import { matchesInputs } from "../../../resource/diff";
import { toState } from "../../../resource/mapping";
import { ownershipTagOf } from "../../../resource/ownership";
import { getString, type Properties } from "../../../util/property-path";
import { workspaceObject } from "../definition";

/** A workspace that a resource has when its replacement is created, and what the state says of it. */
export interface Predecessor {
    readonly id: string;
    readonly state: Properties;
}

/**
 * The workspace that a create replaces; `undefined` if the resource is new.
 *
 * The engine does not tell it to a create. Usually it is the one that this process has compared for the resource. With `--replace`
 * and a taint the engine compares nothing, and it is asked for here: it is the one that the state had under the resource's URN when
 * the program began. With `--target` nobody knows that state: then it is the one that carries the resource's ownership tag, if
 * the engine has said that there is one.
 *
 * @param isOthers whether a workspace belongs to another resource by now, which the state names under this one's old name.
 * @param isRenamed whether the resource that had this name has another one by now.
 * @param mustKnow whether nothing may be created as long as it is not known.
 */
export async function findPredecessor(
    request: CreateRequest,
    isOthers: (id: string) => boolean,
    isRenamed: boolean,
    mustKnow: boolean,
): Promise<Predecessor | undefined> {
    const { session, owner } = request;
    if (owner === undefined) return undefined;
    const { claims } = session;
    const inState = claims.stateObjectsOf(workspaceObject, owner, session.report.urn);
    const [first, ...others] = inState.filter(({ id }) => !isOthers(id));
    if (first !== undefined && others.length === 0) return { id: first.id, state: first.notes };
    // A check registers a renamed resource under its old name too.
    const exists = !isRenamed && claims.registrationOf(workspaceObject, owner)?.exists === true;
    if (!exists && others.length === 0 && claims.isWholeProgram) return undefined;
    const tagged = (await findTagged(request, owner)).filter((id) => !isOthers(id));
    const [only, ...more] = tagged;
    if (!exists && others.length === 0 && only === undefined) return undefined;
    if (exists && only !== undefined && more.length === 0) return { id: only, state: {} };
    if (!mustKnow || only === request.inputs["adopt"]) return undefined;
    throw new ReportedError(
        `${owner.resource}: ${only === undefined ? "it is to be replaced, and" : `the workspace ${only} carries its ownership tag, and`} the workspace whose content must be copied cannot be determined. Nothing was created. Run \`pulumi refresh\` and \`pulumi up\` without --target. With migrateContent: false no content is copied.`,
        "CMK3005",
    );
}

/** The workspaces that carry a resource's ownership tag, without those that `retainOnDelete` kept. */
async function findTagged({ collection }: CreateRequest, owner: OwnershipTag): Promise<string[]> {
    return [...(await collection.list())].flatMap(([id, response]) =>
        matchTag(owner, ownershipTagOf(workspaceObject, response))?.retained === false ? [id] : [],
    );
}

/** Whether a workspace runs, belongs to the stack and is what the program asks for. */
export function isAskedFor(
    { definition, inputs, context, session, owner }: CreateRequest,
    response: Properties,
): boolean {
    const isOwn = owner !== undefined && belongsToStack(owner, ownershipTagOf(definition, response));
    if (!isOwn || getString(response, "workspace_status") !== "RUNNING") return false;
    return matchesInputs(definition, toState(definition, inputs, response, context), inputs, session.settings);
}
