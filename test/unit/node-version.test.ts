import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { expect } from "chai";

const root = resolve(__dirname, "../../..");
const line =
    "pulumi-databricks-cmk needs Node.js 20.19 or later, and this is Node.js 20.18.3: install a newer one, and run the command again. [CMK1022]";

describe("on a Node.js that is too old", () => {
    let folder: string;
    let preload: string;
    before(() => {
        folder = mkdtempSync(join(tmpdir(), "databricks-cmk-node-"));
        preload = join(folder, "old.js");
        // Stands for an old version, which the package sees here and nowhere else.
        const versions = '{ ...process.versions, node: "20.18.3" }';
        writeFileSync(preload, `Object.defineProperty(process, "versions", { value: ${versions} });`);
    });
    after(() => rmSync(folder, { recursive: true, force: true }));
    const run = (...args: string[]) =>
        spawnSync(process.execPath, ["-r", preload, ...args], { cwd: root, encoding: "utf8" });

    for (const command of [[], ["local-cloud"], ["drill"], ["adopt", "--help"]]) {
        it(`the command line says so in one line and does nothing: ${command.join(" ") || "without a command"}`, () => {
            const { status, stdout, stderr } = run("dist/cli/main.js", ...command);
            expect([status, stdout, stderr]).to.deep.equal([1, "", `${line}\n`]);
        });
    }

    for (const part of ["", "/provider", "/testing", "/policy"]) {
        it(`pulumi-databricks-cmk${part} says so in one line, and loads nothing`, () => {
            const loaded = "Object.keys(require.cache).filter((file) => /node_modules/.test(file)).length";
            const script = `try { require("pulumi-databricks-cmk${part}") } catch (error) { console.log(error.stack, ${loaded}) }`;
            const { stdout, stderr } = run("-e", script);
            expect([stdout, stderr]).to.deep.equal([`Error: ${line} 0\n`, ""]);
        });
    }
});

describe("the AWS SDK's warning about Node.js 20", () => {
    const silent = (script: string) => {
        const { status, stderr } = spawnSync(process.execPath, ["-e", `(async () => {${script}})()`], {
            cwd: root,
            encoding: "utf8",
        });
        expect([status, stderr]).to.deep.equal([0, ""]);
    };

    it("does not reach the user of a test on the local cloud", () => {
        silent(`
            const cloud = await require("pulumi-databricks-cmk/testing").LocalCloud.start();
            const workspace = await cloud.addWorkspace({ keyArn: cloud.createKey() });
            await workspace.seed({ "/n": require("pulumi-databricks-cmk/testing").seeds.notebook("1") });
            await cloud.stop();`);
    });

    it("does not reach the user of a drill", () => {
        // Nobody listens there: the client is made all the same.
        silent(`
            Object.assign(process.env, { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" });
            const { DrillKey } = require("./dist/cli/drill/key.js");
            const keyArn = "arn:aws:kms:us-east-1:123456789012:key/0f8fad5b-d9cb-469f-a165-70867728950e";
            const key = new DrillKey(keyArn, { AWS_ENDPOINT_URL_KMS: "http://127.0.0.1:1" });
            await key.state().catch(() => undefined);`);
    });
});
