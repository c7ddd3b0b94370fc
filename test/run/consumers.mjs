// @ts-check
// `npm run test:consumers`: the packed package in other people's projects, with every package manager, on every Node.js.
// What follows `--` goes to mocha. `npm test` tries a sample of it.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { cleanUp, cleanUpOnSignals, Problem, run, temporaryFolder } from "./processes.mjs";
import { localEnvironment, root } from "./project.mjs";
import { setUp } from "./setup.mjs";

const TIMEOUT = 600_000;

cleanUpOnSignals();
try {
    const { pulumi } = await setUp({ log: console.log });
    const folder = temporaryFolder("databricks-cmk-consumers-");
    const env = localEnvironment({ pulumi, pulumiHome: join(folder, "pulumi-home") });
    const files = readdirSync(join(root, "test", "consumers"))
        .filter((file) => file.endsWith(".test.ts"))
        .map((file) => join("dist", "test", "consumers", file.replace(/ts$/, "js")));
    const args = ["--no-config", "--timeout", `${TIMEOUT}`, ...process.argv.slice(2), ...files];
    const { code } = await run(join(root, "node_modules", ".bin", "mocha"), args, {
        cwd: root,
        env: { ...env, CONSUMERS: "all", TMPDIR: folder },
        show: true,
    });
    process.exitCode = code;
} catch (error) {
    console.error(error instanceof Problem ? `\n${error.message}` : error);
    process.exitCode = 1;
}
await cleanUp();
