import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import type { EngineEvent } from "@pulumi/pulumi/automation";
import * as automation from "@pulumi/pulumi/automation";
import * as engineConnections from "@pulumi/pulumi/runtime/settings";

import type { LocalCloud } from "../../local-cloud";
import { SECRETS_PROVIDER, secretsKeeper } from "../cli/keeper";
import { compile } from "./compiled";

/** The folder of the repository. */
export const root = resolve(__dirname, "../../..");

// gRPC shares connections by address, lost ones too for some seconds. Where the next engine was given the same port, an
// inline program saw a dead engine, and Pulumi quietly registered nothing: here each program has its own connections.
const { grpcChannelOptions } = engineConnections as unknown as { grpcChannelOptions: Record<string, unknown> };
grpcChannelOptions["grpc.use_local_subchannel_pool"] = 1;

/** The CLI, whose version is asked once. */
let command: Promise<automation.PulumiCommand> | undefined;

/** What a deployment on the real engine came to. */
export interface Run {
    readonly ok: boolean;
    /** Everything that the CLI printed. */
    readonly output: string;
    /** The operations by resource, as `<op> <type's last part> <name>`, without those that change nothing. */
    readonly operations: string[];
    /** Every engine event, as text. */
    readonly events: string;
}

/** A resource as the state holds it. */
export interface StoredResource {
    readonly urn: string;
    readonly type: string;
    readonly id?: string;
    readonly inputs: Record<string, unknown>;
    readonly outputs: Record<string, unknown>;
}

/** A stack of the real engine against a local cloud, in a folder and a backend of its own. */
export class TestStack {
    /** The same stack, for operations: without reading its outputs and its history afterwards, three processes each time. */
    private readonly operating: automation.Stack;

    private constructor(
        readonly stack: automation.Stack,
        readonly folder: string,
    ) {
        this.operating = Object.assign(Object.create(stack) as automation.Stack, {
            outputs: () => Promise.resolve({}),
            info: () => Promise.resolve(undefined),
        });
    }

