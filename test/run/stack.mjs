// @ts-check
// The stack that `npm start` runs.
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Problem, run, temporaryFolder } from "./processes.mjs";
import { localEnvironment, root } from "./project.mjs";

/** @typedef {import("../../local-cloud/index.js").LocalCloud} LocalCloud */

/** The main example's stack, in a temporary folder with its own backend, so that nothing in the project changes. */
export class Stack {
    /**
     * @param {string} folder
     * @param {Record<string, string>} own environment variables with which the CLI finds the stack
     * @param {Record<string, string>} environment
     */
    constructor(folder, own, environment) {
        this.folder = folder;
        this.own = own;
        this.environment = { ...environment, ...own };
    }

    /**
     * @param {LocalCloud} cloud
     * @param {string} pulumi
     * @param {string} [project] the project's name; default: the one in Pulumi.yaml
     */
    static async create(cloud, pulumi, project) {
        const outer = temporaryFolder("databricks-cmk-start-");
        // Before each run of a program, the language host looks for plugins in every folder below the project's. The packages
        // are therefore beside it: Node.js finds them there too.
        const folder = join(outer, "project");
        mkdirSync(join(folder, "backend"), { recursive: true });
        const settings = readFileSync(join(root, "Pulumi.yaml"), "utf8");
        writeFileSync(
            join(folder, "Pulumi.yaml"),
            project === undefined ? settings : settings.replace(/^name: .*/m, `name: ${project}`),
        );
        symlinkSync(join(root, "examples"), join(folder, "examples"));
        symlinkSync(join(root, "node_modules"), join(outer, "node_modules"));
        const environment = localEnvironment({ pulumi, pulumiHome: join(outer, "pulumi-home") });
        const own = {
            PATH: environment.PATH ?? "",
            PULUMI_HOME: environment.PULUMI_HOME ?? "",
            PULUMI_BACKEND_URL: `file://${join(folder, "backend")}`,
            PULUMI_CONFIG_PASSPHRASE: randomBytes(16).toString("hex"),
            // The tests check its types. Without checking them again the program starts faster.
            PULUMI_NODEJS_TRANSPILE_ONLY: "true",
        };
        const stack = new Stack(folder, own, { ...environment, ...cloud.environment() });
        await stack.read("stack", "init", "dev");
        return stack;
    }

    /**
     * Runs the CLI and shows its output. Fails if the CLI does.
     * @param {...string} args
     */
    async show(...args) {
        const code = await this.attempt(...args);
        expect(code === 0, `pulumi ${args[0]} ended with exit code ${code}; its output above says why.`);
    }

    /**
     * Runs the CLI, shows its output, and returns its exit code.
     * @param {...string} args
     */
    async attempt(...args) {
        return (await run("pulumi", args, { cwd: this.folder, env: this.environment, show: true })).code;
    }

    /**
     * Runs the CLI and returns its output. Fails if the CLI does.
     * @param {...string} args
     */
    async read(...args) {
        const result = await run("pulumi", args, { cwd: this.folder, env: this.environment });
        expect(
            result.code === 0,
            `pulumi ${args.join(" ")} ended with exit code ${result.code}:\n${result.stderr}${result.stdout}`,
        );
        return result;
    }
}

/**
 * Ends the run with a message if a condition does not hold.
 * @param {boolean} condition
 * @param {string} otherwise
 */
export function expect(condition, otherwise) {
    if (!condition) throw new Problem(otherwise);
}
