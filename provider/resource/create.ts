import type { Collection, Listed } from "../api/collection";
import { ApiError, NoResponseError, ReportedError, UnexpectedResponseError } from "../api/errors";
import type { OwnershipTag } from "../contract/ownership-tag";
import type { Properties } from "../util/property-path";
import { matchesInputs } from "./diff";
import { withRemedy } from "./errors";
import { idOf } from "../api/codec";
import { toState, toTaggedBody } from "./mapping";
import { withName } from "./naming";
import { ownershipTest } from "./ownership";
import { WaitProgress } from "../runtime/wait-progress";
import { propagationError, waitForPropagation } from "./propagation";
import type { KindInAccount } from "./relations";

/** One create, as its steps need it. */
export interface CreateRequest extends KindInAccount {
    readonly collection: Collection;
    readonly inputs: Properties;
    /** `undefined` for inputs that no class of this package wrote: then nothing is recovered. */
    readonly owner: OwnershipTag | undefined;
}

/** The pauses between looks for what a POST with a lost response created, in milliseconds: the service may still be at it. */
const LOST_CREATE_PAUSES = [0, 1_000, 3_000, 6_000];

/** How long after a POST whose response was lost a list may not show what that created, in milliseconds. */
const LISTED_AFTER = 30_000;

/** An object that was created. */
export interface Created {
    readonly response: Properties;
    /** In milliseconds since 1970: a list that was asked for after it shows everything that this create has made. */
    readonly listedFrom: number;
}

/** How often a POST is repeated whose response was lost or named an object that another resource has. */
const MAX_ATTEMPTS = 5;

/**
 * Creates an object, which is this resource's from then on.
 *
 * The API has no idempotency key, so after a lost response the collection is compared with how it was before, and the POST is
 * repeated only if nothing appeared. A fresh role or bucket that AWS does not show Databricks yet is waited for.
 */
export async function createObject(request: CreateRequest): Promise<Created> {
    const { definition, session, collection, inputs, owner } = request;
    const { clock, settings } = session;
    const body = toTaggedBody(definition, withName(definition, inputs, owner, clock.random()), owner);
    const end = clock.now() + settings.validationTimeout;
    const refusals: string[] = [];
    const wait = new WaitProgress(session);
    let lost = false;
    let repeated = 0;
    let listedFrom = clock.now();
    for (let waits = 0; ;) {
        try {
            const response = await collection.create(body);
            if (refusals.length > 0)
                wait.ended(idOf(definition, response), "until Databricks could use the role or bucket");
            if (claimNew(request, response)) return { response, listedFrom };
            // A create of the same content, whose own response was lost, has claimed the object: what that one created is ours.
            const other = owner && (await findLostCreate(request, owner, repeated === 0 ? LOST_CREATE_PAUSES : [0]));
            if (other !== undefined) return { response: other, listedFrom };
            if (++repeated >= MAX_ATTEMPTS) throw alreadyOwned(request, idOf(definition, response));
        } catch (error) {
            const propagating = error instanceof ApiError && definition.isPropagationError?.(error) === true;
            if (propagating) {
                refusals.push(error.detail);
                if (clock.now() >= end) throw propagationError(error, refusals, settings.validationTimeout);
                await waitForPropagation(request, error, waits++, end);
                continue;
            }
            const found = owner && (await findAfterFailure(request, owner, error, lost, repeated));
            if (found !== undefined) return { response: found, listedFrom };
            if (!isLost(error) || owner === undefined || ++repeated >= MAX_ATTEMPTS)
                throw withRemedy(definition, inputs, error);
            lost = true;
            listedFrom = clock.now() + LISTED_AFTER;
        }
    }
}

/** Claims the object of a response, unless another resource has it. */
function claimNew({ definition, session, owner }: CreateRequest, response: Properties): boolean {
    const id = idOf(definition, response);
    if (session.claims.isClaimed(definition, id)) return false;
    session.claims.claim(definition, id, owner);
    return true;
}

/** The service answered an equal POST with an object that exists, again and again. */
function alreadyOwned({ definition, session, owner }: CreateRequest, id: string): ReportedError {
    const other = session.claims.ownerOf(definition, id, owner);
    const by = typeof other === "object" ? `"${other.resource}"` : "another resource";
    return new ReportedError(
        `The service returned the ${definition.noun} ${id} for this create, which ${by} of this stack already has: it keeps one object for equal content. Nothing was created. Use that resource here too, or give this one different content.`,
        "CMK1007",
    );
}

function isLost(error: unknown): boolean {
    return error instanceof NoResponseError && error.mayHaveApplied;
}

/**
 * What a create that failed may have created all the same: its response was lost, or had an odd shape, or a repeated POST met
 * the name that the first one took late.
 */
async function findAfterFailure(
    request: CreateRequest,
    owner: OwnershipTag,
    error: unknown,
    lost: boolean,
    repeated: number,
): Promise<Properties | undefined> {
    const late = lost && error instanceof ApiError && error.kind === "conflict";
    const odd = error instanceof UnexpectedResponseError;
    if (!(isLost(error) || late || odd) || repeated >= MAX_ATTEMPTS) return undefined;
    return findLostCreate(request, owner);
}

/** What a POST of this process created whose response was lost: it did not exist before, and no other resource has it. */
async function findLostCreate(
    request: CreateRequest,
    owner: OwnershipTag,
    pauses: readonly number[] = LOST_CREATE_PAUSES,
): Promise<Properties | undefined> {
    const { definition, session, collection, inputs } = request;
    for (const pause of pauses) {
        if (pause > 0) await session.clock.sleep(pause);
        const [before, now] = [await collection.firstList(), await collection.list()];
        const found = newUnclaimed(request, before, now, owner).find(([, response]) => {
            const state = toState(definition, inputs, response, request.context);
            return matchesInputs(definition, state, inputs, session.settings);
        });
        if (found === undefined) continue;
        session.claims.claim(definition, found[0], owner);
        return found[1];
    }
    return undefined;
}

/** What of a list did not exist before and is no resource's, as far as it was asked for: a thousand creates ask about one list. */
const unclaimed = new WeakMap<Listed, [string, Properties][]>();

/** The objects of this owner that did not exist before and that no resource has. */
export function newUnclaimed(
    request: CreateRequest,
    before: Listed,
    now: Listed,
    owner: OwnershipTag,
): [string, Properties][] {
    const { definition, session } = request;
    const isOwned = ownershipTest(request, owner);
    const rest = (unclaimed.get(now) ?? [...now].filter(([id]) => !before.has(id))).filter(
        ([id]) => !session.claims.isClaimed(definition, id),
    );
    unclaimed.set(now, rest);
    return rest.filter(([, response]) => isOwned(response) !== undefined);
}
