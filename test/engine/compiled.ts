/**
 * Keeps the compiled code of what a process requires, for the next process: more than half of what the start of a program or a
 * provider costs is to compile the same files again. Node.js 22 and later do it themselves.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import Module from "node:module";
import { dirname, isAbsolute, join, resolve } from "node:path";
import vm from "node:vm";

type Compile = (this: NodeModule, content: string, filename: string, format?: string) => unknown;
type Compiled = (...args: unknown[]) => unknown;

const folder = resolve(__dirname, "../../../node_modules/.cache/pulumi-databricks-cmk/compiled", process.version);
const prototype = (Module as unknown as { prototype: { _compile: Compile } }).prototype;

function keepCompiled(): void {
    mkdirSync(folder, { recursive: true });
    const compile = prototype._compile;
    prototype._compile = function (content, filename, format) {
        // What runs a program imports by code that is made as text, which a script of one's own cannot.
        const isLeft = format === "module" || !isAbsolute(filename) || /[\\/]pulumi[\\/]cmd[\\/]run/.test(filename);
        if (isLeft) return compile.call(this, content, filename, format);
        const { mtimeMs, size } = statSync(filename);
        const name = createHash("sha1").update(`${filename} ${mtimeMs} ${size}`).digest("hex");
        const kept = join(folder, name);
        const cachedData = read(kept);
        const script = new vm.Script(Module.wrap(content.replace(/^#!/, "//")), {
            filename,
            cachedData,
            importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
        });
        const compiled = script.runInThisContext() as Compiled;
        const args = [this.exports, Module.createRequire(filename), this, filename, dirname(filename)];
        const result = compiled.apply(this.exports, args);
        if (cachedData === undefined || script.cachedDataRejected === true) write(kept, script.createCachedData());
        return result;
    };
}

function read(file: string): Buffer | undefined {
    try {
        return readFileSync(file);
    } catch {
        return undefined;
    }
}

/** At once, whoever else writes the same. */
function write(file: string, data: Buffer): void {
    const own = `${file}.${process.pid}`;
    writeFileSync(own, data);
    renameSync(own, file);
}

const { enableCompileCache } = Module as unknown as { enableCompileCache?: (folder: string) => void };
if (enableCompileCache === undefined) keepCompiled();
else enableCompileCache(folder);
