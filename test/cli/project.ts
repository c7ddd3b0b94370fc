import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";

import { SECRETS_PROVIDER, secretsKeeper } from "./keeper";

/** The folder of the repository. */
const root = resolve(__dirname, "../../..");

/** The result of a CLI command. */
export interface CliRun {
    readonly code: number | null;
    /** Its output. */
    readonly output: string;
    /** How long it took. */
    readonly seconds: number;
}

/** A process that a project's command started. */
export interface CliProcess {
    readonly pid: number;
    /** The engine, the dynamic-provider process or the plugin, or another: the program, a shell. */
    readonly role: "engine" | "provider" | "other";
}

/** A Pulumi project in its own folder and backend, run by the real CLI. Its processes can be found individually. */
export class CliProject {
    /** Folder of its stacks' states. */
    readonly backend: string;
    private readonly folder: string;
    private readonly id = randomUUID();
    private readonly environment: NodeJS.ProcessEnv;

    /**
     * Creates a project from a program in plain JavaScript. It has no stack before `pulumi stack init`. With a passphrase in the
     * environment its secrets are kept as people's are, else by a keeper that costs no time.
     */
    constructor(name: string, program: string, environment: Readonly<Record<string, string>>) {
        // Before each run of a program, the language host looks for plugins in every folder below the program's. The packages
        // are therefore beside it: Node.js finds them there too.
        this.folder = join(mkdtempSync(join(tmpdir(), `databricks-cmk-${name}-`)), "project");
        this.backend = join(this.folder, "backend");
        mkdirSync(this.backend, { recursive: true });
        symlinkSync(join(root, "node_modules"), join(this.folder, "..", "node_modules"));
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
            PULUMI_SKIP_UPDATE_CHECK: "true",
        };
    }

    /** Writes a file of the project, such as another `Pulumi.yaml`. */
    write(file: string, text: string): void {
        writeFileSync(join(this.folder, file), text);
    }

    /**
     * Runs the CLI to its end.
     *
     * @param started is told the id of its process, which leads a process group as a terminal's foreground command does.
     */
    async run(
        args: readonly string[],
        environment: Readonly<Record<string, string>> = {},
        started: (pid: number) => void = () => undefined,
    ): Promise<CliRun> {
        const isKept = this.environment["PULUMI_CONFIG_PASSPHRASE"] === undefined;
        const keeper = isKept ? await secretsKeeper() : {};
        const isInit = args.slice(0, 2).join(" ") === "stack init";
        const all = [...args, ...(isKept && isInit ? ["--secrets-provider", SECRETS_PROVIDER] : [])];
        return new Promise((done, fail) => {
            const began = performance.now();
            const child = spawn("pulumi", [...all, "--non-interactive"], {
                cwd: this.folder,
                env: { ...this.environment, ...keeper, ...environment },
                stdio: ["ignore", "pipe", "pipe"],
                detached: true,
            });
            if (child.pid !== undefined) started(child.pid);
            let output = "";
            child.stdout.on("data", (text) => (output += String(text)));
            child.stderr.on("data", (text) => (output += String(text)));
            child.once("error", fail);
            // Processes that outlive a killed engine keep the pipes open, so wait for its exit, not for their end.
            child.once("exit", (code) => {
                const seconds = (performance.now() - began) / 1000;
                setTimeout(() => done({ code, output, seconds }), 50);
            });
        });
    }

    /** Its processes that are alive. Linux only: elsewhere none is found. */
    processes(): CliProcess[] {
        return processesWith(`CLI_PROJECT=${this.id}`);
    }

    /** Kills one of its processes with `kill -9`. */
    kill(pid: number): void {
        killProcess(pid);
    }

    /** Kills its processes with `kill -9`, and removes its folder. */
    remove(): void {
        for (const { pid } of this.processes()) this.kill(pid);
        rmSync(join(this.folder, ".."), { recursive: true, force: true, maxRetries: 5 });
    }
}

/** The processes of Pulumi that are alive and have this in their environment, such as `NAME=value`. Linux only. */
export function processesWith(variable: string): CliProcess[] {
    if (process.platform !== "linux") return [];
    return readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
        .flatMap((name) => {
            try {
                if (!readFileSync(`/proc/${name}/environ`, "latin1").split("\0").includes(variable)) return [];
                const command = readFileSync(`/proc/${name}/cmdline`, "latin1").split("\0");
                return [{ pid: Number(name), role: roleOf(command) }];
            } catch {
                return [];
            }
        });
}

/** Kills a process with `kill -9`. */
export function killProcess(pid: number): void {
    try {
        process.kill(pid, "SIGKILL");
    } catch {
        // It has already ended.
    }
}

function roleOf([program = "", ...args]: readonly string[]): CliProcess["role"] {
    if (basename(program) === "pulumi") return "engine";
    return args.some((arg) => /cmd\/dynamic-provider(\/index\.js)?$|\/plugin\/main\.js$/.test(arg))
        ? "provider"
        : "other";
}
