import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";

/** The folder of the repository. */
const root = resolve(__dirname, "../../..");

/** What a command of the CLI came to. */
export interface CliRun {
    readonly code: number | null;
    /** What it printed. */
    readonly output: string;
    /** How long it took. */
    readonly seconds: number;
}

/** A process that a project's command started. */
export interface CliProcess {
    readonly pid: number;
    /** The engine, the process of the dynamic providers, or anything else: the program, a shell. */
    readonly role: "engine" | "provider" | "other";
}

/** A Pulumi project in a folder and a backend of its own, which the real CLI runs; its processes can be found one by one. */
export class CliProject {
    /** Where its stacks' states are. */
    readonly backend: string;
    private readonly folder: string;
    private readonly id = randomUUID();
    private readonly environment: NodeJS.ProcessEnv;

    /** Makes a project of a program in plain JavaScript. Without `pulumi stack init` it has no stack yet. */
    constructor(name: string, program: string, environment: Readonly<Record<string, string>>) {
        this.folder = mkdtempSync(join(tmpdir(), `databricks-cmk-${name}-`));
        this.backend = join(this.folder, "backend");
        mkdirSync(this.backend);
        symlinkSync(join(root, "node_modules"), join(this.folder, "node_modules"));
        writeFileSync(
            join(this.folder, "Pulumi.yaml"),
            `name: ${name}\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n`,
        );
        writeFileSync(join(this.folder, "package.json"), JSON.stringify({ name, main: "index.js" }));
        writeFileSync(join(this.folder, "index.js"), program);
        this.environment = {
            ...process.env,
            ...environment,
            CLI_PROJECT: this.id,
            PULUMI_HOME: join(this.folder, "home"),
            PULUMI_BACKEND_URL: `file://${this.backend}`,
            PULUMI_CONFIG_PASSPHRASE: "x",
            PULUMI_SKIP_UPDATE_CHECK: "true",
        };
    }

    /** Runs the CLI to its end. */
    run(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<CliRun> {
        return new Promise((done, fail) => {
            const began = performance.now();
            const child = spawn("pulumi", [...args, "--non-interactive"], {
                cwd: this.folder,
                env: { ...this.environment, ...environment },
                stdio: ["ignore", "pipe", "pipe"],
            });
            let output = "";
            child.stdout.on("data", (text) => (output += String(text)));
            child.stderr.on("data", (text) => (output += String(text)));
            child.once("error", fail);
            // Processes that outlive a killed engine hold the pipes open: its exit is what counts.
            child.once("exit", (code) => {
                const seconds = (performance.now() - began) / 1000;
                setTimeout(() => done({ code, output, seconds }), 50);
            });
        });
    }

    /** Those of its processes that are alive. Linux only: elsewhere none is found. */
    processes(): CliProcess[] {
        if (process.platform !== "linux") return [];
        return readdirSync("/proc")
            .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
            .flatMap((name) => {
                try {
                    if (!readFileSync(`/proc/${name}/environ`, "latin1").includes(`CLI_PROJECT=${this.id}`)) return [];
                    const command = readFileSync(`/proc/${name}/cmdline`, "latin1").split("\0");
                    return [{ pid: Number(name), role: roleOf(command) }];
                } catch {
                    return [];
                }
            });
    }

    /** Kills one of its processes, as `kill -9` does. */
    kill(pid: number): void {
        try {
            process.kill(pid, "SIGKILL");
        } catch {
            // It has ended by itself.
        }
    }

    /** Kills what still runs of it, as `kill -9` does, and takes its folder away. */
    remove(): void {
        for (const { pid } of this.processes()) this.kill(pid);
        rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
    }
}

function roleOf([program = "", ...args]: readonly string[]): CliProcess["role"] {
    if (basename(program) === "pulumi") return "engine";
    return args.some((arg) => /cmd\/dynamic-provider(\/index\.js)?$/.test(arg)) ? "provider" : "other";
}
