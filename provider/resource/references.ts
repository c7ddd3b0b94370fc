import { ReportedError } from "../api/errors";
import type { Session } from "../runtime/session";
import type { Properties } from "../util/property-path";
import type { ObjectDefinition } from "./definition";
import { idOf } from "../api/codec";
import { type OutputContext } from "./mapping";

/** An object that names another one. */
export interface Reference {
    readonly kind: ObjectDefinition;
    readonly id: string;
    readonly response: Properties;
}

/** The objects of the account that name this one by its id. */
export async function findReferences(
    definition: ObjectDefinition,
    session: Session,
    id: string,
    { accountId }: OutputContext,
): Promise<Reference[]> {
    const kinds = definition.referencedBy?.() ?? [];
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

/** Whether a response holds this id anywhere. */
export function names(response: unknown, id: string): boolean {
    if (response === id) return true;
    if (typeof response !== "object" || response === null) return false;
    return Object.values(response).some((value) => names(value, id));
}

/**
 * Fails where an object is to be deleted before its replacement is created, because a fixed name can exist only once, and the
 * service refuses the deletion because the object is in use.
 */
export async function requireFreeName(
    definition: ObjectDefinition,
    session: Session,
    id: string,
    context: OutputContext,
): Promise<void> {
    const [user] = await findReferences(definition, session, id, context).catch(() => []);
    if (user === undefined) return;
    const name = definition.nameField ?? definition.unique?.[0] ?? "its name";
    throw new ReportedError(
        `The ${definition.noun} ${id} needs a replacement, and ${name} keeps its value, which only one ${definition.noun} can have: the old one would have to be deleted first, and the service refuses that while the ${user.kind.noun} ${user.id} uses it. Leave ${name} out (a name is then generated), or change it together with the rest.`,
    );
}
