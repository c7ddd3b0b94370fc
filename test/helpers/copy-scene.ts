import type { Clock } from "../../provider/api/clock";
import type { SentRequest } from "../../provider/api/sent-request";
import { AccountClient } from "../../provider/api/account-client";
import { Acceptance } from "../../provider/migration/acceptance";
import { AccountDirectory } from "../../provider/migration/account-directory";
import { connectWorkspace } from "../../provider/migration/connection";
import { type Inventory, takeInventory } from "../../provider/migration/inventory";
import type { MigrationOptions } from "../../provider/migration/migration";
import { LocalCloud, type LocalWorkspace } from "../../local-cloud";
import type { MoreOptions } from "./migration-world";
import { credentialOf } from "./workspace-requests";
import { withoutConnections } from "./without-connections";

const settings = { retryTimeout: 60_000, requestTimeout: 20_000 };

/** Two workspaces of a local cloud, of which one is copied into the other through HTTP; a clock that only sleeping moves. */
export class CopyScene {
    /** Every request, as a log at the highest level has it. */
    readonly log: SentRequest[] = [];
    /** What was said while something was waited for. */
    readonly waits: string[] = [];
    /** Ends a run right before this write, counted from 0, as a killed process does. */
    killedAt: number | undefined;
    /** How many writes were begun. */
    writes = 0;

    private constructor(
        readonly cloud: LocalCloud,
        readonly clock: Clock & { time: number },
        readonly old: LocalWorkspace,
        readonly replacement: LocalWorkspace,
    ) {}

    static async start(): Promise<CopyScene> {
        const clock = {
            time: 1_700_000_000_000,
            now: () => clock.time,
            sleep: async (milliseconds: number) => {
                clock.time += milliseconds;
                await new Promise((resolve) => setImmediate(resolve));
            },
            random: () => 0.5,
        };
        const cloud = withoutConnections(await LocalCloud.start({ now: () => clock.time }));
        return new CopyScene(cloud, clock, await cloud.addWorkspace(), await cloud.addWorkspace());
    }

    options({ accept, ...more }: MoreOptions = {}): MigrationOptions {
        const [from, to] = [this.connect(this.old), this.connect(this.replacement)];
        return { from, to, clock: this.clock, accept: new Acceptance(accept), ...more };
    }

    /** Options with which the account's people come along. */
    get people(): Pick<MigrationOptions, "account" | "people"> {
        const client = new AccountClient(credentialOf(this.cloud), settings, this.clock);
        return { account: new AccountDirectory(client), people: true };
    }

    /** What a preview counts in the old workspace, however long it takes. */
    inventory(): Promise<Inventory> {
        const clock = { ...this.clock, sleep: () => new Promise<void>(() => undefined) };
        return takeInventory(this.connect(this.old), clock).inventory;
    }

    connect(workspace: LocalWorkspace) {
        return connectWorkspace({
            host: this.cloud.workspaceUrl(workspace.id),
            credential: credentialOf(this.cloud),
            options: settings,
            clock: this.clock,
            beforeSend: async (isWrite) => {
                if (isWrite && this.writes++ === this.killedAt) throw new Error("killed");
            },
            onRequest: (sent) => this.log.push(sent),
            onWait: (line) => this.waits.push(line),
        });
    }
}
