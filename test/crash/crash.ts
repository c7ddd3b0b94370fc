import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { LocalCloud, type RecordedRequest } from "../../local-cloud";
import { forPlugin, PluginOnPath } from "../cli/plugin";
import { CliProject, type CliRun } from "../cli/project";

/** The process that is killed. */
export type Victim = "engine" | "provider" | "both";
/** The operation of the stack that is interrupted. */
export type Phase = "create" | "update" | "replace" | "destroy";

/** A moment at which a process is killed. */
export interface KillPoint {
    readonly phase: Phase;
    /** Index of the request in the phase, from 0. Default: the first of this name. */
    readonly index?: number;
    readonly request: string;
    readonly when: "before" | "after";
    readonly victim: Victim;
}

/** The result after the next `pulumi cancel` and `pulumi up`. */
export interface Outcome {
    /** Objects in the account that are not in the state. */
    readonly orphans: number;
    /** Objects in the state that are not in the account. */
    readonly lost: number;
    /** Objects beyond the one of each kind in the program. */
    readonly duplicates: number;
    /** Whether an orphan was adopted. */
    readonly adopted: boolean;
    /** Whether the engine had left the file beside its state empty, and it was deleted as docs/troubleshooting.md says. */
    readonly attributesDeleted: boolean;
    /** Any other problem. */
    readonly problem: string | undefined;
}

const program = `
const databricks = require("pulumi-databricks-cmk");
const shape = JSON.parse(process.env.SHAPE);
const credentials = new databricks.Credentials("c", { roleArn: "arn:aws:iam::123456789012:role/r" });
const storage = new databricks.StorageConfiguration("s", { bucketName: "root-bucket" });
const key = new databricks.CustomerManagedKey("k", { awsKeyInfo: { keyArn: process.env.KEY_ARN }, useCases: ["MANAGED_SERVICES"] });
new databricks.Workspace("w", {
    awsRegion: "us-east-1",
    credentialsId: credentials.credentialsId,
    storageConfigurationId: storage.storageConfigurationId,
    managedServicesCustomerManagedKeyId: key.customerManagedKeyId,
    // The requests to the account; those of a copy have kill points of their own (move.ts).
    migrateContent: false,
    ...shape,
});
`;

const shapes = {
    create: { workspaceName: "w", customTags: { team: "a" } },
    update: { workspaceName: "w", customTags: { team: "b" } },
    replace: { workspaceName: "v", replaceOn: ["workspaceName"], customTags: { team: "a" } },
    destroy: { workspaceName: "w", customTags: { team: "a" } },
} as const;

const kinds = {
    Credentials: "credentials",
    StorageConfiguration: "storage-configurations",
    CustomerManagedKey: "customer-managed-keys",
    Workspace: "workspaces",
} as const;
const idFields = {
    Credentials: "credentials_id",
    StorageConfiguration: "storage_configuration_id",
    CustomerManagedKey: "customer_managed_key_id",
    Workspace: "workspace_id",
} as const;
type Kind = keyof typeof kinds;
const kindNames = Object.keys(kinds) as Kind[];

/** A stack on the real CLI whose processes can be killed individually. */
export class CrashStack {
    private readonly project: CliProject;
    private readonly plugin: PluginOnPath | undefined;

    /** @param isPlugin whether the resources are the plugin's, and not the classes'. */
    constructor(
        readonly cloud: LocalCloud,
        text = program,
        isPlugin = false,
    ) {
        this.plugin = isPlugin ? new PluginOnPath() : undefined;
        const environment = { ...cloud.environment(), KEY_ARN: cloud.createKey(), ...this.plugin?.environment };
        this.project = new CliProject("crash", isPlugin ? forPlugin(text) : text, environment);
    }

    run(phase: Phase, ...args: string[]): Promise<CliRun> {
        return this.project.run(args, { SHAPE: JSON.stringify(shapes[phase]) });
    }

    act(phase: Phase): Promise<CliRun> {
        return this.run(phase, phase === "destroy" ? "destroy" : "up", "--yes", "--skip-preview", "--stack", "dev");
    }

    /** Kills processes of this stack with `kill -9`. */
    kill(victim: Victim): void {
        for (const { pid, role } of this.project.processes()) {
            const hit = (role === "engine" && victim !== "provider") || (role === "provider" && victim !== "engine");
            if (hit) this.project.kill(pid);
        }
    }

    /** Empties the file beside the state, as an engine leaves it that is killed between the two steps of writing it. */
    emptyAttributes(): void {
        writeFileSync(`${this.stateFile}.attrs`, "");
    }

    /** Deletes the file beside the state. The engine can read the state without it. */
    deleteAttributes(): void {
        rmSync(`${this.stateFile}.attrs`);
    }

    private get stateFile(): string {
        return join(this.project.backend, ".pulumi", "stacks", "crash", "dev.json");
    }

    /** The ids in the state, by kind. */
    idsInState(): Record<Kind, string[]> {
        const { checkpoint } = JSON.parse(readFileSync(this.stateFile, "utf8")) as {
            checkpoint: { latest?: { resources?: { type: string; id?: string }[] } };
        };
        const resources = checkpoint.latest?.resources ?? [];
        const of = (kind: Kind) => resources.filter(({ type }) => type.endsWith(`:${kind}`)).map(({ id }) => id ?? "");
        return Object.fromEntries(kindNames.map((kind) => [kind, of(kind)])) as Record<Kind, string[]>;
    }

