import { request as send } from "node:http";

import type { Credential } from "../../provider/api/credential";
import { LocalCloud, type LocalWorkspace } from "../../local-cloud";

/** The credential of a local cloud's own service principal. */
export function credentialOf({ host, accountId, clientId, clientSecret }: LocalCloud): Credential {
    return { host, accountId, as: { authType: "oauth-m2m", clientId, clientSecret } };
}

/** A response of a workspace's host. */
export interface WorkspaceResponse {
    readonly status: number;
    readonly headers: Readonly<Record<string, unknown>>;
    readonly bytes: Buffer;
    /** The parsed body, ids of 64 bits rounded. */
    readonly json: Record<string, unknown>;
}

/** Sends a request to a workspace's host with a token of the account's own service principal. Rejects where the connection breaks. */
export type SendToWorkspace = (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
) => Promise<WorkspaceResponse>;

/** What sends requests to one workspace. Not every machine resolves names below localhost, so the name is in the header. */
export function workspaceRequests(cloud: LocalCloud, workspaceId: string): SendToWorkspace {
    const host = new URL(cloud.workspaceUrl(workspaceId)).host;
    const token = cloud.tokens.createWorkspaceToken(workspaceId);
    return (method, path, body, headers = {}) =>
        new Promise((resolve, reject) => {
            const payload = body === undefined || Buffer.isBuffer(body) ? body : JSON.stringify(body);
            const asked = send(
                `${cloud.host}${path}`,
                {
                    method,
                    headers: {
                        host,
                        authorization: `Bearer ${token}`,
                        "content-type": "application/json",
                        ...headers,
                    },
                },
                (response) => {
                    const parts: Buffer[] = [];
                    response.on("data", (part: Buffer) => parts.push(part));
                    response.on("error", reject);
                    response.on("end", () => {
                        const bytes = Buffer.concat(parts);
                        resolve({
                            status: response.statusCode ?? 0,
                            headers: response.headers,
                            bytes,
                            json: parsed(bytes),
                        });
                    });
                },
            );
            asked.on("error", reject);
            asked.end(payload);
        });
}

/** A workspace under a key, what sends requests to it, and the time of the service, which tests set. */
export interface WorkspaceScene {
    cloud: LocalCloud;
    keyArn: string;
    workspace: LocalWorkspace;
    send: SendToWorkspace;
    now: number;
}

/** Each test of a suite begins with one, of which it is told. */
export function workspaceOfEach(begun: (scene: WorkspaceScene) => unknown): WorkspaceScene {
    const scene = {} as WorkspaceScene;
    beforeEach(async () => {
        scene.now = Date.now();
        scene.cloud = await LocalCloud.start({ now: () => scene.now, dekCacheMilliseconds: 60_000 });
        scene.keyArn = scene.cloud.createKey();
        scene.workspace = await scene.cloud.addWorkspace({ keyArn: scene.keyArn });
        scene.send = workspaceRequests(scene.cloud, scene.workspace.id);
        await begun(scene);
    });
    afterEach(() => scene.cloud.stop());
    return scene;
}

/** The status of a response, and its error code. */
export async function answer(asked: Promise<WorkspaceResponse>): Promise<unknown[]> {
    const { status, json } = await asked;
    return [status, json["error_code"]];
}

function parsed(bytes: Buffer): Record<string, unknown> {
    try {
        return JSON.parse(bytes.toString()) as Record<string, unknown>;
    } catch {
        return {};
    }
}
