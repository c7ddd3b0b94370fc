import type { Collection } from "../../../api/collection";
import { matchTag, ownerOfInputs } from "../../../contract/ownership-tag";
import { ownershipTagOf } from "../../../resource/ownership";
import { getString, type Properties } from "../../../util/property-path";
import { workspaceObject } from "../definition";
import type { HandoverLifecycle } from "./lifecycle";
import { verifyMove } from "./move";
import { newSource } from "./sources";

/**
 * The workspace that was created later for the same resource and has everything that is in this one, though this process has not heard of it;
 * `undefined` if there is none. With the plugin each provider of a program has a process of its own, so one may delete what another one
 * has replaced. Nothing is copied here: what is missing, the process copies that knows of both.
 *
 * Only a later one counts, so that of two equal workspaces one stays.
 *
 * @param response what the account shows of this one.
 */
export async function laterWorkspaceWithAll(
    lifecycle: HandoverLifecycle,
    leaving: { readonly id: string; readonly state: Properties; readonly response: Properties | undefined },
    collection: Collection,
): Promise<string | undefined> {
    const { id, state, response = {} } = leaving;
    const [owner, created] = [ownerOfInputs(state), workspaceObject.createdAt(response)];
    if (owner === undefined || created === undefined || lifecycle.session.claims.knowsState) return undefined;
    for (const [to, other] of await collection.list()) {
        const isOfResource = matchTag(owner, ownershipTagOf(workspaceObject, other)) !== undefined;
        const isLater = (workspaceObject.createdAt(other) ?? 0) > created;
        if (!isOfResource || !isLater || getString(other, "workspace_status") !== "RUNNING") continue;
        if (lifecycle.run.hasDeparted(to) || lifecycle.run.isLeaving(to)) continue;
        const source = newSource(id, undefined);
        const handover = { from: id, to, phase: "due", source, equalPairs: new Map(), report: undefined } as const;
        const move = await lifecycle.moveOf(handover, state, collection);
        if (move !== undefined && (await verifyMove(move))) return to;
    }
    return undefined;
}
