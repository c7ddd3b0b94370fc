import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { manyNotebooks, seeds } from "../../local-cloud";
import type { Inputs } from "../helpers/engine/engine-types";
import { expectOk, expectRefused, textOf } from "../helpers/expect-ok";
import { under, workspace } from "../helpers/programs";
import { ReplacedStack } from "../helpers/replaced-stack";

describe("the content of a workspace that is replaced, in reports", () => {
    const scene = ReplacedStack.ofEach();
    const withReports = async (run: (folder: string) => Promise<void>) => {
        const folder = mkdtempSync(join(tmpdir(), "databricks-cmk-report-"));
        scene.stack.environment["PULUMI_DATABRICKS_REPORT"] = join(folder, "reports");
        await run(join(folder, "reports")).finally(() => rmSync(folder, { recursive: true }));
    };

    it("is not copied if a refusal has the status 200; it is in the service's words, and a secret that it repeats nowhere", () =>
        withReports(async (folder) => {
            const secret = scene.stack.cloud.clientSecret;
            await scene.tree().seed(manyNotebooks(3));
            const body = JSON.stringify({ error_code: "QUOTA_EXCEEDED", message: `no room for ${secret}` });
            for (const call of ["mkdirs", "import", "export"]) {
                const stop = scene.stack.cloud.inject({
                    when: ({ path }) => path.endsWith(`/workspace/${call}`),
                    do: { kind: "status", status: 200, body },
                });
                const run = await expectRefused(scene.to("b"), "no room for [secret]");
                stop();
                const written = readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
                expect(written.join()).to.contain("no room for [secret]");
                const all = [textOf(run), JSON.stringify(scene.stack.engine.state), ...written].join();
                expect([all.includes(secret), all.includes("changed faster")], call).to.deep.equal([false, false]);
            }
            scene.bothStay();
            await expectOk(scene.stack.up());
            scene.isReplaced();
        }));

    it("is reported in full to the folder of PULUMI_DATABRICKS_REPORT", () =>
        withReports(async (folder) => {
            await expectOk(scene.to("b"));
            expect(readdirSync(folder)).to.deep.equal(["decisions.jsonl", "migration-w.json", "migration-w.xml"]);
            const report = JSON.parse(readFileSync(join(folder, "migration-w.json"), "utf8")) as Inputs;
            expect(report).to.include({ mode: "copy", complete: true });
            expect(readFileSync(join(folder, "migration-w.xml"), "utf8")).to.contain("<testsuite ");
        }));

    it("is reported in a file of its own for each of two resources with one name, in two components, or with names that a file spells alike", () =>
        withReports(async (folder) => {
            const uuid = String(scene.stack.entry("databricks-cmk").outputs["uuid"]);
            const owners = [`${uuid}@0123abcd/w`, `${uuid}@4567cdef/w`, `${uuid}/a/b`, `${uuid}/a_b`];
            const all = (name: string) =>
                owners.map((owner, at) => {
                    const goal = workspace(`w${at}`, under(name));
                    return { ...goal, inputs: { ...goal.inputs, owner } };
                });
            const rest = scene.stack.program;
            scene.stack.program = [...rest, ...all("a")];
            await expectOk(scene.stack.up());
            for (const [at] of owners.entries())
                await scene.tree(scene.stack.id(`w${at}`)).seed({ "/Shared/n": seeds.notebook("1") });
            scene.stack.program = [...rest, ...all("b")];
            await expectOk(scene.stack.up());
            const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
            expect(names.filter((name) => /^migration-w-[0-9a-f]{8}\.json$/.test(name))).to.have.length(2);
            expect(names.filter((name) => /^migration-a_b(-[0-9a-f]{8})?\.json$/.test(name))).to.have.length(2);
        }));
});
