import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

import { PluginOnPath } from "../cli/plugin";
import { CliProject, type CliRun } from "../cli/project";
import { LocalCloud, type LocalCloudOptions, type RecordedRequest } from "../../local-cloud";

/**
 * The programs that are measured side by side: this package; a dynamic provider that does nothing, which is what the engine
 * itself costs; one written the usual way; `@pulumi/databricks`. For refreshes also an empty provider with the outputs of
 * ours (`carrier`), and ours as resources of the plugin.
 */
export type ArmName = "ours" | "empty" | "plain" | "peer" | "carrier" | "plugin";

/** The result of a command on an arm's stack. */
export interface ArmRun extends CliRun {
    /** Requests to the Account API. */
    readonly requests: readonly RecordedRequest[];
    /** Peak memory of the dynamic-provider process in bytes; `undefined` where it cannot be read. */
    readonly providerMemory: number | undefined;
}

/**
 * Makes the engine save its state only at the end. Otherwise it writes the whole state before and after each resource, so
 * that a thousand resources reach the provider over minutes, and simultaneous requests cannot be measured.
 */
export const NO_CHECKPOINTS = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };

/** Interval between reads of a process's memory, in milliseconds. */
const SAMPLE_EVERY = 100;

/** A stack of workspaces that one of the programs creates, on its own local cloud. */
export class Arm {
    private constructor(
        readonly name: ArmName,
        readonly n: number,
        readonly cloud: LocalCloud,
        private readonly project: CliProject,
        private readonly plugin: PluginOnPath | undefined,
    ) {}

    /** Starts a cloud and initialises a stack of `n` workspaces, without creating them yet. */
    static async start(
        name: ArmName,
        n: number,
        options: LocalCloudOptions,
        environment: Readonly<Record<string, string>> = {},
    ): Promise<Arm> {
        const program = `require(${JSON.stringify(join(__dirname, "programs", name))});\n`;
        const plugin = name === "plugin" ? new PluginOnPath() : undefined;
        const peer = name === "peer" ? peerEnvironment() : {};
        // The peer takes a workspace for RUNNING only once its own host answers, which it must find without a name service.
        const cloud = await LocalCloud.start({ ...options, workspacePorts: name === "peer" });
        const keyArn = cloud.createKey();
        const project = new CliProject(`bench-${name}`, program, {
            ...cloud.environment(),
            PULUMI_CONFIG_PASSPHRASE: "x",
            N: String(n),
            ...(name === "ours" || plugin ? { KEY_ARN: keyArn } : await registered(cloud, keyArn)),
            ...(name === "plain" ? { DATABRICKS_TOKEN: cloud.token } : {}),
            ...peer,
            ...plugin?.environment,
            ...environment,
        });
        const arm = new Arm(name, n, cloud, project, plugin);
        try {
            await must(project.run(["stack", "init", "dev"]), `pulumi stack init of ${name}`);
            return arm;
        } catch (error) {
            await arm.stop();
            throw error;
        }
    }

    /** `pulumi up`. */
    async up(environment: Readonly<Record<string, string>> = {}): Promise<ArmRun> {
        return must(this.attemptUp(environment), `pulumi up of ${this.name}`);
    }

    /** `pulumi up` that may fail. */
    async attemptUp(environment: Readonly<Record<string, string>> = {}): Promise<ArmRun> {
        return this.run(["up", "--yes", "--skip-preview", ...this.parallel()], environment);
    }

    /** `pulumi refresh`. */
    async refresh(): Promise<ArmRun> {
        return must(
            this.run(["refresh", "--yes", "--skip-preview", ...this.parallel()]),
            `pulumi refresh of ${this.name}`,
        );
    }

    /** `pulumi preview`. */
    async preview(): Promise<ArmRun> {
        return must(this.run(["preview", ...this.parallel()]), `pulumi preview of ${this.name}`);
    }

