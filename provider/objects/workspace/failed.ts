import type { dynamic } from "@pulumi/pulumi";

import { ReportedError } from "../../api/errors";
import type { ObjectAccess } from "../../resource/access";
import type { Comparison } from "../../resource/lifecycle";
import { getString } from "../../util/property-path";
import { isTerminal, isUnreachable, isUnused, neverRan } from "./status";

/**
 * What a diff of a workspace leads to that is not RUNNING, or whose host nobody has reached: an update waits for it or reports it. One
 * that never ran holds nothing and cannot be repaired, so it is replaced.
 */
export async function judgeFailed(
    access: ObjectAccess,
    comparison: Comparison,
    result: dynamic.DiffResult,
): Promise<dynamic.DiffResult> {
    const { olds, news, nameCollides } = comparison;
    const status = getString(olds, "workspaceStatus");
    if (status === undefined) return result;
    if (status === "RUNNING") return isUnreachable(olds) ? { ...result, changes: true } : result;
    const isReplaced = await isReplaceable(access, comparison);
    const replaces = isReplaced ? [...(result.replaces ?? []), "workspaceStatus"] : (result.replaces ?? []);
    // While its replacement is created, somebody could repair it: without the word it goes at once, as long as that is certain.
    const goesFirst = nameCollides || (isReplaced && news["forceDestroy"] !== true);
    return { ...result, changes: true, replaces, deleteBeforeReplace: replaces.length > 0 && goesFirst };
}

/** Whether a workspace failed before it ever ran and may be replaced: nobody can have repaired it since, or the program gives the word. */
async function isReplaceable(access: ObjectAccess, { id, olds, news }: Comparison): Promise<boolean> {
    if (!neverRan(olds)) return false;
    if (access.registrationOf(olds, news) !== undefined) {
        // It may have been repaired since: what the state says of it is no longer believed then.
        const response = await access.collectionOf(olds).read(id);
        if (response !== undefined && !isTerminal(access.toOutputs(response, access.contextOf(olds).accountId)))
            throw new ReportedError(
                `${access.label(news)}: the workspace ${id} failed and would be replaced, but it is ${getString(response, "workspace_status") ?? "without a status"} now: it was repaired outside Pulumi. Nothing was changed. Run \`pulumi refresh\`, and it will be kept.`,
                "CMK3008",
            );
    }
    return isUnused(olds, news, access.session.client.serverTime);
}
