/**
 * Keeps what a process requires, for the next process that begins with the same file: three quarters of what the start of a program or
 * a provider costs is to find, read and compile the same files again. Node.js 22 and later keep compiled code themselves.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import Module from "node:module";
import { dirname, isAbsolute, join, resolve, sep } from "node:path";
import v8 from "node:v8";
import vm from "node:vm";

type Compile = (this: NodeModule, content: string, filename: string, format?: string) => unknown;
type Load = (module: NodeModule, filename: string) => void;
type Resolve = (
    this: unknown,
    request: string,
    parent?: NodeModule | null,
    isMain?: boolean,
    options?: object,
) => string;
type Compiled = (...args: unknown[]) => unknown;

/** A file as it was when it was kept, and where in the kept bytes its source and its compiled code begin and end. */
interface Kept {
    readonly time: number;
    readonly size: number;
    /** Whether its source has a character a byte. */
    readonly isPlain: boolean;
    readonly ends: readonly [source: number, sourceEnd: number, codeEnd: number];
}

interface Index {
    readonly files: Record<string, Kept>;
    /** What a file of a folder that requires a name was given. */
    readonly found: Record<string, string>;
}

/** How often a process looks whether it has something to keep, in milliseconds: the engine kills its providers. */
const PAUSE = 400;

const root = resolve(__dirname, "../../..");
const cache = join(root, "node_modules", ".cache", "pulumi-databricks-cmk", "code", process.version);
const internals = Module as unknown as {
    prototype: { _compile: Compile };
    _extensions: Record<string, Load> & { ".js": Load };
    _cache: Record<string, NodeModule>;
    _resolveFilename: Resolve;
};

/**
 * Whether a file imports while it runs: code that was kept cannot. What runs a program does so by code that is made as text; the
 * compiler only speaks of it.
 */
