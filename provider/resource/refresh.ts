import type { Session } from "../runtime/session";
import type { Settings } from "../runtime/settings";
import { getPath, type Properties, sameValue, setPath } from "../util/property-path";
import type { ObjectDefinition } from "./definition";
import { differences, setPaths, pathsOf } from "./diff";
import { labelOf } from "./ownership";

/**
 * The inputs for the state after a refresh that found drift which only a replacement would take back; `undefined` if there is
 * none: the engine then keeps the inputs that it has.
 *
 * `check` compares old inputs with new ones. With the drift in the old inputs the next `pulumi up` sees the change where it is
 * judged and where policy packs see it, and not in the outputs alone.
 */
export function refreshedInputs(
    definition: ObjectDefinition,
    before: Properties,
    now: Properties,
    settings: Settings,
): Record<string, unknown> | undefined {
    const set = setPaths(definition, before);
    if (set === undefined) return undefined;
    const drift = pathsOf(differences(definition, now, before, settings), "replace", "refuse").filter((path) =>
        set.has(path),
    );
    if (drift.length === 0) return undefined;
    const inputs: Record<string, unknown> = { owner: before["owner"] };
    for (const [path, { deprecatedAliasOf }] of Object.entries(definition.fields)) {
        if (!set.has(path)) continue;
        const name = deprecatedAliasOf ?? path;
        setPath(inputs, path, getPath(drift.includes(name) ? now : before, name));
    }
    return inputs;
}

/** One update, as the engine asked for it and as it ended. */
interface UpdateResult {
    readonly id: string;
    readonly olds: Properties;
    readonly news: Properties;
    readonly outs: Record<string, unknown>;
}

/**
 * The state after an update. Drift of what cannot be changed in place, which the update happened to see, stays for `pulumi
 * refresh` to find: in the outputs alone, the next `pulumi up` would replace the object without a check of it.
 */
export function keepKnownDrift(
    definition: ObjectDefinition,
    session: Session,
    { id, olds, news, outs }: UpdateResult,
): Record<string, unknown> {
    const found = differences(definition, outs, news, session.settings).filter(
        ({ path, change }) =>
            (change === "replace" || change === "refuse") && sameValue(getPath(olds, path), getPath(news, path)),
    );
    if (found.length === 0) return outs;
    const state = { ...outs };
    for (const { path } of found) setPath(state, path, getPath(olds, path) ?? null);
    const paths = found.map(({ path }) => path).join(" and ");
    session.report.warn(
        `${labelOf(definition, news)}: ${paths} of the ${definition.noun} ${id} was changed outside Pulumi. Nothing was done about it: \`pulumi refresh\` brings it into the state, and the next \`pulumi preview\` shows what it leads to.`,
        "CMK1010",
    );
    return state;
}
