import { ReportedError } from "../../api/errors";
import type { Session } from "../../runtime/session";
import { getPath, holdsUnknown, type Properties, UNKNOWN } from "../../util/property-path";
import { keyChangeMode } from "./definition";
import { describeKeyChange, isSameKmsKey, KEY_FIELDS, type KeyChange } from "./key-change";
import { neverRan } from "./status";

/** A replacement of a workspace that a diff has found. */
export interface Replacement {
    readonly session: Session;
    readonly id: string;
    /** What exists, by the state. */
    readonly olds: Properties;
    readonly news: Properties;
    /** The inputs that only a replacement changes. */
    readonly paths: readonly string[];
    /** What the resource is called in lines for the user. */
    readonly label: string;
    /** The changes that a check of this process announced; `undefined` where the engine asked for no check. */
    readonly judged: ReadonlySet<string> | undefined;
}

/**
 * Decides about a replacement of a workspace that may hold notebooks: it passes with a warning, or fails.
 *
 * - The engine compares at a refresh too, with old inputs and without a check: nothing is decided there.
 * - Before a resource is deleted first, the engine compares its dependents with unknown values, and deletes those that would
 *   be replaced before their program has been heard. That never costs a workspace.
 * - `forbid` fails, whoever found the key change.
 * - A change that no check has announced (no policy pack saw it) fails and asks for a refresh.
 */
export async function judgeReplacement(replacement: Replacement): Promise<void> {
    const { olds, news, paths, judged, session, id, label } = replacement;
    if (neverRan(olds)) return;
    if (judged === undefined) {
        if (!holdsUnknown(news)) return;
        throw new ReportedError(
            `${label}: a resource that it depends on (${paths.join(", ")}) is to be deleted before it is replaced, and the workspace ${id} with every notebook would be deleted with it. Nothing was changed. Take deleteBeforeReplace away from that resource, and leave its name out where it has a fixed one: its replacement is then created first.`,
        );
    }
    const change = keyChangeIn(replacement);
    const unjudged = paths.filter((path) => !judged.has(path));
    if (change !== undefined && keyChangeMode(news, session.settings) === "forbid") {
        throw new ReportedError(
            `${label}: ${describeKeyChange(change)}, which would replace the workspace ${id} and lose every notebook in it, and onKeyChange is "forbid". Nothing was changed.${unjudged.length > 0 ? " The key was changed outside Pulumi, or an update was not taken: run `pulumi refresh`, and let the program name the key that the workspace has now." : ""}`,
        );
    }
    if (unjudged.length > 0) {
        throw new ReportedError(
            `${label}: ${unjudged.join(" and ")} of the workspace ${id} differs from the program, which a check of this program could not see: it was changed outside Pulumi, or an update was not taken. Nothing was changed. Run \`pulumi refresh\`; \`pulumi preview\` then shows what the difference leads to.`,
        );
    }
    session.report.warn(await warning(replacement, change));
}

function keyChangeIn({ paths, olds, news }: Replacement): KeyChange | undefined {
    const field = KEY_FIELDS.find((key) => paths.includes(key));
    if (field === undefined) return undefined;
    const [from, to] = [getPath(olds, field), getPath(news, field)];
    return {
        field,
        from: typeof from === "string" ? from : undefined,
        to: typeof to === "string" ? to : undefined,
    };
}

async function warning(
    { session, olds, news, paths, label }: Replacement,
    change: KeyChange | undefined,
): Promise<string> {
    const may = paths.every((path) => getPath(news, path) === UNKNOWN);
    if (change === undefined) {
        return `${label}: a changed ${paths.join(" and ")} needs a new workspace, so this one ${may ? "may be" : "is"} replaced, and EVERY NOTEBOOK IN IT IS LOST. Instead: take the change back, or create a second workspace and move the notebooks; retainOnDelete keeps the old one meanwhile.`;
    }
    const same = await isSameKmsKey(session, olds, change);
    const inPlace =
        change.to === undefined
            ? ""
            : ' On an account whose service can change the key in place, onKeyChange: "update" loses nothing.';
    return `${label}: ${describeKeyChange(change)}, so the workspace ${may || change.to === UNKNOWN ? "may be" : "is"} replaced, and EVERY NOTEBOOK IN IT IS LOST.${inPlace}${same ? " Both are the same KMS key, registered again: keep the old registration and nothing is lost." : ""} Otherwise bring the key back, or create a second workspace with the new key and move the notebooks; retainOnDelete keeps the old one meanwhile.`;
}
