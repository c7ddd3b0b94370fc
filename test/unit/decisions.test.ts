import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { expect } from "chai";

import { EngineCalls } from "../../provider/runtime/engine-calls";
import { EngineReporter } from "../../provider/runtime/reporter";
import type { EngineStack } from "../helpers/engine";
import type { Inputs } from "../helpers/engine/engine-types";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { workspace } from "../helpers/programs";
import { ReplacedStack } from "../helpers/replaced-stack";

const linesOf = (file: string) =>
    readFileSync(file, "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Inputs);

/** The stack reports into a new folder, and its handlers are called as the engine calls them. */
function reporting({ stack }: { stack: EngineStack }): () => Inputs[] {
    const folder = join(mkdtempSync(join(tmpdir(), "decisions-")), "reports");
    stack.environment["PULUMI_DATABRICKS_REPORT"] = folder;
    stack.replaceHandler = (_, handler, session) =>
        new EngineCalls(new EngineReporter(async () => {}), undefined, session).wrap(handler);
    return () => linesOf(join(folder, "decisions.jsonl"));
}

describe("the report of what was decided in a run", () => {
    const scene = ReplacedStack.ofEach();
    /** The decisions of a resource in short: which, about which objects, by which code. */
    const told = (lines: Inputs[], name = "w") =>
        lines
            .filter(({ resource }) => String(resource).endsWith(`::${name}`))
            .map(({ decision, ids, code }) => [decision, ids, ...(code === undefined ? [] : [code])]);

    it("names what was waited for and copied", async () => {
        const lines = reporting(scene);
        await expectOk(scene.to("b"));
        const [from, to] = [scene.old, scene.stack.id()];
        expect(told(lines())).to.deep.equal([
            ["waited", [to]],
            ["copied", [from, to]],
        ]);
        const [waited, copied] = lines();
        expect(waited).to.include({ why: "until it was RUNNING", process: process.pid });
        expect(Number(waited?.["seconds"])).to.be.greaterThan(29);
        expect(copied?.["why"]).to.contain("1 notebook, 1 file and 1 folder equal");
        expect(new Date(String(copied?.["time"])).toISOString()).to.equal(copied?.["time"]);
    });

    it("names what is kept and refused, with the code, and goes on after a run that failed", async () => {
        const lines = reporting(scene);
        await scene.incomplete();
        const [from, to] = [scene.old, scene.stack.id()];
        const failed = [
            ["waited", [to]],
            ["kept", [from, to]],
            ["refused", [to], "CMK3006"],
        ];
        expect(told(lines())).to.deep.equal(failed);
        await expectOk(scene.to("b", { migrateContent: { accept: ["library"] } }));
        expect(told(lines())).to.deep.equal([...failed, ["copied", [from, to]]]);
    });

    it("names the refusal of a delete and of a check, and what the service refused", async () => {
        const lines = reporting(scene);
        await expectRefused(scene.stack.change({ w: undefined }).up(), "is not deleted");
        await expectRefused(scene.stack.change({ w: workspace("w", { awsRegion: "nowhere" }) }).up(), "awsRegion");
        const stop = scene.stack.cloud.inject({
            when: ({ method }) => method === "POST",
            do: { kind: "status", status: 403 },
        });
        await expectRefused(scene.stack.change({ w: undefined, other: workspace("other") }).up(), "403");
        stop();
        const all = lines().map(({ decision, ids, code }) => [decision, ids, code]);
        expect(all).to.deep.include(["refused", [scene.old], "CMK3001"]);
        expect(all).to.deep.include(["refused", [], "CMK1002"]);
        expect(told(lines(), "other")).to.deep.equal([["failed", [], "CMK2005"]]);
        for (const { why } of lines()) expect(why).to.be.a("string").and.not.match(/\[CMK/);
    });

    it("names what a run adopts that another one created before it was killed", async () => {
        const lines = reporting(scene);
        scene.stack.change({ other: workspace("other") });
        await scene.stack.up({ kill: "after POST /workspaces" });
        scene.stack.restart();
        await expectOk(scene.stack.up());
        expect(told(lines(), "other")).to.deep.include(["adopted", [scene.stack.id("other")]]);
    });

    it("is not written without the variable; a folder that cannot be made is one warning and fails nothing", async () => {
        await expectOk(scene.to("b"));
        const lines = reporting(scene);
        scene.stack.environment["PULUMI_DATABRICKS_REPORT"] = join(__filename, "reports");
        await expectOk(scene.to("a"));
        expect(lines).to.throw("ENOENT");
        expect(scene.stack.lines.filter((line) => line.includes("Decisions are not reported"))).to.have.lengthOf(1);
    });

    it("is whole, line by line, if processes write at the same time and one is killed", async () => {
        const file = join(mkdtempSync(join(tmpdir(), "decisions-")), "decisions.jsonl");
        const module = resolve(__dirname, "../../provider/runtime/json-lines.js");
        const script = (lines: number) => `
            const append = require(${JSON.stringify(module)}).jsonLines({ file: ${JSON.stringify(file)}, onFailure: console.error });
            for (let at = 0; at < ${lines}; at++) append({ process: process.pid, at, why: "x".repeat(5000) });`;
        const writers = [300, 300, 3_000].map((lines) => spawn(process.execPath, ["-e", script(lines)]));
        const [first, second, killed] = writers.map((writer) => once(writer, "exit"));
        // The long one goes on while the others write, and is killed in the middle of it.
        await Promise.all([first, second]);
        writers[2]?.kill("SIGKILL");
        await killed;
        const written = linesOf(file);
        for (const { pid } of writers.slice(0, 2)) {
            const own = written.filter((line) => line["process"] === pid);
            expect(own.map(({ at }) => at)).to.deep.equal(Array.from({ length: 300 }, (_, at) => at));
        }
    });
});