    remove(): void {
        this.project.remove();
        this.plugin?.remove();
    }
}

async function begin(isPlugin: boolean): Promise<CrashStack> {
    const cloud = await LocalCloud.start({ provisioningMilliseconds: 400 });
    const stack = new CrashStack(cloud, program, isPlugin);
    await stack.run("create", "stack", "init", "dev");
    return stack;
}

async function end(stack: CrashStack): Promise<void> {
    stack.remove();
    await stack.cloud.stop();
}

/** Records the requests of each phase without crashes. */
export async function recordPhases(isPlugin = false): Promise<Record<Phase, string[]>> {
    const stack = await begin(isPlugin);
    const phases: [Phase, string[]][] = [];
    for (const phase of ["create", "update", "replace", "destroy"] as const) {
        if (phase === "replace") await stack.act("create");
        stack.cloud.clearRequests();
        const { code, output } = await stack.act(phase);
        if (code !== 0) throw new Error(`${phase} failed without any crash:\n${output}`);
        phases.push([phase, stack.cloud.requests.map(named)]);
    }
    await end(stack);
    return Object.fromEntries(phases) as Record<Phase, string[]>;
}

function named({ method, path }: Pick<RecordedRequest, "method" | "path">): string {
    const collection = path.split("/").slice(5).join("/");
    return `${method} ${/token$/.test(path) ? "token" : collection.replace(/\/.*/, "/…")}`;
}

/**
 * Kills at one point, then does what a user does: `pulumi cancel`, and the same command again. If the engine left the file
 * beside its state empty (`emptied` makes it so), that file is deleted first.
 */
export async function crashAt(point: KillPoint, { emptied = false, isPlugin = false } = {}): Promise<Outcome> {
    const stack = await begin(isPlugin);
    const { cloud } = stack;
    let attributesDeleted = false;
    try {
        if (point.phase !== "create") await must(stack.act("create"), "the first up");
        cloud.clearRequests();
        let reached = false;
        cloud.inject({
            when: (target) =>
                point.index === undefined ? named(target) === point.request : target.index === point.index,
            times: 1,
            do: {
                kind: "call",
                when: point.when,
                run: async () => {
                    reached = true;
                    stack.kill(point.victim);
                },
            },
        });
        await stack.act(point.phase);
        if (!reached) throw new Error("the kill point was not reached");
        if (emptied) stack.emptyAttributes();
        const cancel = () => stack.run(point.phase, "cancel", "--yes", "--stack", "dev");
        await cancel();
        let next = await stack.act(point.phase);
        if (next.code !== 0 && next.output.includes("failed to load checkpoint: EOF")) {
            attributesDeleted = true;
            stack.deleteAttributes();
            await cancel();
            next = await stack.act(point.phase);
        }
        const { output } = await must(Promise.resolve(next), "the next command");
        const counted = count(stack, point.phase === "destroy" ? 0 : 1);
        await must(stack.act("destroy"), "the destroy at the end");
        const after = count(stack, 0);
        const adopted = output.includes("is adopted");
        return { ...sum(counted, after), adopted, attributesDeleted, problem: undefined };
    } catch (error) {
        return {
            orphans: 0,
            lost: 0,
            duplicates: 0,
            adopted: false,
            attributesDeleted,
            problem: error instanceof Error ? error.message.slice(0, 1500) : String(error),
        };
    } finally {
        await end(stack);
    }
}

async function must(run: Promise<CliRun>, what: string): Promise<{ output: string }> {
    const { code, output } = await run;
    if (code !== 0) throw new Error(`${what} failed:\n${output}`);
    return { output };
}

type Count = Pick<Outcome, "orphans" | "lost" | "duplicates">;

function count(stack: CrashStack, each: number): Count {
    const held = stack.idsInState();
    const counts = kindNames.map((kind) => {
        const there = stack.cloud.account.list(kinds[kind]).map((one) => String(one[idFields[kind]]));
        return {
            orphans: there.filter((id) => !held[kind].includes(id)).length,
            lost: held[kind].filter((id) => !there.includes(id)).length,
            duplicates: Math.max(0, there.length - each),
        };
    });
    return counts.reduce(sum, { orphans: 0, lost: 0, duplicates: 0 });
}

function sum(left: Count, right: Count): Count {
    return {
        orphans: left.orphans + right.orphans,
        lost: left.lost + right.lost,
        duplicates: left.duplicates + right.duplicates,
    };
}

/**
 * The kill points: before and after the effect of each write, for engine and provider; before each other request, for one of the
 * two in turn.
 */
export function killPoints(phases: Record<Phase, string[]>): KillPoint[] {
    const points: KillPoint[] = [];
    for (const phase of Object.keys(phases) as Phase[]) {
        phases[phase].forEach((request, index) => {
            const write = !request.startsWith("GET") && request !== "POST token";
            const victims: Victim[] = write ? ["engine", "provider"] : [index % 2 === 0 ? "engine" : "provider"];
            if (request === "POST workspaces") victims.push("both");
            for (const victim of victims)
                for (const when of write ? (["before", "after"] as const) : (["before"] as const))
                    points.push({ phase, index, request, when, victim });
        });
    }
    return points;
}
