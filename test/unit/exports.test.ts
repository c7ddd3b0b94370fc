import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";

import * as provider from "../../provider";
import * as sdk from "../../sdk";

const root = resolve(__dirname, "../../..");

describe("the package", () => {
    /** Which of the dear modules a program has loaded at its end. */
    const loaded = (program: string) => {
        const provider = "dist.provider(?!.contract)";
        const modules = ["node_modules.axios", "node_modules.zod", "node_modules.@pulumi.aws", provider];
        const script = `${program}; process.on("exit", () => console.log(${JSON.stringify(modules)}.filter((name) => Object.keys(require.cache).some((file) => new RegExp(name + "\\\\W").test(file))).join()))`;
        return execFileSync(process.execPath, ["-e", script], { cwd: root, encoding: "utf8" }).trim();
    };

    it("loads neither axios nor zod nor @pulumi/aws nor the provider where only `.` is imported", () => {
        expect(loaded('require("pulumi-databricks-cmk")')).to.equal("");
    });

    it("loads the provider's code at the first lookup, and @pulumi/aws not even then", () => {
        expect(loaded('require("pulumi-databricks-cmk").getCurrentConfig().catch(() => undefined)')).to.equal(
            "node_modules.axios,node_modules.zod,dist.provider(?!.contract)",
        );
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
