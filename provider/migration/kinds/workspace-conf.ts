import { ApiError } from "../../api/errors";
import { messageOf } from "../../util/error-message";
import type { WorkspaceContent } from "../content";
import type { ContentKind } from "../content-kind";
import type { MigrationContext } from "../pass";

/** The settings that the service documents, and that tools of the field set. */
const KEYS = [
    ...["enableDbfsFileBrowser", "enableExportNotebook", "enableIpAccessLists", "enableJobViewAcls"],
    ...["enableNotebookTableClipboard", "enableResultsDownloading", "enableTokensConfig", "enableUploadDataUis"],
    ...["enableVerboseAuditLogs", "enableWebTerminal", "enforceUserIsolation", "maxTokenLifetimeDays"],
    ...["maxUserInactiveDays", "rStudioUserDefaultHomeBase", "storeInteractiveNotebookResultsInCustomerAccount"],
];

/**
 * Settings of a workspace. What a new workspace has by itself depends on its age, so only a comparison tells what somebody has set: a
 * preview cannot.
 */
export const workspaceConf: ContentKind = {
    name: "workspace-conf",
    begin: (context) => {
        if (context.options.countsOthers !== true) return undefined;
        const note = () => compare(context);
        return { copy: note, verify: note, plan: note };
    },
};

async function compare({ from, to, root, findings }: MigrationContext): Promise<void> {
    try {
        const [old, now] = await Promise.all([settingsOf(from), settingsOf(to)]);
        const unlike = KEYS.flatMap((key) => {
            const [before, after] = [old.get(key), now.get(key)];
            return before === after ? [] : [`${key} (${before} in the old one, ${after} in the new one)`];
        });
        if (unlike.length === 0) return;
        findings.add(
            root,
            "workspace-conf",
            `settings of the two workspaces differ, and are not copied: ${unlike.join(", ")}. Set them with @pulumi/databricks or Terraform, or accept "workspace-conf".`,
        );
    } catch (error) {
        findings.add(root, "workspace-conf", `whether settings differ is not known: ${messageOf(error)}`);
    }
}

/**
 * The settings as text, by their keys. A service that does not know one of them refuses all, or leaves it out: then each is asked for
 * by itself.
 */
async function settingsOf(workspace: WorkspaceContent): Promise<ReadonlyMap<string, string>> {
    const all = await known(workspace, KEYS);
    if (all !== undefined && KEYS.every((key) => key in all))
        return new Map(KEYS.map((key) => [key, textOf(all[key])]));
    const settings = new Map<string, string>();
    for (const key of KEYS) settings.set(key, textOf((await known(workspace, [key]))?.[key]));
    return settings;
}

/** What the service answers; `undefined`: it does not know one of the keys. */
async function known({ requests }: WorkspaceContent, keys: readonly string[]) {
    try {
        return await requests.read(`/api/2.0/workspace-conf?keys=${keys.join()}`, (body) => body);
    } catch (error) {
        if (error instanceof ApiError && (error.kind === "invalid" || error.kind === "missing")) return undefined;
        throw error;
    }
}

/** One that the service does not know is as one that nobody has set. */
function textOf(value: unknown): string {
    return typeof value === "string" && value !== "" ? value : "not set";
}
