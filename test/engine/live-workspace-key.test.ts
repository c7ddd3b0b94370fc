import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import * as databricks from "../../sdk";
import { LocalCloud } from "../../local-cloud";
import { root } from "./harness";
import { LiveStack, type Needs, registration } from "./live-workspaces";

const KEY = "managed_services_customer_managed_key_id";

type KeyName = "first" | "second";

interface Shape {
    /** What all workspaces say of a key change. */
    onKeyChange?: databricks.OnKeyChange;
    /** Which KMS key is registered as the one that is deleted before it is replaced. */
    early?: number;
    /** Which key the workspace has that was made without one. */
    bare?: KeyName;
    /** Which key two workspaces name whose program may ignore changes of it. */
    ignoring?: KeyName;
    /** Whether it does. */
    ignores?: boolean;
    tags?: Record<string, string>;
}

// One stack, whose tests follow each other: each leaves the workspaces as it found them.
describe("no workspace is replaced past forbid, the warning and the policy, whoever changed its key, on the real engine", () => {
    let cloud: LocalCloud;
    let stack: LiveStack;
    let arns: string[];
    let held: Record<string, string>;
    let keys: Record<string, string>;
    before(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
        arns = Array.from({ length: 4 }, () => cloud.createKey());
        stack = await LiveStack.create(cloud);
        await stack.done(program());
        [held, keys] = [await stack.held(), await stack.held("CustomerManagedKey")];
        for (const id of Object.values(held)) await stack.write(id);
    });
    after(async () => {
        stack.end();
        await cloud.stop();
    });

    const program =
        ({ onKeyChange = "forbid", early = 2, bare, ignoring = "first", ignores = false, tags }: Shape = {}) =>
        (needs: Needs) => {
            const ids = {
                first: registration("first", arns[0] ?? "").customerManagedKeyId,
                second: registration("second", arns[1] ?? "").customerManagedKeyId,
                early: registration("early", arns[early] ?? "", { deleteBeforeReplace: true }).customerManagedKeyId,
            };
            const workspace = (name: string, args: Partial<databricks.WorkspaceArgs>, ignored: string[] = []) =>
                new databricks.Workspace(
                    name,
                    { ...needs, workspaceName: name, customTags: tags, onKeyChange, ...args },
                    { ignoreChanges: ignores ? ignored : [] },
                );
            workspace("keyed", { managedServicesCustomerManagedKeyId: ids.first });
            workspace("bare", { managedServicesCustomerManagedKeyId: bare && ids[bare] });
            workspace("dependent", { managedServicesCustomerManagedKeyId: ids.early });
            workspace("ignoring", { managedServicesCustomerManagedKeyId: ids[ignoring] }, [
                "managedServicesCustomerManagedKeyId",
            ]);
            workspace("old-name", { customerManagedKeyId: ids[ignoring] }, ["customerManagedKeyId"]);
        };

    /** Somebody gives a workspace this key in the account console. */
    const rekey = (name: string, key: string | undefined) =>
        cloud.account.change("workspaces", held[name] ?? "", { [KEY]: key });
    /** Every workspace is still the one that people work in. */
    const nothingIsLost = async () => {
        expect(stack.workspaces().sort()).to.deep.equal(Object.values(held).sort());
        expect(await stack.held()).to.deep.equal(held);
    };
    const forbidden = ['onKeyChange is "forbid"', "keyed"];

    it("a change of tags leaves the console's key for refresh to find: neither it nor the unchanged up after it replaces", async () => {
        rekey("keyed", keys["second"]);
        const { output } = await stack.done(program({ tags: { team: "a" } }));
        expect(output).to.contain("was changed outside Pulumi").and.contain("pulumi refresh");
        expect((await stack.done(program({ tags: { team: "a" } }))).operations).to.deep.equal([]);
        await nothingIsLost();
    });

    it("a key changed in the account console: after a refresh the next up is refused, a preview warns, and a mandatory policy sees it", async () => {
        await stack.refresh();
        await stack.refused(forbidden, program({ tags: { team: "a" } }));
        await nothingIsLost();
        const config = join(stack.stack.folder, "guard.json");
        writeFileSync(config, JSON.stringify({ all: "disabled", "workspace-key-immutable": "mandatory" }));
        const guarded = await stack.preview(program({ tags: { team: "a" }, onKeyChange: "replace" }), {
            policyPacks: [join(root, "examples", "policy-pack")],
            policyPackConfigs: [config],
        });
        expect(guarded.ok, guarded.output).to.equal(false);
        expect(guarded.output)
            .to.contain("workspace-key-immutable")
            .and.contain("Its content is copied into the new one");
    });

    it("a key changed in the account console: up --refresh is refused; once it is back, nothing differs", async () => {
        const run = await stack.up(program({ tags: { team: "a" } }), { refresh: true });
        expect(run.ok, run.output).to.equal(false);
        expect(run.output).to.contain(forbidden[0]);
        await nothingIsLost();
        rekey("keyed", keys["first"]);
        await stack.done(program({ tags: { team: "a" } }), { refresh: true });
        expect((await stack.done()).operations).to.deep.equal([]);
        await nothingIsLost();
    });

    it("a key that was added in the account console: a program without it loses nothing, and one that says it is right", async () => {
        rekey("bare", keys["first"]);
        await stack.refresh();
        await stack.up();
        await nothingIsLost();
        await stack.done(program({ bare: "first", tags: { team: "a" } }));
        await nothingIsLost();
        rekey("bare", undefined);
        await stack.refresh();
        await stack.done(program({ tags: { team: "a" } }));
        await nothingIsLost();
    });

    it("deleteBeforeReplace on the registration: its replacement is refused before the workspace that depends on it is deleted, under every onKeyChange", async () => {
        await stack.refused(["would be deleted with it"], program({ early: 3, tags: { team: "a" } }));
        await nothingIsLost();
        const warned = await stack.preview(program({ early: 3, tags: { team: "a" }, onKeyChange: "replace" }));
        expect(warned.ok, warned.output).to.equal(false);
        expect(warned.output).to.contain("would be deleted with it").and.contain("Take deleteBeforeReplace away");
        const early = [await stack.urn("early")];
        for (const options of [{ replace: early }, { replace: early, target: early }]) {
            const replaced = await stack.up(program({ tags: { team: "a" } }), options);
            expect(replaced.ok, replaced.output).to.equal(false);
        }
        await nothingIsLost();
        expect((await stack.done()).operations).to.deep.equal([]);
    });

    it("ignoreChanges on the key, under its name of today and under its old one, keeps workspaces as they are", async () => {
        expect((await stack.done(program({ ignores: true, tags: { team: "a" } }))).operations).to.deep.equal([]);
        const changed = program({ ignores: true, ignoring: "second", tags: { team: "a" } });
        expect((await stack.done(changed)).operations).to.deep.equal([]);
        await nothingIsLost();
    });
});

