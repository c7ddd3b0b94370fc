// @ts-check
// `npm test`: sets up what is missing, checks style, runs the unit tests, then the tests on the real engine, some files at a
// time. Arguments after `--` go to mocha: npm test -- --grep "key". The last line counts passed and failed tests.
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { localEnvironment, root } from "./project.mjs";
import { cleanUp, cleanUpOnSignals, Problem, run, temporaryFolder } from "./processes.mjs";
import { setUp } from "./setup.mjs";

/**
 * The suites in order, and the time limit of one test in milliseconds. Each file of a suite that is `apart` runs in its own
 * process, several at a time: such tests mostly wait for the engine, and share nothing.
 */
const SUITES = [
    { name: "unit", timeout: 10_000, apart: false },
    { name: "engine", timeout: 300_000, apart: true },
    { name: "clients", timeout: 300_000, apart: true },
    { name: "consumers", timeout: 300_000, apart: true },
];

/** The slowest files of a suite that runs apart. They start first, so that none runs alone at the end. */
const LONGEST = ["crash", "key-change", "examples-network", "start", "orphans"];

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
    for (const suite of SUITES) await runSuite(suite, { folder, pulumi }, mochaArguments);
    if (total.passed + total.failed === 0) throw new Problem("No test ran.");
}

async function checkStyle() {
    const bin = join(root, "node_modules", ".bin");
    for (const [command, ...args] of [
        [join(bin, "eslint"), "."],
        [join(bin, "prettier"), "--check", "."],
        [process.execPath, join(root, "test", "run", "lint-package.mjs")],
    ]) {
        const { code, stdout, stderr } = await run(String(command), args, { cwd: root });
        if (code === 0) continue;
        total.failed++;
        console.error(`${stdout}${stderr}`.trim());
        console.error("\nThat counts as a failed test; `npm run lint` shows it again.\n");
    }
}

/**
 * @param {{name: string, timeout: number, apart: boolean}} suite
 * @param {{folder: string, pulumi: string}} folders for the files of the run, and of the CLI
 * @param {string[]} mochaArguments
 */
async function runSuite(suite, folders, mochaArguments) {
    // Listed from the sources: a compiled test whose source was deleted must not run.
    const sources = join(root, "test", suite.name);
    const names = (existsSync(sources) ? readdirSync(sources, { recursive: true, encoding: "utf8" }) : [])
        .filter((file) => file.endsWith(".test.ts"))
        .map((file) => file.replace(/\.test\.ts$/, ""))
        .sort();
    if (names.length === 0) throw new Problem(`There is no test in test/${suite.name}.`);

    console.log(`\n── ${suite.name} tests`);
    if (!suite.apart) return runFiles(suite, names, folders, mochaArguments, true);
    const order = (/** @type {string} */ name) => (LONGEST.indexOf(name) + LONGEST.length + 1) % (LONGEST.length + 1);
    const waiting = [...names].sort((one, other) => order(one) - order(other));
    const worker = async () => {
        for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
            await runFiles(suite, [name], folders, mochaArguments, false);
        }
    };
    // They wait for processes for a third of their time, so one more than there are processors.
    await Promise.all(Array.from({ length: Math.min(3, availableParallelism() + 1) }, worker));
}

/**
 * Runs test files in one mocha process.
 * @param {{name: string, timeout: number}} suite
 * @param {string[]} names
 * @param {{folder: string, pulumi: string}} folders
 * @param {string[]} mochaArguments
 * @param {boolean} show whether its output is shown as it comes, or at the end
 */
async function runFiles({ name: suite, timeout }, names, { folder, pulumi }, mochaArguments, show) {
    const what = names.length === 1 ? `${suite} tests of ${names[0]}` : `${suite} tests`;
    const own = join(folder, `${suite}-${names.length === 1 ? names[0] : "all"}`);
    mkdirSync(own);
    const counts = join(own, "counts.json");
    const mocha = join(root, "node_modules", ".bin", "mocha");
    const reporter = join(root, "test", "run", "reporter.mjs");
    const args = ["--no-config", "--reporter", reporter, "--reporter-option", `counts=${counts}`];
    const files = names.map((name) => join("dist", "test", suite, `${name}.test.js`));
    const { code, stdout, stderr } = await run(
        mocha,
        [...args, "--timeout", `${timeout}`, ...mochaArguments, ...files],
        { cwd: root, env: localEnvironment({ pulumi, pulumiHome: join(own, "pulumi-home") }), show },
    );
    if (!show) console.log(`${stdout}${stderr}`.trimEnd());
    if (!existsSync(counts)) {
        total.failed++;
        console.error(`The ${what} ended early (exit code ${code}); counted as one failed test.`);
        return;
    }
    const { passes, failures, pending, notRun } = JSON.parse(readFileSync(counts, "utf8"));
    total.passed += passes;
    total.failed += failures + pending + notRun;
    if (pending > 0) console.error(`${pending} skipped in the ${what}: a skipped test counts as failed.`);
    if (notRun > 0) console.error(`${notRun} not run in the ${what}, after a failure: counted as failed.`);
    if (code !== 0 && failures === 0) {
        total.failed++;
        console.error(`mocha ended with exit code ${code} for the ${what}: counted as one failed test.`);
    }
}
