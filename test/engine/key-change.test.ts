import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import * as databricks from "../../sdk";
import { LocalCloud, seeds } from "../../local-cloud";
import { root, type Run, TestStack } from "./harness";

type KeyName = "first" | "second" | "again" | "new";

interface Shape {
    key?: KeyName;
    alias?: string;
    tags?: Record<string, string>;
    storageKey?: boolean;
    onKeyChange?: databricks.OnKeyChange;
}

const without: Shape = {};
const first: Shape = { key: "first" };

/** Changes of a stack: from one shape to another. */
const changes: Record<
    string,
    { from: Shape; to: Shape; isKeyChange: boolean; isRemoval?: boolean; says?: RegExp; does?: string[] }
> = {
    add: { from: without, to: { key: "first" }, isKeyChange: true, says: /changes from none to [0-9a-f-]{36}/ },
    change: {
        from: first,
        to: { key: "second" },
        isKeyChange: true,
        says: /changes from [0-9a-f-]{36} to [0-9a-f-]{36}/,
    },
    remove: {
        from: first,
        to: {},
        isKeyChange: true,
        isRemoval: true,
        says: /changes from [0-9a-f-]{36} to none/,
    },
    unknown: {
        from: first,
        to: { key: "new" },
        isKeyChange: true,
        says: /may change from [0-9a-f-]{36} to a key that is not known yet/,
    },
    "same KMS key, registered again": {
        from: first,
        to: { key: "again" },
        isKeyChange: true,
        says: /same KMS key, registered again/,
    },
    "the alias alone": {
        from: first,
        to: { key: "first", alias: "alias/other" },
        isKeyChange: false,
        does: [],
    },
    "another field alone": {
        from: first,
        to: { key: "first", tags: { team: "b" } },
        isKeyChange: false,
        does: ["update Workspace w"],
    },
};

