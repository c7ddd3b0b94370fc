import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { expect } from "chai";
import ts from "typescript";

const root = resolve(__dirname, "../../..");
const files = ["sdk/resources", "sdk/components", "sdk/policy"].flatMap((folder) =>
    readdirSync(join(root, folder))
        .filter((file) => file.endsWith(".ts"))
        .map((file) => join(root, folder, file)),
);

/** Each exported class that a program makes, with its doc comment. */
const classes = files.flatMap((file) => {
    const text = readFileSync(file, "utf8");
    return [
        ...text.matchAll(
            /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport class (\w+) extends (?:pulumi\.Component|Account|Dynamic|Policy)/g,
        ),
    ].map(([, comment = "", name = ""]) => ({ name, comment }));
});

/** The code of a comment's `@example`. */
const exampleOf = (comment: string) =>
    (/@example\n \* ```ts\n([\s\S]*?) \* ```/.exec(comment)?.[1] ?? "").replace(/^ \* ?/gm, "");

/** What the compiler has against these programs, each in a file of its own beside this one. */
function problemsOf(programs: ReadonlyMap<string, string>): string[] {
    const options: ts.CompilerOptions = {
        ...{ strict: true, noEmit: true, skipLibCheck: true, types: ["node"], baseUrl: root },
        ...{ module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true },
        paths: {
            "pulumi-databricks-cmk": ["dist/sdk/index"],
            "pulumi-databricks-cmk/policy": ["dist/sdk/policy/index"],
        },
    };
    const host = ts.createCompilerHost(options);
    const { fileExists, getSourceFile } = host;
    host.fileExists = (file) => programs.has(file) || fileExists(file);
    host.getSourceFile = (file, how, ...more) => {
        const text = programs.get(file);
        return text === undefined ? getSourceFile(file, how, ...more) : ts.createSourceFile(file, text, how);
    };
    return ts
        .getPreEmitDiagnostics(ts.createProgram([...programs.keys()], options, host))
        .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`);
}

describe("the doc comments of classes", () => {
    it("have an example each, which compiles", () => {
        expect(classes.length).to.be.at.least(11);
        expect(classes.filter(({ comment }) => exampleOf(comment) === "").map(({ name }) => name)).to.deep.equal([]);
        const programs = classes.map(
            ({ name, comment }) => [join(root, "test", `${name}.example.ts`), exampleOf(comment)] as const,
        );
        expect(problemsOf(new Map(programs))).to.deep.equal([]);
    });

    it("say what an argument's default is in @default, for editors and the API reference", () => {
        const prose = files.filter((file) =>
            /\/\*\*(?:(?!\*\/)[\s\S])*Default: (?:(?!\*\/)[\s\S])*\*\/\n +\w+\?: pulumi\.Input/.test(
                readFileSync(file, "utf8"),
            ),
        );
        expect(prose).to.deep.equal([]);
    });
});
