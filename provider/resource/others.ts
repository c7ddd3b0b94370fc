import type { Told } from "../runtime/others";
import type { Session } from "../runtime/session";
import type { ObjectDefinition } from "./definition";
import type { Lifecycle } from "./lifecycle";

/** How long the engine may take, in milliseconds, to call every process of a run with what it deletes at the same time. */
const ALL_CALLED = 300;

/** Who hears of objects of a kind. */
interface Listener {
    readonly definition: Pick<ObjectDefinition, "path">;
    readonly session: Pick<Session, "claims" | "clock" | "others">;
    readonly lifecycle: Pick<Lifecycle, "learn">;
}

/**
 * Before an object is deleted: learns what the other processes of this run have heard of it, and of what concerns it. What nobody
 * has heard of is asked for once more: in a `destroy`, the calls of all processes come at the same time.
 */
export async function hearOthers(listener: Listener, id: string): Promise<void> {
    const { session } = listener;
    if ((await hearNow(listener, id)) !== "nothing") return;
    await session.clock.sleep(ALL_CALLED);
    await hearNow(listener, id);
}

/** What the other processes say at this moment. */
export async function hearNow(
    { definition, session, lifecycle }: Listener,
    id: string,
): Promise<"alone" | "nothing" | "something"> {
    const { others, claims } = session;
    if (others === undefined) return "alone";
    const asked = new Set<string>();
    let open = [id];
    let hasHeard = false;
    while (open.length > 0) {
        for (const one of open) asked.add(one);
        const told = await others.ask({ kind: definition.path, ids: open });
        if (told.length === 0) return "alone";
        hasHeard ||= told.some(saysSomething);
        for (const one of told.flatMap((each) => each.claims)) claims.learn(definition, one);
        const found = told.flatMap(({ ofKind }) => lifecycle.learn?.(ofKind) ?? []);
        open = [...new Set(found)].filter((one) => !asked.has(one));
    }
    return hasHeard ? "something" : "nothing";
}

function saysSomething({ claims, ofKind }: Told): boolean {
    return ofKind.length > 0 || claims.some(({ owners }) => Array.isArray(owners) && owners.length > 0);
}
