// @ts-check
// `npm test`: sets up what is missing, checks style, runs the unit tests, then those on the real engine.
// What follows `--` goes to mocha: npm test -- --grep "key". The last line says how many tests passed and failed.
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { localEnvironment, root } from "./project.mjs";
import { cleanUp, cleanUpOnSignals, Problem, run, temporaryFolder } from "./processes.mjs";
import { setUp } from "./setup.mjs";

/** The suites in the order in which they run, and how long one test may take, in milliseconds. */
const SUITES = [
    { name: "unit", timeout: 10_000 },
    { name: "engine", timeout: 300_000 },
];

const total = { passed: 0, failed: 0 };

cleanUpOnSignals(() => {
    total.failed++;
    finish();
});
try {
    await runAll(process.argv.slice(2));
} catch (error) {
    total.failed++;
    console.error(error instanceof Problem ? `\n${error.message}` : error);
}
await cleanUp();
finish();
process.exitCode = total.failed === 0 ? 0 : 1;

function finish() {
    console.log(`\n${total.passed} passed, ${total.failed} failed`);
}

/** @param {string[]} mochaArguments */
async function runAll(mochaArguments) {
    const { pulumi } = await setUp({ log: console.log });
    await checkStyle();
    const folder = temporaryFolder("databricks-cmk-test-");
    const env = localEnvironment({ pulumi, pulumiHome: join(folder, "pulumi-home") });
    for (const suite of SUITES) await runSuite(suite, join(folder, `${suite.name}.json`), env, mochaArguments);
    if (total.passed + total.failed === 0) throw new Problem("No test ran.");
}

async function checkStyle() {
    const bin = join(root, "node_modules", ".bin");
    for (const [command, ...args] of [
        ["eslint", "."],
        ["prettier", "--check", "."],
    ]) {
        const { code, stdout, stderr } = await run(join(bin, String(command)), args, { cwd: root });
        if (code === 0) continue;
        total.failed++;
        console.error(`${stdout}${stderr}`.trim());
        console.error(`\n${command} found problems (counted as a failed test); \`npm run lint\` shows them again.\n`);
    }
}

/**
 * @param {{name: string, timeout: number}} suite
 * @param {string} counts the file that the reporter writes
 * @param {Record<string, string>} env
 * @param {string[]} mochaArguments
 */
async function runSuite({ name, timeout }, counts, env, mochaArguments) {
    // Named from the sources: what was compiled from a test that is gone must not run.
    const sources = join(root, "test", name);
    const files = (existsSync(sources) ? readdirSync(sources, { recursive: true, encoding: "utf8" }) : [])
        .filter((file) => file.endsWith(".test.ts"))
        .sort()
        .map((file) => join("dist", "test", name, file.replace(/\.ts$/, ".js")));
    if (files.length === 0) throw new Problem(`There is no test in test/${name}.`);

    console.log(`\n── ${name} tests`);
    const mocha = join(root, "node_modules", ".bin", "mocha");
    const reporter = join(root, "test", "run", "reporter.mjs");
    const args = ["--no-config", "--reporter", reporter, "--reporter-option", `counts=${counts}`];
    rmSync(counts, { force: true });
    const { code } = await run(mocha, [...args, "--timeout", `${timeout}`, ...mochaArguments, ...files], {
        cwd: root,
        env,
        show: true,
    });
    if (!existsSync(counts)) {
        total.failed++;
        console.error(`The ${name} tests broke off (exit code ${code}); counted as one failed test.`);
        return;
    }
    const { passes, failures, pending, notRun } = JSON.parse(readFileSync(counts, "utf8"));
    total.passed += passes;
    total.failed += failures + pending + notRun;
    if (pending > 0) console.error(`${pending} skipped in the ${name} tests: a skipped test counts as failed.`);
    if (notRun > 0) console.error(`${notRun} not run in the ${name} tests, after a failure: counted as failed.`);
    if (code !== 0 && failures === 0) {
        total.failed++;
        console.error(`mocha ended with exit code ${code} for the ${name} tests: counted as one failed test.`);
    }
}
