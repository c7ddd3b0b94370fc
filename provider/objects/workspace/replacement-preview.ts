import { ApiError } from "../../api/errors";
import { requireWorkspaceCredential } from "../../migration/connection";
import type { WorkspaceContent, WorkspaceObject } from "../../migration/content";
import { Acceptance } from "../../migration/findings";
import { describeInventory, INVENTORY_TIME, takeInventory } from "../../migration/inventory";
import { NOT_ADMIN } from "../../migration/unmovable";
import type { Session } from "../../runtime/session";
import { getString, type Properties } from "../../util/property-path";
import { connect } from "./content-migration";
import { messageOf } from "../../util/error-message";

/** What a preview says about the content of a workspace that is to be replaced. */
export interface ContentPreview {
    /** Counts of what moves and what does not, or why there are none. */
    readonly inventory: string;
    /** Why the content cannot be copied, as a sentence with what to do; `undefined` where nothing speaks against it. */
    readonly problem: string | undefined;
}

/** What decides whether the content can be copied at all. */
interface Circumstances {
    readonly session: Session;
    readonly id: string;
    readonly isDeletedFirst: boolean;
    readonly changesAccount: boolean;
}

/** Why nothing can be copied, as far as inputs and settings tell. */
export function obstacle({ session, id, isDeletedFirst, changesAccount }: Circumstances): string | undefined {
    if (changesAccount) {
        return `the new workspace would be in another account. Create it as a resource of its own, copy the content of the workspace ${id} by hand (\`npx pulumi-databricks-cmk copy\`), and take this one out of the program then.`;
    }
    if (isDeletedFirst) {
        return `deploymentName is fixed and stays the same, so the workspace ${id} would be deleted before its replacement is created, and its content could not be copied. Leave deploymentName out, or change it too.`;
    }
    try {
        requireWorkspaceCredential(session.credential);
        return undefined;
    } catch (error) {
        return messageOf(error);
    }
}

/** Looks into a workspace that is to be replaced: never longer than ten seconds, and it never fails. */
export async function previewContent(
    session: Session,
    olds: Properties,
    accept: readonly string[],
): Promise<ContentPreview> {
    const { clock } = session;
    try {
        const known = {
            deployment_name: getString(olds, "deploymentName"),
            workspace_id: getString(olds, "workspaceId"),
        };
        const workspace = connect(session, known, INVENTORY_TIME);
        const { inventory, firstNotebook } = takeInventory(workspace, clock);
        const late = clock.sleep(INVENTORY_TIME).then(() => undefined);
        const [counted, problem] = await Promise.all([
            inventory,
            Promise.race([accessProblem(workspace, accept, firstNotebook), late]),
        ]);
        return { inventory: describeInventory(counted), problem };
    } catch (error) {
        return { inventory: `what is in it could not be counted (${messageOf(error)})`, problem: undefined };
    }
}

/** Whether the service refuses to let us in or to decrypt a notebook. Any other failure may pass. */
async function accessProblem(
    workspace: WorkspaceContent,
    accept: readonly string[],
    firstNotebook: Promise<WorkspaceObject | undefined>,
): Promise<string | undefined> {
    try {
        if (!new Acceptance(accept).covers("not-admin", "/") && !(await workspace.isAdmin())) return NOT_ADMIN;
        const notebook = await firstNotebook;
        if (notebook !== undefined) await workspace.exportUpTo(notebook, "SOURCE", 1024);
        return undefined;
    } catch (error) {
        // An HTML page instead of an error code comes from an access list, which another machine may pass.
        if (!(error instanceof ApiError) || error.errorCode === "") return undefined;
        if (error.errorCode === "CUSTOMER_MANAGED_KEY_INACCESSIBLE") {
            return `the key of the workspace cannot be used, so its notebooks cannot be read (${error.detail}). Enable the key until the content is copied.`;
        }
        if (error.status !== 401 && error.status !== 403) return undefined;
        return `the credential may not enter the workspace (${error.detail}). Assign the service principal to it, as an admin.`;
    }
}
