import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { expect } from "chai";
import ts from "typescript";

const root = resolve(__dirname, "../../..");
const examples = readdirSync(join(root, "examples")).map((name) => ({ name, folder: join(root, "examples", name) }));

/** The one that the project of this repository runs. */
const mainExample = /^main: examples\/(\S+)$/m.exec(readFileSync(join(root, "Pulumi.yaml"), "utf8"))?.[1];

/** Every file's syntax tree, parsed once for all examples that read it in the same way. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** What the compiler has against an example. */
function problemsOf(folder: string): string[] {
    const config = ["tsconfig.json", "jsconfig.json"].map((name) => join(folder, name)).find(existsSync);
    if (config === undefined) return ["It has neither tsconfig.json nor jsconfig.json."];
    const { fileNames, options, errors } = ts.parseJsonConfigFileContent(
        ts.readConfigFile(config, ts.sys.readFile).config,
        ts.sys,
        folder,
    );
    const host = ts.createCompilerHost(options);
    const read = host.getSourceFile.bind(host);
    host.getSourceFile = (file, how, ...more) => {
        const key = JSON.stringify([file, how, options.module]);
        if (!parsed.has(key)) parsed.set(key, read(file, how, ...more));
        return parsed.get(key);
    };
    const program = ts.createProgram(fileNames, options, host);
    const found = [...errors, ...ts.getPreEmitDiagnostics(program)];
    return ts
        .formatDiagnostics(found, { ...host, getCanonicalFileName: (name) => name, getNewLine: () => "\n" })
        .split("\n")
        .filter((line) => line !== "");
}

describe("the examples", () => {
    for (const { name, folder } of examples) {
        it(`${name} is a whole project, and its types are right`, function () {
            const project = join(name === mainExample ? root : folder, "Pulumi.yaml");
            expect([project, join(folder, "PulumiPolicy.yaml")].filter(existsSync)).to.have.length(1);
            expect(readFileSync(join(folder, "README.md"), "utf8")).to.match(/^# /);
            expect(problemsOf(folder)).to.deep.equal([]);
        });

        it(`${name} uses nothing of this repository but the package, and needs nothing that it does not name`, () => {
            const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
                main: string;
                dependencies: Record<string, string>;
            };
            const program = readFileSync(join(folder, manifest.main), "utf8");
            const modules = [...program.matchAll(/from "([^"]+)"/g)].map(([, module]) => String(module));
            expect(modules).to.not.deep.equal([]);
            for (const module of modules) {
                const [scope, rest] = module.split("/");
                const published = scope?.startsWith("@") ? `${scope}/${rest}` : String(scope);
                expect(Object.keys(manifest.dependencies), module).to.include(published);
            }
        });
    }
});
