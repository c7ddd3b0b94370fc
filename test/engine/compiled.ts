import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import ts from "typescript";

/**
 * Compiles a project in place, without checking its types: Pulumi would load the compiler in each operation. A program that Pulumi
 * compiles is in start.test.ts, adopt.test.ts and the tests with consumers.
 */
export function compile(folder: string): void {
    const source = join(folder, "index.ts");
    if (!existsSync(source)) return;
    const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS };
    const { outputText } = ts.transpileModule(readFileSync(source, "utf8"), { compilerOptions });
    writeFileSync(join(folder, "index.js"), outputText);
    rmSync(source);
    change(join(folder, "package.json"), '"main": "index.ts"', '"main": "index.js"');
    change(
        join(folder, "Pulumi.yaml"),
        "runtime: nodejs\n",
        "runtime: { name: nodejs, options: { typescript: false } }\n",
    );
}

function change(file: string, before: string, after: string): void {
    const text = readFileSync(file, "utf8");
    if (!text.includes(before)) throw new Error(`${file} does not have ${before}`);
    writeFileSync(file, text.replace(before, after));
}
