// @ts-check
// `npm run bench`: sets up what is missing, then measures on the real engine. Arguments after `--` go to the benchmark.
import { join } from "node:path";
import { cleanUp, cleanUpOnSignals, Problem, run, temporaryFolder } from "./processes.mjs";
import { localEnvironment, root } from "./project.mjs";
import { setUp } from "./setup.mjs";

cleanUpOnSignals();
try {
    const { pulumi } = await setUp({ log: console.log });
    const folder = temporaryFolder("databricks-cmk-bench-");
    // Files that a stopped benchmark leaves are removed with this folder.
    const env = { ...localEnvironment({ pulumi, pulumiHome: join(folder, "pulumi-home") }), TMPDIR: folder };
    const args = [join(root, "dist", "test", "bench", "main.js"), ...process.argv.slice(2)];
    const { code } = await run(process.execPath, args, { env, show: true });
    process.exitCode = code;
} catch (error) {
    console.error(error instanceof Problem ? `\n${error.message}` : error);
    process.exitCode = 1;
}
await cleanUp();
