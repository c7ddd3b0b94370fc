// @ts-check
// The project's folder, its npm, and the environment of its child processes.
import { basename, delimiter, dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * How to call npm: the one that runs this script, if one does.
 * @param {...string} args
 */
export function npm(...args) {
    const running = process.env.npm_execpath;
    if (running && basename(running) === "npm-cli.js") return { command: process.execPath, args: [running, ...args] };
    return { command: "npm", args };
}

/**
 * This process's environment without the settings of real accounts, for a child that must reach only the local cloud.
 * @param {{pulumi: string, pulumiHome: string}} folders of the CLI, and for the files that the CLI keeps
 * @returns {Record<string, string>}
 */
export function localEnvironment({ pulumi, pulumiHome }) {
    /** @type {Record<string, string>} */
    const environment = {};
    for (const [name, value] of Object.entries(process.env)) {
        if (value !== undefined && !/^(PULUMI|DATABRICKS|AWS)_/.test(name)) environment[name] = value;
    }
    const direct = [process.env.no_proxy ?? process.env.NO_PROXY, "127.0.0.1,localhost"].filter(Boolean).join(",");
    return {
        ...environment,
        PATH: [pulumi, process.env.PATH].filter(Boolean).join(delimiter),
        NO_PROXY: direct,
        no_proxy: direct,
        PULUMI_HOME: pulumiHome,
        PULUMI_SKIP_UPDATE_CHECK: "true",
        // The local cloud takes the place of the AWS plugin, which the engine would download before each operation, or try to.
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
}
