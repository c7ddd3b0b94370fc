// @ts-check
// Finds a Pulumi CLI with its Node.js language host, else downloads the official release, else builds one from source.
import { accessSync, chmodSync, constants, copyFileSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { buildProgram, GO_VERSION } from "./go-programs.mjs";
import { npm, root } from "./project.mjs";
import { Problem, run, temporaryFolder } from "./processes.mjs";

/** The release that is downloaded or built: the newest of which compatible Go modules exist. */
const VERSION = "3.220.0";
/** The npm package that downloads a release; it takes any `PULUMI_VERSION`. */
const LAUNCHER = "pulumi@3.259.0";
const DOWNLOADS = "https://get.pulumi.com";

/** The last version of the module that contains the Node.js language host. It runs programs under this engine. */
export const LANGUAGE_HOST_VERSION = "v3.68.0";

const MINUTES = 60_000;

/**
 * Finds or builds a Pulumi CLI. The one on PATH comes first, then the one that an earlier call kept.
 * @param {(line: string) => void} log
 * @returns {Promise<string>} the folder of `pulumi` and the programs that it needs
 */
export async function findEngine(log) {
    const onPath = await engineOnPath(log);
    if (onPath) return onPath;

    const kept = join(process.env.PULUMI_HOME || join(homedir(), ".pulumi"), "versions");
    const official = join(kept, VERSION);
    const built = join(kept, `${VERSION}-from-source`);
    for (const folder of [official, built]) {
        if (await works(join(folder, "bin"))) return join(folder, "bin");
    }

    makeFolder(kept);
    removeAbandoned(kept);
    if (!(await download(kept, official, log))) await build(kept, built, log);
    const folder = (await works(join(official, "bin"))) ? official : built;
    log(`Pulumi CLI: kept in ${folder}`);
    return join(folder, "bin");
}

/** @param {(line: string) => void} log */
async function engineOnPath(log) {
    const pulumi = onPath("pulumi");
    if (!pulumi) return undefined;
    const version = await versionOf(pulumi);
    if (!version || !isRecent(version)) {
        log(
            `Pulumi CLI: ${pulumi} is ${version ? `version ${version}` : "not working"}, ${VERSION} or later is needed`,
        );
        return undefined;
    }
    // A package manager puts links on PATH. The language host is beside the real file, or on PATH too.
    const folder = dirname(pulumi);
    const host = "pulumi-language-nodejs";
    if (!isProgram(join(folder, host)) && !isProgram(join(dirname(realpathSync(pulumi)), host)) && !onPath(host)) {
        log(`Pulumi CLI: ${pulumi} has no Node.js language host (${host}) beside it`);
        return undefined;
    }
    return folder;
}

/** @param {string} folder */
async function works(folder) {
    if (!isProgram(join(folder, "pulumi")) || !isProgram(join(folder, "pulumi-language-nodejs"))) return false;
    const version = await versionOf(join(folder, "pulumi"));
    return version !== undefined && isRecent(version);
}

/** @param {string} pulumi */
async function versionOf(pulumi) {
    const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
    const { code, stdout } = await run(pulumi, ["version"], { env, timeout: MINUTES });
    return code === 0 ? /^v?(\d+\.\d+\.\d+)/.exec(stdout.trim())?.[1] : undefined;
}

/** @param {string} version */
function isRecent(version) {
    const [major, minor] = version.split(".").map(Number);
    const [neededMajor, neededMinor] = VERSION.split(".").map(Number);
    return major === neededMajor && Number(minor) >= Number(neededMinor);
}

/** @param {string} name */
export function onPath(name) {
    return (process.env.PATH ?? "")
        .split(delimiter)
        .filter((folder) => folder !== "")
        .map((folder) => join(folder, name))
        .find(isProgram);
}

/** @param {string} file */
export function isProgram(file) {
    try {
        accessSync(file, constants.X_OK);
        return statSync(file).isFile() && statSync(file).size > 0;
    } catch {
        return false;
    }
}

/** @param {string} folder */
function makeFolder(folder) {
    try {
        mkdirSync(folder, { recursive: true });
        accessSync(folder, constants.W_OK);
    } catch (error) {
        throw new Problem(
            `The Pulumi CLI cannot be kept in ${folder}: ${error instanceof Error ? error.message : error}\n` +
                `Make that folder writable, or set PULUMI_HOME to one that is.`,
        );
    }
}

const BEGUN = ".begun-";

/**
 * Removes the folders that killed runs left. A recent one may belong to a run that is still active.
 * @param {string} kept
 */
function removeAbandoned(kept) {
    for (const name of readdirSync(kept)) {
        const folder = join(kept, name);
        if (!name.startsWith(BEGUN) || Date.now() - statSync(folder).mtimeMs < 60 * MINUTES) continue;
        rmSync(folder, { recursive: true, force: true });
    }
}

/**
 * Moves a finished folder to its final path in one step. If another run was faster, its result stays.
 * @param {string} finished
 * @param {string} target
 */
async function moveTo(finished, target) {
    for (let attempt = 0; ; attempt++) {
        try {
            renameSync(finished, target);
            return;
        } catch (error) {
            if (await works(join(target, "bin"))) return;
            if (attempt > 0) throw error;
            rmSync(target, { recursive: true, force: true });
        }
    }
}

/**
 * Downloads the official release through the npm package `pulumi`.
 * @param {string} kept
 * @param {string} target
 * @param {(line: string) => void} log
 * @returns {Promise<boolean>} whether it is there now
 */
async function download(kept, target, log) {
    // Otherwise the launcher waits for its own, much longer time-outs.
    if (!(await answers(DOWNLOADS))) {
        log(`Pulumi CLI: ${DOWNLOADS} cannot be reached, so the official release cannot be downloaded`);
        return false;
    }
    log(`Pulumi CLI: downloading the official release ${VERSION}`);
    const folder = temporaryFolder(BEGUN, kept);
    const { command, args } = npm("exec", "--yes", `--package=${LAUNCHER}`, "--", "pulumi", "version");
    const { code, stdout, stderr } = await run(command, args, {
        cwd: folder,
        env: { ...process.env, PULUMI_HOME: folder, PULUMI_VERSION: VERSION, PULUMI_SKIP_UPDATE_CHECK: "true" },
        timeout: 5 * MINUTES,
    });
    const release = join(folder, "versions", VERSION);
    if (code === 0 && (await works(join(release, "bin")))) {
        await moveTo(release, target);
        return true;
    }
    log(`Pulumi CLI: that failed (${lastLine(stderr) || lastLine(stdout) || `exit code ${code}`})`);
    return false;
}

/** @param {string} url */
async function answers(url) {
    try {
        await fetch(url, { method: "HEAD", redirect: "manual", signal: AbortSignal.timeout(5000) });
        return true;
    } catch {
        return false;
    }
}

/**
 * Builds the engine and the language host from the modules that Go's module proxy serves.
 * @param {string} kept
 * @param {string} target
 * @param {(line: string) => void} log
 */
async function build(kept, target, log) {
    const remedy =
        `Install Go ${GO_VERSION} or later (https://go.dev/dl), or the Pulumi CLI ${VERSION} or later ` +
        `(https://www.pulumi.com/docs/install), and run this again.`;
    const folder = temporaryFolder(BEGUN, kept);
    const go = await run("go", ["env", "GOVERSION"], { cwd: folder, timeout: MINUTES });
    if (go.code === 127) throw new Problem(`There is no Pulumi CLI, and no Go to build one with.\n${remedy}`);

    const bin = join(folder, "release", "bin");
    mkdirSync(bin, { recursive: true });
    const pulumi = "github.com/pulumi/pulumi";
    // The engine's module replaces one of its dependencies, which Go respects only in the main module, so each program gets one.
    const programs = [
        {
            name: "pulumi",
            path: `${pulumi}/pkg/v3/cmd/pulumi`,
            needs: [`${pulumi}/pkg/v3 v${VERSION}`, `${pulumi}/sdk/v3 v${VERSION}`],
            replaces:
                "github.com/atotto/clipboard => github.com/tgummerer/clipboard v0.0.0-20241001131231-d02d263e614e",
            version: `v${VERSION}`,
        },
        {
            name: "pulumi-language-nodejs",
            path: `${pulumi}/sdk/v3/nodejs/cmd/pulumi-language-nodejs`,
            needs: [`${pulumi}/sdk/v3 ${LANGUAGE_HOST_VERSION}`],
            version: LANGUAGE_HOST_VERSION,
        },
    ];
    for (const program of programs) {
        const { name, version } = program;
        log(
            `Pulumi CLI: building ${name} ${version} from source${name === "pulumi" ? " (takes some minutes, once)" : ""}`,
        );
        const problem = await buildProgram(program, folder, bin);
        if (problem !== undefined) throw new Problem(`${problem}\n\n${remedy}`);
    }
    for (const name of ["pulumi-resource-pulumi-nodejs", "pulumi-analyzer-policy"]) {
        const script = join(root, "node_modules", "@pulumi", "pulumi", name);
        if (!existsSync(script)) throw new Problem(`${script} is missing: run \`npm ci\`.`);
        copyFileSync(script, join(bin, name));
        chmodSync(join(bin, name), 0o755);
    }
    if (!(await works(bin))) throw new Problem(`The Pulumi CLI that was built from source does not run.\n${remedy}`);
    await moveTo(dirname(bin), target);
    rmSync(folder, { recursive: true, force: true });
}

/** @param {string} text */
function lastLine(text) {
    return text.trim().split("\n").at(-1)?.trim() ?? "";
}
