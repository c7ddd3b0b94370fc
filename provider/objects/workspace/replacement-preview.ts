import { ApiError } from "../../api/errors";
import { otherFindingKinds } from "../../contract/finding-kinds";
import { AccountDirectory } from "../../migration/account-directory";
import type { Acceptance } from "../../migration/acceptance";
import type { WorkspaceContent } from "../../migration/content";
import type { Inventory, InventoryTaking } from "../../migration/inventory";
import { NOT_ADMIN } from "../../migration/findings";
import { onDemand } from "../../migration/on-demand";
import type { Session } from "../../runtime/session";
import { getString, type Properties, UNKNOWN } from "../../util/property-path";
import { connect } from "./handover/move";
import type { MigrationSettings } from "./migration-settings";
import { neverRan } from "./status";
import { messageOf } from "../../util/error-message";

/** What a preview says about the content of a workspace that is to be replaced. */
export interface ContentPreview {
    /** Counts of what moves and what does not, or why there are none. */
    readonly inventory: string;
    /** Why the content cannot be copied, as a sentence with what to do; `undefined` if it can be. */
    readonly problem: string | undefined;
}

/** What decides whether the content can be copied at all. */
interface Circumstances {
    readonly session: Session;
    readonly id: string;
    /** What exists, by the state. */
    readonly olds: Properties;
    readonly isDeletedFirst: boolean;
    readonly changesAccount: boolean;
}

/** Why nothing can be copied, as far as inputs and settings tell. */
export function obstacle({ session, id, olds, isDeletedFirst, changesAccount }: Circumstances): string | undefined {
    const status = getString(olds, "workspaceStatus") ?? "RUNNING";
    if (status !== "RUNNING")
        return `it is ${status}, and only the content of a workspace that is RUNNING can be read. Repair it first${neverRan(olds) ? "; or, if nobody has used it since it failed, set forceDestroy: true, and it is replaced" : ""}.`;
    if (changesAccount) {
        return `the new workspace would be in another account. Create it as a resource of its own, copy the content of the workspace ${id} by hand (\`npx pulumi-databricks-cmk copy\`), and take this one out of the program then.`;
    }
    if (isDeletedFirst) {
        return `deploymentName is fixed and stays the same, so the workspace ${id} would be deleted before its replacement is created, and its content could not be copied. Leave deploymentName out, or change it too.`;
    }
    try {
        onDemand.connection.requireWorkspaceCredential(session.credential);
        return undefined;
    } catch (error) {
        return messageOf(error);
    }
}

/** Looks into a workspace that is to be replaced: never longer than ten seconds, and it never fails. */
export async function previewContent(
    session: Session,
    { olds, news }: { readonly olds: Properties; readonly news: Properties },
    { accept, kinds, people, formerHomes }: MigrationSettings,
): Promise<ContentPreview> {
    const { clock } = session;
    const { describeInventory, INVENTORY_TIME, takeInventory } = onDemand.inventory;
    try {
        const known = {
            deployment_name: getString(olds, "deploymentName"),
            workspace_id: getString(olds, "workspaceId"),
        };
        const workspace = connect(session, known, INVENTORY_TIME);
        const { inventory: taken, sample } = takeInventory(workspace, clock, {
            ...{ kinds, people, formerHomes, id: known.workspace_id ?? "" },
            leavesRegion: ![UNKNOWN, getString(olds, "awsRegion")].includes(getString(news, "awsRegion")),
            account: new AccountDirectory(session.client, getString(olds, "accountId")),
        });
        const late = clock.sleep(INVENTORY_TIME).then(() => undefined);
        const [counted, problem] = await Promise.all([
            taken,
            Promise.race([accessProblem(workspace, accept, sample), late]),
        ]);
        const counts = describeInventory(counted);
        // Another machine may see the header.
        const but = `. No response from ${workspace.host} says which workspace it is (the header x-databricks-org-id), and from a machine that does not see it nothing is copied`;
        const inventory = workspace.workspaceId === undefined ? `${counts}${but}` : counts;
        return { inventory, problem: problem ?? leftBehind(counted, accept) };
    } catch (error) {
        return { inventory: `what is in it could not be counted (${messageOf(error)})`, problem: undefined };
    }
}

/** What is not copied, and nobody has accepted to leave behind. */
function leftBehind({ stays }: Inventory, accept: Acceptance): string | undefined {
    const left = [...stays].filter(([kind, { isCertain }]) => isCertain && !accept.covers(kind, "/"));
    if (left.length === 0) return undefined;
    const counts = left.map(([, { words }]) => words).join(", ");
    const names = left.map(([kind]) => `"${kind}"`).join(", ");
    const isOther = left.some(([kind]) => otherFindingKinds.some((other) => other === kind));
    return `${counts} would not be copied. Move them in another way, then accept what is left behind: migrateContent: { accept: [${names}] }${isOther ? ', or ["others"] for all that lives beside notebooks and files' : ""}.`;
}

/** Whether the service refuses to let us in or to decrypt a notebook. Any other failure may pass. */
async function accessProblem(
    workspace: WorkspaceContent,
    accept: Acceptance,
    sample: InventoryTaking["sample"],
): Promise<string | undefined> {
    try {
        if (!accept.covers("not-admin", "/") && !(await workspace.isAdmin())) return NOT_ADMIN;
        const read = await sample;
        await read?.();
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
