import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import type { FastifyInstance } from "fastify";

/**
 * How long a connection may be idle, in milliseconds, as in Fastify's own servers: a client that sends a request while it is closed finds
 * it reset, and not every client sends it again.
 */
const IDLE = 72_000;

/**
 * A server on 127.0.0.1. What answers is made at the first request: a test whose requests need no connection starts very many local
 * clouds, and making it is most of what that takes.
 */
export class LoopbackServer {
    private readonly servers: Server[] = [];
    private app: Promise<FastifyInstance> | undefined;

    /** @param make what answers, which need not be ready yet. */
    constructor(private readonly make: () => FastifyInstance) {}

    /** Opens a port and returns its origin. Default: any free one. */
    async listen(port = 0): Promise<string> {
        const server = createServer(
            { keepAliveTimeout: IDLE, requestTimeout: 0 },
            (request, response) => void this.answering().then((app) => app.routing(request, response)),
        );
        await new Promise<void>((resolve, reject) => {
            server.once("error", reject);
            server.listen(port, "127.0.0.1", () => resolve());
        });
        this.servers.push(server);
        return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    }

    /** Closes every port, and breaks the connections that are open. */
    async close(): Promise<void> {
        await Promise.all(
            this.servers.splice(0).map(async (server) => {
                const closed = new Promise((resolve) => server.close(resolve));
                server.closeAllConnections();
                await closed;
            }),
        );
        await (await this.app)?.close();
    }

    private answering(): Promise<FastifyInstance> {
        this.app ??= (async () => {
            const app = this.make();
            await app.ready();
            return app;
        })();
        return this.app;
    }
}
