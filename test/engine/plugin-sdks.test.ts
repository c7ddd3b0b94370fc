import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { expect } from "chai";

import { packageVersion } from "../../plugin/package-files";
import { PluginOnPath } from "../cli/plugin";
import { CliProject } from "../cli/project";
import { hasLanguage, ok } from "./plugin-project";

const page = readFileSync(resolve(__dirname, "../../../docs/languages.md"), "utf8");

/** The programs of the page in a language. */
const programsIn = (language: string): string[] =>
    [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(
        ([, program = ""]) => program,
    );

/** The names that programs use of the package that they call `databricks`. */
const usedIn = (programs: readonly string[]): string[] => [
    ...new Set(
        programs.flatMap((program) => [...program.matchAll(/\bdatabricks\.(\w+)/gi)].map(([, name = ""]) => name)),
    ),
];

/** All files below a folder that end like this, as one text. */
const textOf = (folder: string, ending: string): string =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(ending) && !file.includes("node_modules"))
        .map((file) => readFileSync(join(folder, file), "utf8"))
        .join("\n");

/** Whether the host of a language is there and not too old to make SDKs. */
function makesSdks(language: string): boolean {
    if (!hasLanguage(language)) return false;
    const folder = mkdtempSync(join(tmpdir(), "databricks-cmk-schema-"));
    writeFileSync(join(folder, "schema.json"), JSON.stringify({ name: "probe", version: "0.0.1" }));
    const args = ["package", "gen-sdk", join(folder, "schema.json"), "--language", language, "--out", folder];
    const { stdout, stderr } = spawnSync("pulumi", [...args, "--non-interactive"], { encoding: "utf8" });
    rmSync(folder, { recursive: true, force: true });
    if (!`${stdout}${stderr}`.includes("GeneratePackage not implemented")) return true;
    console.log(`Not tried: an SDK by pulumi-language-${language}, because it is too old to make one.`);
    return false;
}

describe("an SDK that the CLI makes of the plugin", () => {
    const plugin = new PluginOnPath().withAwsSchema();
    const project = new CliProject("sdk", "", {
        ...plugin.environment,
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    });
    const out = mkdtempSync(join(tmpdir(), "databricks-cmk-sdk-"));
    after(() => {
        project.remove();
        plugin.remove();
        rmSync(out, { recursive: true, force: true });
    });

    /** Makes the SDK, and returns its folder. */
    async function made(language: string): Promise<string> {
        await ok(await project.run(["package", "gen-sdk", plugin.program, "--language", language, "--out", out]));
        return join(out, language);
    }

    /** A test of the SDK in a language whose host is there, and makes SDKs; else a line says that it is not tried. */
    function inLanguage(language: string, title: string, test: (sdk: string) => void): void {
        if (makesSdks(language)) it(title, async () => test(await made(language)));
    }

    inLanguage("go", "in Go has the names that the programs of docs/languages.md use", (sdk) => {
        const code = textOf(sdk, ".go");
        const names = usedIn(programsIn("go"));
        expect(names).to.include.members(["NewEncryptedWorkspace", "KeyUseCaseArray"]);
        for (const name of names) expect(code).to.match(new RegExp(`^(func|type|\\t)\\s*${name}\\b`, "m"));
        expect(page).to.contain(`sdk/go/${readdirSync(sdk).find((folder) => !folder.includes("."))}"`);
    });

    inLanguage("python", "in Python does too, and has the package's version", (sdk) => {
        const code = textOf(sdk, ".py");
        const programs = programsIn("python");
        for (const name of usedIn(programs)) expect(code).to.match(new RegExp(`^class ${name}\\(`, "m"));
        const given = programs.flatMap((program) =>
            [...program.matchAll(/\b([a-z_]+)=/g)].map(([, name = ""]) => name),
        );
        expect(given).to.include.members(["aws_region", "managed_services_customer_managed_key_id"]);
        for (const name of given) expect(code).to.contain(` ${name}: `);
        expect(textOf(sdk, "pyproject.toml")).to.contain(`version = "${packageVersion()}"`);
    });

    inLanguage("nodejs", "in TypeScript has every resource and component, and the package's version", (sdk) => {
        const code = textOf(sdk, ".ts");
        for (const name of ["Workspace", "CustomerManagedKey", "EncryptedWorkspace", "EncryptionKey"])
            expect(code).to.contain(`export class ${name} extends pulumi.`);
        expect(code).to.contain("migrateContent?: pulumi.Input<boolean | inputs.MigrateContentArgs>");
        expect(JSON.parse(readFileSync(join(sdk, "package.json"), "utf8"))).to.include({ version: packageVersion() });
    });
});
