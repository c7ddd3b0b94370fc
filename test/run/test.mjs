// @ts-check
// `npm test`: sets up what is missing, then checks style and runs all tests, several processes at a time. What each of them
// prints is shown when it ends. Arguments after `--` go to mocha: npm test -- --grep "key". The last line counts passed and
// failed tests.
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { localEnvironment, root } from "./project.mjs";
import { cleanUp, cleanUpOnSignals, Problem, run, temporaryFolder } from "./processes.mjs";
import { setUp } from "./setup.mjs";

/**
 * The suites, and the time limit of one test in milliseconds. Each file of a suite that is `apart` runs in its own process. The
 * limits are many times what a test needs, because other processes run beside it.
 */
const SUITES = [
    { name: "unit", timeout: 60_000, apart: false },
    { name: "engine", timeout: 300_000, apart: true },
    { name: "clients", timeout: 300_000, apart: true },
    { name: "consumers", timeout: 300_000, apart: true },
];

/** The slowest jobs, which start first, so that none runs alone at the end. */
const LONGEST = [
    "engine tests of crash",
    "unit tests",
    "engine tests of key-change",
    "engine tests of content-decides",
    "engine tests of replacement-words",
    "consumers tests of combinations",
    "consumers tests of missing",
    "engine tests of examples-network",
    "engine tests of orphans",
    "engine tests of start",
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
    const folder = temporaryFolder("databricks-cmk-test-");
    /** @type {{what: string, start: () => Promise<void>}[]} */
    const jobs = [{ what: "style", start: checkStyle }];
    for (const suite of SUITES) {
        const names = testsOf(suite.name);
        for (const group of suite.apart ? names.map((name) => [name]) : [names]) {
            const what = suite.apart ? `${suite.name} tests of ${group[0]}` : `${suite.name} tests`;
            const own = join(folder, what.replaceAll(" ", "-"));
            jobs.push({ what, start: () => runFiles(suite, group, what, { own, pulumi }, mochaArguments) });
        }
    }
    const rank = (/** @type {{what: string}} */ { what }) =>
        LONGEST.includes(what) ? LONGEST.indexOf(what) : Infinity;
    const waiting = [...jobs].sort((one, other) => (rank(one) < rank(other) ? -1 : rank(one) > rank(other) ? 1 : 0));
    const worker = async () => {
        for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) await job.start();
    };
    // They wait for processes for a third of their time, so one more than there are processors.
    await Promise.all(Array.from({ length: Math.min(4, availableParallelism() + 1) }, worker));
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
        console.error(`\n── style\n${stdout}${stderr}`.trimEnd());
        console.error("\nThat counts as a failed test; `npm run lint` shows it again.\n");
    }
}

/**
 * The test files of a suite. Listed from the sources: a compiled test whose source was deleted must not run.
 * @param {string} suite
 */
function testsOf(suite) {
    const sources = join(root, "test", suite);
    const names = (existsSync(sources) ? readdirSync(sources, { recursive: true, encoding: "utf8" }) : [])
        .filter((file) => file.endsWith(".test.ts"))
        .map((file) => file.replace(/\.test\.ts$/, ""))
        .sort();
    if (names.length === 0) throw new Problem(`There is no test in test/${suite}.`);
    return names;
}

/**
 * Runs test files in one mocha process.
 * @param {{name: string, timeout: number}} suite
 * @param {string[]} names
 * @param {string} what what they are called
 * @param {{own: string, pulumi: string}} folders for the files of this process, and of the CLI
 * @param {string[]} mochaArguments
 */
async function runFiles({ name: suite, timeout }, names, what, { own, pulumi }, mochaArguments) {
    mkdirSync(own);
    const counts = join(own, "counts.json");
    const mocha = join(root, "node_modules", ".bin", "mocha");
    const reporter = join(root, "test", "run", "reporter.mjs");
    const args = ["--no-config", "--reporter", reporter, "--reporter-option", `counts=${counts}`];
    const files = names.map((name) => join("dist", "test", suite, `${name}.test.js`));
    const began = Date.now();
    const { code, stdout, stderr } = await run(
        mocha,
        [...args, "--timeout", `${timeout}`, ...mochaArguments, ...files],
        {
            cwd: root,
            env: { ...localEnvironment({ pulumi, pulumiHome: join(own, "pulumi-home") }), ...preload(suite) },
        },
    );
    const seconds = Math.round((Date.now() - began) / 1000);
    console.log(`\n── ${what} (${seconds} s)\n${stdout}${stderr}`.trimEnd());
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

/**
 * What lets the processes of a suite start faster; see test/engine/load-late.ts.
 * @param {string} suite
 * @returns {Record<string, string>}
 */
function preload(suite) {
    if (suite !== "engine") return {};
    const file = JSON.stringify(join(root, "dist", "test", "engine", "load-late.js"));
    return { NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --require ${file}`.trim() };
}
