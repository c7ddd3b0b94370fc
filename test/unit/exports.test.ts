import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";

import * as provider from "../../provider";
import * as sdk from "../../sdk";

const root = resolve(__dirname, "../../..");

describe("the package", () => {
    it("loads neither axios nor zod nor @pulumi/aws where only `.` is imported", () => {
        const script = `require("pulumi-databricks-cmk"); console.log(Object.keys(require.cache).filter((file) => /node_modules.(axios|zod|@pulumi.aws)./.test(file)).length)`;
        expect(execFileSync(process.execPath, ["-e", script], { cwd: root, encoding: "utf8" }).trim()).to.equal("0");
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
