import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";

import * as provider from "../../provider";
import * as sdk from "../../sdk";

const root = resolve(__dirname, "../../..");

describe("the package", () => {
    /** Which of the dear modules a program has loaded at its end. */
    const loaded = (program: string, ...more: readonly string[]) => {
        const provider = "dist.provider(?!.contract)";
        const content = "dist.provider.migration.(migration|connection|inventory)(?=.js)";
        const modules = [
            "node_modules.axios",
            "node_modules.zod",
            "node_modules.@pulumi.aws",
            provider,
            content,
            ...more,
        ];
        const script = `${program}; process.on("exit", () => console.log(${JSON.stringify(modules)}.filter((name) => Object.keys(require.cache).some((file) => new RegExp(name + "\\\\W").test(file))).join()))`;
        // What lets the tests start faster loads some of Pulumi's SDK later than its users do: see test/engine/load-late.ts.
        const env = more.length > 0 ? { ...process.env, NODE_OPTIONS: "" } : process.env;
        return execFileSync(process.execPath, ["-e", script], { cwd: root, encoding: "utf8", env }).trim();
    };

    it("loads neither axios nor zod nor @pulumi/aws nor the provider where only `.` is imported", () => {
        expect(loaded('require("pulumi-databricks-cmk")')).to.equal("");
    });

    it("loads the provider's code at the first lookup, and @pulumi/aws not even then", () => {
        expect(loaded('require("pulumi-databricks-cmk").getCurrentConfig().catch(() => undefined)')).to.equal(
            "node_modules.zod,dist.provider(?!.contract)",
        );
    });

    it("loads axios with the first request and the code for workspaces' content with the first content, not with the provider", () => {
        expect(loaded('require("pulumi-databricks-cmk/provider")')).to.equal(
            "node_modules.zod,dist.provider(?!.contract)",
        );
    });

    it("loads no more of Pulumi's SDK in the plugin's process than the messages of the engine", () => {
        const plugin = ["server", "package-provider"].map((file) => `require("./dist/plugin/${file}");`).join("");
        expect(loaded(plugin, "node_modules.@pulumi.pulumi.(runtime|automation)")).to.equal(
            "node_modules.zod,dist.provider(?!.contract)",
        );
    });

    it("refuses a program whose resources the provider's process cannot find, and says what to add to which package.json", () => {
        const folder = realpathSync(mkdtempSync(join(tmpdir(), "databricks-cmk-visible-")));
        const [runner, modules] = [join(folder, "pulumi", "cmd", "run"), join(folder, "project", "node_modules")];
        mkdirSync(runner, { recursive: true });
        mkdirSync(modules, { recursive: true });
        // Stands for the file that the CLI runs a program by.
        const program = `
            const pulumi = require(${JSON.stringify(require.resolve("@pulumi/pulumi"))});
            pulumi.runtime.setMocks({ newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: () => ({}) });
            const { CustomerManagedKey } = require(${JSON.stringify(root)});
            const keyArn = "arn:aws:kms:us-east-1:123456789012:key/0f8fad5b-d9cb-469f-a165-70867728950e";
            try {
                new CustomerManagedKey("key", { useCases: ["STORAGE"], awsKeyInfo: { keyArn } });
            } catch (error) {
                console.log(error.message);
            }`;
        writeFileSync(join(runner, "index.js"), program);
        const said = () =>
            execFileSync(process.execPath, [join(runner, "index.js")], {
                cwd: join(folder, "project"),
                encoding: "utf8",
            });
        try {
            const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
            expect(said()).to.contain(
                `add "pulumi-databricks-cmk": "${version}" to the dependencies in ${join(folder, "project", "package.json")}`,
            );
            symlinkSync(root, join(modules, "pulumi-databricks-cmk"));
            expect(said()).to.equal("");
        } finally {
            rmSync(folder, { recursive: true });
        }
    });

    it("has a handler for every resource class, and names every class in the README", () => {
        const readme = readFileSync(join(root, "README.md"), "utf8");
        const classes = Object.entries(sdk).filter(([, value]) => /^class /.test(String(value)));
        expect(classes.length).to.be.above(7);
        for (const [name, value] of classes) {
            expect(readme).to.contain(`\`${name}\``);
            if (typeof value === "function" && value.prototype instanceof pulumi.ComponentResource) continue;
            expect(provider).to.have.property(`${name.charAt(0).toLowerCase()}${name.slice(1)}`);
        }
    });
});
