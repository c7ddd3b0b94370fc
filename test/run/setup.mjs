// @ts-check
// Sets up what `npm start` and `npm test` need on a machine with only Node.js: dependencies, the build, a Pulumi CLI.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findEngine } from "./engine.mjs";
import { npm, root } from "./project.mjs";
import { Problem, run } from "./processes.mjs";

/**
 * Sets up what is missing. Logs one line for each step that has something to do.
 * @param {{log: (line: string) => void, needsEngine?: boolean}} options
 * @returns {Promise<{pulumi: string}>} the folder that holds the Pulumi CLI; empty if none is needed
 */
export async function setUp({ log, needsEngine = true }) {
    checkMachine();
    await installDependencies(log);
    await build(log);
    return { pulumi: needsEngine ? await findEngine(log) : "" };
}

function checkMachine() {
    if (process.platform === "win32") throw new Problem("Run this in Linux or macOS; on Windows, in WSL.");
    const [major, minor] = process.versions.node.split(".").map(Number);
    if (Number(major) > 20 || (major === 20 && Number(minor) >= 19)) return;
    throw new Problem(`Node.js ${process.versions.node} is too old: install 20.19 or later (https://nodejs.org).`);
}

/** @param {(line: string) => void} log */
async function installDependencies(log) {
    if (dependenciesAreInstalled()) return;
    log("Dependencies: installing what package-lock.json names (npm ci)");
    const { command, args } = npm("ci");
    // npm's own output is shown only if it fails.
    const { code, stdout, stderr } = await run(command, args, { cwd: root });
    if (code === 0) return;
    throw new Problem(
        `The dependencies could not be installed:\n${stderr.trim() || stdout.trim()}\n\n` +
            "`npm ci` needs an npm registry: check that this machine reaches one (`npm ping`), then run this again.",
    );
}

/** Whether node_modules contains every package of package-lock.json in the right version. npm writes its own list there last. */
function dependenciesAreInstalled() {
    const wanted = packagesOf(join(root, "package-lock.json"));
    const found = packagesOf(join(root, "node_modules", ".package-lock.json"));
    return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
        if (path === "") return true;
        const there = found[path];
        if (!there || !existsSync(join(root, path))) return optional === true;
        return there.version === version && there.integrity === integrity;
    });
}

/**
 * @param {string} file
 * @returns {Record<string, {version?: string, integrity?: string, optional?: boolean}>}
 */
function packagesOf(file) {
    try {
        return JSON.parse(readFileSync(file, "utf8")).packages ?? {};
    } catch {
        return {};
    }
}

/** @param {(line: string) => void} log */
async function build(log) {
    // The compiler finds out itself what has changed since the last build.
    if (!existsSync(join(root, "dist"))) log("Build: compiling the package (tsc --build)");
    const { code, stdout, stderr } = await run(join(root, "node_modules", ".bin", "tsc"), ["--build"], { cwd: root });
    if (code === 0) return;
    throw new Problem(
        `The package does not compile:\n${`${stdout}${stderr}`.trim()}\n\nCorrect that, then run this again.`,
    );
}
