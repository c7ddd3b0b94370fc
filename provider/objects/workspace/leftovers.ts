import { belongsToStack, type OwnershipTag, ownerOfInputs } from "../../contract/ownership-tag";
import { ownershipTagOf } from "../../resource/ownership";
import type { Session } from "../../runtime/session";
import { workspaceObject } from "./definition";
import { sourcesOf } from "./handover/sources";

/** How long the account's list is waited for, in milliseconds: nothing depends on it. */
const LIST_TIME = 5_000;

/**
 * Names every workspace that carries the ownership tag of this stack and that no resource in the state has. An interrupted `up`
 * leaves one, and nobody would hear of it again once the program no longer asks for it. What waits for its deletion is not in the
 * state that a program can read, but the workspace of its resource that replaces it names it.
 *
 * @param stack the uuid of the stack's identity.
 */
export async function nameLeftovers(session: Session, stack: string): Promise<void> {
    const { clock, claims, report } = session;
    const collection = session.collectionFor(workspaceObject);
    const listed = await Promise.race([
        collection.firstList().catch(() => undefined),
        clock.sleep(LIST_TIME).then(() => undefined),
    ]);
    const inState = claims.inState(workspaceObject);
    /** A source that the program named is deleted by nobody; nor is one whose tag names another resource that is there. */
    const mayWait = (id: string, { ownerId }: OwnershipTag) => {
        const isLive = inState.some(({ owner }) => owner?.ownerId === ownerId);
        return inState.some(
            ({ owner, notes }) =>
                // Nobody has the name in the tag: the resource was renamed when it was replaced.
                (owner?.ownerId === ownerId || !isLive) &&
                sourcesOf(notes).some(({ from, isNamed }) => from === id && !isNamed),
        );
    };
    const created = (id: string) => Number(listed?.get(id)?.["creation_time"] ?? 0);
    /** What `retainOnDelete` has kept is older than what its resource has now; what an interrupted create has left is newer. */
    const mayBeKept = (id: string, { retained, ownerId }: OwnershipTag) =>
        retained &&
        !inState.some(({ id: current, owner }) => owner?.ownerId === ownerId && created(id) > created(current));
    for (const [id, response] of listed ?? []) {
        const owner = ownerOfInputs({ owner: ownershipTagOf(workspaceObject, response) });
        if (owner?.stack !== stack || claims.isInState(workspaceObject, id)) continue;
        if (mayWait(id, owner) || mayBeKept(id, owner)) continue;
        report.warn(describe(id, owner.resource, "this run adopts it if it needs it"), "CMK1009");
    }
}

/** Names, when a workspace is deleted, the others that carry the same tag and that no resource has, as far as this process was told. */
export async function nameSiblings(
    session: Session,
    id: string,
    owner: string | undefined,
    isKnown: (id: string) => boolean,
): Promise<void> {
    const own = ownerOfInputs({ owner });
    if (own === undefined) return;
    const listed = await session
        .collectionFor(workspaceObject)
        .firstList()
        .catch(() => undefined);
    for (const [other, response] of listed ?? []) {
        const tag = ownershipTagOf(workspaceObject, response);
        const theirs = ownerOfInputs({ owner: tag });
        if (other === id || isKnown(other) || theirs?.retained !== false || !belongsToStack(own, tag)) continue;
        if (theirs.ownerId === own.ownerId)
            session.announce({
                decision: "kept",
                ids: [other],
                why: describe(
                    other,
                    own.resource,
                    "it is not deleted here",
                    ", unless `--target` leaves that resource out",
                ),
                code: "CMK1009",
                resource: own.resource,
            });
    }
}

function describe(id: string, resource: string, outcome: string, unless = ""): string {
    return `The workspace ${id} carries the ownership tag of "${resource}" of this stack, and no live resource in the state has it${unless}: an interrupted \`pulumi up\` has left it, retainOnDelete has kept it, or it waits for its deletion; ${outcome}. Look in the account console whether anybody uses it. To use it, give a resource adopt: "${id}".`;
}
