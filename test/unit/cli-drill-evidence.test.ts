import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import { enableCommand } from "../../cli/drill/key";
import { type DrillReport, enableLines } from "../../cli/drill/report";
import { seeds } from "../../local-cloud";
import { DrillScene } from "../helpers/drill-scene";

describe("the evidence of a drill", () => {
    const scene = DrillScene.ofEach();
    const lastLine = (text: string) => text.trimEnd().split("\n").at(-1);

    /** A pipe whose reader is there when it is opened, and gone when it is written. */
    function pipe(): { readonly path: string; readonly leave: () => void } {
        const path = join(scene.folder, "pipe");
        execFileSync("mkfifo", [path]);
        const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
        return { path, leave: () => closeSync(reader) };
    }

    it("has a place where it can be written, or nothing is sent and nothing disabled; no file stays", async () => {
        const other = join(scene.folder, "other");
        for (const [option, file] of [
            ["--json", join(scene.folder, "missing", "report.json")],
            ["--junit", scene.folder],
            ["--json", "/dev/full"],
            ["--junit", other],
        ] as const) {
            const { code, err } = await scene.run(
                ...(option === "--json" ? ["--junit", other] : ["--json", other]),
                option,
                file,
            );
            expect(code, file).to.equal(2);
            expect(err).to.contain(`${option}: ${file} cannot be written`);
        }
        expect([scene.cloud.requests.length, scene.calls("DisableKey"), existsSync(other)]).to.deep.equal([
            0,
            0,
            false,
        ]);
    });

    it("replaces an earlier report only by another one", async () => {
        const report = join(scene.folder, "report.json");
        writeFileSync(report, "of last year");
        expect((await scene.run("--json", report, "--timeout", "soon")).code).to.equal(2);
        expect(readFileSync(report, "utf8")).to.equal("of last year");
        expect((await scene.run("--json", report)).code).to.equal(0);
        expect(JSON.parse(readFileSync(report, "utf8"))).to.include({ passed: true });
    });

    it("is not a success if it could not be written in the end, and is printed all the same", async () => {
        const { path, leave } = pipe();
        scene.beforeCall("DisableKey", leave);
        const { code, out, err } = await scene.run("--json", path);
        expect(out).to.contain("The drill passed");
        expect(code).to.equal(1);
        expect(err).to.contain(`--json: ${path} could not be written (EPIPE`);
    });

    it("is not lost to two quick Ctrl-C: signals are held until it is written", async function () {
        const report = join(scene.folder, "report.json");
        const child = scene.spawn((one) => one.kill("SIGINT"), "--json", report);
        let [out, isEnabled] = ["", false];
        child.stdout.on("data", (text) => (out += String(text)));
        scene.beforeCall("EnableKey", () => (isEnabled = true));
        // The state for the report is asked for when the key is enabled and the canary gone.
        scene.beforeCall("DescribeKey", () => isEnabled && child.kill("SIGINT"));
        expect(await once(child, "exit")).to.deep.equal([1, null]);
        expect(out).to.contain("stopped by a signal");
        expect(JSON.parse(readFileSync(report, "utf8"))).to.include({ passed: false, keyState: "Enabled" });
    });

    it("begins with the other workspaces of the key, for notebooks or storage, before it is disabled", async () => {
        const notebooks = await scene.cloud.addWorkspace({ keyArn: scene.keyArn });
        const storage = await scene.cloud.addWorkspace();
        const registration = scene.cloud.account.list("customer-managed-keys")[0]?.["customer_managed_key_id"];
        scene.cloud.account.change("workspaces", storage.id, { storage_customer_managed_key_id: registration });
        scene.cloud.account.change("workspaces", notebooks.id, { workspace_name: "odd \u001b[2J" });
        await scene.cloud.addWorkspace();
        const report = join(scene.folder, "report.json");
        const { err } = await scene.run("--json", report);
        const [named, disabled] = [
            err.indexOf("The key serves other workspaces"),
            err.indexOf("the key is disabled ..."),
        ];
        expect(named).to.be.within(0, disabled);
        const line = err.slice(named, err.indexOf("\n", named));
        expect(line).to.contain(`${notebooks.id} (odd \\u001b[2J)`).and.to.contain(storage.id);
        const { otherWorkspaces } = JSON.parse(readFileSync(report, "utf8")) as DrillReport;
        expect(otherWorkspaces).to.have.members([notebooks.id, storage.id]);
    });

    it("ends with the command that enables the key if it did not end enabled, whatever else went wrong", async () => {
        const { path, leave } = pipe();
        scene.beforeCall("DescribeKey", leave);
        scene.key.enabled = false;
        const { code, out, err } = await scene.run("--json", path);
        expect([code, scene.calls("EnableKey")]).to.deep.equal([1, 0]);
        expect(err).to.contain("could not be written");
        for (const said of [out, err]) expect(lastLine(said)).to.equal(enableCommand(scene.keyArn));
        expect(enableLines({ keyArn: scene.keyArn, keyState: "PendingDeletion" }).at(-1))
            .to.contain("aws kms cancel-key-deletion --region us-east-1 --key-id arn:aws:kms:")
            .and.to.contain(" && aws kms enable-key ");
        expect(enableLines({ keyArn: scene.keyArn, keyState: "Enabled" })).to.deep.equal([]);
    });

    it("removes the canary of a drill that was killed in the next one, and nothing else", async function () {
        const child = scene.spawn((one) => one.kill("SIGKILL"));
        await once(child, "exit");
        scene.key.enabled = true;
        const all = await scene.canaries();
        expect(all).to.have.length(3);
        const left = all.find((place) => /^\/Shared.*[0-9a-f]$/.test(place)) ?? "";
        const others = [left.replace(/[0-9a-f]{12}$/, "000000000000"), `${left}-of-ada`, `/Shared/notes of a drill`];
        const scope = left.replace("/Shared/", "").replace(/[0-9a-f]{12}$/, "000000000000");
        await scene.workspace.seedBeyondTree({ secretScopes: { [scope]: { secrets: { mine: "1" } } } });
        for (const path of others) await scene.workspace.seed({ [path]: seeds.notebook("mine") });
        const { code, err } = await scene.run();
        expect(code, err).to.equal(0);
        for (const place of all) expect(err).to.contain(`the canary of an earlier drill is removed: ${place}\n`);
        expect(err).to.contain(`${scope} looks like a canary of an earlier drill, but holds something else`);
        expect(err).to.contain(
            `${String(others[0])} looks like a canary of an earlier drill, but holds something else`,
        );
        expect(await scene.canaries()).to.have.members([...others, scope]);
    });
});
