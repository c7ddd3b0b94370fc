// @ts-check
// What `npm test` runs, in which order, and how long each part took. What a file took last time is noted beside the installed
// packages, so that the slowest job starts first, none runs alone at the end, and nobody keeps a list of them.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Problem } from "./processes.mjs";
import { root } from "./project.mjs";

/**
 * A suite: the time limit of one test in milliseconds, in how many processes its files run (long ones in their own, if there is no number),
 * and what a test of a file that has never run is expected to take, or an operation of the engine, in seconds. The limits only end what hangs: they are many times
 * what a test needs on a machine that others use too.
 * @typedef {{name: string, timeout: number, processes?: number, guess: number}} Suite
 */

/** @type {readonly Suite[]} */
export const SUITES = [
    { name: "unit", timeout: 600_000, processes: 2, guess: 0.2 },
    { name: "compiler", timeout: 600_000, processes: 1, guess: 1 },
    { name: "engine", timeout: 1_200_000, guess: 3 },
    { name: "clients", timeout: 1_200_000, guess: 3 },
    { name: "consumers", timeout: 1_200_000, processes: 1, guess: 3 },
];

/** What style is expected to take when it was never checked, in seconds. */
const STYLE = 60;

/** What a file is expected to take that was never run and leaves its operations to another one, so that nobody sees how many there are. */
const UNSEEN = 60;

/** How long the files of a process may take together, in seconds, if there are several. */
const LONG = 70;

const NOTES = join(root, "node_modules", ".cache", "pulumi-databricks-cmk", "test-seconds.json");

/** How long files and other jobs took, in seconds. */
export class Durations {
    /** @type {Record<string, number>} */
    #noted = {};

    constructor() {
        try {
            this.#noted = JSON.parse(readFileSync(NOTES, "utf8"));
        } catch {
            // The first run, or another's file: everything is guessed.
        }
    }

    /** @param {string} what */
    of(what) {
        const seconds = this.#noted[what];
        return typeof seconds === "number" ? seconds : undefined;
    }

    /** @param {Record<string, number>} seconds */
    note(seconds) {
        Object.assign(this.#noted, seconds);
    }

    keep() {
        mkdirSync(dirname(NOTES), { recursive: true });
        writeFileSync(NOTES, JSON.stringify(this.#noted, undefined, 1));
    }
}

/**
 * The jobs of `npm test`, the longest first.
 * @param {readonly Suite[]} suites
 * @param {boolean} hasStyle
 * @param {Durations} durations
 * @returns {{suite: Suite | undefined, names: string[], what: string, expected: number}[]}
 */
export function jobsOf(suites, hasStyle, durations) {
    const style = { suite: undefined, names: [], what: "style", expected: durations.of("style") ?? STYLE };
    const tests = suites.flatMap((suite) => {
        const files = testsOf(suite.name).map((name) => ({ name, seconds: expectedOf(suite, name, durations) }));
        const groups = suite.processes === undefined ? shared(files) : dealt(files, suite.processes);
        return groups.map((group, index) => ({
            suite,
            names: group.map(({ name }) => name),
            what:
                suite.processes === undefined
                    ? `${suite.name} tests of ${group.map(({ name }) => name).join(", ")}`
                    : `${suite.name} tests ${index + 1}`,
            expected: group.reduce((sum, { seconds }) => sum + seconds, 0),
        }));
    });
    return [...(hasStyle ? [style] : []), ...tests].sort((one, other) => other.expected - one.expected);
}

/**
 * @param {Suite} suite
 * @param {string} name
 * @param {Durations} durations
 */
function expectedOf(suite, name, durations) {
    const source = join("test", suite.name, `${name}.test.ts`);
    const noted = durations.of(source);
    if (noted !== undefined) return noted;
    const text = readFileSync(join(root, source), "utf8");
    const count = (/** @type {RegExp} */ words) => text.match(words)?.length ?? 0;
    const tests = count(/\bit\(/g);
    if (suite.processes !== undefined) return suite.guess * (tests + 1);
    const operations = count(/\b(up|preview|refresh|destroy|done|run|refused)\(/g);
    return operations === 0 ? UNSEEN : suite.guess * Math.max(tests, operations);
}

/**
 * Deals files out: the longest first, each to the process that has the least to do.
 * @param {{name: string, seconds: number}[]} files
 * @param {number} processes
 */
function dealt(files, processes) {
    /** @type {{files: {name: string, seconds: number}[], seconds: number}[]} */
    const hands = Array.from({ length: processes }, () => ({ files: [], seconds: 0 }));
    for (const file of [...files].sort((one, other) => other.seconds - one.seconds)) {
        const [least] = [...hands].sort((one, other) => one.seconds - other.seconds);
        least?.files.push(file);
        if (least) least.seconds += file.seconds;
    }
    return hands.map((hand) => hand.files).filter((group) => group.length > 0);
}

/**
 * Lets short files share a process, whose start takes a second of processor time: as many as take no longer together than one long
 * file.
 * @param {{name: string, seconds: number}[]} files
 */
function shared(files) {
    /** @type {{name: string, seconds: number}[][]} */
    const groups = [];
    for (const file of [...files].sort((one, other) => other.seconds - one.seconds)) {
        const sum = (/** @type {typeof files} */ group) => group.reduce((all, { seconds }) => all + seconds, 0);
        const group = groups.find((one) => sum(one) + file.seconds <= LONG);
        if (group === undefined) groups.push([file]);
        else group.push(file);
    }
    return groups;
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
