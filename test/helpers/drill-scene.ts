import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { drill } from "../../cli/drill/drill";
import type { DrillReport } from "../../cli/drill/report";
import { runCommandLine } from "../../cli/run";
import { LocalCloud, type LocalCloudOptions, type LocalWorkspace } from "../../local-cloud";
import { CalmClock } from "./calm-clock";

const command = join(__dirname, "../../cli/main.js");

/** A workspace under a key that is drilled, and a folder for reports. What is run in this process waits by a clock of its own. */
export class DrillScene {
    private clock!: CalmClock;
    cloud!: LocalCloud;
    workspace!: LocalWorkspace;
    keyArn = "";
    folder = "";

    /** Each test of a suite begins with one. */
    static ofEach(): DrillScene {
        const scene = new DrillScene();
        const before = { ...process.env };
        beforeEach(() => scene.start());
        afterEach(async () => {
            await scene.end();
            for (const name of Object.keys(process.env))
                if (!(name in before)) Reflect.deleteProperty(process.env, name);
            Object.assign(process.env, before);
        });
        return scene;
    }

    /** Begins; in the place of the one that has begun, if there is one. */
    async start(options: LocalCloudOptions = {}): Promise<void> {
        if (this.folder !== "") await this.end();
        const clock = (this.clock = new CalmClock());
        this.cloud = await LocalCloud.start({ dekCacheMilliseconds: 300, now: () => clock.now(), ...options });
        this.keyArn = this.cloud.createKey();
        this.workspace = await this.cloud.addWorkspace({ keyArn: this.keyArn });
        this.folder = mkdtempSync(join(tmpdir(), "drill-"));
        // AWS' SDK looks for its credentials in the process's own environment.
        Object.assign(process.env, this.cloud.environment());
        this.cloud.clearRequests();
    }

    private async end(): Promise<void> {
        await this.cloud.stop();
        rmSync(this.folder, { recursive: true });
        this.folder = "";
    }

    private args(more: readonly string[]): string[] {
        return ["drill", "--workspace", this.workspace.id, "--key", this.keyArn, "--interval", "0.1", ...more];
    }

    /** Runs the command in this process. Options that come twice count as they come last. */
    async run(...more: string[]) {
        return this.runIn({ HOME: "/nonexistent" }, ...more);
    }

    async runIn(environment: Readonly<Record<string, string>>, ...more: string[]) {
        const said = { out: "", err: "" };
        const report = join(this.folder, "report.json");
        const args = more.includes("--json") ? more : ["--json", report, ...more];
        const code = await runCommandLine(this.args(args), new Map([["drill", drill]]), {
            out: (line) => (said.out += `${line}\n`),
            err: (line) => (said.err += `${line}\n`),
            environment: { ...this.cloud.environment(), ...environment },
            signal: new AbortController().signal,
            clock: this.clock,
        });
        return { code, ...said, report: () => JSON.parse(readFileSync(report, "utf8")) as DrillReport };
    }

    /** Runs the command in a process of its own; `wait` is called when it waits for reads to be refused. */
    spawn(wait: (child: ChildProcess) => void, ...more: string[]) {
        const child = spawn(process.execPath, [command, ...this.args(more)], { env: process.env });
        child.stderr.on("data", (text) => {
            if (String(text).includes("reads are refused ...")) wait(child);
        });
        return child;
    }

    get key() {
        return this.cloud.kms.keys().find(({ arn }) => arn === this.keyArn)!;
    }

    /** How often the KMS was asked for an operation. */
    calls(operation: string): number {
        return this.cloud.kms.calls.filter((call) => call.operation === operation).length;
    }

    /** Runs something right before a call of the KMS; the function returned ends it. */
    beforeCall(operation: string, run: () => void): () => void {
        const { kms } = this.cloud;
        const call = kms.call.bind(kms);
        kms.call = (asked, ...rest) => {
            if (asked === operation) run();
            return call(asked, ...rest);
        };
        return () => (kms.call = call);
    }

    /** What drills have left in the workspace. */
    async canaries(): Promise<string[]> {
        const secrets = this.workspace.secrets.list().map(({ name }) => name);
        const paths = (await this.workspace.snapshot()).map(({ path }) => path);
        return [...paths, ...secrets].filter((place) => place.includes("drill"));
    }
}
