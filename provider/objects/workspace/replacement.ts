import { ReportedError } from "../../api/errors";
import { pageInProject } from "../../contract/pages";
import type { ObjectAccess } from "../../resource/access";
import type { Comparison } from "../../resource/lifecycle";
import { getPath, holdsUnknown, UNKNOWN } from "../../util/property-path";
import { keyChangeMode } from "./definition";
import { describeKeyChange, inPlaceAdvice, isSameKmsKey, type KeyChange, keyChangeOf } from "./key-change";
import type { MigrationSettings } from "./migration-settings";
import { obstacle, previewContent } from "./replacement-preview";
import { isUnused } from "./status";

/** A replacement of a workspace that a diff has found. */
export interface Replacement extends Comparison {
    readonly access: ObjectAccess;
    /** Whether the content is copied before the old workspace goes, and how. */
    readonly content: MigrationSettings;
}

/**
 * Decides about a replacement of a workspace that may hold notebooks: it passes with a warning, or fails.
 *
 * - The engine compares at a refresh too, with old inputs and without a check: nothing is decided there.
 * - Before a resource is deleted first, the engine compares its dependents with unknown values, and deletes those that would
 *   be replaced before their program has been heard. That never costs a workspace.
 * - `forbid` fails, whoever found the key change.
 * - A change that no check has announced (no policy pack saw it) fails and asks for a refresh.
 * - A replacement whose content is to be copied fails if it is known that it cannot be.
 */
export async function judgeReplacement(replacement: Replacement): Promise<void> {
    const { access, id, olds, news, replaces: paths } = replacement;
    const { session } = access;
    if (isUnused(olds, news, session.client.serverTime)) return;
    const label = access.label(news);
    // Without a check the engine has announced nothing to anybody.
    const judged = access.registrationOf(olds, news)?.judged;
    if (judged === undefined) {
        if (!holdsUnknown(news)) return;
        throw new ReportedError(
            `${label}: a resource that it depends on (${paths.join(", ")}) is to be deleted first, and the workspace ${id} with every notebook would be deleted with it. Nothing was changed. If that resource is to be replaced, remove deleteBeforeReplace from it, and leave its name out if it has a fixed one: its replacement is then created first. In \`pulumi destroy --target\`, name the workspace alone, and that resource in a second command.`,
            "CMK3004",
        );
    }
    const change = keyChangeOf(paths, olds, news);
    const unjudged = paths.filter((path) => !judged.has(path));
    if (change !== undefined && keyChangeMode(news, session.settings) === "forbid") {
        throw new ReportedError(
            `${label}: ${describeKeyChange(change)}, which would replace the workspace ${id}, and onKeyChange is "forbid". Nothing was changed.${unjudged.length > 0 ? " The key was changed outside Pulumi, or an update was not taken: run `pulumi refresh`, and change the program to name the key that the workspace has now." : ""}`,
            "CMK3004",
        );
    }
    if (unjudged.length > 0) {
        throw new ReportedError(
            `${label}: ${unjudged.join(" and ")} of the workspace ${id} differs from the program, which a check of this program could not see: it was changed outside Pulumi, or an update was not taken. Nothing was changed. Run \`pulumi refresh\`; \`pulumi preview\` then shows what the difference leads to.`,
            "CMK1010",
        );
    }
    const content = replacement.content.enabled ? await contentSentence(replacement) : undefined;
    session.report.warn(await warning(replacement, change, content), "CMK3007");
}

/**
 * What a preview says about the content that is copied. If it cannot be copied, a replacement that is certain fails; one that
 * only may come, because a value is not known yet, is warned of.
 */
async function contentSentence(replacement: Replacement): Promise<string> {
    const { access, id, olds, news, content } = replacement;
    const { session } = access;
    const known = obstacle({
        session,
        id,
        olds,
        isDeletedFirst: replacement.nameCollides,
        changesAccount: access.contextOf(olds).accountId !== access.contextOf(news).accountId,
    });
    const { inventory, problem = known } =
        known === undefined ? await previewContent(session, replacement, content) : { inventory: undefined };
    if (problem !== undefined && !isPossible(replacement)) {
        throw new ReportedError(
            `${access.label(news)}: the workspace ${id} is to be replaced, and its content cannot be copied: ${problem} Nothing was changed. With migrateContent: false it is replaced without its content.`,
            "CMK3005",
        );
    }
    const counts = inventory === undefined ? "" : `: ${inventory}`;
    const but = problem === undefined ? "" : ` But as it is now, \`pulumi up\` will fail before that: ${problem}`;
    return `Its content is copied into the new one and verified before the old one is deleted${counts}.${but}`;
}

/** Whether nothing is certain yet: every input that differs is not known. */
function isPossible({ replaces, news }: Replacement): boolean {
    return replaces.every((path) => getPath(news, path) === UNKNOWN);
}

/** The reason, what it costs, the first remedy, and the page of the docs that has the others. */
async function warning(
    replacement: Replacement,
    change: KeyChange | undefined,
    content: string | undefined,
): Promise<string> {
    const { access, olds, news, replaces: paths } = replacement;
    const label = access.label(news);
    const may = isPossible(replacement);
    const cost = content === undefined ? ", and EVERY NOTEBOOK IN IT IS LOST." : `. ${content}`;
    const copied = content === undefined ? " Without migrateContent: false its content is copied first." : "";
    if (change === undefined) {
        return `${label}: a changed ${paths.join(" and ")} needs a new workspace, so this one ${may ? "may be" : "is"} replaced${cost}${copied} See ${pageInProject("replacing-a-workspace")}.`;
    }
    const inPlace = inPlaceAdvice(change, paths);
    const again = (await isSameKmsKey(access.session, olds, change))
        ? " Both are the same KMS key, registered again: keep the old registration and nothing is replaced."
        : "";
    const remedy = inPlace === "" && again === "" ? copied : "";
    return `${label}: ${describeKeyChange(change)}, so the workspace ${may || change.to === UNKNOWN ? "may be" : "is"} replaced${cost}${inPlace}${again}${remedy} See ${pageInProject("key-changes")}.`;
}
