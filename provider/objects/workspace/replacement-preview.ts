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
    const late = `what is in it could not be counted in ${INVENTORY_TIME / 1000} s`;
    try {
        const known = {
            deployment_name: getString(olds, "deploymentName"),
            workspace_id: getString(olds, "workspaceId"),
        };
        const workspace = connect(session, known, INVENTORY_TIME);
        const nothing = { inventory: late, problem: undefined };
        const timeout = clock.sleep(INVENTORY_TIME).then(() => nothing);
        return await Promise.race([look(workspace, session, accept), timeout]);
    } catch (error) {
        return { inventory: `what is in it could not be counted (${messageOf(error)})`, problem: undefined };
    }
}

async function look(
    workspace: WorkspaceContent,
    { clock }: Session,
    accept: readonly string[],
): Promise<ContentPreview> {
    const [inventory, problem] = await Promise.all([takeInventory(workspace, clock), accessProblem(workspace, accept)]);
    return { inventory: describeInventory(inventory), problem };
}

/** Whether the service refuses to let us in or to decrypt a notebook. Any other failure may pass. */
async function accessProblem(workspace: WorkspaceContent, accept: readonly string[]): Promise<string | undefined> {
    try {
        if (!new Acceptance(accept).covers("not-admin", "/") && !(await workspace.isAdmin())) return NOT_ADMIN;
        const notebook = await firstNotebook(workspace);
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

async function firstNotebook(workspace: WorkspaceContent): Promise<WorkspaceObject | undefined> {
    const folders = ["/"];
    for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
        for (const object of (await workspace.list(folder)) ?? []) {
            if (object.type === "NOTEBOOK") return object;
            if (object.type === "DIRECTORY") folders.push(object.path);
        }
    }
    return undefined;
}
