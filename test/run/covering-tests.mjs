// @ts-check
// Which unit tests run a source file, found out by running each of them once with the coverage of Node.js.
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { Problem, temporaryFolder } from "./processes.mjs";
import { root } from "./project.mjs";

/** How many test files are asked first about a change, and how many more if they have not noticed it: quick ones, then long ones. */
const [FIRST, QUICK, LONG] = [4, 12, 4];
/** What loading a test costs beside its own time, in milliseconds. */
const LOADING = 1000;
const NOTES = join(root, "node_modules", ".cache", "pulumi-databricks-cmk", "covering-tests.json");

/**
 * What one test file runs: functions of each source file, by where they begin, and how long it takes, in milliseconds.
 * @typedef {{test: string, milliseconds: number, functions: Record<string, number[]>}} Coverage
 */

/**
 * The names of the unit tests to ask about a file: first those that together run most of its functions in the shortest time, then quick
 * ones that run it, and those that run most of it.
 * @param {readonly Coverage[]} coverage
 * @param {string} file
 */
export function testsOf(coverage, file) {
    /** @type {(of: Coverage, without?: ReadonlySet<number>) => number} */
    const worth = ({ functions, milliseconds }, without) =>
        (functions[file] ?? []).filter((one) => !without?.has(one)).length / (LOADING + milliseconds);
    const left = coverage.filter((one) => worth(one) > 0);
    /** @type {string[]} */
    const first = [];
    const run = new Set();
    while (left.length > 0 && first.length < FIRST) {
        left.sort((one, other) => worth(other, run) - worth(one, run) || worth(other) - worth(one));
        const [best] = left.splice(0, 1);
        first.push(best?.test ?? "");
        for (const one of best?.functions[file] ?? []) run.add(one);
    }
    left.sort((one, other) => worth(other) - worth(one));
    // What runs most of the file, such as the model's lives, takes long for what it runs.
    const whole = left.slice(QUICK).sort((one, other) => functionsOf(other, file) - functionsOf(one, file));
    return { first, more: [...left.slice(0, QUICK), ...whole.slice(0, LONG)].map(({ test }) => test) };
}

/**
 * @param {Coverage} coverage
 * @param {string} file
 */
function functionsOf({ functions }, file) {
    return functions[file]?.length ?? 0;
}

/**
 * What each unit test of the build runs. It is noted until the next build. Each of them has passed.
 * @param {(line: string) => void} log
 * @returns {Promise<Coverage[]>}
 */
export async function coverageOfTests(log) {
    const folder = join(root, "dist", "test", "unit");
    const built = statSync(join(root, "dist", ".tsbuildinfo")).mtimeMs;
    const noted = readNotes();
    if (noted?.built === built) return noted.coverage;
    const tests = readdirSync(folder).filter((name) => name.endsWith(".test.js"));
    log(`Coverage: running ${tests.length} unit tests, one by one (some minutes, once for each build)`);
    /** @type {Coverage[]} */
    const coverage = [];
    for (const test of tests) coverage.push(await coverageOf(join(folder, test)));
    mkdirSync(dirname(NOTES), { recursive: true });
    writeFileSync(NOTES, JSON.stringify({ built, coverage }));
    return coverage;
}

/** @returns {{built: number, coverage: Coverage[]} | undefined} */
function readNotes() {
    try {
        return JSON.parse(readFileSync(NOTES, "utf8"));
    } catch {
        return undefined;
    }
}

/**
 * @param {string} test
 * @returns {Promise<Coverage>}
 */
async function coverageOf(test) {
    const folder = temporaryFolder("databricks-cmk-coverage-");
    const mocha = join(root, "node_modules", "mocha", "bin", "mocha.js");
    const args = [mocha, "--no-config", "--exit", "--timeout", "600000", "--reporter", "min", test];
    const begun = Date.now();
    const child = spawn(process.execPath, args, {
        cwd: root,
        stdio: "ignore",
        env: { ...process.env, NODE_V8_COVERAGE: folder },
    });
    const code = await new Promise((resolve) => child.once("exit", resolve));
    if (code !== 0) throw new Problem(`${test} fails without a change.`);
    const milliseconds = Date.now() - begun;
    /** @type {Record<string, Set<number>>} */
    const functions = {};
    const prefix = pathToFileURL(join(root, "dist")).href + "/";
    for (const name of readdirSync(folder)) {
        for (const script of scriptsOf(join(folder, name))) {
            if (!script.url.startsWith(prefix)) continue;
            // The first one is the module itself, which every import runs.
            const run = script.functions
                .slice(1)
                .flatMap(({ ranges: [range] }) => (range?.count ? [range.startOffset] : []));
            const file = script.url.slice(prefix.length).replace(/\.js$/, ".ts");
            functions[file] = new Set([...(functions[file] ?? []), ...run]);
        }
    }
    rmSync(folder, { recursive: true, force: true });
    const name = test.split("/").at(-1) ?? test;
    const lists = Object.entries(functions).map(([file, starts]) => [file, [...starts]]);
    return { test: name.replace(/\.test\.js$/, ""), milliseconds, functions: Object.fromEntries(lists) };
}

/**
 * The scripts of one process; none of one that a test killed while it wrote them.
 * @param {string} file
 * @returns {{url: string, functions: {ranges: {count: number, startOffset: number}[]}[]}[]}
 */
function scriptsOf(file) {
    try {
        return JSON.parse(readFileSync(file, "utf8")).result;
    } catch {
        return [];
    }
}
