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
const workspace = (opts: pulumi.CustomResourceOptions = {}, more: Partial<databricks.WorkspaceArgs> = {}) =>
    program((args) => new databricks.Workspace("w", { ...args, ...more }, opts));

describe("what must not be mistaken for an orphan, on the real engine", () => {
    let cloud: LocalCloud;
    let stack: TestStack;
    beforeEach(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
        stack = await TestStack.create(cloud, program());
    });
    afterEach(async () => {
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

    const underKey = (arn: string, onKeyChange: databricks.OnKeyChange, more: Partial<databricks.WorkspaceArgs> = {}) =>
        program((args) => {
            const key = new databricks.CustomerManagedKey("k", {
                awsKeyInfo: { keyArn: arn },
                useCases: ["MANAGED_SERVICES"],
            });
            new databricks.Workspace("w", {
                ...args,
                managedServicesCustomerManagedKeyId: key.customerManagedKeyId,
                onKeyChange,
                ...more,
            });
        });

    it("keeps a registration whose replacement stopped half-way when the program returns to the old key", async () => {
        const [first, second] = [cloud.createKey(), cloud.createKey()];
        await up(underKey(first, "forbid"));
        const before = there("customer-managed-keys");
        // The new registration is made, the workspace refuses to follow, the old registration waits for its end.
        stack.program = underKey(second, "forbid");
        expect((await stack.up()).ok).to.equal(false);
        expect(there("customer-managed-keys")).to.have.length(2);
        await up(underKey(first, "forbid"));
        expect([there("customer-managed-keys"), await held("CustomerManagedKey")]).to.deep.equal([before, before]);
        expect((await stack.refresh()).ok).to.equal(true);
        expect((await up(underKey(first, "forbid"))).operations).to.deep.equal([]);
        await destroyed();
    });

    it("names the old workspace when its replacement FAILED, and goes back to it when the program does", async () => {
        const [first, second] = [cloud.createKey(), cloud.createKey()];
        await up(underKey(first, "replace"));
        const [old = ""] = there("workspaces");
        cloud.account.nextOutcome = { status: "FAILED", message: "No capacity." };
        stack.program = underKey(second, "replace");
        const { ok, output } = await stack.up();
        expect(ok).to.equal(false);
        expect(output)
            .to.contain(`The workspace ${old}, which it was to replace, still exists`)
            .and.contain("forceDestroy");
        const back = underKey(first, "replace", { forceDestroy: true });
        await up(back);
        expect([there("workspaces"), await held("Workspace")]).to.deep.equal([[old], [old]]);
        expect((await up(back)).operations).to.deep.equal([]);
        await destroyed();
    });

    it("fails a get of an object that does not exist, in preview and up", async () => {
        stack.program = async () => void databricks.Workspace.get("w", "123");
        for (const run of [await stack.preview(), await stack.up()]) {
            expect(run.ok).to.equal(false);
            expect(run.output).to.contain("get: there is no workspace 123 in the account");
        }
        stack.program = async () => void databricks.Workspace.get("w", `${cloud.accountId}/123`);
        expect((await stack.preview()).output).to.contain('is the bare "123"');
    });

    it("neither adopts nor creates again a workspace that retainOnDelete kept; adopt adopts it", async () => {
        await up(workspace({ retainOnDelete: true }));
        const kept = there("workspaces");
        await up(program());
        expect(there("workspaces")).to.deep.equal(kept);
        stack.program = workspace({ retainOnDelete: true });
        const { ok, output } = await stack.up();
        expect(ok).to.equal(false);
        expect(output)
            .to.contain(`The workspace ${String(kept[0])}`)
            .and.contain(`adopt: "${String(kept[0])}"`);
        expect([there("workspaces"), await held("Workspace")]).to.deep.equal([kept, []]);
        await up(workspace({}, { adopt: String(kept[0]) }));
        expect([there("workspaces"), await held("Workspace")]).to.deep.equal([kept, kept]);
        await destroyed();
    });

    it("changes nothing when retainOnDelete is set or removed", async () => {
        await up(workspace());
        expect((await up(workspace({ retainOnDelete: true }))).operations).to.deep.equal([]);
        expect((await up(workspace({ retainOnDelete: true }))).operations).to.deep.equal([]);
        expect((await up(workspace())).operations).to.deep.equal([]);
        await destroyed();
    });

    it("creates a new workspace when it moves into a component without an alias, and deletes only the old one", async () => {
        await up(workspace());
        const before = there("workspaces");
        await up(
            program((args) => {
                const parent = new pulumi.ComponentResource("test:index:Part", "w");
                return new databricks.Workspace("w", args, { parent });
            }),
        );
        expect(there("workspaces")).to.have.length(1).and.not.deep.equal(before);
        expect(await held("Workspace")).to.deep.equal(there("workspaces"));
        await destroyed();
    });

    it("keeps a registration whose resource is renamed", async () => {
        await up(async () => void new databricks.CustomerManagedKey("old", registration));
        const before = there("customer-managed-keys");
        const { output } = await up(async () => void new databricks.CustomerManagedKey("new", registration));
        expect(output).to.contain('belongs to "new" of this stack now');
        expect([there("customer-managed-keys"), await held("CustomerManagedKey")]).to.deep.equal([before, before]);
        await destroyed();
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

    it("fails with a working remedy when the first registration depends on a second one with the same content", async () => {
        await up(async () => void new databricks.CustomerManagedKey("first", registration));
        stack.program = async () => {
            const second = new databricks.CustomerManagedKey("second", registration);
            new databricks.CustomerManagedKey("first", registration, { dependsOn: second });
        };
        const { ok, output } = await stack.up();
        expect(ok).to.equal(false);
        expect(output).to.contain('twice, as "second" and as "first"').and.contain("pulumi state delete");
        expect(there("customer-managed-keys")).to.have.length(1);
        const { deployment } = await stack.stack.exportStack();
        const resources = (deployment.resources as { urn: string }[]).filter(({ urn }) => !urn.endsWith("::second"));
        await stack.stack.importStack({ version: 3, deployment: { ...deployment, resources } });
        await up(async () => {
            const first = new databricks.CustomerManagedKey("first", registration);
            new databricks.CustomerManagedKey("second", registration, { dependsOn: first });
        });
        expect(new Set(await held("CustomerManagedKey"))).to.have.property("size", 2);
        await destroyed();
    });

    it("creates a StackIdentity again that was deleted from the state or edited there, and gives the workspace its new owner in place", async () => {
        await up(workspace());
        const edit = async (change: (owner: { outputs: Record<string, unknown> }) => boolean) => {
            const { deployment } = await stack.stack.exportStack();
            const all = deployment.resources as {
                urn: string;
                outputs: Record<string, unknown>;
                dependencies?: string[];
                propertyDependencies?: Record<string, string[]>;
            }[];
            const isMark = (urn: string) => urn.endsWith("::databricks-cmk");
            const resources = all.filter((one) => !isMark(one.urn) || change(one));
            if (resources.length < all.length) {
                for (const one of resources) {
                    one.dependencies = one.dependencies?.filter((urn) => !isMark(urn)) ?? [];
                    delete one.propertyDependencies?.["owner"];
                }
            }
            await stack.stack.importStack({ version: 3, deployment: { ...deployment, resources } });
        };
        await edit(() => false);
        expect((await up(workspace())).operations).to.deep.equal([
            "create StackIdentity databricks-cmk",
            "update Workspace w",
        ]);
        expect((await up(workspace())).operations).to.deep.equal([]);
        for (const broken of ["nonsense", 5, undefined]) {
            await edit(({ outputs }) => {
                outputs["uuid"] = broken;
                return true;
            });
            const { operations } = await up(workspace());
            expect(operations.filter((one) => !one.endsWith(" StackIdentity databricks-cmk"))).to.deep.equal([
                "update Workspace w",
            ]);
            expect(operations).to.include("create-replacement StackIdentity databricks-cmk");
            expect((await up(workspace())).operations).to.deep.equal([]);
        }
        expect(there("workspaces")).to.deep.equal(await held("Workspace"));
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
