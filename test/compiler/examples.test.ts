import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { expect } from "chai";
import ts from "typescript";

import { forgetParsed, problemsOf, programOf } from "../helpers/compile";

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

const sources = ["sdk/resources", "sdk/components", "sdk/policy"].flatMap((folder) =>
    readdirSync(join(root, folder))
        .filter((file) => file.endsWith(".ts"))
        .map((file) => readFileSync(join(root, folder, file), "utf8")),
);

/** Each exported class that a program makes, with the code of its doc comment's `@example`. */
const classes = sources.flatMap((text) =>
    [
        ...text.matchAll(
            /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport class (\w+) extends (?:pulumi\.Component|Account|Dynamic|Policy)/g,
        ),
    ].map(([, comment = "", name = ""]) => ({
        path: join(root, "examples", `${name}.example.ts`),
        text: (/@example\n \* ```ts\n([\s\S]*?) \* ```/.exec(comment)?.[1] ?? "").replace(/^ \* ?/gm, ""),
    })),
);

/** The programs by their options: what has the same ones is compiled together. That of the module imports no types of AWS. */
const programs = new Map<string, ts.Program>();

function compiled(of: ts.CompilerOptions): ts.Program {
    const options = { ...of, configFilePath: undefined };
    const key = JSON.stringify(options);
    const files = examples.flatMap(({ folder }) => {
        const { options: own, fileNames } = configOf(folder);
        return JSON.stringify({ ...own, configFilePath: undefined }) === key ? fileNames : [];
    });
    const isModule = options.checkJs === true;
    const texts = new Map(isModule ? [] : classes.map(({ path, text }) => [path, text]));
    const program = programs.get(key) ?? programOf(files, options, { texts, withoutAws: isModule });
    programs.set(key, program);
    return program;
}

describe("the examples", () => {
    for (const { name, folder } of examples) {
        it(`${name} is a whole project, and its types are right`, function () {
            const project = join(name === mainExample ? root : folder, "Pulumi.yaml");
            expect([project, join(folder, "PulumiPolicy.yaml")].filter(existsSync)).to.have.length(1);
            expect(readFileSync(join(folder, "README.md"), "utf8")).to.match(/^# /);
            const { options, errors, fileNames } = configOf(folder);
            expect(errors).to.deep.equal([]);
            expect(fileNames.flatMap((file) => problemsOf(compiled(options), file))).to.deep.equal([]);
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

describe("the doc comments of classes", () => {
    after(() => {
        programs.clear();
        forgetParsed();
    });

    it("have an example each, which compiles as the examples do", () => {
        expect(classes.length).to.be.at.least(11);
        const program = compiled(configOf(join(root, "examples", mainExample ?? "")).options);
        for (const { path, text } of classes) {
            expect(text, path).to.not.equal("");
            expect(problemsOf(program, path)).to.deep.equal([]);
        }
    });

    it("say what an argument's default is in @default, for editors and the API reference", () => {
        const prose = /\/\*\*(?:(?!\*\/)[\s\S])*Default: (?:(?!\*\/)[\s\S])*\*\/\n +\w+\?: pulumi\.Input/;
        expect(sources.filter((text) => prose.test(text))).to.deep.equal([]);
    });
});
