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
        const unlike: string[] = [];
        for (const key of KEYS) {
            const [old, now] = await Promise.all([setting(from, key), setting(to, key)]);
            if (old !== now) unlike.push(`${key} (${old} in the old one, ${now} in the new one)`);
        }
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

/** A setting as text; one that the service does not know is as one that nobody has set. */
async function setting({ requests }: WorkspaceContent, key: string): Promise<string> {
    try {
        return await requests.read(`/api/2.0/workspace-conf?keys=${key}`, (body) => textOf(body[key]));
    } catch (error) {
        if (error instanceof ApiError && (error.kind === "invalid" || error.kind === "missing")) return textOf(null);
        throw error;
    }
}

function textOf(value: unknown): string {
    return typeof value === "string" && value !== "" ? value : "not set";
}
