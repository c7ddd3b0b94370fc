import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";

import * as databricks from "../../sdk";
import { LocalCloud } from "../../local-cloud";
import { readState } from "../../sdk/resources/stack-state";
import { expectOk } from "../helpers/expect-ok";
import { TestStack } from "./harness";

const keyArn = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-4333-8444-555555555555";
const registration = { awsKeyInfo: { keyArn }, useCases: ["MANAGED_SERVICES" as const] };

/** A program with a workspace, or without. */
const program =
    (make?: (args: databricks.WorkspaceArgs) => unknown): pulumi.automation.PulumiFn =>
    async () => {
        const credentials = new databricks.Credentials("c", { roleArn: "arn:aws:iam::123456789012:role/r" });
        const storage = new databricks.StorageConfiguration("s", { bucketName: "root-bucket" });
        make?.({
            workspaceName: "w",
            awsRegion: "us-east-1",
            credentialsId: credentials.credentialsId,
            storageConfigurationId: storage.storageConfigurationId,
        });
    };

// What else must not be is in test/unit/live-workspace-service.test.ts.
describe("what must not be mistaken for an orphan, on the real engine", () => {
    let cloud: LocalCloud;
    let stack: TestStack;
    before(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
        stack = await TestStack.create(cloud, program());
    });
    after(async () => {
        await cloud.stop();
        stack.remove();
    });
    const up = async (next: pulumi.automation.PulumiFn) => {
        stack.program = next;
        const run = await stack.up();
        expect(run.ok, run.output).to.equal(true);
        return run;
    };
    const destroyed = async () => {
        await expectOk(stack.destroy());
        expect(cloud.contents().filter((line) => !line.startsWith("KMS key "))).to.deep.equal([]);
    };
    const there = (kind: "workspaces" | "customer-managed-keys") =>
        cloud.account.list(kind).map((one) => String(one["workspace_id"] ?? one["customer_managed_key_id"]));
    const held = async (type: string) =>
        (await stack.state()).resources.filter((one) => one.type.endsWith(`:${type}`)).map(({ id }) => id);

    it("fails a get of an object that does not exist, in preview and up", async () => {
        stack.program = async () => void databricks.Workspace.get("w", "123");
        for (const run of [await stack.preview(), await stack.up()]) {
            expect(run.ok).to.equal(false);
            expect(run.output).to.contain("get: there is no workspace 123 in the account");
        }
        stack.program = async () => void databricks.Workspace.get("w", `${cloud.accountId}/123`);
        expect((await stack.preview()).output).to.contain('is the bare "123"');
    });

    it("creates a new workspace when it moves into a component without an alias, and deletes only the old one", async () => {
        await up(program((args) => new databricks.Workspace("w", args)));
        const before = there("workspaces");
        await up(
            program((args) => {
                const parent = new pulumi.ComponentResource("test:index:Part", "w");
                return new databricks.Workspace("w", args, { parent });
            }),
        );
        expect(there("workspaces")).to.have.length(1).and.not.deep.equal(before);
        expect(await held("Workspace")).to.deep.equal(there("workspaces"));
    });

    it("creates a second registration with the same content that comes before the first in the program", async () => {
        await up(async () => void new databricks.CustomerManagedKey("first", registration));
        await up(async () => {
            new databricks.CustomerManagedKey("second", registration);
            new databricks.CustomerManagedKey("first", registration);
        });
        expect(new Set(await held("CustomerManagedKey"))).to.have.property("size", 2);
        expect(there("customer-managed-keys").sort()).to.deep.equal((await held("CustomerManagedKey")).sort());
        await destroyed();
    });

    it("the state is known to a program that reads it while the engine writes it", async () => {
        const reads: unknown[] = [];
        await expectOk(
            up(async () => {
                const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
                const made = Array.from(
                    { length: 60 },
                    (_, index) =>
                        new databricks.Credentials(`c${index}`, {
                            roleArn: `arn:aws:iam::123456789012:role/r${index}`,
                        }),
                );
                let isDone = false;
                pulumi.all(made.map(({ id }) => id)).apply(() => (isDone = true));
                while (!isDone) reads.push(...(await Promise.all(Array.from({ length: 8 }, () => readState(name)))));
            }),
        );
        expect(reads.length).to.be.at.least(8);
        expect(reads.filter((state) => state === undefined)).to.deep.equal([]);
    });
});
