import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

import { expect } from "chai";

import { describeIfWhole } from "./tools";
import { Unpacked } from "./unpacked";

const root = resolve(__dirname, "../../..");

/** The pages with such commands. */
const PAGES = ["README.md", "docs/local-cloud.md", "docs/projects.md", "docs/testing.md", "docs/drill.md"];

/** What `pulumi new typescript` makes. */
const MANIFEST = {
    name: "project",
    main: "index.ts",
    dependencies: { "@pulumi/pulumi": "^3.220.0" },
    devDependencies: { "@types/node": "^20.0.0", typescript: "^5.0.0" },
};

describeIfWhole("an `npm install` of the documents, in a new project with an empty home, on the oldest Node.js", () => {
    let unpacked: Unpacked;
    before(async () => {
        unpacked = await Unpacked.create();
    });
    after(() => unpacked.remove());

    /** The commands of a page in the packed package, with the packed package in the place of a published one. */
    const commandsOf = async (page: string) => {
        const tarball = await unpacked.tarball();
        const text = readFileSync(join(unpacked.package, page), "utf8");
        return [...text.matchAll(/^npm install (?<what>[^#\n]*)/gm)].map(({ groups }) =>
            `npm install ${groups?.["what"]?.trim()}`.replace(/ pulumi-databricks-cmk(?= |$)/, ` ${tarball}`),
        );
    };
    /** An empty project, or one that `pulumi new` made. */
    const projectOf = (name: string, manifest: object = MANIFEST) => {
        const project = unpacked.project(name);
        writeFileSync(join(project, "package.json"), JSON.stringify(manifest));
        return project;
    };
    const manifestOf = (project: string) =>
        JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as typeof MANIFEST;

    for (const page of PAGES) {
        it(`chooses packages for this Node.js, and moves no dependency: ${page}`, async () => {
            const commands = await commandsOf(page);
            expect(commands).to.not.deep.equal([]);
            const project = projectOf(page.replaceAll("/", "-"));
            for (const command of commands) {
                // The versions are chosen, and nothing is unpacked.
                const { ok, output } = await unpacked.shell(`${command} --package-lock-only --no-audit`, project);
                expect(ok, output).to.equal(true);
                expect(output, command).to.not.contain("EBADENGINE");
            }
            expect(manifestOf(project).dependencies).to.include(MANIFEST.dependencies);
            expect(manifestOf(project).devDependencies).to.include(MANIFEST.devDependencies);
        });
    }

    it("brings the API reference, once it is built: a start page, and a page for each part", async () => {
        const { ok, output } = await unpacked.shell("npm run docs", root);
        expect(ok, output).to.equal(true);
        const page = (name: string) => readFileSync(join(root, "dist", "api-reference", name), "utf8");
        expect(page("index.html")).to.contain("API reference").and.contain('href="modules.html"');
        for (const part of ["", "_policy", "_testing", "_provider"])
            expect(page("modules.html")).to.contain(`href="modules/pulumi-databricks-cmk${part}.html"`);
    });

    it("of the local cloud is all that `npx pulumi-databricks-cmk local-cloud` needs", async () => {
        const [command] = await commandsOf("docs/local-cloud.md");
        const project = projectOf("local-cloud", {});
        const installed = await unpacked.shell(`${command} --no-audit`, project);
        expect(installed.ok, installed.output).to.equal(true);
        expect(installed.output).to.not.contain("EBADENGINE");
        const served = spawn("npx", ["--no-install", "pulumi-databricks-cmk", "local-cloud", "--json"], {
            cwd: project,
            env: unpacked.env,
            detached: true,
        });
        let problems = "";
        served.stderr.on("data", (text) => (problems += String(text)));
        const [line] = (await Promise.race([
            once(createInterface(served.stdout), "line"),
            once(served, "exit").then(([code]) => [`it ended with ${String(code)}: ${problems}`]),
        ])) as [string];
        expect(line).to.match(/^\{.*DATABRICKS_HOST/);
        const exited = once(served, "exit");
        process.kill(-Number(served.pid), "SIGTERM");
        await exited;
        expect(problems).to.equal("");
    });
});
