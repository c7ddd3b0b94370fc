import { connect } from "node:net";

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
