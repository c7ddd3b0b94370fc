// @ts-check
// Builds programs from the modules that Go's module proxy serves.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./processes.mjs";

/** The Go that builds them, or a newer one. */
export const GO_VERSION = "1.25";

const MINUTES = 60_000;

/**
 * A program, and where its code is. A `replace` counts only in the main module, so each program gets a module of its own.
 * @typedef {{name: string, path: string, needs: string[], version: string, replaces?: string}} Program
 */

/**
 * Builds a program into a folder. Returns the problem, if there is one.
 * @param {Program} program
 * @param {string} folder where its module is made
 * @param {string} bin
 * @returns {Promise<string | undefined>}
 */
export async function buildProgram({ name, path, needs, replaces, version }, folder, bin) {
    const module = join(folder, name);
    mkdirSync(module);
    const lines = [
        `module ${name}`,
        `go ${GO_VERSION}`,
        `tool ${path}`,
        ...(replaces ? [`replace ${replaces}`] : []),
        ...needs.map((need) => `require ${need}`),
    ];
    writeFileSync(join(module, "go.mod"), lines.join("\n\n") + "\n");

    // Run inside the module: only there a Go that may download a newer Go does so.
    const { stdout } = await run("go", ["env", "GOVERSION"], { cwd: module, timeout: 5 * MINUTES });
    const [, found] = /^go1\.(\d+)/.exec(stdout) ?? [];
    if (Number(found ?? 0) < Number(GO_VERSION.split(".")[1]))
        return `Go (${stdout.trim() || "of an unknown version"}) is too old to build ${name} with: ${GO_VERSION} is needed.`;

    const flags = `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${version}`;
    const built = await run("go", ["build", "-mod=mod", "-ldflags", flags, "-o", join(bin, name), path], {
        cwd: module,
        env: { ...process.env, CGO_ENABLED: "0" },
    });
    if (built.code === 0) return undefined;
    return `${name} could not be built from source:\n${built.stderr.trim().split("\n").slice(-10).join("\n")}`;
}
