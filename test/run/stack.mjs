// @ts-check
// The stack that `npm start` shows.
import { randomBytes } from "node:crypto";
import { copyFileSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { Problem, run, temporaryFolder } from "./processes.mjs";
import { localEnvironment, root } from "./project.mjs";

/** @typedef {import("../cloud/index.js").LocalCloud} LocalCloud */

/** The main example's stack, in a folder and a backend of its own, so that nothing in the project changes. */
export class Stack {
    /**
     * @param {string} folder
     * @param {Record<string, string>} own what the CLI needs to find the stack
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
     */
    static async create(cloud, pulumi) {
        const folder = temporaryFolder("databricks-cmk-start-");
        mkdirSync(join(folder, "backend"));
        copyFileSync(join(root, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
        for (const name of ["examples", "node_modules"]) symlinkSync(join(root, name), join(folder, name));
        const environment = localEnvironment({ pulumi, pulumiHome: join(folder, "pulumi-home") });
        const own = {
            PATH: environment.PATH ?? "",
            PULUMI_HOME: environment.PULUMI_HOME ?? "",
            PULUMI_BACKEND_URL: `file://${join(folder, "backend")}`,
            PULUMI_CONFIG_PASSPHRASE: randomBytes(16).toString("hex"),
            // Its types are checked by the tests; the program starts faster without checking them again.
            PULUMI_NODEJS_TRANSPILE_ONLY: "true",
        };
        const stack = new Stack(folder, own, { ...environment, ...cloud.environment() });
        await stack.read("stack", "init", "dev");
        return stack;
    }

    /**
     * Runs the CLI so that its output is seen.
     * @param {...string} args
     */
    async show(...args) {
        const code = await this.attempt(...args);
        expect(code === 0, `pulumi ${args[0]} ended with exit code ${code}; its own words above say why.`);
    }

    /**
     * Runs the CLI so that its output is seen, and returns its exit code.
     * @param {...string} args
     */
    async attempt(...args) {
        return (await run("pulumi", args, { cwd: this.folder, env: this.environment, show: true })).code;
    }

    /**
     * Runs the CLI for its output.
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
 * Ends the run with a message when something is not as it was said to be.
 * @param {boolean} condition
 * @param {string} otherwise
 */
export function expect(condition, otherwise) {
    if (!condition) throw new Problem(otherwise);
}
