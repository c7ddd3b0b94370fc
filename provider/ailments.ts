import type { AccountObject } from "./account-object";
import { propertiesOf } from "./dialect";
import { at, type Properties, textAt } from "./properties";
import type { Session } from "./session";

/** The longest that one thing's words may be in an error. */
const LONGEST = 500;

/**
 * What the objects that this one stands on, near or far, say is wrong with them: a workspace's network, and the VPC
 * endpoints of that. Each is a sentence that names its object. They help to understand a failure and are never the
 * failure itself, so what cannot be read is left out.
 */
export async function ailmentsBelow(
    session: Session,
    object: AccountObject,
    state: Properties,
    seen = new Set<string>(),
): Promise<string[]> {
    const found: string[] = [];
    const accountId = textAt(state, "accountId");
    for (const [path, { refersTo }] of Object.entries(object.fields)) {
        if (refersTo === undefined) continue;
        const ids = [at(state, path)]
            .flat()
            .filter((id) => typeof id === "string")
            .filter((id) => !seen.has(`${refersTo.path}/${id}`));
        for (const id of ids) seen.add(`${refersTo.path}/${id}`);
        try {
            for (const [id, answer] of await session.place(refersTo, accountId).collection.readAll(ids)) {
                const below = answer && { ...propertiesOf(refersTo, answer), accountId };
                const sentences = below === undefined ? ["is gone"] : (refersTo.ailments?.(below) ?? []);
                found.push(...sentences.map((sentence) => shortened(`the ${refersTo.noun} ${id} ${sentence}`)));
                if (below !== undefined) found.push(...(await ailmentsBelow(session, refersTo, below, seen)));
            }
        } catch {
            // What says nothing of itself does not hide what is known already.
        }
    }
    return found;
}

function shortened(text: string): string {
    return text
        .replace(/\s+/g, " ")
        .slice(0, LONGEST)
        .replace(/[.\s]+$/, "");
}
