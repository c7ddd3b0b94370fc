import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);
const root = resolve(__dirname, "../../..");

/** Every package manager that is tried, pinned; `yarn 4` with its `node-modules` linker. */
export const managers = {
    npm: undefined,
    pnpm: "pnpm@12.21.0",
    "yarn 1": "yarn@1.22.22",
    "yarn 4": "@yarnpkg/cli-dist@4.18.1",
    bun: `@oven/bun-${process.platform}-${process.arch}@1.4.5`,
} as const;
export type Manager = keyof typeof managers;

/** Every version of Node.js that is tried: what the npm package `node` installs on this machine. */
const nodes = { 20: "20.20.2", 22: "22.23.3", 24: "24.21.0" } as const;
export type NodeVersion = keyof typeof nodes;

/** Whether everything is tried (`npm run test:consumers`), and not only the first combination, which `npm test` tries. */
export const isWhole = process.env.CONSUMERS === "all";

/** A `describe` of what `npm test` leaves to `npm run test:consumers`. */
export function describeIfWhole(title: string, tests: () => void): void {
    if (isWhole) describe(title, tests);
}

/** What a command came to. */
export interface Finished {
    readonly ok: boolean;
    readonly output: string;
}

/** Package managers and versions of Node.js, each installed when it is first needed, and the packed package. */
class Tools {
    private readonly folder = mkdtempSync(join(tmpdir(), "databricks-cmk-tools-"));
    private readonly installed = new Map<string, Promise<string>>();
    private registryUrl: Promise<string> | undefined;
    private packed: Promise<string> | undefined;

    constructor() {
        process.once("exit", () => rmSync(this.folder, { recursive: true, force: true }));
    }

    /** The package as it would be published, as a `.tgz`. */
    tarball(): Promise<string> {
        this.packed ??= (async () => {
            const folder = join(this.folder, "package");
            await execute(process.execPath, [join(root, "test", "run", "package.mjs"), folder]);
            const { stdout } = await execute("npm", ["pack", folder, "--pack-destination", this.folder, "--silent"]);
            return join(this.folder, stdout.trim());
        })();
        return this.packed;
    }

    /** The folder with this version's `node`; this process's own where it is that version. */
    async node(version: NodeVersion): Promise<string> {
        if (process.versions.node.startsWith(`${version}.`)) return dirname(process.execPath);
        const name = `node-${process.platform}-${process.arch}`;
        return join(await this.install(`${name}@${nodes[version]}`), name, "bin");
    }

    /** Installs what a project's manifest names. Nothing that a package brings is run. */
    async installProject(manager: Manager, project: string, env: NodeJS.ProcessEnv): Promise<Finished> {
        const registry = await this.registry();
        const [command, ...args] = await this.commandOf(manager, project, registry);
        const settings = { npm_config_registry: registry, pnpm_config_registry: registry, CI: "" };
        return run(command, args, { cwd: project, env: { ...env, ...settings } });
    }

    private async commandOf(manager: Manager, project: string, registry: string): Promise<[string, ...string[]]> {
        if (manager === "npm") return ["npm", "install", "--ignore-scripts", "--prefer-offline", "--loglevel=warn"];
        const modules = await this.install(managers[manager]);
        switch (manager) {
            case "pnpm":
                return [join(modules, ".bin", "pnpm"), "install", "--ignore-scripts", "--no-frozen-lockfile"];
            case "yarn 1":
                return ["node", join(modules, "yarn/bin/yarn.js"), "install", "--ignore-scripts"];
            case "yarn 4": {
                const settings = {
                    nodeLinker: "node-modules",
                    enableScripts: false,
                    enableTelemetry: false,
                    enableGlobalCache: false,
                    npmRegistryServer: registry,
                    httpsCaFilePath: process.env.NODE_EXTRA_CA_CERTS,
                };
                writeFileSync(join(project, ".yarnrc.yml"), JSON.stringify(settings));
                writeFileSync(join(project, "yarn.lock"), "");
                return ["node", join(modules, "@yarnpkg/cli-dist/bin/yarn.js"), "install"];
            }
            case "bun": {
                const bun = `@oven/bun-${process.platform}-${process.arch}`;
                return [join(modules, bun, "bin", "bun"), "install", "--ignore-scripts", `--registry=${registry}`];
            }
        }
    }

    /** Installs a tool by npm, once, and gives the `node_modules` that has it. */
    private install(tool: string): Promise<string> {
        const known = this.installed.get(tool);
        if (known !== undefined) return known;
        const prefix = join(this.folder, tool.replaceAll(/[@/]/g, "-"));
        const made = (async () => {
            if (!existsSync(prefix)) mkdirSync(prefix, { recursive: true });
            const args = ["install", "--prefix", prefix, "--ignore-scripts", "--prefer-offline", "--silent", tool];
            const { ok, output } = await run("npm", args, { cwd: prefix, env: process.env });
            if (!ok) throw new Error(`${tool} cannot be installed from the npm registry:\n${output}`);
            return join(prefix, "node_modules");
        })();
        this.installed.set(tool, made);
        return made;
    }

    /** The npm registry that this machine uses: yarn and bun would go to others. */
    private registry(): Promise<string> {
        this.registryUrl ??= execute("npm", ["config", "get", "registry"]).then(({ stdout }) => stdout.trim());
        return this.registryUrl;
    }
}

/** All tests of this process share them. */
export const tools = new Tools();

/** Runs a command to its end. */
export async function run(
    command: string,
    args: readonly string[],
    options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<Finished> {
    try {
        const { stdout, stderr } = await execute(command, args, { ...options, maxBuffer: 2 ** 26 });
        return { ok: true, output: stdout + stderr };
    } catch (error) {
        const { stdout = "", stderr = "", message } = error as Error & { stdout?: string; stderr?: string };
        return { ok: false, output: stdout + stderr || message };
    }
}

/** An environment in which this folder's programs come first. */
export function withPath(folder: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
    return { ...env, PATH: `${folder}${delimiter}${env.PATH ?? ""}` };
}

/** Waits for a command that has to succeed. */
export async function succeed(finished: Promise<Finished>): Promise<string> {
    const { ok, output } = await finished;
    if (!ok) throw new Error(output);
    return output;
}