    /**
     * Makes a stack for a program; without one, for the project of this repository: its main example. Its name counts where
     * the environment names the backend of another stack.
     */
    static async create(
        cloud: LocalCloud,
        program?: automation.PulumiFn,
        environment: Record<string, string> = {},
        stackName = "test",
    ): Promise<TestStack> {
        return TestStack.make(cloud, environment, stackName, (folder) => {
            if (program !== undefined) return { projectName: "tests", program };
            cpSync(join(root, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
            symlinkSync(join(root, "examples"), join(folder, "examples"));
            return { workDir: folder };
        });
    }

    /**
     * Makes a stack for a project in `examples/`, from a copy of its folder, with this configuration. A key without a
     * namespace is the project's own.
     */
    static async ofExample(
        cloud: LocalCloud,
        example: string,
        config: Record<string, unknown> = {},
        environment: Record<string, string> = {},
    ): Promise<TestStack> {
        const made = await TestStack.make(cloud, environment, "test", (folder) => {
            const own = (path: string) => !/^(node_modules|Pulumi\..+\.yaml)$/.test(basename(path));
            cpSync(join(root, "examples", example), folder, { recursive: true, filter: own });
            compile(folder);
            return { workDir: folder };
        });
        await made.configure(config);
        return made;
    }

    /** Makes another stack of the same project, in the same backend. */
    static async beside(
        { folder, environment }: TestStack,
        stackName: string,
        more: Record<string, string>,
    ): Promise<TestStack> {
        const options = { envVars: { ...environment, ...more }, secretsProvider: SECRETS_PROVIDER };
        return new TestStack(
            await automation.LocalWorkspace.createStack({ stackName, workDir: folder }, options),
            folder,
        );
    }

    /** Makes a stack for a program of these files, `index.ts` first of them, in TypeScript. */
    static async ofFiles(cloud: LocalCloud, files: ReadonlyMap<string, string>): Promise<TestStack> {
        return TestStack.make(cloud, {}, "test", (folder) => {
            const options = { strict: true, target: "es2022", module: "commonjs", moduleResolution: "node" };
            writeFileSync(join(folder, "Pulumi.yaml"), "name: tests\nruntime: nodejs\n");
            writeFileSync(join(folder, "package.json"), '{"name": "tests", "main": "index.ts"}');
            writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options }));
            for (const [file, text] of files) writeFileSync(join(folder, file), text);
            return { workDir: folder };
        });
    }

    private static async make(
        cloud: LocalCloud,
        environment: Record<string, string>,
        stackName: string,
        project: (folder: string) => { workDir: string } | { projectName: string; program: automation.PulumiFn },
    ): Promise<TestStack> {
        // Before each run of a program, the language host looks for plugins in every folder below the program's. The packages
        // are therefore beside it: Node.js finds them there too.
        const folder = join(mkdtempSync(join(tmpdir(), "databricks-cmk-stack-")), "project");
        mkdirSync(join(folder, "backend"), { recursive: true });
        symlinkSync(join(root, "node_modules"), join(folder, "..", "node_modules"));
        const options: automation.LocalWorkspaceOptions = {
            workDir: folder,
            pulumiCommand: await (command ??= automation.PulumiCommand.get()),
            envVars: {
                ...cloud.environment(),
                PULUMI_BACKEND_URL: `file://${join(folder, "backend")}`,
                PULUMI_NODEJS_TRANSPILE_ONLY: "true",
                PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
                ...(await secretsKeeper()),
                ...environment,
            },
            secretsProvider: SECRETS_PROVIDER,
        };
        const of = project(folder);
        const stack = await ("program" in of
            ? automation.LocalWorkspace.createStack({ stackName, ...of }, options)
            : automation.LocalWorkspace.createStack({ stackName, ...of }, options));
        return new TestStack(stack, folder);
    }

    /** Sets configuration of the stack in its file, which costs no process; `undefined` takes a value away. */
    async configure(config: Record<string, unknown>): Promise<void> {
        const { workspace, name } = this.stack;
        const project = (await workspace.projectSettings()).name;
        const settings = await workspace.stackSettings(name);
        for (const [key, value] of Object.entries(config))
            (settings.config ??= {})[key.includes(":") ? key : `${project}:${key}`] =
                typeof value === "object" || value === undefined ? value : String(value);
        await workspace.saveStackSettings(name, settings);
    }

    /** The environment of its next commands; a change holds from the next one on. */
    get environment(): Record<string, string> {
        return this.stack.workspace.envVars;
    }

    /** Gives the stack another program. */
    set program(program: automation.PulumiFn) {
        this.stack.workspace.program = program;
    }

    up(options: automation.UpOptions = {}): Promise<Run> {
        return this.run((common) => this.operating.up({ ...common, ...options }));
    }
    preview(options: automation.PreviewOptions = {}): Promise<Run> {
        return this.run((common) => this.operating.preview({ ...common, ...options }));
    }
    refresh(): Promise<Run> {
        return this.run((common) => this.operating.refresh(common));
    }
    destroy(options: automation.DestroyOptions = {}): Promise<Run> {
        return this.run((common) => this.operating.destroy({ ...common, ...options }));
    }

    /** The state as the backend stores it, and its resources. Read from its file, which costs no process. */
    async state(): Promise<{
        text: string;
        resources: StoredResource[];
    }> {
        const stacks = fileURLToPath(`${this.environment["PULUMI_BACKEND_URL"]}/.pulumi/stacks`);
        const file = `${(await this.stack.workspace.projectSettings()).name}/${this.stack.name}.json`;
        const { checkpoint } = JSON.parse(readFileSync(join(stacks, file), "utf8")) as {
            checkpoint: { latest?: { resources?: StoredResource[] } };
        };
        return { text: JSON.stringify(checkpoint.latest), resources: checkpoint.latest?.resources ?? [] };
    }

    /** The outputs of the stack, but for secrets in clear. */
    async outputs(): Promise<Record<string, unknown>> {
        const { resources } = await this.state();
        return resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};
    }

    /** Every file of the stack's folder, as one text. */
    files(): string {
        return readdirSync(join(this.folder, "backend"), { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile())
            .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
            .join("\n");
    }

    /** Takes the stack's folder away. */
    remove(): void {
        rmSync(join(this.folder, ".."), { recursive: true, force: true });
    }

    private async run(
        start: (common: {
            onOutput: (text: string) => void;
            onError: (text: string) => void;
            onEvent: (event: EngineEvent) => void;
            color: "never";
        }) => Promise<unknown>,
    ): Promise<Run> {
        let output = "";
        const events: EngineEvent[] = [];
        const common = {
            onOutput: (text: string) => (output += text),
            onError: (text: string) => (output += text),
            onEvent: (event: EngineEvent) => events.push(event),
            color: "never" as const,
        };
        const error = await start(common).then(
            () => undefined,
            (thrown: unknown) => String(thrown),
        );
        const operations = events.flatMap(({ resourcePreEvent }) => {
            if (resourcePreEvent === undefined) return [];
            const { op, urn } = resourcePreEvent.metadata;
            if (["same", "refresh", "read"].includes(op)) return [];
            return [`${op} ${urn.split("::")[2]?.split("$").at(-1)?.split(":").at(-1)} ${urn.split("::").at(-1)}`];
        });
        return {
            ok: error === undefined,
            output: `${output}${error ?? ""}`,
            operations,
            events: JSON.stringify(events),
        };
    }
}

/** The requests to the account's API, each without its host and the account; those of a sign-in are not among them. */
export function accountRequests(cloud: LocalCloud): string[] {
    return cloud.requests
        .filter(({ path }) => path.startsWith("/api/"))
        .map(({ method, path }) => `${method} /${path.split("/").slice(5).join("/")}`);
}
