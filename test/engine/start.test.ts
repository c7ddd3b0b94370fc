import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { expect } from "chai";

import { root } from "./harness";

/** Runs `npm start`'s script with its own temporary folder. Sends Ctrl-C when its output contains `interruptAfter`. */
async function start(
    args: string[],
    interruptAfter?: string,
): Promise<{ code: number | null; output: string; left: string[]; folders: string[] }> {
    const folder = mkdtempSync(join(tmpdir(), "start-test-"));
    const child = spawn(process.execPath, [join(root, "test", "run", "start.mjs"), ...args], {
        cwd: root,
        env: { ...process.env, TMPDIR: folder },
    });
    let output = "";
    let interrupted = false;
    const read = (text: Buffer) => {
        output += String(text);
        if (interruptAfter === undefined || interrupted || !output.includes(interruptAfter)) return;
        interrupted = true;
        child.kill("SIGINT");
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
    await delay(200);
    // Pulumi keeps files there too (logs, compiled programs).
    const folders = readdirSync(folder).filter((name) => name.startsWith("databricks-cmk-"));
    rmSync(folder, { recursive: true, force: true });
    return { code, output, left: processesWith(folder), folders };
}

/** The processes whose environment names this folder. Linux only. */
function processesWith(folder: string): string[] {
    if (process.platform !== "linux") return [];
    return readdirSync("/proc").filter((name) => {
        try {
            return /^\d+$/.test(name) && readFileSync(`/proc/${name}/environ`, "latin1").includes(folder);
        } catch {
            return false;
        }
    });
}

describe("npm start", () => {
    it("shows the main example step by step, and leaves nothing behind", async () => {
        const { code, output, left, folders } = await start([]);
        expect(code, output.slice(-3000)).to.equal(0);
        for (const step of [
            "stored encrypted",
            "refused: HTTP 403",
            "says: replace",
            "policy pack refuses it",
            "its notebook moves into the new one",
            "the only one",
            "kept and enabled, although the program no longer has it",
            "pulumi destroy refuses: the workspace holds a notebook",
            "nothing is left but the KMS keys",
            "Each step was checked",
        ]) {
            expect(output).to.contain(step);
        }
        expect([left, folders]).to.deep.equal([[], []]);
    });

    it("ends at Ctrl-C during an up, and leaves no process and no folder", async () => {
        const { code, left, folders } = await start([], "Workspace notebooks creating");
        expect(code).to.equal(130);
        expect([left, folders]).to.deep.equal([[], []]);
    });

    it("keeps everything running with --keep, prints the environment to export, and ends at Ctrl-C", async () => {
        const { code, output, left, folders } = await start(["--keep"], "curl ");
        expect(output)
            .to.contain("export DATABRICKS_HOST='http://127.0.0.1:")
            .and.contain("export PULUMI_BACKEND_URL=");
        expect(code).to.equal(130);
        expect([left, folders]).to.deep.equal([[], []]);
    });
});