describe("a key change that the service took and dropped, on the real engine", () => {
    it("is not reported as done, and forbid keeps the workspace afterwards", async () => {
        const cloud = await LocalCloud.start({ provisioningMilliseconds: 200, behavior: { keyChange: "updatable" } });
        const arns = [cloud.createKey(), cloud.createKey()];
        const stack = await LiveStack.create(cloud);
        const program = (key: 0 | 1, onKeyChange: databricks.OnKeyChange) => (needs: Needs) => {
            const ids = arns.map((arn, index) => registration(`k${index}`, arn).customerManagedKeyId);
            new databricks.Workspace("w", { ...needs, managedServicesCustomerManagedKeyId: ids[key], onKeyChange });
        };
        await stack.done(program(0, "update"));
        const held = await stack.held();
        const [id = ""] = stack.workspaces();
        await stack.write(id);
        const before = cloud.account.get("workspaces", id);
        cloud.inject({
            when: ({ method }) => method === "PATCH",
            do: { kind: "status", status: 200, body: JSON.stringify(before) },
        });
        await stack.stack.configure({ "databricks:updateTimeoutSeconds": 3 });
        const { ok, output } = await stack.up(program(1, "update"));
        expect(ok, output).to.equal(false);
        await stack.refused(['onKeyChange is "forbid"'], program(1, "forbid"));
        expect([stack.workspaces(), await stack.held()]).to.deep.equal([[id], held]);
        await stack.done(program(0, "forbid"));
        expect(stack.workspaces()).to.deep.equal([id]);
        stack.end();
        await cloud.stop();
    });
});
