import { ReportedError } from "../api/errors";
import { snakeCase } from "../util/case";
import type { Properties } from "../util/property-path";
import type { ObjectDefinition } from "./definition";
import { idOf } from "../api/codec";
import type { KindInAccount } from "./relations";

/** An object that names another one. */
export interface Reference {
    readonly kind: ObjectDefinition;
    readonly id: string;
    readonly response: Properties;
}

/** The objects of the account that name this one by its id. */
export async function findReferences(
    { definition, session, relations, context: { accountId } }: KindInAccount,
    id: string,
): Promise<Reference[]> {
    const kinds = relations.usersOf(definition);
    const found = await Promise.all(
        kinds.map(async (kind) => {
            const objects = await session.collectionFor(kind, accountId).list();
            return [...objects.values()].flatMap((response) =>
                names(response, id) ? [{ kind, id: idOf(kind, response), response }] : [],
            );
        }),
    );
    return found.flat();
}

/**
 * Fails if an object is to be deleted that another one of the account still names. The service refuses that too, unless it is
 * late itself: a workspace whose key has just been changed may need the old registration for a while.
 */
export async function requireUnused(
    { definition, session, relations, context: { accountId } }: KindInAccount,
    id: string,
): Promise<void> {
    for (const kind of relations.usersOf(definition)) {
        const collection = session.collectionFor(kind, accountId);
        for (const [user, listed] of await collection.recentList()) {
            if (pathOf(kind, listed, id) === undefined) continue;
            // A list may be late.
            const path = pathOf(kind, (await collection.get(user)) ?? {}, id);
            if (path === undefined) continue;
            throw new ReportedError(
                `The ${definition.noun} ${id} is not deleted: the ${kind.noun} ${user} of the account still names it (${path}). If that ${kind.noun} is being changed or deleted, run the command again when that is done; if it only waits for its deletion in this stack, once with --continue-on-error, and then again. Otherwise remove it there first; to keep the ${definition.noun}, remove it from the state (\`pulumi state delete <its urn>\`).`,
                "CMK1013",
            );
        }
    }
}

/** Where a response names this id, as a dotted path of the API's names. What its tags say is not a reference. */
function pathOf({ tagsField }: ObjectDefinition, response: Properties, id: string): string | undefined {
    const entries = Object.entries(response).filter(
        ([name]) => tagsField === undefined || name !== snakeCase(tagsField),
    );
    return pathIn(Object.fromEntries(entries), id);
}

function pathIn(value: unknown, id: string): string | undefined {
    if (typeof value !== "object" || value === null) return undefined;
    for (const [name, member] of Object.entries(value)) {
        if (member === id) return name;
        const inner = pathIn(member, id);
        if (inner !== undefined) return `${name}.${inner}`;
    }
    return undefined;
}

/** Whether a response holds this id anywhere. */
export function names(response: unknown, id: string): boolean {
    if (response === id) return true;
    if (typeof response !== "object" || response === null) return false;
    return Object.values(response).some((value) => names(value, id));
}

/**
 * Fails if an object is to be deleted before its replacement is created, because a fixed name can exist only once, and the
 * service refuses the deletion because the object is in use.
 */
export async function requireFreeName(kind: KindInAccount, id: string): Promise<void> {
    const [user] = await findReferences(kind, id).catch(() => []);
    if (user === undefined) return;
    const { definition } = kind;
    const name = definition.nameField ?? definition.unique?.[0] ?? "its name";
    throw new ReportedError(
        `The ${definition.noun} ${id} needs a replacement, and ${name} keeps its value, which only one ${definition.noun} can have: the old one would have to be deleted first, and the service refuses that while the ${user.kind.noun} ${user.id} uses it. Leave ${name} out (a name is then generated), or change it together with the rest.`,
        "CMK1013",
    );
}
