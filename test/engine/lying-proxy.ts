import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import type { LocalCloud } from "../../local-cloud";

/** A request as a lie sees it. */
export interface ProxiedRequest {
    readonly method: string;
    readonly path: string;
    /** The workspace whose host it was sent to; `undefined` for the account's. */
    readonly workspaceId: string | undefined;
}

/** What becomes of some requests. */
export interface Lie {
    /** Which requests it is about. */
    when(request: ProxiedRequest): boolean;
    /** The workspace that answers instead. */
    to(): string;
    /** A header that its response lacks. */
    readonly without: string;
}

/**
 * A proxy before a local cloud: a name server or a proxy of somebody's network, which sends requests to another workspace and
 * takes headers away. What the service itself does wrong, `LocalCloud.inject` does.
 */
export class LyingProxy {
    /** Origin of the account and, by the Host header, of the workspaces. */
    host = "";
    private lies: Lie[] = [];
    private readonly server: Server;

    private constructor(private readonly cloud: LocalCloud) {
        this.server = createServer((incoming, response) => {
            const lie = this.lies.find((one) => one.when(this.seen(incoming)));
            const headers = { ...incoming.headers, ...(lie === undefined ? {} : { host: this.hostOf(lie.to()) }) };
            const { hostname, port } = new URL(cloud.host);
            const options = { hostname, port, method: incoming.method, path: incoming.url, headers };
            const outgoing = request(options, (answer) => {
                response.writeHead(answer.statusCode ?? 502, withoutHeader(answer.headers, lie?.without));
                answer.pipe(response);
                answer.once("error", () => response.destroy());
            });
            outgoing.once("error", () => incoming.socket.destroy());
            incoming.pipe(outgoing);
        });
    }

    /** Starts one before a local cloud. */
    static async before(cloud: LocalCloud): Promise<LyingProxy> {
        const proxy = new LyingProxy(cloud);
        await new Promise<void>((resolve) => proxy.server.listen(0, "127.0.0.1", resolve));
        proxy.host = `http://127.0.0.1:${(proxy.server.address() as AddressInfo).port}`;
        return proxy;
    }

    /** Lies from now on. */
    lie(lie: Lie): void {
        this.lies.push(lie);
    }

    /** Lies no more. */
    tellTheTruth(): void {
        this.lies = [];
    }

    /** Ends it. */
    async stop(): Promise<void> {
        this.server.closeAllConnections();
        await new Promise((resolve) => this.server.close(resolve));
    }

    private seen({ method = "", url = "", headers }: IncomingMessage): ProxiedRequest {
        const { pathname } = new URL(url, "http://proxy");
        const deployed = this.cloud.account.deployed((headers.host ?? "").split(".")[0] ?? "");
        const workspaceId = deployed === undefined ? undefined : String(deployed["workspace_id"]);
        return { method, path: pathname, workspaceId };
    }

    private hostOf(workspaceId: string): string {
        return new URL(this.cloud.workspaceUrl(workspaceId)).host;
    }
}

function withoutHeader(headers: IncomingHttpHeaders, name: string | undefined): IncomingHttpHeaders {
    return Object.fromEntries(Object.entries(headers).filter(([one]) => one !== name));
}
