import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { getSubchannelPool } from "@grpc/grpc-js/build/src/subchannel-pool";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import * as automation from "@pulumi/pulumi/automation";

import type { LocalCloud } from "../cloud";

/** The folder of the repository. */
export const root = resolve(__dirname, "../../..");

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

/** A stack of the real engine against a local cloud, in a folder and a backend of its own. */
export class TestStack {
    private constructor(
        readonly stack: automation.Stack,
        readonly folder: string,
    ) {}

    /** Makes a stack for a program; without one, for the project of this repository: its main example. */
    static async create(
        cloud: LocalCloud,
        program?: automation.PulumiFn,
        environment: Record<string, string> = {},
    ): Promise<TestStack> {
        const folder = mkdtempSync(join(tmpdir(), "databricks-cmk-stack-"));
        mkdirSync(join(folder, "backend"));
        symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
        const options: automation.LocalWorkspaceOptions = {
            workDir: folder,
            envVars: {
                ...cloud.environment(),
                PULUMI_BACKEND_URL: `file://${join(folder, "backend")}`,
                PULUMI_CONFIG_PASSPHRASE: "passphrase",
                PULUMI_NODEJS_TRANSPILE_ONLY: "true",
                ...environment,
            },
        };
        if (program !== undefined) {
            const stack = await automation.LocalWorkspace.createOrSelectStack(
                { stackName: "test", projectName: "tests", program },
                options,
            );
            return new TestStack(stack, folder);
        }
        cpSync(join(root, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
        symlinkSync(join(root, "examples"), join(folder, "examples"));
        return new TestStack(
            await automation.LocalWorkspace.createOrSelectStack({ stackName: "test", workDir: folder }, options),
            folder,
        );
    }

    /** Gives the stack another program. */
    set program(program: automation.PulumiFn) {
        this.stack.workspace.program = program;
    }

    up(options: automation.UpOptions = {}): Promise<Run> {
        return this.run((common) => this.stack.up({ ...common, ...options }));
    }
    preview(options: automation.PreviewOptions = {}): Promise<Run> {
        return this.run((common) => this.stack.preview({ ...common, ...options }));
    }
    refresh(): Promise<Run> {
        return this.run((common) => this.stack.refresh(common));
    }
    destroy(): Promise<Run> {
        return this.run((common) => this.stack.destroy(common));
    }

    /** The state as it is stored, and its resources. */
    async state(): Promise<{
        text: string;
        resources: {
            urn: string;
            type: string;
            id?: string;
            inputs: Record<string, unknown>;
            outputs: Record<string, unknown>;
        }[];
    }> {
        const { deployment } = await this.stack.exportStack();
        return { text: JSON.stringify(deployment), resources: deployment.resources ?? [] };
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
        rmSync(this.folder, { recursive: true, force: true });
    }

    private async run(
        start: (common: {
            onOutput: (text: string) => void;
            onError: (text: string) => void;
            onEvent: (event: EngineEvent) => void;
            color: "never";
        }) => Promise<unknown>,
    ): Promise<Run> {
        // gRPC keeps a lost connection to a port for some seconds. Where the next engine is given the same port, the program
        // would see a dead engine, and Pulumi would quietly register nothing: each run begins without old connections.
        getSubchannelPool(true).unrefUnusedSubchannels();
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
