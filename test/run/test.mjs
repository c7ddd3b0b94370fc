// @ts-check
// `npm test`: sets up what is missing, then checks style and runs all tests, several processes at a time. What each of them
// prints is shown when it ends, and at the end what each part took. `--only unit` runs one suite, without style. Other arguments
// after `--` go to mocha: npm test -- --grep "key". The last line counts passed and failed tests.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import { addLanguages } from "./languages.mjs";
import { localEnvironment, root } from "./project.mjs";
import { cleanUp, cleanUpOnSignals, Problem, run, temporaryFolder } from "./processes.mjs";
import { Durations, jobsOf, SUITES } from "./schedule.mjs";
import { setUp } from "./setup.mjs";

const total = { passed: 0, failed: 0 };
/**
 * The titles of what failed, said again at the end of a long output.
 * @type {string[]}
 */
const failed = [];

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
    if (failed.length > 0) console.log(`\n── failed\n${failed.map((title) => `    ${title}`).join("\n")}`);
    console.log(`\n${total.passed} passed, ${total.failed} failed`);
}

/** @param {string[]} given */
async function runAll(given) {
    const only = given[0] === "--only" ? given[1] : undefined;
    const mochaArguments = only === undefined ? given : given.slice(2);
    const suites = SUITES.filter(({ name }) => only === undefined || name === only);
    if (suites.length === 0)
        throw new Problem(`There is no suite ${only}: ${SUITES.map(({ name }) => name).join(", ")}`);
    const began = Date.now();
    const { pulumi } = await setUp({
        log: console.log,
        needsEngine: suites.some(({ name }) => !["unit", "compiler"].includes(name)),
    });
    if (suites.some(({ name }) => name === "engine")) await addLanguages(pulumi, console.log);
    /** @type {{part: string, what: string, seconds: number}[]} */
    const taken = [{ part: "set-up", what: "set-up", seconds: (Date.now() - began) / 1000 }];
    const folder = temporaryFolder("databricks-cmk-test-");
    const durations = new Durations();
    const waiting = jobsOf(suites, only === undefined, durations);
    const worker = async () => {
        for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
            const { suite, names, what } = job;
            const own = join(folder, `${taken.length}-${names[0] ?? what}`.replaceAll(/[ /]/g, "-"));
            const start = Date.now();
            if (suite === undefined) await checkStyle();
            else durations.note(await runFiles(suite, names, what, { own, pulumi }, mochaArguments));
            const seconds = (Date.now() - start) / 1000;
            taken.push({ part: suite?.name ?? what, what, seconds });
            const [name, ...others] = names;
            const isWhole = suite?.processes === undefined && others.length === 0 && mochaArguments.length === 0;
            if (isWhole) durations.note({ [suite ? sourceOf(suite.name, name ?? "") : what]: seconds });
        }
    };
    // They wait for processes, and for what takes time, for a third of theirs, so three more than there are processors.
    await Promise.all(Array.from({ length: Math.min(7, availableParallelism() + 3) }, worker));
    if (mochaArguments.length === 0) durations.keep();
    report(taken, (Date.now() - began) / 1000);
    if (total.passed + total.failed === 0) throw new Problem("No test ran.");
}

/**
 * Says what each part took: the seconds of its processes, which run beside others, and its longest ones.
 * @param {{part: string, what: string, seconds: number}[]} taken
 * @param {number} whole
 */
function report(taken, whole) {
    console.log("\n── seconds, of processes that run beside each other");
    for (const part of new Set(taken.map((one) => one.part))) {
        const jobs = taken.filter((one) => one.part === part).sort((one, other) => other.seconds - one.seconds);
        const sum = jobs.reduce((all, { seconds }) => all + seconds, 0);
        const longest = jobs.length < 4 ? [] : jobs.slice(0, 3);
        const named = longest.map(({ what, seconds }) => `${what.replace(/^.* of /, "")} ${Math.round(seconds)}`);
        console.log(
            `${String(Math.round(sum)).padStart(6)}  ${part}${named.length > 0 ? ` (${named.join(", ")})` : ""}`,
        );
    }
    console.log(`${String(Math.round(whole)).padStart(6)}  from beginning to end`);
}

