import type { ObjectDefinition } from "./definition";
import { fromResponse } from "./mapping";
import type { Relations } from "./relations";
import { getPath, type Properties, getString } from "../util/property-path";
import type { Session } from "../runtime/session";

/** The longest that one thing's words may be in an error. */
const MAX_SENTENCE_LENGTH = 500;

/**
 * What the objects that this one depends on, directly or not, say is wrong with them: a workspace's network, and the VPC
 * endpoints of that. Each is a sentence that names its object. They help to understand a failure and are never the
 * failure itself, so what cannot be read is left out.
 */
export async function explainFailure(
    { session, relations }: { readonly session: Session; readonly relations: Relations },
    object: ObjectDefinition,
    state: Properties,
    seen = new Set<string>(),
): Promise<string[]> {
    const found: string[] = [];
    const accountId = getString(state, "accountId");
    for (const [path, { references }] of Object.entries(object.fields)) {
        const refersTo = references && relations.definitionOf(references);
        // What says nothing, itself or by what it refers to, is not asked for.
        if (refersTo === undefined || !(refersTo.explainProblems !== undefined || refersToOthers(refersTo))) continue;
        const ids = [getPath(state, path)]
            .flat()
            .filter((id) => typeof id === "string")
            .filter((id) => !seen.has(`${refersTo.path}/${id}`));
        for (const id of ids) seen.add(`${refersTo.path}/${id}`);
        try {
            for (const [id, response] of await session.collectionFor(refersTo, accountId).getMany(ids)) {
                const below = response && { ...fromResponse(refersTo, response), accountId };
                const sentences = below === undefined ? ["is gone"] : (refersTo.explainProblems?.(below) ?? []);
                found.push(...sentences.map((sentence) => shortened(`the ${refersTo.noun} ${id} ${sentence}`)));
                if (below !== undefined)
                    found.push(...(await explainFailure({ session, relations }, refersTo, below, seen)));
            }
        } catch {
            // What says nothing of itself does not hide what is known already.
        }
    }
    return found;
}

function refersToOthers(object: ObjectDefinition): boolean {
    return Object.values(object.fields).some(({ references }) => references !== undefined);
}

function shortened(text: string): string {
    return text
        .replace(/\s+/g, " ")
        .slice(0, MAX_SENTENCE_LENGTH)
        .replace(/[.\s]+$/, "");
}
