import type { EngineEvent } from "@pulumi/pulumi/automation";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";

import * as databricks from "../../sdk";
import { LocalCloud } from "../../local-cloud";
import { expectOk } from "../helpers/expect-ok";
import { type Run, TestStack } from "./harness";
import { programOf, registration } from "./live-workspaces";

/** What the engine's log says with these words. */
function linesOf({ events }: Run, words: RegExp) {
    return (JSON.parse(events) as EngineEvent[]).flatMap(({ diagnosticEvent: line }) =>
        line !== undefined && words.test(line.message) ? [line] : [],
    );
}

describe("what the person at the terminal sees", () => {
    let cloud: LocalCloud;
    let stack: TestStack;
    const names = ["w0", "w1", "w2", "w3", "w4", "w5", "w6", "w7"];

    const program = (keyOf: (name: string) => string, deploymentName?: pulumi.Input<string>) =>
        programOf((needs) => {
            const keys = new Map(["a", "b"].map((name) => [name, registration(name, keyArns[name] ?? "")]));
            for (const name of names)
                new databricks.Workspace(name, {
                    ...needs,
                    workspaceName: name,
                    managedServicesCustomerManagedKeyId: keys.get(keyOf(name))?.customerManagedKeyId,
                    ...(name === "w0" && deploymentName !== undefined ? { deploymentName } : {}),
                });
        });
    const keyArns: Record<string, string> = {};

    before(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 4_000 });
        for (const name of ["a", "b"]) keyArns[name] = cloud.createKey();
        stack = await TestStack.create(
            cloud,
            program(() => "a"),
        );
    });
    after(async () => {
        stack.remove();
        await cloud.stop();
    });

    it("eight workspaces that wait: progress on each one's own line, and nothing of it left under Diagnostics", async () => {
        const run = await expectOk(stack.up());
        const progress = linesOf(run, /PROVISIONING for/);
        expect(progress.map(({ ephemeral }) => ephemeral)).to.not.include(undefined);
        expect(new Set(progress.map(({ urn = "" }) => urn.split("::").at(-1)))).to.deep.equal(new Set(names));
        // The row has the name already.
        expect(progress.filter(({ message }) => /w\d: /.test(message))).to.deep.equal([]);
        expect(run.output).to.not.contain("[runtime]");
        expect(run.output.split("Diagnostics:")[1] ?? "").to.not.contain("PROVISIONING");
        for (const { inputs, outputs } of (await stack.state()).resources) {
            expect({ ...inputs, ...outputs }).to.not.have.property("resourceUrn");
        }
    });

    it("a key change: one warning on that workspace's line, in the preview and beside its severity", async () => {
        stack.program = program((name) => (name === "w3" ? "b" : "a"));
        const run = await stack.preview();
        const warnings = linesOf(run, /See \S+docs\/key-changes\.md\./);
        expect(warnings.map(({ severity, urn = "" }) => [severity, urn.split("::").at(-1)])).to.deep.equal([
            ["warning", "w3"],
        ]);
        expect(run.output).to.not.contain("[runtime]");
        const done = await expectOk(stack.up());
        const said = linesOf(done, /See \S+docs\/key-changes\.md\./);
        expect(said.map(({ severity, urn = "" }) => [severity, urn.split("::").at(-1)])).to.deep.equal([
            ["warning", "w3"],
        ]);
    });

    it("a secret that fails its check: the reason names the property, and the value is nowhere", async () => {
        stack.program = program(() => "a", pulumi.secret("Not_A_Label_canary!"));
        for (const run of [await stack.preview(), await stack.up()]) {
            expect(run.ok).to.equal(false);
            expect(run.output).to.match(/'w0' has a problem: deploymentName /);
            expect(`${run.output}${run.events}${stack.files()}`).to.not.contain("canary");
        }
    });
});
