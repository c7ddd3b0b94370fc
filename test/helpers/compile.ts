import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import ts from "typescript";

const components = join(__dirname, "../../../sdk/components");

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

/**
 * The services of AWS that programs name, beside those of the components. @pulumi/aws has 240 of them, whose types are eleven
 * megabytes.
 */
function awsServicesOf(texts: readonly string[]): ReadonlySet<string> {
    const own = readdirSync(components).map((name) => readFileSync(join(components, name), "utf8"));
    const used = [...texts, ...own].flatMap((text) => [
        ...[...text.matchAll(/\baws\.(\w+)\./g)].map(([, service = ""]) => service),
        ...[...text.matchAll(/import type \{ ([\w, ]+) \} from "@pulumi\/aws"/g)].flatMap(([, all = ""]) =>
            all.split(", "),
        ),
    ]);
    return new Set([...used, "config", "types"]);
}

/** The declarations of @pulumi/aws that list services, without those that a program does not use. */
function narrowed(text: string, services: ReadonlySet<string>): string {
    const unlessUsed = (all: string, service: string) => (services.has(service) ? all : "");
    return text
        .replaceAll(/^import \* as (\w+) from "\.\/\w+";\n/gm, unlessUsed)
        .replaceAll(/^export declare namespace (\w+) \{\n[\s\S]*?^\}\n/gm, unlessUsed)
        .replace(/^export \{ ([\w, ]+) \};$/m, (_, all: string) => {
            const used = all.split(", ").filter((service) => services.has(service));
            return `export { ${used.join(", ")} };`;
        });
}

/** Makes a program of files and texts. Of AWS, it knows the services that they and the components name. */
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
    const services = awsServicesOf([...files.map((file) => readFileSync(file, "utf8")), ...texts.values()]);
    const compiledBy = JSON.stringify([options, [...services].sort()]);
    host.getSourceFile = (name, how, ...more) => {
        const text = texts.get(name);
        if (text !== undefined) return ts.createSourceFile(name, text, how, true);
        const key = JSON.stringify([name, how, compiledBy]);
        const lists = /\/@pulumi\/aws\/(index|types\/(input|output))\.d\.ts$/.test(name);
        const parse = () =>
            lists
                ? ts.createSourceFile(name, narrowed(readFileSync(name, "utf8"), services), how, true)
                : getSourceFile(name, how, ...more);
        const file = parsed.get(key) ?? parse();
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
