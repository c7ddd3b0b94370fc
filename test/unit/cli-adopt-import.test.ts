import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { adopt } from "../../cli/adopt/adopt";
import { isNewEnough } from "../../cli/adopt/import-file";
import { runCommandLine } from "../../cli/run";
import { isStackUuid } from "../../provider/contract/ownership-tag";
import { fillMixedAccount } from "../cli/mixed-account";
import { LocalCloud } from "../../local-cloud";

interface Entry {
    readonly type: string;
    readonly name: string;
    readonly id: string;
    readonly inputs: Record<string, unknown>;
    readonly outputs: Record<string, unknown>;
}

describe("the option --import-file of adopt", () => {
    let cloud: LocalCloud;
    let folder: string;
    beforeEach(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 0 });
        folder = mkdtempSync(join(tmpdir(), "databricks-cmk-import-"));
    });
    afterEach(async () => {
        rmSync(folder, { recursive: true });
        await cloud.stop();
    });

    const file = () => join(folder, "import.json");
    const entries = () => (JSON.parse(readFileSync(file(), "utf8")) as { resources: Entry[] }).resources;

    async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
        const said = { out: "", err: "" };
        const code = await runCommandLine(["adopt", "--import-file", file(), ...args], new Map([["adopt", adopt]]), {
            out: (line) => (said.out += `${line}\n`),
            err: (line) => (said.err += `${line}\n`),
            environment: { ...cloud.environment(), HOME: "/nonexistent", PATH: `${folder}:/usr/bin:/bin` },
            signal: new AbortController().signal,
        });
        return { code, ...said };
    }

    /** Puts a Pulumi CLI on PATH that says this version, and this state. */
    function installPulumi(version: string, state: unknown = {}): void {
        writeFileSync(join(folder, "state.json"), JSON.stringify(state));
        const script = `#!/bin/sh\n[ "$1" = version ] && echo v${version} || cat ${join(folder, "state.json")}\n`;
        writeFileSync(join(folder, "pulumi"), script);
        chmodSync(join(folder, "pulumi"), 0o755);
    }

    it("has each object of the program under the program's name, with inputs, outputs and the provider's text in both", async () => {
        await fillMixedAccount(cloud);
        const { code, out } = await run();
        expect(code).to.equal(0);
        const [identity, ...objects] = entries();
        expect(objects).to.have.length(40);
        for (const { type, name, id, inputs, outputs } of objects) {
            const kind = type.replace("pulumi-nodejs:dynamic/databricks-cmk:", "");
            expect(out).to.match(new RegExp(`new databricks\\.${kind}\\(\\s+"${name}",\\s+\\{\\s+adopt: "${id}"`));
            expect(inputs["__provider"]).to.match(/^var r=require;this\.handler=.*pulumi-databricks-cmk\/provider/);
            expect(outputs["__provider"]).to.equal(inputs["__provider"]);
            expect(inputs["owner"]).to.equal(`${identity?.id}/${name}`);
            expect(outputs).to.include({ owner: inputs["owner"], accountId: cloud.accountId });
            expect(outputs["setInputs"]).to.be.a("number");
            expect(Object.values(outputs)).to.include(id);
        }
    });

    it("begins with an identity for a stack that has none, which the owners name", async () => {
        await fillMixedAccount(cloud);
        const { err } = await run();
        const [identity] = entries();
        expect(identity?.type).to.equal("pulumi-nodejs:dynamic/databricks-cmk:StackIdentity");
        expect(identity?.name).to.equal("databricks-cmk");
        expect(isStackUuid(identity?.id)).to.equal(true);
        expect(identity?.outputs["uuid"]).to.equal(identity?.id);
        expect(err).to.contain("holds a new StackIdentity too");
    });

    it("takes the identity of the stack that is selected, and holds none of its own", async () => {
        await fillMixedAccount(cloud);
        await run();
        const uuid = entries()[0]?.id;
        const resource = { type: "pulumi-nodejs:dynamic/databricks-cmk:StackIdentity", outputs: { uuid } };
        installPulumi("3.259.0", { deployment: { resources: [resource] } });
        const { err } = await run("--force");
        expect(entries()).to.have.length(40);
        expect(entries().every(({ inputs }) => String(inputs["owner"]).startsWith(`${uuid}/`))).to.equal(true);
        expect(err).to.contain(`pulumi import --file ${file()} --generate-code=false`);
        expect(err).not.to.contain("StackIdentity");
    });

    it("an engine that is too old is told so, and what to do with it; one that does not say its version too", async () => {
        installPulumi("3.253.9");
        expect((await run()).err).to.match(
            /The Pulumi CLI is 3\.253\.9, which cannot import this file.*3\.254.*`adopt`/,
        );
        rmSync(join(folder, "pulumi"));
        expect((await run("--force")).err).to.match(/did not say its version: .* from 3\.254 on/);
        expect(["3.254.0", "3.260.1", "4.0.0"].every(isNewEnough)).to.equal(true);
        expect(["3.220.0", "2.300.0"].some(isNewEnough)).to.equal(false);
    });

    it("replaces no file unless it is told to, and follows no link", async () => {
        writeFileSync(file(), "mine");
        const refused = await run();
        expect(refused.code).to.not.equal(0);
        expect(refused.err).to.contain("exists already");
        expect(readFileSync(file(), "utf8")).to.equal("mine");
        rmSync(file());
        symlinkSync(join(folder, "other"), file());
        expect((await run("--force")).code).to.equal(0);
        expect(existsSync(join(folder, "other"))).to.equal(false);
    });
});
