import type { Listed } from "../api/collection";
import { ReportedError } from "../api/errors";
import { belongsToStack, type OwnershipTag } from "../contract/ownership-tag";
import type { Properties } from "../util/property-path";
import type { CreateRequest } from "./create";
import { matchesInputs } from "./diff";
import { toState } from "./mapping";
import { findReferences, type Reference } from "./references";
import { carriesOwner, type OwnershipMatch, ownershipTagOf, ownershipTest } from "./ownership";

/** How long an object that another resource of the program may have waits for it, in milliseconds. */
const OTHER_RESOURCES_MARGIN = 2_000;

/** How old an object may be, in milliseconds by the service's clock, that is adopted without being asked for. */
export const ADOPTION_AGE = 24 * 3600 * 1000;

/** An object that an interrupted create of this resource may have left. */
interface Candidate {
    readonly id: string;
    readonly response: Properties;
    readonly match: OwnershipMatch;
}

/**
 * Adopts what an interrupted create of this very resource left in the account, if anything.
 *
 * Such an object is recognised by its owner (a tag, a generated name) or, if it can carry none, by content that is equal
 * in every field. No resource that this process knows has it, no other object of the account names it, and it is what the
 * program asks for. What a kind demands beyond that, `accept` says; it returns the reason why an object is not adopted.
 *
 * If the object that is being replaced cannot be told from a leftover, nothing is adopted.
 */
export async function recoverOrphan(
    request: CreateRequest,
    accept: (id: string, response: Properties) => Promise<string | undefined>,
): Promise<Properties | undefined> {
    const { definition, session, owner, collection } = request;
    if (owner === undefined) return undefined;
    const held = session.claims.objectsOf(definition, owner);
    // `--replace` and taint compare nothing first, so the id of the object that is being replaced is not known.
    if (session.claims.registrationOf(definition, owner)?.exists === true && held.length === 0) return undefined;
    const listed = await collection.firstList();
    if (findCandidates(request, listed, owner, held).length === 0) return undefined;
    // Resources whose turn has yet to come may have it: one of the same content or, as a plugin is not told of the state, one that had
    // this resource's name before.
    if (!carriesOwner(definition, request.inputs) || !session.claims.knowsState)
        await session.clock.sleep(OTHER_RESOURCES_MARGIN);
    const heldByNow = session.claims.objectsOf(definition, owner);
    const candidates = await excludeReferenced(request, findCandidates(request, listed, owner, heldByNow));
    const [orphan, ...others] = sortByMatch(request, candidates);
    const found = orphan !== undefined && isAsked(request, orphan.response) ? orphan : undefined;
    reportOthers(request, owner, found === undefined ? candidates : others);
    if (found === undefined) return undefined;
    const reason = !session.claims.isWholeProgram
        ? "with --target the engine does not say what other resources have. Run `pulumi up` without --target, or with --target '**::databricks-cmk' beside it"
        : found.match.retained && held.length === 0
          ? "it was kept by retainOnDelete, or left by an interrupted create, and nothing tells which"
          : await accept(found.id, found.response);
    if (reason !== undefined) throw notAdopted(request, owner, found.id, reason);
    if (session.claims.isClaimed(definition, found.id))
        throw notAdopted(request, owner, found.id, "another resource of this stack has adopted it meanwhile");
    const why = `The ${definition.noun} ${found.id} was left by an interrupted create of "${owner.resource}" of this stack: it is adopted.`;
    session.announce({ decision: "adopted", ids: [found.id], why });
    session.claims.claim(definition, found.id, owner);
    return found.response;
}

/**
 * The objects of this owner that existed before this process and that no resource has. While another object of this resource
 * exists (it is being replaced), only what the service created after that one can be meant to replace it.
 */
