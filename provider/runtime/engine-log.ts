import type { LogRequest as Request } from "@pulumi/pulumi/proto/engine_pb";

import { fromPulumi } from "./from-pulumi";

/** A line for the engine's log. */
export interface LogLine {
    readonly severity: "DEBUG" | "INFO" | "WARNING";
    readonly message: string;
    /** The resource on whose line it stands; empty: the stack's. */
    readonly urn: string;
    /** Whether it is shown only until the next line, and nothing of it is kept. */
    readonly ephemeral: boolean;
}

type Send = (line: LogLine) => Promise<void>;

/**
 * Sends lines to the log of the engine that listens on this address. A dynamic provider's `pulumi.log` has no engine: it prints
 * to the process's output, which the CLI shows on the stack's line and repeats under Diagnostics, whatever its severity.
 *
 * @param address `host:port`, as the process was given it; without one, lines go to `pulumi.log`.
 */
export function engineLog(address: string | undefined): Send {
    let connected: Send | undefined;
    return async (line) => {
        try {
            if (address === undefined || !/^[\w.-]+:\d+$/.test(address)) return printed(line);
            connected ??= connect(address);
            await connected(line);
        } catch {
            // A warning matters more than where it stands.
            printed(line);
        }
    };
}

function connect(address: string): Send {
    const grpc: typeof import("@grpc/grpc-js") = fromPulumi("@grpc/grpc-js");
    const { EngineClient }: typeof import("@pulumi/pulumi/proto/engine_grpc_pb") = fromPulumi(
        "@pulumi/pulumi/proto/engine_grpc_pb",
    );
    const { LogRequest, LogSeverity }: typeof import("@pulumi/pulumi/proto/engine_pb") = fromPulumi(
        "@pulumi/pulumi/proto/engine_pb",
    );
    const client = new EngineClient(address, grpc.credentials.createInsecure());
    return (line) => {
        const request: Request = new LogRequest();
        request.setSeverity(LogSeverity[line.severity]);
        request.setMessage(line.message);
        request.setUrn(line.urn);
        request.setEphemeral(line.ephemeral);
        return new Promise((resolve, reject) => {
            client.log(request, (error) => (error === null ? resolve() : reject(error)));
        });
    };
}

function printed({ severity, message, ephemeral }: LogLine): void {
    // A plugin's process has nothing else to do with the whole SDK, which takes longer to load than everything else there.
    const { log }: typeof import("@pulumi/pulumi") = fromPulumi("@pulumi/pulumi");
    if (severity === "DEBUG") return void log.debug(message);
    void (severity === "WARNING" ? log.warn(message) : log.info(message, undefined, undefined, ephemeral));
}
