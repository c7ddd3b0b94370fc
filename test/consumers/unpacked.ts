import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import type { LocalCloud } from "../../local-cloud";
import { type Finished, run, succeed, tools, withPath } from "./tools";

const execute = promisify(execFile);

interface Manifest {
    dependencies: Record<string, string>;
    devDependencies?: Record<string, string>;
}

/**
 * The packed package as somebody has it who knows nothing of this repository: unpacked, with a home that is empty, on the
 * oldest Node.js that the package takes.
 */
export class Unpacked {
    /** The folder of the package. */
    readonly package: string;
    /** The environment of somebody who begins. */
    env: NodeJS.ProcessEnv = {};
    /** A folder with the packages of each set of dependencies, which is installed once. */
    private readonly installed = new Map<string, string>();

    private constructor(private readonly folder: string) {
        this.package = join(folder, "package");
    }

    static async create(): Promise<Unpacked> {
        const unpacked = new Unpacked(mkdtempSync(join(tmpdir(), "databricks-cmk-unpacked-")));
        await unpacked.setUp();
        return unpacked;
    }

    private async setUp(): Promise<void> {
        for (const name of ["home", "projects"]) mkdirSync(join(this.folder, name));
        await execute("tar", ["-xzf", await tools.tarball(), "-C", this.folder]);
        // What was downloaded before is not downloaded again.
        const { stdout: cache } = await execute("npm", ["config", "get", "cache"]);
        this.env = withPath(await tools.node(20), {
            ...process.env,
            HOME: join(this.folder, "home"),
            npm_config_cache: cache.trim(),
            PULUMI_CONFIG_PASSPHRASE: "x",
        });
    }

    /** The packed package, as an argument of `npm install`. */
    async tarball(): Promise<string> {
        return `file:${await tools.tarball()}`;
    }

    /** An empty folder for a project. */
    project(name: string): string {
        const project = join(this.folder, "projects", name);
        mkdirSync(project, { recursive: true });
        return project;
    }

    /** Runs a line as a shell does. */
    shell(line: string, cwd: string): Promise<Finished> {
        return run("sh", ["-c", line], { cwd, env: this.env });
    }

    /** Copies an example into a folder of its own, and installs what its manifest names. */
    async example(name: string): Promise<string> {
        const project = this.project(name);
        cpSync(join(this.package, "examples", name), project, { recursive: true });
        const path = join(project, "package.json");
        const manifest = JSON.parse(readFileSync(path, "utf8")) as Manifest;
        manifest.dependencies["pulumi-databricks-cmk"] = await this.tarball();
        writeFileSync(path, JSON.stringify(manifest));
        const key = JSON.stringify([manifest.dependencies, manifest.devDependencies]);
        const before = this.installed.get(key);
        if (before === undefined) await succeed(tools.installProject("npm", project, this.env));
        // Packages are many: the next project with the same ones takes them over.
        else renameSync(join(before, "node_modules"), join(project, "node_modules"));
        this.installed.set(key, project);
        return project;
    }

    /** Makes the stack of a project, with this configuration, against a local cloud. */
    async stack(project: string, cloud: LocalCloud, config: Record<string, string>): Promise<void> {
        const backend = this.project(`${project.split("/").at(-1)}-backend`);
        Object.assign(this.env, cloud.environment(), { PULUMI_BACKEND_URL: `file://${backend}` });
        await succeed(this.pulumi(project, "stack", "init", "test"));
        for (const [key, value] of Object.entries(config))
            await succeed(this.pulumi(project, "config", "set", "--path", key, value));
    }

    /** Runs the Pulumi CLI in a project. */
    pulumi(project: string, ...args: string[]): Promise<Finished> {
        const all = [...args, "--non-interactive", "--color", "never"];
        return run("pulumi", all, { cwd: project, env: this.env });
    }

    /** The names of all examples. */
    get examples(): string[] {
        return readdirSync(join(this.package, "examples"));
    }

    remove(): void {
        rmSync(this.folder, { recursive: true, force: true });
    }
}
