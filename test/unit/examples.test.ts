import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { expect } from "chai";
import ts from "typescript";

const root = resolve(__dirname, "../../..");
const examples = readdirSync(join(root, "examples")).map((name) => ({ name, folder: join(root, "examples", name) }));

/** The one that the project of this repository runs. */
const mainExample = /^main: examples\/(\S+)$/m.exec(readFileSync(join(root, "Pulumi.yaml"), "utf8"))?.[1];

/** How an example is compiled. */
function configOf(folder: string): ts.ParsedCommandLine {
    const config = ["tsconfig.json", "jsconfig.json"].map((name) => join(folder, name)).find(existsSync);
    if (config === undefined) throw new Error(`${folder} has neither tsconfig.json nor jsconfig.json.`);
    const { config: text } = ts.readConfigFile(config, ts.sys.readFile) as { config: unknown };
    return ts.parseJsonConfigFileContent(text, ts.sys, folder);
}

/** The programs by their options: examples with the same ones are compiled together. */
const programs = new Map<string, ts.Program>();

function programOf(of: ts.CompilerOptions): ts.Program {
    const options = { ...of, configFilePath: undefined };
    const key = JSON.stringify(options);
    const files = examples.flatMap(({ folder }) => {
        const { options: own, fileNames } = configOf(folder);
        return JSON.stringify({ ...own, configFilePath: undefined }) === key ? fileNames : [];
    });
    const program = programs.get(key) ?? ts.createProgram(files, options);
    programs.set(key, program);
    return program;
}

/** What the compiler has against an example. */
function problemsOf(folder: string): string[] {
    const { options, errors, fileNames } = configOf(folder);
    const program = programOf(options);
    const own = fileNames.flatMap((name) => ts.getPreEmitDiagnostics(program, program.getSourceFile(name)));
    return [...errors, ...own].map(
        ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
    );
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
