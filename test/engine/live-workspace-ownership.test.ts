import { expect } from "chai";

import * as databricks from "../../sdk";
import { LocalCloud } from "../../local-cloud";
import { LiveStack, type Needs, registration } from "./live-workspaces";

const OWNERSHIP_TAG = "pulumi-databricks-cmk";

describe("a workspace stays with the resource that has it, on the real engine", () => {
    let cloud: LocalCloud;
    const stacks: LiveStack[] = [];
    beforeEach(async () => {
        cloud = await LocalCloud.start({ provisioningMilliseconds: 200 });
    });
    afterEach(async () => {
        for (const stack of stacks.splice(0)) stack.end();
        await cloud.stop();
    });

    const stackOf = async (make: (needs: Needs) => unknown, beside?: { stack: LiveStack; name: string }) => {
        const stack = await LiveStack.create(cloud, beside);
        stacks.push(stack);
        await stack.done(make);
        return stack;
    };
    const tagOf = (id: string) => {
        const tags = cloud.account.get("workspaces", id)["custom_tags"] as Record<string, string> | undefined;
        return tags?.[OWNERSHIP_TAG];
    };
    const one =
        (name = "w", args: Partial<databricks.WorkspaceArgs> = {}) =>
        (needs: Needs) =>
            new databricks.Workspace(name, { ...needs, ...args });

    it("--replace, taint and replaceWith make a new workspace and delete the old one", async () => {
        const other = (bucketName: string) => (needs: Needs) => {
            const trigger = new databricks.StorageConfiguration("trigger", { bucketName });
            new databricks.Workspace("w", needs, { replaceWith: [trigger] });
        };
        const stack = await stackOf(other("bucket-one"));
        const replaced = async (what: string, replace: () => Promise<unknown>) => {
            const before = stack.workspaces();
            await replace();
            expect(stack.workspaces(), what).to.have.length(1).and.not.deep.equal(before);
            expect(Object.values(await stack.held()), what).to.deep.equal(stack.workspaces());
        };
        await replaced("--replace", async () => stack.done(undefined, { replace: [await stack.urn("w")] }));
        await replaced("taint", async () => {
            await stack.pulumi("state", "taint", "--yes", await stack.urn("w"));
            await stack.done();
        });
        await replaced("replaceWith", () => stack.done(other("bucket-two")));
    });

    it("a workspace that was moved to another stack is not taken back by the stack that it came from, and carries the other one's tag after its next up", async () => {
        const first = await stackOf(one());
        const [id = ""] = first.workspaces();
        await first.write(id);
        const second = await stackOf(() => undefined, { stack: first, name: "second" });
        await first.pulumi("state", "move", "--yes", "--source", "test", "--dest", "second", await first.urn("w"));
        // The old program still names it: whatever becomes of it there, the workspace is the other stack's.
        const run = await first.up();
        expect(Object.values(await first.held())).to.not.include(id);
        if (!run.ok) expect(run.output).to.contain(`adopt: "${id}"`);
        const tag = tagOf(id);
        const { credentials_id, storage_configuration_id } = cloud.account.get("workspaces", id);
        const moved = one("w", {
            credentialsId: String(credentials_id),
            storageConfigurationId: String(storage_configuration_id),
        });
        await second.done(moved);
        expect(await second.held()).to.deep.equal({ w: id });
        expect(tagOf(id)).to.not.equal(tag);
        expect((await second.done()).operations).to.deep.equal([]);
        await first.stack.destroy();
        expect(first.workspaces()).to.include(id);
    });

    it("a workspace that went to another stack with a copied state is not taken back by a stack that forgot it", async () => {
        const first = await stackOf(one());
        const [id = ""] = first.workspaces();
        await first.write(id);
        const copy = await stackOf(() => undefined);
        await copy.stack.stack.importStack(await first.stack.stack.exportStack());
        await first.forget("w");
        const run = await first.up();
        expect(Object.values(await first.held())).to.not.include(id);
        if (!run.ok) expect(run.output).to.contain(`adopt: "${id}"`);
        await first.stack.destroy();
        expect(first.workspaces()).to.include(id);
        await copy.done(one());
        expect(await copy.held()).to.deep.equal({ w: id });
    });

    it("adopt of a workspace that carries another stack's tag is refused, and names both", async () => {
        const first = await stackOf(one());
        const [id = ""] = first.workspaces();
        const tag = tagOf(id);
        const second = await stackOf(() => undefined);
        const run = await second.up(one("mine", { adopt: id }));
        expect(run.ok, run.output).to.equal(false);
        expect(run.output).to.contain(`adopt: the workspace ${id}`);
        expect([await second.held(), tagOf(id)]).to.deep.equal([{}, tag]);
        await second.done(() => undefined);
    });

    it("a renamed workspace is not taken over by a new resource of its old name, whichever comes first", async () => {
        const stack = await stackOf(one("old"));
        const [id = ""] = stack.workspaces();
        await stack.write(id);
        const renamed = (needs: Needs) => new databricks.Workspace("new", needs, { aliases: [{ name: "old" }] });
        await stack.done(renamed);
        expect(await stack.held()).to.deep.equal({ new: id });
        const both = (needs: Needs) => {
            const old = new databricks.Workspace("old", { ...needs, workspaceName: "w" });
            new databricks.Workspace("new", needs, { aliases: [{ name: "old" }], dependsOn: old });
        };
        const target = [(await stack.urn("new")).replace(/new$/, "old")];
        for (const options of [{ target }, {}]) {
            await stack.up(both, options);
            const holders = Object.entries(await stack.held()).filter(([, held]) => held === id);
            expect(holders, JSON.stringify(options)).to.deep.equal([["new", id]]);
        }
        await stack.done(renamed);
        expect([stack.workspaces(), await stack.held()]).to.deep.equal([[id], { new: id }]);
    });

    it("a targeted second registration with the same content does not take the first one's", async () => {
        const arn = cloud.createKey();
        const stack = await stackOf(() => registration("first", arn));
        const { first } = await stack.held("CustomerManagedKey");
        const both = () => [registration("first", arn), registration("second", arn)];
        const urn = (await stack.urn("first")).replace(/first$/, "second");
        await stack.up(both, { target: [urn] });
        expect((await stack.held("CustomerManagedKey"))["second"]).to.not.equal(first);
        await stack.done(() => registration("first", arn));
        expect(await stack.held("CustomerManagedKey")).to.deep.equal({ first });
        expect(cloud.account.find("customer-managed-keys", first ?? "")).to.not.equal(undefined);
    });
});

