import { NoResponseError } from "../../provider/api/errors";
import { workspaceHosts } from "../../provider/api/host";
import { HttpClient } from "../../provider/api/http";
import { requireWorkspaceCredential } from "../../provider/migration/connection";
import { messageOf } from "../../provider/util/error-message";
import { getString, type Properties } from "../../provider/util/property-path";
import type { Answer, Asker } from "./answer";
import { collections } from "./created";
import { NotTried } from "./row";
import type { Scene } from "./scene";

/** How long a workspace is waited for, and then watched; how long its host is waited for, in milliseconds. */
const [PROVISIONING, WATCH, REACHABLE] = [30 * 60_000, 60_000, 15 * 60_000];

/** The tag of every workspace that the contract makes: its value is the name's prefix. */
export const TAG = "pulumi-databricks-cmk-contract";

/** A workspace that the contract has made, and how it came about. */
export interface WorkspaceScene {
    readonly id: string;
    /** The answer to the POST. */
    readonly made: Answer;
    /** When it was sent, in milliseconds since 1970. */
    readonly began: number;
    /** The first GET after it. */
    readonly first: Properties;
    /** How long it was NOT_PROVISIONED, and PROVISIONING again right after it was RUNNING, in milliseconds. */
    readonly queued: number;
    readonly relapsed: number;
    /** Watches it for a minute: how long it is not RUNNING, in milliseconds. */
    watch(): Promise<number>;
    /** Who may reach its host, and how long nobody did, in milliseconds. */
    readonly frontEnd: "public" | "forbidden" | "unreachable";
    readonly reachableAfter: number;
    /** The account's record of it. */
    show(): Promise<Properties>;
    /** Changes it, and says what the answer was. */
    patch(body: Properties): Promise<Answer>;
    /** Waits until it is RUNNING, and says whether it was anything else. */
    settle(): Promise<boolean>;
    /** Sends a request to its host. Throws `NotTried` if that cannot be done. */
    ask: Asker["send"];
    /** A folder of its tree. */
    readonly folder: string;
}

/** Makes a workspace of what was given, and waits until its host answers. */
export async function makeWorkspace(scene: Scene): Promise<WorkspaceScene> {
    const { clock } = scene;
    const began = clock.now();
    const body = await bodyOf(scene);
    const made = (await scene.make(collections.workspaces, body)).done("the workspace");
    const id = String(made.record["workspace_id"]);
    const path = `/workspaces/${id}`;
    const show = async () => (await scene.ask("GET", path)).done("its GET").record;
    const isQueued = (record: Properties) => record["workspace_status"] === "NOT_PROVISIONED";
    const first = await show();
    const queued = isQueued(first) ? await scene.until(PROVISIONING, async () => !isQueued(await show())) : 0;
    await running(scene, show);
    // At once: whatever else is waited for begins when it is RUNNING.
    const relapsed = await relapse(scene, show, 0);
    const host = workspaceHosts(scene.options.credential.host, await show())[0] ?? "";
    const { frontEnd, reachableAfter } = await reach(scene, host);
    const ask = askerOf(scene, host, frontEnd);
    return {
        ...{ id, made, began, first, queued: queued ?? PROVISIONING, relapsed, frontEnd, reachableAfter, show, ask },
        folder: `/Shared/${scene.prefix}`,
        patch: (fields) => scene.ask("PATCH", `${path}?update_mask=${Object.keys(fields).join()}`, fields),
        watch: () => relapse(scene, show, WATCH),
        settle: async () => (await running(scene, show)) > 0,
    };
}

async function bodyOf(scene: Scene): Promise<object> {
    const { role, bucket, region, network, keys } = scene.given;
    const tags = { custom_tags: { [TAG]: scene.prefix } };
    const key = keys.length === 0 ? undefined : (await scene.key()).done("the key").record["customer_managed_key_id"];
    const common = { workspace_name: scene.name("workspace"), aws_region: region, ...tags };
    const own = key === undefined ? common : { ...common, managed_services_customer_managed_key_id: key };
    if (role === undefined || bucket === undefined) return { ...own, compute_mode: "SERVERLESS" };
    const storage = await scene.make(collections.storage, scene.storageBody("root", bucket));
    const named = { network_name: scene.name("network"), ...network };
    const net = network === undefined ? undefined : await scene.make(collections.networks, named);
    return {
        ...own,
        credentials_id: await scene.credentials(),
        storage_configuration_id: storage.done("the bucket").record["storage_configuration_id"],
        ...(net === undefined ? {} : { network_id: net.done("the network").record["network_id"] }),
    };
}

/** Waits until it is RUNNING: how long, in milliseconds. */
async function running(scene: Scene, show: () => Promise<Properties>): Promise<number> {
    const took = await scene.until(PROVISIONING, async () => {
        const { workspace_status: status, workspace_status_message: message } = await show();
        if (status === "FAILED" || status === "CANCELLED" || status === "BANNED")
            throw new NotTried(`the workspace is ${status}: ${String(message)}`);
        return status === "RUNNING";
    });
    if (took === undefined) throw new NotTried(`the workspace was not RUNNING after ${PROVISIONING / 60_000} minutes`);
    return took;
}

/** Watches it for a time: how long it is not RUNNING once more, in milliseconds. */
async function relapse(scene: Scene, show: () => Promise<Properties>, limit: number): Promise<number> {
    const again = await scene.until(limit, async () => (await show())["workspace_status"] !== "RUNNING", 10_000);
    if (again === undefined) return 0;
    const began = scene.clock.now();
    await running(scene, show);
    return scene.clock.now() - began;
}

async function reach(scene: Scene, host: string): Promise<Pick<WorkspaceScene, "frontEnd" | "reachableAfter">> {
    const http = new HttpClient(host, 15_000, scene.options.hooks.userAgent ?? undefined);
    let frontEnd: WorkspaceScene["frontEnd"] = "unreachable";
    const took = await scene.until(REACHABLE, async () => {
        try {
            const { status, text } = await http.send("GET", { method: "GET", url: "/api/2.0/preview/scim/v2/Me" });
            frontEnd = status === 403 && /^\s*</.test(text) ? "forbidden" : "public";
            return true;
        } catch (error) {
            if (error instanceof NoResponseError) return false;
            throw error;
        }
    });
    return { frontEnd, reachableAfter: took ?? REACHABLE };
}

/** The workspace's own API, as the service principal that made it, who is an admin of it. */
function askerOf(scene: Scene, host: string, frontEnd: string): Asker["send"] {
    const { credential, options } = scene.options;
    const asker = scene.asker({ ...credential, host }, { ...options, tokenPath: "/oidc/v1/token" });
    return async (...request) => {
        if (frontEnd !== "public") throw new NotTried(`the workspace's host is ${frontEnd}`);
        try {
            requireWorkspaceCredential(credential);
        } catch (error) {
            throw new NotTried(messageOf(error));
        }
        return asker.send(...request);
    };
}

/** The names of the tags that a record shows. */
export function tagOf(record: Properties): string | undefined {
    return getString(record, `custom_tags.${TAG}`);
}
