// @ts-check
// `npm run mutate -- <file> <test> ... [--every <n>]`: changes a source file in one small way after the other, runs these unit tests
// (names in test/unit; a * stands for anything) on each, and names the changes that none of them noticed. `--every 3` tries a third
// of the changes, evenly spread. The build of this repository is not touched.
import { spawn } from "node:child_process";
import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { mutationsOf } from "./mutations.mjs";
import { cleanUp, cleanUpOnSignals, Problem, temporaryFolder } from "./processes.mjs";
import { root } from "./project.mjs";

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
    const [file = "", ...patterns] = at < 0 ? given : given.filter((_, index) => index !== at && index !== at + 1);
    if (!file.endsWith(".ts") || patterns.length === 0 || !(every >= 1))
        throw new Problem("npm run mutate -- <file>.ts <unit test> ... [--every <n>]");
    const copy = copyOfBuild();
    const text = readFileSync(join(root, file), "utf8");
    const compiled = join(copy, "dist", file.replace(/\.ts$/, ".js"));
    const asked = new RegExp(`^(${patterns.join("|").replaceAll("*", ".*")})\\.test\\.js$`);
    const all = readdirSync(join(copy, "dist", "test", "unit")).filter((name) => asked.test(name));
    const tests = all.map((name) => join(copy, "dist", "test", "unit", name));
    if (tests.length === 0) throw new Problem(`No unit test is named ${patterns.join(" or ")}.`);
    if (!(await passes(copy, tests))) throw new Problem("The tests fail without a change.");
    let noticed = 0;
    const mutations = mutationsOf(file, text).filter((_, index) => index % every === 0);
    const survivors = [];
    for (const mutation of mutations) {
        writeFileSync(compiled, transpiled(text.slice(0, mutation.from) + mutation.after + text.slice(mutation.to)));
        if (await passes(copy, tests)) survivors.push(mutation);
        else noticed++;
    }
    for (const { line, before, after } of survivors)
        console.log(`${file}:${line}: ${oneLine(before)} → ${after === ";" ? "nothing" : oneLine(after)}`);
    console.log(`${file}: ${noticed} of ${mutations.length} changes were noticed by ${tests.length} test files.`);
    return survivors.length === 0 ? 0 : 1;
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
 * @returns {Promise<boolean>}
 */
function passes(copy, tests) {
    const mocha = join(root, "node_modules", "mocha", "bin", "mocha.js");
    const args = [mocha, "--no-config", "--bail", "--exit", "--timeout", "60000", "--reporter", "min", ...tests];
    const child = spawn(process.execPath, args, { cwd: copy, stdio: "ignore" });
    return new Promise((resolve) => child.once("exit", (code) => resolve(code === 0)));
}

/** @param {string} text */
function oneLine(text) {
    const line = text.replace(/\s+/g, " ");
    return line.length > 80 ? `${line.slice(0, 77)}...` : line;
}
