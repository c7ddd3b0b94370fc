// @ts-check
// `npm run test:crash`: sets up what is missing, then runs the crash matrix on the real engine.
import { join } from "node:path";
import { cleanUp, cleanUpOnSignals, Problem, run, temporaryFolder } from "./processes.mjs";
import { localEnvironment, root } from "./project.mjs";
import { setUp } from "./setup.mjs";

cleanUpOnSignals();
try {
    const { pulumi } = await setUp({ log: console.log });
    const env = localEnvironment({ pulumi, pulumiHome: join(temporaryFolder("databricks-cmk-crash-"), "pulumi-home") });
    const { code } = await run(
        process.execPath,
        [join(root, "dist", "test", "crash", "main.js"), ...process.argv.slice(2)],
        {
            cwd: root,
            env,
            show: true,
        },
    );
    process.exitCode = code;
} catch (error) {
    console.error(error instanceof Problem ? `\n${error.message}` : error);
    process.exitCode = 1;
}
await cleanUp();