    /** The resources of the state, as `pulumi stack export` returns them. */
    async resources(): Promise<Record<string, unknown>[]> {
        const { output } = await must(
            this.project.run(["stack", "export", "--stack", "dev"]),
            `pulumi stack export of ${this.name}`,
        );
        return (JSON.parse(output) as { deployment: { resources: Record<string, unknown>[] } }).deployment.resources;
    }

    /** Stops the cloud and removes the stack's folder. */
    async stop(): Promise<void> {
        this.project.remove();
        this.plugin?.remove();
        await this.cloud.stop();
    }

    private parallel(): string[] {
        return ["--parallel", String(this.n + 10)];
    }

    private async run(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<ArmRun> {
        this.cloud.clearRequests();
        const memory = new ProviderMemory(this.project);
        const run = await this.project.run([...args, "--stack", "dev"], environment);
        return { ...run, requests: [...this.cloud.requests], providerMemory: memory.end() };
    }
}

/** Samples the memory of a project's dynamic-provider process. */
class ProviderMemory {
    private pid: number | undefined;
    private peak: number | undefined;
    private readonly timer = setInterval(() => this.sample(), SAMPLE_EVERY);

    constructor(private readonly project: CliProject) {}

    /** Stops sampling, and returns the peak in bytes. */
    end(): number | undefined {
        clearInterval(this.timer);
        return this.peak;
    }

    private sample(): void {
        this.pid ??= this.project.processes().find(({ role }) => role === "provider")?.pid;
        if (this.pid === undefined) return;
        try {
            const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.pid}/status`, "latin1"))?.[1];
            if (kilobytes !== undefined) this.peak = Number(kilobytes) * 1024;
        } catch {
            // It has ended: the last sample counts.
        }
    }
}

/** Creates the objects that the workspaces of every other arm share, and returns their ids as environment variables. */
async function registered({ account }: LocalCloud, keyArn: string): Promise<Record<string, string>> {
    const credentials = await account.create("credentials", {
        credentials_name: "bench",
        aws_credentials: { sts_role: { role_arn: "arn:aws:iam::123456789012:role/bench" } },
    });
    const storage = await account.create("storage-configurations", {
        storage_configuration_name: "bench",
        root_bucket_info: { bucket_name: "bench-root-bucket" },
    });
    const key = await account.create("customer-managed-keys", {
        aws_key_info: { key_arn: keyArn },
        use_cases: ["MANAGED_SERVICES"],
    });
    return {
        CREDENTIALS_ID: String(credentials["credentials_id"]),
        STORAGE_ID: String(storage["storage_configuration_id"]),
        KEY_ID: String(key["customer_managed_key_id"]),
    };
}

/** Environment in which the plugin of `@pulumi/databricks` is found. Throws, and says how to install it, if it is missing. */
export function peerEnvironment(): Record<string, string> {
    const program = "pulumi-resource-databricks";
    const version = peerVersion();
    const path = process.env["PATH"] ?? "";
    const kept = join(homedir(), ".pulumi", "plugins", `resource-databricks-v${version}`);
    if (path.split(delimiter).some((folder) => existsSync(join(folder, program)))) return {};
    if (existsSync(join(kept, program))) return { PATH: `${kept}${delimiter}${path}` };
    throw new Error(
        `--peer needs the plugin of @pulumi/databricks: run \`pulumi plugin install resource databricks ${version}\`, or put ${program} on PATH.`,
    );
}

function peerVersion(): string {
    try {
        return String(
            (createRequire(__filename)("@pulumi/databricks/package.json") as { version: unknown }).version,
        ).replace(/^v/, "");
    } catch {
        throw new Error("--peer needs @pulumi/databricks: run `npm install --no-save @pulumi/databricks`.");
    }
}

async function must<Run extends CliRun>(run: Promise<Run>, what: string): Promise<Run> {
    const ended = await run;
    if (ended.code !== 0) throw new Error(`${what} failed:\n${ended.output.slice(-3000)}`);
    return ended;
}