/**
 * @param {string} suite
 * @param {string} name
 */
function sourceOf(suite, name) {
    return join("test", suite, `${name}.test.ts`);
}

async function checkStyle() {
    const bin = join(root, "node_modules", ".bin");
    // What did not change since the last time is not looked at again.
    const cache = join(root, "node_modules", ".cache", "pulumi-databricks-cmk");
    for (const [command, ...args] of [
        [join(bin, "eslint"), ".", "--cache", "--cache-strategy", "content", "--cache-location", join(cache, "eslint")],
        [join(bin, "prettier"), "--check", ".", "--cache", "--cache-location", join(cache, "prettier")],
        [process.execPath, join(root, "test", "run", "lint-package.mjs")],
    ]) {
        const { code, stdout, stderr } = await run(String(command), args, { cwd: root });
        if (code === 0) continue;
        total.failed++;
        failed.push(`style: ${relative(root, String(command))} ${args.join(" ")}`);
        console.error(`\n── style\n${stdout}${stderr}`.trimEnd());
        console.error("\nThat counts as a failed test; `npm run lint` shows it again.\n");
    }
}

/**
 * Runs test files in one mocha process.
 * @param {{name: string, timeout: number}} suite
 * @param {string[]} names
 * @param {string} what what they are called
 * @param {{own: string, pulumi: string}} folders for the files of this process, and of the CLI
 * @param {string[]} mochaArguments
 * @returns {Promise<Record<string, number>>} how many seconds each file took, by its source
 */
async function runFiles({ name: suite, timeout }, names, what, { own, pulumi }, mochaArguments) {
    // What tests leave in the folder for temporary files goes with it.
    const temporary = join(own, "t");
    mkdirSync(temporary, { recursive: true });
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
            env: {
                ...localEnvironment({ pulumi, pulumiHome: join(own, "pulumi-home") }),
                ...preload(suite),
                TMPDIR: temporary,
            },
        },
    );
    const seconds = Math.round((Date.now() - began) / 1000);
    console.log(`\n── ${what} (${seconds} s)\n${stdout}${stderr}`.trimEnd());
    if (!existsSync(counts)) {
        total.failed++;
        failed.push(`${what}, which ended early`);
        console.error(`The ${what} ended early (exit code ${code}); counted as one failed test.`);
        return {};
    }
    const {
        passes,
        failures,
        pending,
        notRun,
        failed: titles,
        seconds: taken,
    } = JSON.parse(readFileSync(counts, "utf8"));
    total.passed += passes;
    total.failed += failures + pending + notRun;
    failed.push(...titles.map((/** @type {string} */ title) => `${what}: ${title}`));
    if (pending > 0) console.error(`${pending} skipped in the ${what}: a skipped test counts as failed.`);
    if (notRun > 0) console.error(`${notRun} not run in the ${what}, after a failure: counted as failed.`);
    if (code !== 0 && failures === 0) {
        total.failed++;
        console.error(`mocha ended with exit code ${code} for the ${what}: counted as one failed test.`);
    }
    if (mochaArguments.length > 0) return {};
    return Object.fromEntries(names.map((name) => [sourceOf(suite, name), taken[`${name}.test.js`] ?? 0]));
}

/**
 * What lets the processes of a suite start faster (see test/engine/load-late.ts), and the CLI, which is of short life, collect less
 * garbage.
 * @param {string} suite
 * @returns {Record<string, string>}
 */
function preload(suite) {
    const given = process.env.NODE_OPTIONS ?? "";
    const calmer = { GOGC: "400" };
    if (!["engine", "unit", "compiler"].includes(suite)) return calmer;
    const file = JSON.stringify(join(root, "dist", "test", "engine", "load-late.js"));
    const faster = `${given} --require ${file}`.trim();
    // Requests and responses live briefly: room for them saves some of the collection of garbage.
    if (suite !== "engine") return { NODE_OPTIONS: `${faster} --max-semi-space-size=64` };
    return { NODE_OPTIONS: faster, ...calmer };
}
