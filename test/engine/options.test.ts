import type * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";

import * as databricks from "../../sdk";
import { LocalCloud } from "../../local-cloud";
import { expectOk } from "../helpers/expect-ok";
import { TestStack } from "./harness";
import { programOf, registration } from "./live-workspaces";

type KeyInput = "managedServicesCustomerManagedKeyId" | "customerManagedKeyId";
type KeyName = "first" | "second";

describe("Pulumi's resource options, on the real engine", () => {
    let cloud: LocalCloud;
    let stack: TestStack;
    before(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 100 });
        stack = await TestStack.create(cloud, async () => undefined);
    });
    after(async () => {
        await stack.destroy();
        await cloud.stop();
        stack.remove();
    });

    /** A stack of two registered keys, and a workspace that names one of them by either input. */
    const program = (
        keys: Record<KeyName, string>,
        input: KeyInput,
        key: KeyName,
        opts: pulumi.CustomResourceOptions,
    ) =>
        programOf((needs) => {
            const registrations = {
                first: registration("first", keys.first),
                second: registration("second", keys.second),
            };
            new databricks.Workspace("w", { ...needs, [input]: registrations[key].customerManagedKeyId }, opts);
        });

    it("ignoreChanges on the key, under today's name and the old one, keeps the workspace whichever the program uses", async () => {
        const keys = { first: cloud.createKey(), second: cloud.createKey() };
        const up = async (input: KeyInput, key: KeyName, opts: pulumi.CustomResourceOptions = {}) => {
            stack.program = program(keys, input, key, opts);
            const { operations } = await expectOk(stack.up());
            return operations;
        };
        expect(await up("customerManagedKeyId", "first")).to.include("create Workspace w");
        for (const [input, ignored] of [
            ["customerManagedKeyId", "customerManagedKeyId"],
            ["customerManagedKeyId", "managedServicesCustomerManagedKeyId"],
            ["managedServicesCustomerManagedKeyId", "customerManagedKeyId"],
        ] as const) {
            const operations = await up(input, "second", { ignoreChanges: [ignored] });
            expect(operations, `${input}, ignoring ${ignored}`).to.deep.equal([]);
        }
        expect(cloud.account.list("workspaces")).to.have.length(1);
    });

    it("import is refused before anything is created, and the error names adopt", async () => {
        const keys = { first: cloud.createKey(), second: cloud.createKey() };
        stack.program = program(keys, "customerManagedKeyId", "first", { import: "1234567890123456" });
        const { ok, output } = await stack.preview();
        expect(ok).to.equal(false);
        expect(output).to.contain('Workspace "w": the option import does not work for dynamic resources.');
        expect(output).to.contain('pass adopt: "1234567890123456" among the arguments');
        expect(output).to.not.contain("TypeError");
    });
});