describe("what an interrupted create left behind, on the real engine", () => {
    /** The same, on a machine whose clock is ahead of the service's by this much. */
    const withClockAhead = async (milliseconds: number, test: (stack: LiveStack) => Promise<void>) => {
        const cloud = await LocalCloud.start({ provisioningMilliseconds: 200, now: () => Date.now() - milliseconds });
        const stack = await LiveStack.create(cloud);
        await test(stack);
        stack.end();
        await cloud.stop();
    };
    const one = (needs: Needs) => new databricks.Workspace("w", needs);

    it("is adopted, also when the service's clock is two minutes behind; with content in it, never", async () => {
        await withClockAhead(120_000, async (stack) => {
            await stack.done(one);
            const [id = ""] = stack.workspaces();
            await stack.forget("w");
            await stack.done(one);
            expect([stack.workspaces(), await stack.held()]).to.deep.equal([[id], { w: id }]);
            await stack.done(undefined, { replace: [await stack.urn("w")] });
            const [next = ""] = stack.workspaces();
            expect([next === id, stack.workspaces(), await stack.held()]).to.deep.equal([false, [next], { w: next }]);
            await stack.write(next);
            await stack.forget("w");
            const { ok, output } = await stack.up();
            expect(Object.values(await stack.held())).to.not.include(next);
            expect(output).to.contain(next).and.contain("adopt");
            expect(ok || !/\bdelete\b.*\bconsole\b/.test(output), output).to.equal(true);
            await stack.done((needs) => new databricks.Workspace("w", { ...needs, adopt: next }));
            expect(Object.values(await stack.held())).to.include(next);
        });
    });
});