function findCandidates(
    request: CreateRequest,
    listed: Listed,
    owner: OwnershipTag,
    held: readonly string[],
): Candidate[] {
    const { definition, session, inputs } = request;
    const test = ownershipTest(request, owner);
    const createdAt = (response: Properties | undefined) =>
        response === undefined ? undefined : definition.createdAt?.(response);
    const replaced = held.map((id) => listed.get(id)).filter((one) => one !== undefined && test(one) !== undefined);
    const since = Math.max(0, ...replaced.map((response) => createdAt(response) ?? 0));
    const withoutTime = carriesOwner(definition, inputs) ? since : -1;
    return [...listed].flatMap(([id, response]) => {
        // A resource that was renamed without an alias finds its object again, which the state has under the old name.
        if (carriesOwner(definition, inputs) && session.claims.isInState(definition, id)) return [];
        if (session.claims.isClaimed(definition, id) || (createdAt(response) ?? withoutTime) < since) return [];
        const match = test(response);
        return match === undefined ? [] : [{ id, response, match }];
    });
}

/**
 * Without what another object of the account names: an interrupted create never handed out the id of what it created. What is
 * recognised by its content alone must also be recent by the service's clock: an older one may be anybody's.
 */
async function excludeReferenced(request: CreateRequest, candidates: readonly Candidate[]): Promise<Candidate[]> {
    const { session, inputs, definition } = request;
    // A resource that was renamed without an alias finds its object again, which this stack's own workspaces use. Only if the
    // whole program runs it is known that no other resource has it.
    // What carries its owner was kept with retainOnDelete, or lost from the state: no resource has it if the state is known.
    const { isWholeProgram, knowsState } = session.claims;
    const mayBeUsed = carriesOwner(definition, inputs) ? knowsState : isWholeProgram;
    const isOwn = (user: Reference) => mayBeUsed && isOwnReference(request, user);
    const kept: Candidate[] = [];
    for (const candidate of candidates) {
        const users = await findReferences(request, candidate.id);
        if (users.length === 0 ? isRecent(request, candidate) : users.every(isOwn)) kept.push(candidate);
    }
    return kept;
}

function isRecent({ definition, inputs, session }: CreateRequest, { response }: Candidate): boolean {
    if (carriesOwner(definition, inputs)) return true;
    const [created, now] = [definition.createdAt?.(response), session.client.serverTime];
    return created !== undefined && now !== undefined && now - created < ADOPTION_AGE;
}

/** Whether a resource of this stack is the one that names an object. */
function isOwnReference({ session, owner }: CreateRequest, { kind, id, response }: Reference): boolean {
    const tag = ownershipTagOf(kind, response);
    return session.claims.isClaimed(kind, id) || (owner !== undefined && belongsToStack(owner, tag));
}

function isAsked({ definition, inputs, context, session }: CreateRequest, response: Properties): boolean {
    return matchesInputs(definition, toState(definition, inputs, response, context), inputs, session.settings);
}

function sortByMatch(request: CreateRequest, candidates: readonly Candidate[]): Candidate[] {
    const asked = candidates.filter(({ response }) => isAsked(request, response));
    return [...asked, ...candidates.filter((one) => !asked.includes(one))];
}

function reportOthers(request: CreateRequest, owner: OwnershipTag, others: readonly Candidate[]): void {
    const { definition, session } = request;
    for (const { id, response } of others) {
        const why = isAsked(request, response)
            ? `could have been created for "${owner.resource}" of this stack too, which needs no second one`
            : `carries the owner "${owner.resource}" of this stack, but differs from what the program asks for`;
        session.announce({
            decision: "kept",
            ids: [id],
            why: `The ${definition.noun} ${id} ${why}, so it is left alone. To use it, give a resource adopt: "${id}". Before you delete it in the account console, see that nobody uses it.`,
            code: "CMK1009",
        });
    }
}

function notAdopted({ definition }: CreateRequest, owner: OwnershipTag, id: string, reason: string): ReportedError {
    return new ReportedError(
        `The ${definition.noun} ${id} carries the owner "${owner.resource}" of this stack and is what the program asks for, but it is not adopted: ${reason}. Nothing was created. If it is this resource's, give this resource adopt: "${id}". For a new one, give the resource another name in the program.`,
        "CMK1009",
    );
}
