import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { root } from "./harness";

const execute = promisify(execFile);

const PROGRAM = `
const { EncryptedWorkspace } = require("pulumi-databricks-cmk");
new EncryptedWorkspace("analytics", { awsRegion: "us-east-1", forceDestroy: true });
`;

describe("the page docs/testing.md", () => {
    let folder: string;
    before(() => {
        folder = mkdtempSync(join(tmpdir(), "databricks-cmk-page-"));
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    it("has a sample that compiles, and whose tests pass one after the other in one process", async () => {
        const page = readFileSync(join(root, "docs", "testing.md"), "utf8");
        const [, sample = ""] = /```ts\n([\s\S]*?)```/.exec(page) ?? [];
        const options = {
            target: "es2022",
            module: "node20",
            strict: true,
            skipLibCheck: true,
            types: ["mocha", "node"],
        };
        symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
        mkdirSync(join(folder, "test"));
        writeFileSync(join(folder, "test", "stack.test.ts"), sample);
        writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options, include: ["test"] }));
        writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "stack", main: "index.js" }));
        writeFileSync(join(folder, "Pulumi.yaml"), "name: stack\nruntime: nodejs\n");
        writeFileSync(join(folder, "index.js"), PROGRAM);
        await succeed("tsc", "-p", "tsconfig.json");
        await succeed("mocha", "--no-config", "test/stack.test.js");
    });

    /** Runs a tool of the repository in the project; fails with what it says. */
    async function succeed(tool: string, ...args: string[]): Promise<void> {
        try {
            await execute(join(root, "node_modules", ".bin", tool), args, { cwd: folder });
        } catch (error) {
            const { stdout, stderr } = error as Error & { stdout: string; stderr: string };
            throw new Error(`${tool} failed:\n${stdout}${stderr}`, { cause: error });
        }
    }
});
