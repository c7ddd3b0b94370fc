import { type ContractOptions, runContract } from "../../cli/contract/run";
import type { ContractReport } from "../../cli/contract/report";
import type { Level } from "../../cli/contract/row";
import { LocalCloud, type LocalCloudOptions } from "../../local-cloud";
import { CalmClock } from "./calm-clock";
import { withoutConnections } from "./without-connections";
import { credentialOf } from "./workspace-requests";

export const ROLE = "arn:aws:iam::123456789012:role/contract";
export const BUCKET = "contract-root-bucket";
export const NETWORK = {
    vpc_id: "vpc-1234567a",
    subnet_ids: ["subnet-1234567a", "subnet-1234567b"],
    security_group_ids: ["sg-1234567a"],
};

/** A local cloud, and the contract with it on one clock. */
export class ContractRun {
    readonly controller = new AbortController();
    readonly lines: string[] = [];

    private constructor(
        readonly cloud: LocalCloud,
        readonly clock: CalmClock,
        private readonly contentLimit: number,
    ) {}

    /** @param contentLimit how many bytes both take for the service's limit: its 10 MB take most of the time of a run. */
    static async start(options: LocalCloudOptions = {}, contentLimit = 100_000): Promise<ContractRun> {
        const clock = new CalmClock();
        const workspaces = { contentLimit, ...options.workspaces };
        const cloud = await LocalCloud.start({ ...options, workspaces, now: () => clock.now() });
        return new ContractRun(withoutConnections(cloud), clock, contentLimit);
    }

    /** Runs it with everything that a check may need. */
    run(level: Level, more: Partial<ContractOptions> = {}): Promise<ContractReport> {
        const { cloud, clock, controller, lines, contentLimit } = this;
        return runContract({
            credential: credentialOf(cloud),
            options: { retryTimeout: 60_000, requestTimeout: 60_000 },
            clock,
            hooks: {},
            signal: controller.signal,
            given: { region: "us-east-1", role: ROLE, bucket: BUCKET, keys: [cloud.createKey(), cloud.createKey()] },
            level,
            version: "0.0.0",
            contentLimit,
            onProgress: (line) => lines.push(line),
            ...more,
        });
    }

    /** What is in the account, but for keys of the KMS. */
    contents(): string[] {
        return this.cloud.contents().filter((line) => !line.startsWith("KMS "));
    }
}
