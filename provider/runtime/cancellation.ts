import { EventEmitter } from "node:events";
import { createServer } from "node:http2";

import { isRecord } from "../util/property-path";

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
