import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";

import type { HandlerName } from "../../provider/contract/kinds";
import { programError } from "../program-error";

const PACKAGE = "pulumi-databricks-cmk";

/**
 * The code that the state keeps of a resource's provider: it requires this package from where the program runs or, failing
 * that, from where `@pulumi/pulumi` is installed, which in pnpm's layout sees what libraries depend on. Node.js adds
 * `NODE_PATH` to both. It is the same for every release, so that no release changes a resource, and short: the state has it
 * twice for each resource.
 */
export function providerText(handler: HandlerName): string {
    return `var r=require;this.handler=_=>r(r.resolve('${PACKAGE}/provider',{paths:['',r.main.path]})).${handler}`;
}

let isFound = false;

/**
 * Refuses a program whose resources' code the provider's process would not find, with what to add where. The state has no
 * room for that: there, the error is Node.js' own.
 *
 * Only a program that the Pulumi CLI runs is looked at, which runs where the provider's process does. (An inline program of
 * the Automation API runs anywhere.)
 */
export function requireVisible(): void {
    if (isFound || require.main === undefined) return;
    const { filename, path } = require.main;
    if (basename(path) !== "run" || basename(dirname(path)) !== "cmd") return;
    try {
        // Not this module's own `require`: a package sees itself, wherever it is.
        createRequire(filename).resolve(`${PACKAGE}/provider`, { paths: ["", path] });
        isFound = true;
    } catch {
        // eslint-disable-next-line @typescript-eslint/no-require-imports -- the package's own manifest, read only here
        const { version }: { version: string } = require("pulumi-databricks-cmk/package.json");
        throw programError(
            `Pulumi's provider process cannot find ${PACKAGE}, which this program has from a library: add "${PACKAGE}": "${version}" to the dependencies in ${join(process.cwd(), "package.json")}, and install them.`,
            "CMK1021",
        );
    }
}
