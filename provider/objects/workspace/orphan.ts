import type { CreateRequest } from "../../resource/create";
import { ADOPTION_AGE } from "../../resource/recovery";
import type { WorkspaceContent, WorkspaceObject } from "../../migration/content";
import { onDemand } from "../../migration/on-demand";
import { isStandardFolder } from "../../migration/standard-folders";
import { WaitProgress } from "../../runtime/wait-progress";
import { getString, type Properties } from "../../util/property-path";
import { connect } from "./handover/move";
import { workspaceObject } from "./definition";
import { migrationSettings } from "./migration-settings";
import { terminalStatuses } from "./status";
import { timeoutOf } from "./waiting";
import { messageOf } from "../../util/error-message";

/**
 * Why a workspace that carries the owner of a resource is not adopted without being asked; `undefined`: it is what an interrupted
 * create leaves. That is at most a day old by the service's clock, and nothing is in it, or in its tree nothing but what the
 * interrupted create copied from a workspace that it replaces. If the age is unknown, the workspace is not adopted.
 *
 * @param replaced ids of the workspaces whose content goes into the new one.
 */
export async function reasonNotToAdopt(
    request: CreateRequest,
    id: string,
    response: Properties,
    replaced: readonly string[],
): Promise<string | undefined> {
    const { session, collection, inputs } = request;
    const [created, now] = [workspaceObject.createdAt(response), session.client.serverTime];
    if (created === undefined || now === undefined) return "its age is not known";
    if (now - created > ADOPTION_AGE) return "it is older than a day";
    const running = await waitUntilSettled(request, id, response);
    if (typeof running === "string") return running;
    try {
        const origins = await Promise.all(replaced.map((one) => collection.get(one)));
        const existing = origins.filter((one) => one !== undefined);
        const workspace = connect(session, running);
        const inTree = await findContent(
            workspace,
            existing.map((one) => connect(session, one)),
            migrationSettings(inputs, session.settings).formerHomes,
        );
        if (inTree !== undefined) return `it holds content (${inTree})`;
        // A create that copies from another workspace brings more than a tree.
        if (existing.length === 0) {
            const { content, unlisted } = await onDemand.table.lookAtAll({ content: workspace, id });
            if (unlisted !== undefined) return `what is in it cannot be read (${unlisted})`;
            if (content !== undefined) return `it holds content (${content})`;
        }
        // A host that answers as another workspace shows that one's content.
        return workspace.workspaceId === id ? undefined : `its host ${workspace.host} does not say who it is`;
    } catch (error) {
        return `what is in it cannot be read (${messageOf(error)})`;
    }
}

/** The workspace once it is RUNNING, or the reason why it is not: only the tree of one that runs can be read. */
async function waitUntilSettled(
    { collection, session, inputs, owner }: CreateRequest,
    id: string,
    response: Properties,
): Promise<Properties | string> {
    const check = (latest: Properties | undefined): { result: Properties | string } | undefined => {
        if (latest === undefined) return { result: "it is gone" };
        const status = getString(latest, "workspace_status") ?? "";
        if (status === "RUNNING") return { result: latest };
        if (terminalStatuses.has(status)) return { result: `it is ${status}, and whether it ever ran is not known` };
        return undefined;
    };
    const settled = check(response);
    if (settled !== undefined) return settled.result;
    const wait = new WaitProgress(session);
    wait.show(
        () =>
            `${owner?.resource ?? id}: an earlier run left the workspace ${id}, which is waited for before it is adopted`,
    );
    const timeout = timeoutOf(inputs);
    const last = await collection.poller
        .waitFor<Properties | string>(
            id,
            "provisioning",
            timeout,
            check,
            () => new Error(`it is not RUNNING after ${timeout / 1000} s`),
        )
        .catch(messageOf);
    if (typeof last !== "string") wait.ended(id, "until it was RUNNING, before it is adopted");
    return last;
}

type Tree = Pick<WorkspaceContent, "list">;

/**
 * The first path in a workspace's tree that somebody put there; `undefined` if there is none. What is at the same path in one
 * of the origins, and of the same type, was copied from there; so was what is in the folder for former homes and in a home there.
 */
export async function findContent(
    tree: Tree,
    origins: readonly Tree[] = [],
    formerHomes?: string,
): Promise<string | undefined> {
    const folders = ["/"];
    for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
        const objects = await tree.list(folder);
        if (objects === undefined) throw new Error(`${folder} cannot be listed`);
        const known = new Set<string>();
        for (const origin of objects.length === 0 ? [] : origins) {
            for (const from of placesOf(folder, formerHomes))
                for (const { path, type } of (await origin.list(from)) ?? [])
                    known.add(`${type}:${nameIn(from, path)}`);
        }
        for (const object of objects) {
            const { path, type } = object;
            const isOfCopy = known.has(`${type}:${nameIn(folder, path)}`) || leadsTo(object, formerHomes);
            if (!isOfCopy && !isStandardFolder(object)) return path;
            if (type === "DIRECTORY") folders.push(path);
        }
    }
    return undefined;
}

/** The folders of an origin whose objects are copied into a folder. */
function placesOf(folder: string, formerHomes: string | undefined): string[] {
    if (formerHomes === undefined || !`${folder}/`.startsWith(`${formerHomes}/`)) return [folder];
    return [folder, `/Users${folder.slice(formerHomes.length)}`];
}

/** Whether an object is the folder for former homes, or one above it. */
function leadsTo({ path, type }: Pick<WorkspaceObject, "path" | "type">, formerHomes: string | undefined): boolean {
    return type === "DIRECTORY" && formerHomes !== undefined && `${formerHomes}/`.startsWith(`${path}/`);
}

function nameIn(folder: string, path: string): string {
    return path.slice(folder === "/" ? 1 : folder.length + 1);
}
