import type { CreateRequest } from "../../resource/create";
import { ADOPTION_AGE } from "../../resource/recovery";
import { connectWorkspace } from "../../migration/connection";
import type { WorkspaceContent } from "../../migration/content";
import { getString, type Properties } from "../../util/property-path";
import { workspaceObject, workspaceUrl } from "./definition";
import { terminalStatuses } from "./status";
import { timeoutOf } from "./waiting";

/** Folders that every workspace has, or that appear with its users. */
const STANDARD_FOLDER = /^\/(Users(\/[^/]+(\/Trash)?)?|Shared|Repos(\/[^/]+)?|Workspace|Trash)$/;

/**
 * Why a workspace that carries the owner of a resource is not adopted without being asked; `undefined`: it is what an interrupted
 * create leaves. That is at most a day old by the service's clock, and nothing is in its tree. Age only ever makes this more
 * careful: what cannot be told counts against it.
 */
export async function reasonNotToAdopt(
    request: CreateRequest,
    id: string,
    response: Properties,
): Promise<string | undefined> {
    const { session } = request;
    const [created, now] = [workspaceObject.createdAt(response), session.client.serverTime];
    if (created === undefined || now === undefined) return "its age is not known";
    if (now - created > ADOPTION_AGE) return "it is older than a day";
    const running = await waitUntilSettled(request, id, response);
    if (typeof running === "string") return running;
    const name = getString(running, "deployment_name");
    if (name === undefined) return "its host name is not known, so what is in it cannot be read";
    try {
        const { credential, settings, clock } = session;
        const host = workspaceUrl(session.client.host, name);
        const content = await findContent(connectWorkspace({ host, credential, options: settings, clock }));
        return content === undefined ? undefined : `it holds content (${content})`;
    } catch (error) {
        return `what is in it cannot be read (${error instanceof Error ? error.message : String(error)})`;
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
    session.report.progress(
        `${owner?.resource ?? id}: an earlier run left the workspace ${id}, which is waited for before it is adopted`,
    );
    const timeout = timeoutOf(inputs);
    return collection.poller.waitFor<Properties | string>(id, "provisioning", timeout, check, () => {
        throw new Error(`it is not RUNNING after ${timeout / 1000} s`);
    });
}

/** The first path in a workspace's tree that somebody put there; `undefined` where there is none. */
export async function findContent(tree: Pick<WorkspaceContent, "list">): Promise<string | undefined> {
    const folders = ["/"];
    for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
        for (const { path, type } of (await tree.list(folder)) ?? []) {
            if (type !== "DIRECTORY" || !STANDARD_FOLDER.test(path)) return path;
            folders.push(path);
        }
    }
    return undefined;
}
