import ts from "typescript";

/** What is compiled, beside files that exist. */
export interface Compiled {
    /** Texts by path, of files that are nowhere else. */
    readonly texts?: ReadonlyMap<string, string>;
    /** Leaves the thousands of files of @pulumi/aws out: for programs that use no component, whose types are theirs. */
    readonly withoutAws?: boolean;
}

/** The files that were parsed before, by the options that they are compiled with: the declarations of packages are most of a program. */
const parsed = new Map<string, ts.SourceFile>();

/** Forgets them, which are hundreds of megabytes that each later collection of garbage would look through. */
export function forgetParsed(): void {
    parsed.clear();
}

/** Makes a program of files and texts. */
export function programOf(
    files: readonly string[],
    options: ts.CompilerOptions,
    { texts = new Map(), withoutAws = false }: Compiled = {},
): ts.Program {
    const host = ts.createCompilerHost(options);
    const { fileExists, getSourceFile, readFile } = host;
    host.fileExists = (name) =>
        texts.has(name) || (!(withoutAws && name.includes("node_modules/@pulumi/aws/")) && fileExists(name));
    host.readFile = (name) => texts.get(name) ?? readFile(name);
    const compiledBy = JSON.stringify(options);
    host.getSourceFile = (name, how, ...more) => {
        const text = texts.get(name);
        if (text !== undefined) return ts.createSourceFile(name, text, how, true);
        const key = JSON.stringify([name, how, compiledBy]);
        const file = parsed.get(key) ?? getSourceFile(name, how, ...more);
        if (file !== undefined && name.includes("/node_modules/")) parsed.set(key, file);
        return file;
    };
    return ts.createProgram([...files, ...texts.keys()], options, host);
}

/** What the compiler has against a program, or one of its files. */
export function problemsOf(program: ts.Program, file?: string): string[] {
    const source = file === undefined ? undefined : program.getSourceFile(file);
    return ts
        .getPreEmitDiagnostics(program, source)
        .map(({ file: at, messageText }) => `${at?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`);
}