const importsLater = (filename: string, content: string) =>
    /[\\/]pulumi[\\/]cmd[\\/]run/.test(filename) ||
    (/[^.\w{'"]import\(/.test(content) && !/[\\/]typescript(@[\d.]+)?[\\/]/.test(filename));

const isOurs = (path: string) =>
    path.startsWith(`${root}${sep}node_modules${sep}`) || path.startsWith(`${root}${sep}dist${sep}`);

interface Store {
    readonly index: Index;
    readonly bytes: Buffer;
}

/** What was kept of processes that begin with a file. */
class KeptModules {
    private readonly index: Index;
    private readonly bytes: Buffer;
    /** What this process has compiled itself. */
    private readonly fresh = new Map<string, { readonly source: string; readonly script: vm.Script }>();
    /** How much of that was kept already. */
    private done = 0;
    private readonly found: Record<string, string> = {};
    private readonly checked = new Map<string, boolean>();

    constructor(private readonly file: string) {
        ({ index: this.index, bytes: this.bytes } = read(file));
    }

    /** What requires are answered and files are compiled with, from now on. */
    install(): void {
        const { _compile: compile } = internals.prototype;
        const { ".js": load } = internals._extensions;
        const find = internals._resolveFilename;
        const kept = this as KeptModules;
        internals._resolveFilename = function (request, parent, isMain, options) {
            const ask = () => find.call(this, request, parent, isMain, options);
            return options === undefined ? kept.find(request, parent?.path, ask) : ask();
        };
        internals._extensions[".js"] = (module, filename) => {
            if (kept.isThere(filename)) kept.run(module, filename, kept.sourceOf(filename), kept.codeOf(filename));
            else load(module, filename);
        };
        internals.prototype._compile = function (content, filename, format) {
            if (format === "module" || !isOurs(filename) || importsLater(filename, content))
                return compile.call(this, content, filename, format);
            return kept.run(this, filename, Module.wrap(content.replace(/^#!/, "//")));
        };
        process.once("exit", () => this.keep());
        setInterval(() => this.keep(), PAUSE).unref();
    }

    private find(request: string, folder: string | undefined, ask: () => string): string {
        if (folder === undefined || isAbsolute(request) || !isOurs(folder)) return ask();
        const key = `${folder}\0${request}`;
        const known = this.index.found[key];
        if (known !== undefined && this.isThere(known)) return known;
        const found = ask();
        if (isOurs(found)) this.found[key] = found;
        return found;
    }

    /** Whether a file is kept, and still as it was. */
    private isThere(filename: string): boolean {
        const before = this.checked.get(filename);
        if (before !== undefined) return before;
        const kept = this.index.files[filename];
        const now = kept && statSync(filename, { throwIfNoEntry: false });
        const isThere = now !== undefined && kept?.time === now.mtimeMs && kept.size === now.size;
        this.checked.set(filename, isThere);
        return isThere;
    }

    private sourceOf(filename: string): string {
        const { ends, isPlain } = this.index.files[filename]!;
        return this.bytes.toString(isPlain ? "latin1" : "utf8", ends[0], ends[1]);
    }

    private codeOf(filename: string): Buffer {
        const { ends } = this.index.files[filename]!;
        return this.bytes.subarray(ends[1], ends[2]);
    }

    private run(module: NodeModule, filename: string, source: string, cachedData?: Buffer): unknown {
        const script = new vm.Script(source, {
            filename,
            cachedData,
            importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
        });
        if (cachedData === undefined || script.cachedDataRejected === true)
            this.fresh.set(filename, { source, script });
        const compiled = script.runInThisContext() as Compiled;
        return compiled.call(module.exports, module.exports, requireOf(module), module, filename, dirname(filename));
    }

    /** Keeps what this process has compiled, with the functions of it that were used so far, beside what was kept before. */
    private keep(): void {
        if (this.fresh.size === this.done) return;
        this.done = this.fresh.size;
        // Others may have kept something since this process began.
        const { index: before, bytes } = read(this.file);
        const parts: Buffer[] = [];
        let end = 0;
        const files: Record<string, Kept> = {};
        const add = (filename: string, file: Pick<Kept, "time" | "size" | "isPlain">, source: Buffer, code: Buffer) => {
            parts.push(source, code);
            const begin = end;
            end += source.length + code.length;
            files[filename] = { ...file, ends: [begin, begin + source.length, end] };
        };
        for (const [filename, file] of Object.entries(before.files)) {
            const [begin, sourceEnd, codeEnd] = file.ends;
            if (this.fresh.has(filename)) continue;
            add(filename, file, bytes.subarray(begin, sourceEnd), bytes.subarray(sourceEnd, codeEnd));
        }
        for (const [filename, { source, script }] of this.fresh) {
            const now = statSync(filename, { throwIfNoEntry: false });
            if (now === undefined) continue;
            const isPlain = Buffer.byteLength(source) === source.length;
            const file = { time: now.mtimeMs, size: now.size, isPlain };
            add(filename, file, Buffer.from(source, isPlain ? "latin1" : "utf8"), script.createCachedData());
        }
        const index = Buffer.from(JSON.stringify({ files, found: { ...before.found, ...this.found } }));
        const length = Buffer.alloc(4);
        length.writeUInt32LE(index.length);
        write(this.file, Buffer.concat([length, index, ...parts]));
    }
}

/** The `require` of a module. */
function requireOf(module: NodeModule): NodeJS.Require {
    const own = (id: string): unknown => module.require(id);
    const find = (request: string, options?: object) => internals._resolveFilename(request, module, false, options);
    return Object.assign(own, {
        resolve: Object.assign(find, {
            paths: (request: string) => Module.createRequire(module.filename).resolve.paths(request),
        }),
        main: process.mainModule,
        extensions: internals._extensions,
        cache: internals._cache,
    }) as unknown as NodeJS.Require;
}

function read(file: string): Store {
    try {
        const all = readFileSync(file);
        const begin = 4 + all.readUInt32LE();
        return { index: JSON.parse(all.toString("utf8", 4, begin)) as Index, bytes: all.subarray(begin) };
    } catch {
        // The first process.
        return { index: { files: {}, found: {} }, bytes: Buffer.alloc(0) };
    }
}

/** At once, whoever else writes the same. */
function write(file: string, data: Buffer): void {
    const own = `${file}.${process.pid}`;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(own, data);
    renameSync(own, file);
}

const { enableCompileCache } = Module as unknown as { enableCompileCache?: (folder: string) => void };
const [, main] = process.argv;
// V8 rejects compiled code that was kept under other flags, and Pulumi's SDK sets this one in the middle of its start.
v8.setFlagsFromString("--allow-natives-syntax");
if (enableCompileCache !== undefined) enableCompileCache(cache);
else if (main !== undefined && isOurs(resolve(main)))
    new KeptModules(join(cache, createHash("sha1").update(resolve(main)).digest("hex"))).install();
