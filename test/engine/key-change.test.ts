import { writeFileSync } from "node:fs";
import { join } from "node:path";

import type * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";

import * as databricks from "../../sdk";
import { LocalCloud } from "../../local-cloud";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { accountRequests, root, TestStack } from "./harness";
import { programOf, registration } from "./live-workspaces";

interface Shape {
    key?: "first" | "new";
    onKeyChange?: databricks.OnKeyChange;
}

// What a key change does is in test/unit/key-change.test.ts; this is what only a preview and a policy pack show.
describe("key changes on the real engine", () => {
    describe("to a key that is not known yet, at preview", () => {
        let cloud: LocalCloud;
        let stack: TestStack;
        let arns: string[];
        before(async () => {
            cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
            arns = [cloud.createKey(), cloud.createKey()];
            stack = await TestStack.create(cloud, program({ key: "first" }));
            await expectOk(stack.up());
            cloud.clearRequests();
        });
        after(async () => {
            expect(accountRequests(cloud).filter((line) => !line.startsWith("GET "))).to.deep.equal([]);
            stack.remove();
            await cloud.stop();
        });

        const program = ({ key, onKeyChange }: Shape) =>
            programOf((needs) => {
                const first = registration("first", arns[0] ?? "");
                const keys = { first: () => first, new: () => registration("new", arns[1] ?? "") };
                const managedServicesCustomerManagedKeyId = key && keys[key]().customerManagedKeyId;
                new databricks.Workspace("w", { ...needs, managedServicesCustomerManagedKeyId, onKeyChange });
            });
        const preview = (onKeyChange: databricks.OnKeyChange, level?: string) => {
            stack.program = program({ key: "new", onKeyChange });
            if (level === undefined) return stack.preview();
            const config = join(stack.folder, "guard.json");
            writeFileSync(config, JSON.stringify({ all: "disabled", "workspace-key-immutable": level }));
            return stack.preview({
                policyPacks: [join(root, "examples", "policy-pack")],
                policyPackConfigs: [config],
            });
        };

        it("replace, and an advisory policy", async () => {
            const run = await expectOk(preview("replace", "advisory"));
            expect(run.operations).to.include("replace Workspace w");
            expect(run.output)
                .to.match(/may change from [0-9a-f-]{36} to a key that is not known yet/)
                .and.contain("Its content is copied into the new one")
                .and.contain("workspace-key-immutable");
        });

        it("forbid", () => expectRefused(preview("forbid"), 'onKeyChange is "forbid"', "has a problem: "));

        it("update", async () => {
            const { operations } = await expectOk(preview("update"));
            expect(operations.filter((one) => one.endsWith(" Workspace w"))).to.deep.equal(["update Workspace w"]);
        });

        it("a mandatory policy", () => expectRefused(preview("replace", "mandatory"), "workspace-key-immutable"));
    });

    describe("of EncryptionKeys, changed in place", () => {
        let newer: LocalCloud;
        let stack: TestStack;
        const arnOf = (name: string) => newer.kms.keys().find(({ description }) => description === name)?.arn ?? "";
        const stateOf = (name: string) => {
            const key = newer.kms.keys().find(({ description }) => description === name);
            return key && (key.deletion === undefined ? key.enabled : "PendingDeletion");
        };
        const under = (name: string, more: databricks.EncryptionKeyArgs = {}) =>
            programOf((needs) => {
                const { customerManagedKeyId } = new databricks.EncryptionKey(name, { description: name, ...more });
                const inPlace = {
                    managedServicesCustomerManagedKeyId: customerManagedKeyId,
                    onKeyChange: "update",
                } as const;
                new databricks.Workspace("w", { ...needs, ...inPlace });
            });
        before(async () => {
            newer = await LocalCloud.start({ provisioningMilliseconds: 200, behavior: { keyChange: "updatable" } });
            stack = await TestStack.create(newer, under("first"));
            await expectOk(stack.up());
        });
        after(async () => {
            await newer.stop();
            stack.remove();
        });
        const changed = async (program: pulumi.automation.PulumiFn) => {
            stack.program = program;
            const preview = await expectOk(stack.preview());
            const { output, operations } = await expectOk(stack.up());
            return { preview: preview.output, output, operations };
        };

        it("the old KMS key of the program stays enabled, and the preview says for how long, the up that it was kept", async () => {
            const { preview, output, operations } = await changed(under("second", { keyRemoval: "schedule" }));
            expect(operations).to.include("update Workspace w").and.include("delete CustomerManagedKey first");
            expect([stateOf("first"), stateOf("second")]).to.deep.equal([true, true]);
            expect(preview).to.contain(`keep the KMS key ${arnOf("first")} enabled for 24 hours`);
            expect(preview).to.not.contain("was kept");
            expect(output).to.contain(`The KMS key ${arnOf("first")} was kept`);
        });

        it("one that is to be deleted is warned of at the preview, and stays once it is told to", async () => {
            stack.program = under("third");
            const { output } = await stack.preview();
            expect(output).to.contain(`may need the KMS key ${arnOf("second")} for 24 hours`);
            const kept = await changed(under("second", { keyRemoval: "retain" }));
            expect(kept.operations).to.deep.equal(["update CustomerManagedKey second"]);
            await changed(under("third", { keyRemoval: "schedule" }));
            expect([stateOf("second"), stateOf("third")]).to.deep.equal([true, true]);
        });

        it("one that is to be deleted is pending deletion, as before, if the warning is not heeded", async () => {
            const { output } = await changed(under("fourth", { customKeyStoreId: "cks-1" }));
            expect([stateOf("third"), stateOf("fourth")]).to.deep.equal(["PendingDeletion", true]);
            expect(output).to.not.contain(`The KMS key ${arnOf("third")} was kept`);
        });

        it("a KMS key that is replaced stays too, and its alias is the new one's", async () => {
            const replaced = arnOf("fourth");
            await changed(under("fourth", { customKeyStoreId: "cks-2", description: "fifth" }));
            expect([stateOf("fourth"), stateOf("fifth")]).to.deep.equal([true, true]);
            const aliased = newer.kms.aliases().map(({ keyId }) => keyId);
            expect(aliased).to.deep.equal([arnOf("fifth").split("/").at(-1)]);
            expect(arnOf("fifth")).to.not.equal(replaced);
        });
    });
});
