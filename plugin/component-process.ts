import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import type { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import type { ConstructRequest, ConstructResponse } from "@pulumi/pulumi/proto/provider_pb";

import { grpc, services } from "./messages";

/**
 * The process that runs the components (`components.ts`), which the first one starts: what goes wrong in it ends no call of a handler.
 * It ends with this one, however that ends.
 */
export class ComponentProcess {
    private client: Promise<ResourceProviderClient> | undefined;

    /** @param engine the engine's address. */
    constructor(private readonly engine: string | undefined) {}

    /** Makes a component of a program, and everything in it. */
    async construct(request: ConstructRequest): Promise<ConstructResponse> {
        const client = await (this.client ??= this.start());
        return new Promise((resolve, reject) => {
            client.construct(request, (error, response) =>
                error === null ? resolve(response) : reject(new Error(error.details)),
            );
        });
    }

    private async start(): Promise<ResourceProviderClient> {
        const child = fork(join(__dirname, "components.js"), [this.engine ?? ""], {
            stdio: ["ignore", "pipe", "inherit", "ipc"],
        });
        const ended = once(child, "exit").then(() => {
            throw new Error("The process of the components has ended before it began: see the lines above.");
        });
        // Its server prints the port.
        const port = await Promise.race([once(child.stdout ?? child, "data").then(([line]) => String(line)), ended]);
        child.stdout?.pipe(process.stderr);
        return new services.ResourceProviderClient(`127.0.0.1:${port.trim()}`, grpc.credentials.createInsecure(), {
            "grpc.max_receive_message_length": -1,
            "grpc.max_send_message_length": -1,
        });
    }
}
