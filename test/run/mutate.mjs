// @ts-check
// `npm run mutate -- <file or folder> [<test> ...] [--every <n>]`: changes a source file in one small way after the other, runs these
// unit tests (names in test/unit; a * stands for anything) on each, and names the changes that none of them noticed. Without names it
// takes the tests that run most of the file. `--every 3` tries a third of the changes, evenly spread. The build is not touched.
import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { coverageOfTests, testsOf } from "./covering-tests.mjs";
import { mutationsOf } from "./mutations.mjs";
import { cleanUp, cleanUpOnSignals, Problem, run, temporaryFolder } from "./processes.mjs";
import { root } from "./project.mjs";

/** How much longer than without a change tests may take, and at least, in milliseconds: a change may make a loop that no limit of a test ends. */
const [TIMES, LEAST] = [10, 60_000];

cleanUpOnSignals(() => undefined);
try {
    process.exitCode = await main(process.argv.slice(2));
} catch (error) {
    console.error(error instanceof Problem ? error.message : error);
    process.exitCode = 2;
}
await cleanUp();

/** @param {string[]} given */
async function main(given) {
    const at = given.indexOf("--every");
    const every = at < 0 ? 1 : Number(given[at + 1]);
    const [source = "", ...patterns] = at < 0 ? given : given.filter((_, index) => index !== at && index !== at + 1);
    const files = filesOf(source);
    if (files.length === 0 || !(every >= 1))
        throw new Problem("npm run mutate -- <file or folder> [<unit test> ...] [--every <n>]");
    const coverage = patterns.length > 0 ? [] : await coverageOfTests(console.log);
    const copy = copyOfBuild();
    const sum = { noticed: 0, tried: 0 };
    for (const file of files) {
        const asked = patterns.length > 0 ? { first: patterns, more: [] } : testsOf(coverage, file);
        const { noticed, tried } = await mutate(copy, file, asked, every);
        sum.noticed += noticed;
        sum.tried += tried;
    }
    if (files.length > 1) console.log(`${source}: ${sum.noticed} of ${sum.tried} changes were noticed.`);
    return sum.noticed === sum.tried ? 0 : 1;
}

/** @param {string} source */
function filesOf(source) {
    if (source.endsWith(".ts")) return [source];
    const found = source === "" ? [] : readdirSync(join(root, source), { recursive: true, encoding: "utf8" });
    return found
        .filter((name) => name.endsWith(".ts"))
        .map((name) => join(source, name).replaceAll("\\", "/"))
        .sort();
}

/**
 * @param {string} copy
 * @param {string} file
 * @param {{first: readonly string[], more: readonly string[]}} asked
 * @param {number} every
 */
async function mutate(copy, file, asked, every) {
    const text = readFileSync(join(root, file), "utf8");
    const mutations = mutationsOf(file, text).filter((_, index) => index % every === 0);
    const tried = mutations.length;
    if (tried === 0) return { noticed: 0, tried };
    const built = join(copy, "dist", file.replace(/\.ts$/, ".js"));
    const original = readFileSync(built, "utf8");
    const [first, more] = [testFiles(copy, asked.first), testFiles(copy, asked.more)];
    if (first.length === 0) {
        console.log(`${file}: no unit test runs it, 0 of ${tried} changes were noticed.`);
        return { noticed: 0, tried };
    }
    const began = Date.now();
    if (!(await passes(copy, first))) throw new Problem(`${file}: its tests fail without a change.`);
    const patience = Math.max(LEAST, TIMES * (Date.now() - began));
    const survivors = [];
    for (const mutation of mutations) {
        writeFileSync(built, transpiled(text.slice(0, mutation.from) + mutation.after + text.slice(mutation.to)));
        if (!(await passes(copy, first, patience))) continue;
        if (more.length === 0 || (await passes(copy, more))) survivors.push(mutation);
    }
    writeFileSync(built, original);
    for (const { line, before, after } of survivors)
        console.log(`${file}:${line}: ${oneLine(before)} → ${after === ";" ? "nothing" : oneLine(after)}`);
    const noticed = tried - survivors.length;
    console.log(`${file}: ${noticed} of ${tried} changes were noticed by ${first.length + more.length} test files.`);
    return { noticed, tried };
}

/**
 * @param {string} copy
 * @param {readonly string[]} patterns
 */
function testFiles(copy, patterns) {
    const unit = join(copy, "dist", "test", "unit");
    const names = readdirSync(unit);
    return patterns.flatMap((pattern) => {
        const asked = new RegExp(`^${pattern.replaceAll("*", ".*")}\\.test\\.js$`);
        return names.filter((name) => asked.test(name)).map((name) => join(unit, name));
    });
}

/** A copy of the build, beside everything else of this repository. */
function copyOfBuild() {
    const copy = temporaryFolder("databricks-cmk-mutate-");
    for (const name of readdirSync(root)) if (name !== "dist") symlinkSync(join(root, name), join(copy, name));
    cpSync(join(root, "dist"), join(copy, "dist"), { recursive: true });
    return copy;
}

/** @param {string} text */
function transpiled(text) {
    const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
    const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
    return ts.transpileModule(text, { compilerOptions: { ...options, module: ts.ModuleKind.CommonJS } }).outputText;
}

/**
 * Whether all tests pass. What never ends is noticed too: each test has a minute of its own, on any machine.
 * @param {string} copy
 * @param {string[]} tests
 * @param {number} [timeout] of all of them, in milliseconds
 * @returns {Promise<boolean>}
 */
async function passes(copy, tests, timeout = 600_000) {
    const mocha = join(root, "node_modules", "mocha", "bin", "mocha.js");
    const args = [mocha, "--no-config", "--bail", "--exit", "--timeout", "60000", "--reporter", "min", ...tests];
    const { code } = await run(process.execPath, args, { cwd: copy, timeout });
    return code === 0;
}

/** @param {string} text */
function oneLine(text) {
    const line = text.replace(/\s+/g, " ");
    return line.length > 80 ? `${line.slice(0, 77)}...` : line;
}
