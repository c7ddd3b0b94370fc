import { ownerOfInputs } from "../contract/ownership-tag";
import type { Session } from "../runtime/session";
import { getPath, type Properties, UNKNOWN } from "../util/property-path";
import type { ObjectDefinition } from "./definition";
import { findReferences } from "./references";
import type { KindInAccount } from "./relations";
import { labelOf } from "./ownership";

/** The ids that both objects name in inputs whose ids are one object's at a time, each with its input; empty if there are none. */
export function sharedIds({ exclusive = [] }: ObjectDefinition, one: Properties, other: Properties): string {
    return exclusive
        .flatMap((path) => {
            const [these, those] = [getPath(one, path), getPath(other, path)];
            if (!Array.isArray(these) || !Array.isArray(those)) return [];
            const ids: unknown[] = these.filter((id) => id !== UNKNOWN && those.includes(id));
            return ids.length === 0 ? [] : [`${ids.join(", ")} (${path})`];
        })
        .join(" and ");
}

/**
 * Whether a replacement that keeps exclusive ids can come after the old object's deletion: nothing uses that one. If something
 * does, the order stays as it is, because some accounts let two objects have an id, and a warning says what the others need.
 */
export async function deletesForSharedIds(
    kind: KindInAccount,
    id: string,
    olds: Properties,
    news: Properties,
): Promise<boolean> {
    const { definition, session } = kind;
    const shared = sharedIds(definition, olds, news);
    if (shared === "") return false;
    const users = await findReferences(kind, id).catch(() => undefined);
    if (users?.length === 0) return true;
    const [user] = users ?? [];
    const { noun } = definition;
    const used = user === undefined ? "may be in use" : `is used by the ${user.kind.noun} ${user.id}`;
    session.report.warn(
        `${labelOf(definition, news)}: the ${noun} ${id} is replaced and ${used}, and its replacement has ${shared} too. By the API's reference only one ${noun} can have it at a time: an account that enforces this refuses the replacement, and nothing is lost. Give the replacement others.`,
        "CMK1011",
    );
    return false;
}

/** Warns of an object of the same program that names the same exclusive ids. */
export function warnOfSharedIds(definition: ObjectDefinition, session: Session, inputs: Properties): void {
    const { exclusive, noun } = definition;
    const owner = ownerOfInputs(inputs);
    if (exclusive === undefined || owner === undefined) return;
    const key = `${getText(inputs, "accountId")} ${definition.path}`;
    const others = session.programInputs.get(key) ?? new Map<string, Properties>();
    session.programInputs.set(key, others);
    for (const [name, other] of others) {
        // A resource that is replaced is checked twice.
        const shared = others.has(owner.resource) ? "" : sharedIds(definition, other, inputs);
        if (shared === "") continue;
        session.report.warn(
            `${owner.resource}: ${shared} is in "${name}" of this stack too. By the API's reference only one ${noun} can have it at a time, and an account that enforces this refuses the second. Give each its own.`,
            "CMK1011",
        );
    }
    others.set(owner.resource, inputs);
}

function getText(properties: Properties, path: string): string {
    const value = getPath(properties, path);
    return typeof value === "string" ? value.toLowerCase() : "";
}
