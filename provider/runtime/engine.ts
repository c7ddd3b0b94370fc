import { EventEmitter } from "node:events";
import { createServer } from "node:http2";
import { connect } from "node:net";

import { isRecord } from "../util/property-path";

/**
 * Whether the engine that started this process still runs. It listens on the address that the process was given; a
 * killed engine leaves this process running, and what it would create then, no state would ever hold.
 *
 * @param address `host:port`; without one (a test in process) there is no engine that could be gone.
 */
export function isEngineAlive(address: string | undefined = process.argv[2]): Promise<boolean> {
    const [, host, port] = /^(127\.0\.0\.1|localhost):(\d+)$/.exec(address ?? "") ?? [];
    if (host === undefined || port === undefined) return Promise.resolve(true);
    return new Promise((resolve) => {
        const socket = connect({ host, port: Number(port) });
        const end = (runs: boolean) => {
            socket.destroy();
            resolve(runs);
        };
        socket.once("connect", () => end(true));
        // Only a refusal says that nobody listens any more.
        socket.once("error", (error) => end(!("code" in error && error.code === "ECONNREFUSED")));
    });
}

/** The call by which the engine tells each provider that its operation was cancelled: ^C, or SIGTERM of the CLI. */
const CANCEL = "/pulumirpc.ResourceProvider/Cancel";

/**
 * A signal that is aborted once the engine says that its operation was cancelled. The engine then begins nothing new, and waits for
 * what is under way.
 *
 * A dynamic provider is in a process group of its own, so the terminal's SIGINT does not reach it, and the SDK answers the engine's
 * call without telling anybody. The call is therefore noticed where it comes in, at the HTTP/2 server of this process. If a later
 * SDK listens in another way, nothing is noticed, and what is under way goes on to its end.
 */
export function engineCancellation(): AbortSignal {
    const cancelled = new AbortController();
    const servers: unknown = Object.getPrototypeOf(createServer());
    if (!(servers instanceof EventEmitter)) return cancelled.signal;
    const inherited: unknown = Reflect.get(servers, "emit");
    if (typeof inherited !== "function") return cancelled.signal;
    servers.emit = function (this: EventEmitter, event: string | symbol, ...parts: unknown[]): boolean {
        const [, headers] = parts;
        if (event === "stream" && isRecord(headers) && headers[":path"] === CANCEL) cancelled.abort();
        return Reflect.apply(inherited, this, [event, ...parts]) === true;
    };
    return cancelled.signal;
}
