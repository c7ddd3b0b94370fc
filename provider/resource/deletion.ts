import { ownerOfInputs } from "../contract/ownership-tag";
import { isRecord, type Properties } from "../util/property-path";
import type { ObjectAccess } from "./access";
import type { Lifecycle } from "./lifecycle";
import { hearOthers } from "./others";
import { requireUnused } from "./references";

/**
 * Deletes an object, unless it belongs to somebody else by now: to another resource of this stack, to this one through a later state
 * entry, or to another stack.
 */
export async function deleteOwn(
    access: ObjectAccess,
    lifecycle: Lifecycle,
    id: string,
    properties: Properties,
): Promise<void> {
    const { definition, session } = access;
    await hearOthers({ definition, session, lifecycle }, id);
    const { claims } = session;
    const owner = ownerOfInputs(properties);
    const kept = { decision: "kept", ids: [id], resource: owner?.resource } as const;
    const other = claims.ownerOf(definition, id, owner);
    const isOlder = claims.wasAdoptedLater(definition, id, properties) || lifecycle.wasAdoptedLater?.(id, properties);
    if (isRecord(other) || isOlder === true) {
        const name = (isRecord(other) ? other : owner)?.resource;
        const by = name === undefined ? "another resource" : `"${name}"`;
        const why = `The ${definition.noun} ${id} is not deleted: it belongs to ${by} of this stack now.`;
        return session.announce({ ...kept, why });
    }
    const tagged = await access.otherOwner(id, properties);
    if (tagged?.ofThisStack === false) {
        const why = `The ${definition.noun} ${id} is not deleted: its ownership tag names another stack, which now manages it.`;
        return session.announce({ ...kept, why, code: "CMK1006" });
    }
    if (tagged?.resource !== undefined) {
        const why = `The ${definition.noun} ${id} is not deleted: its ownership tag names the resource "${tagged.resource}" of this stack, and this entry of the state is of "${owner?.resource ?? ""}". If nothing has it any more, delete it in the account console, or give a resource adopt: "${id}".`;
        return session.announce({ ...kept, why, code: "CMK1007" });
    }
    claims.claim(definition, id, owner);
    await requireUnused(access.requestFor(properties), id);
    const collection = access.collectionOf(properties);
    if (lifecycle.remove !== undefined) await lifecycle.remove(id, properties, collection);
    else await collection.delete(id);
}