describe("key changes on the real engine", () => {
    let cloud: LocalCloud;
    const arns: Record<string, string> = {};
    before(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
        for (const name of ["a", "b"]) arns[name] = cloud.createKey();
    });
    after(() => cloud.stop());

    const program =
        (shape: Shape, keyArns: Record<string, string> = arns) =>
        async () => {
            const credentials = new databricks.Credentials("c", { roleArn: "arn:aws:iam::123456789012:role/r" });
            const storage = new databricks.StorageConfiguration("s", { bucketName: "root-bucket" });
            const register = (name: string, arn: string, alias = "alias/one") =>
                new databricks.CustomerManagedKey(name, {
                    awsKeyInfo: { keyArn: keyArns[arn] ?? "", keyAlias: alias },
                    useCases: name === "storage" ? ["STORAGE"] : ["MANAGED_SERVICES"],
                });
            const first = register("first", "a", shape.alias);
            const second = register("second", "b");
            const again = register("again", "a");
            const storageKey = register("storage", "b");
            const keys = {
                first: () => first,
                second: () => second,
                again: () => again,
                new: () => register("new", "b", "alias/new"),
            };
            new databricks.Workspace("w", {
                workspaceName: "w",
                awsRegion: "us-east-1",
                credentialsId: credentials.credentialsId,
                storageConfigurationId: storage.storageConfigurationId,
                managedServicesCustomerManagedKeyId: shape.key && keys[shape.key]().customerManagedKeyId,
                storageCustomerManagedKeyId: shape.storageKey === true ? storageKey.customerManagedKeyId : undefined,
                customTags: shape.tags,
                onKeyChange: shape.onKeyChange,
            });
        };

    const pack = join(root, "examples", "policy-pack");
    const workspaceOf = ({ operations }: Run) => operations.filter((operation) => operation.endsWith(" Workspace w"));

    /** A stack that was brought up, in an account of its own. */
    const begin = async (from: Shape) => {
        const cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
        const keyArns = { a: cloud.createKey(), b: cloud.createKey() };
        const stack = await TestStack.create(cloud, program(from, keyArns));
        const { ok, output } = await stack.up();
        expect(ok, output).to.equal(true);
        return { cloud, keyArns, stack };
    };
    // A preview changes nothing, so the changes that begin alike are previewed on one stack.
    const begun = new Map<Shape, ReturnType<typeof begin>>();
    after(async () => {
        for (const { cloud, stack } of await Promise.all(begun.values())) {
            stack.remove();
            await cloud.stop();
        }
    });

    for (const [name, { from, to, isKeyChange, isRemoval = false, says = /(?:)/, does = [] }] of Object.entries(
        changes,
    )) {
        describe(name, () => {
            let cloud: LocalCloud;
            let keyArns: Record<string, string>;
            let stack: TestStack;
            before(async () => {
                begun.set(from, begun.get(from) ?? begin(from));
                ({ cloud, keyArns, stack } = await begun.get(from)!);
                cloud.clearRequests();
            });
            after(() => {
                expect(
                    cloud.requests.filter(({ method, path }) => method !== "GET" && !path.endsWith("/token")),
                ).to.deep.equal([]);
            });
            const preview = (onKeyChange: databricks.OnKeyChange, level?: string) => {
                stack.program = program({ ...to, onKeyChange }, keyArns);
                if (level === undefined) return stack.preview();
                const config = join(stack.folder, "guard.json");
                writeFileSync(config, JSON.stringify({ all: "disabled", "workspace-key-immutable": level }));
                return stack.preview({ policyPacks: [pack], policyPackConfigs: [config] });
            };

            it("replace", async () => {
                const run = await preview("replace");
                expect(run.ok, run.output).to.equal(true);
                expect(workspaceOf(run).includes("replace Workspace w")).to.equal(isKeyChange);
                if (isKeyChange)
                    expect(run.output).to.match(says).and.contain("Its content is copied into the new one");
                else expect(run.operations).to.deep.equal(does);
            });

            it("forbid", async () => {
                const run = await preview("forbid");
                expect(run.ok, run.output).to.equal(!isKeyChange);
                if (isKeyChange)
                    expect(run.output).to.contain('onKeyChange is "forbid"').and.contain("has a problem: ");
            });

            it("update", async () => {
                const run = await preview("update");
                expect(run.ok, run.output).to.equal(true);
                if (isKeyChange)
                    expect(workspaceOf(run).at(0)).to.equal(
                        isRemoval ? "create-replacement Workspace w" : "update Workspace w",
                    );
                else expect(run.operations).to.deep.equal(does);
            });

            it("a mandatory policy", async () => {
                const run = await preview("replace", "mandatory");
                expect(run.ok, run.output).to.equal(!isKeyChange);
                if (isKeyChange) expect(run.output).to.contain("workspace-key-immutable");
            });

            it("an advisory policy", async () => {
                const run = await preview("replace", "advisory");
                expect(run.ok, run.output).to.equal(true);
                expect(run.output.includes("workspace-key-immutable")).to.equal(isKeyChange);
            });
        });
    }

    it("is forbidden by the stack's configuration, and the marker never reaches the state", async () => {
        const stack = await TestStack.create(cloud, program({ key: "first" }));
        const made = await stack.up();
        expect(made.operations, made.output).to.include("create Workspace w");
        stack.program = program({ key: "second" });
        await stack.stack.setConfig("databricks:onKeyChange", { value: "forbid" });
        expect((await stack.up()).ok).to.equal(false);
        await stack.stack.removeConfig("databricks:onKeyChange");
        const { ok, output } = await stack.up();
        expect(ok, output).to.equal(true);
        expect((await stack.state()).text).to.not.contain("keyChange");
        await stack.destroy();
        stack.remove();
    });

    it("names the alternatives and keeps the workspace if the service cannot change the key in place", async () => {
        const stack = await TestStack.create(cloud, program({ key: "first" }));
        const made = await stack.up();
        expect(made.operations, made.output).to.include("create Workspace w");
        const id = cloud.account.list("workspaces")[0]?.["workspace_id"];
        stack.program = program({ key: "second", onKeyChange: "update" });
        const { ok, output } = await stack.up();
        expect(ok).to.equal(false);
        expect(output)
            .to.contain("did not change the key of the workspace")
            .and.contain("a new workspace then takes over its notebooks, files and folders");
        expect(cloud.account.list("workspaces").map((one) => one["workspace_id"])).to.deep.equal([id]);
        stack.program = program({ key: "first" });
        await stack.destroy();
        stack.remove();
    });

    it("changes the key with one PATCH if the service can, and notebooks stay readable", async () => {
        const newer = await LocalCloud.start({ provisioningMilliseconds: 200, behavior: { keyChange: "updatable" } });
        const kept = { ...arns };
        for (const name of ["a", "b"]) arns[name] = newer.createKey();
        const stack = await TestStack.create(newer, program({ key: "first" }));
        await stack.up();
        const id = String(newer.account.list("workspaces")[0]?.["workspace_id"]);
        await newer.workspace(id).import("/n", seeds.notebook("x"));
        stack.program = program({ key: "second", onKeyChange: "update" });
        newer.clearRequests();
        const { ok, output } = await stack.up();
        expect(ok, output).to.equal(true);
        expect(
            newer.requests.filter(({ method }) => method === "PATCH").map(({ query }) => query["update_mask"]),
        ).to.deep.equal(["managed_services_customer_managed_key_id"]);
        expect((await newer.workspace(id).read("/n"))?.toString()).to.equal("x");
        expect((await stack.state()).text).to.not.contain("keyChange");
        Object.assign(arns, kept);
        await newer.stop();
        stack.remove();
    });

    describe("of EncryptionKeys, changed in place", () => {
        let newer: LocalCloud;
        let stack: TestStack;
        const arnOf = (name: string) => newer.kms.keys().find(({ description }) => description === name)?.arn ?? "";
        const stateOf = (name: string) => {
            const key = newer.kms.keys().find(({ description }) => description === name);
            return key && (key.deletion === undefined ? key.enabled : "PendingDeletion");
        };
        const under =
            (name: string, more: databricks.EncryptionKeyArgs = {}) =>
            async () => {
                const { credentialsId } = new databricks.Credentials("c", {
                    roleArn: "arn:aws:iam::123456789012:role/r",
                });
                const { storageConfigurationId } = new databricks.StorageConfiguration("s", {
                    bucketName: "root-bucket",
                });
                const { customerManagedKeyId } = new databricks.EncryptionKey(name, { description: name, ...more });
                new databricks.Workspace("w", {
                    workspaceName: "w",
                    awsRegion: "us-east-1",
                    credentialsId,
                    storageConfigurationId,
                    managedServicesCustomerManagedKeyId: customerManagedKeyId,
                    onKeyChange: "update",
                });
            };
        before(async () => {
            newer = await LocalCloud.start({ provisioningMilliseconds: 200, behavior: { keyChange: "updatable" } });
            stack = await TestStack.create(newer, under("first"));
            const { ok, output } = await stack.up();
            expect(ok, output).to.equal(true);
        });
        after(async () => {
            await newer.stop();
            stack.remove();
        });
        const changed = async (program: () => Promise<void>) => {
            stack.program = program;
            const preview = await stack.preview();
            expect(preview.ok, preview.output).to.equal(true);
            const { ok, output, operations } = await stack.up();
            expect(ok, output).to.equal(true);
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
