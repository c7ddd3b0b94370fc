// @ts-check
// The language hosts of programs in YAML and Python, which an official release has. Beside a CLI that was built from source they
// are built too, once. What cannot be built is said, and the tests of that language say that they did not run.
import { chmodSync, copyFileSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isProgram, LANGUAGE_HOST_VERSION, onPath } from "./engine.mjs";
import { buildProgram } from "./go-programs.mjs";
import { run, temporaryFolder } from "./processes.mjs";

const SDK = "github.com/pulumi/pulumi/sdk/v3";
const YAML = "github.com/pulumi/pulumi-yaml";

/** @type {import("./go-programs.mjs").Program[]} */
const hosts = [
    {
        name: "pulumi-language-yaml",
        path: `${YAML}/cmd/pulumi-language-yaml`,
        needs: [`${YAML} v1.25.0`],
        version: "v1.25.0",
    },
    {
        name: "pulumi-language-python",
        path: `${SDK}/python/cmd/pulumi-language-python`,
        needs: [`${SDK} ${LANGUAGE_HOST_VERSION}`],
        version: LANGUAGE_HOST_VERSION,
    },
];

/** What the host of Python starts a program with: a script in the host's own module. */
const PYTHON_STARTER = "pulumi-language-python-exec";

/**
 * Sees that the language hosts are beside the CLI.
 * @param {string} bin the folder of the CLI
 * @param {(line: string) => void} log
 */
export async function addLanguages(bin, log) {
    for (const host of hosts) {
        const { name, version } = host;
        if (isProgram(join(bin, name)) || onPath(name)) continue;
        log(`Pulumi CLI: building ${name} ${version} from source`);
        const problem = await add(host, bin).catch(String);
        if (problem !== undefined) log(`${problem}\nThe tests that need it do not run.`);
    }
}

/**
 * Builds a host beside the CLI. Returns the problem, if there is one.
 * @param {import("./go-programs.mjs").Program} host
 * @param {string} bin
 */
async function add(host, bin) {
    const { name } = host;
    const folder = temporaryFolder(`.begun-${name}-`, bin);
    const made = join(folder, "bin");
    mkdirSync(made);
    const problem = await buildProgram(host, folder, made);
    if (problem === undefined) {
        if (name === "pulumi-language-python") await addStarter(join(folder, name), bin);
        renameSync(join(made, name), join(bin, name));
    }
    rmSync(folder, { recursive: true, force: true });
    return problem;
}

/**
 * @param {string} module the folder of the module that the host was built in
 * @param {string} bin
 */
async function addStarter(module, bin) {
    const { stdout } = await run("go", ["list", "-mod=mod", "-m", "-f", "{{.Dir}}", SDK], { cwd: module });
    copyFileSync(join(stdout.trim(), "python", "cmd", PYTHON_STARTER), join(bin, PYTHON_STARTER));
    chmodSync(join(bin, PYTHON_STARTER), 0o755);
}
