import { expect } from "chai";

import { OWNERSHIP_TAG } from "../../provider/contract/ownership-tag";
import { endEngines, engine, type EngineStack } from "../helpers/engine";
import type { Goal, Result } from "../helpers/engine/engine-types";
import { expectOk, expectRefused, textOf } from "../helpers/expect-ok";
import { people } from "../helpers/people";
import { IDENTITY, identity, key, needs, resource, workspace, workspaceProgram } from "../helpers/programs";

const nothing: readonly Goal[] = [identity, ...needs];

describe("a workspace stays with the resource that has it", () => {
    afterEach(endEngines);

    const stackOf = async (program: readonly Goal[], more: Parameters<typeof engine>[1] = {}) => {
        const stack = await engine(program, more);
        await expectOk(stack.up());
        return stack;
    };
    /** A stack with a workspace that people work in. */
    const live = async (program = workspaceProgram()) => {
        const stack = await stackOf(program);
        const [id = ""] = stack.workspaces();
        await people(stack, id);
        return { stack, id };
    };
    const tagOf = ({ cloud }: EngineStack, id: string) => {
        const tags = cloud.account.get("workspaces", id)["custom_tags"] as Record<string, string> | undefined;
        return tags?.[OWNERSHIP_TAG];
    };
    /** What the program still names is another stack's: it is not taken back, and a refusal names the way. */
    const isNotTakenBack = async (stack: EngineStack, run: Result, id: string) => {
        expect(Object.values(stack.held())).to.not.include(id);
        if (!run.ok) expect(textOf(run)).to.contain(`adopt: "${id}"`);
        await stack.destroy();
        expect(stack.workspaces()).to.include(id);
    };

    it("--replace, taint and replaceWith make a new workspace and delete the old one", async () => {
        const triggered = (bucketName: string) =>
            workspaceProgram(workspace("w", {}, { replaceWith: ["trigger"], dependsOn: ["trigger"] }), [
                resource("StorageConfiguration", "trigger", { bucketName }),
            ]);
        const stack = await stackOf(triggered("bucket-one"));
        const ways: Record<string, () => Promise<Result>> = {
            "--replace": () => stack.up({ replace: ["w"] }),
            taint: () => {
                stack.entry().taint = true;
                return stack.up();
            },
            replaceWith: () => {
                stack.program = triggered("bucket-two");
                return stack.up();
            },
        };
        for (const [what, replace] of Object.entries(ways)) {
            const before = stack.id();
            await expectOk(replace());
            expect(stack.workspaces(), what).to.deep.equal([stack.id()]).and.not.include(before);
        }
    });

    describe("that was moved to another stack", () => {
        /** A workspace that is in the state of another stack, whose program names it. */
        const moved = async () => {
            const { stack, id } = await live();
            const second = await stackOf(nothing, { beside: stack, name: "organization/tests/second" });
            stack.move("w", second);
            const { credentials_id, storage_configuration_id } = stack.cloud.account.get("workspaces", id);
            const inputs = { credentialsId: credentials_id, storageConfigurationId: storage_configuration_id };
            second.change({ w: workspace("w", inputs) });
            return { stack, second, id, tag: `${second.id(IDENTITY)}/w` };
        };

        it("is not taken back by the stack that it came from; it carries the other one's tag after its next up, and tags that no program set stay", async () => {
            const { stack, second, id, tag } = await moved();
            const run = await stack.up();
            const tags = { [OWNERSHIP_TAG]: tagOf(stack, id), team: "console" };
            stack.cloud.account.change("workspaces", id, { custom_tags: tags });
            expect(await second.changes()).to.deep.equal(["update w"]);
            expect(second.held()).to.deep.equal({ w: id });
            const now = stack.cloud.account.get("workspaces", id)["custom_tags"];
            expect(now).to.deep.equal({ [OWNERSHIP_TAG]: tag, team: "console" });
            expect(await second.changes()).to.deep.equal([]);
            await isNotTakenBack(stack, run, id);
        });

        it("has its new tag waited for if that is shown late", async () => {
            const { stack, second, id, tag } = await moved();
            stack.cloud.behavior.updates = "late";
            expect(await second.changes()).to.deep.equal(["update w"]);
            expect(tagOf(stack, id)).to.equal(tag);
            expect(await second.changes()).to.deep.equal([]);
        });

        it("has its new tag asked for again at the next up if that is dropped, which is reported", async () => {
            const { stack, second, id, tag } = await moved();
            stack.cloud.behavior.updates = "dropped";
            await expectRefused(second.up(), "did not take its new ownership tag");
            stack.cloud.behavior.updates = "at-once";
            expect(await second.changes()).to.deep.equal(["update w"]);
            expect(tagOf(stack, id)).to.equal(tag);
        });
    });

    it("a workspace that went to another stack with a copied state is not taken back by a stack that forgot it", async () => {
        const { stack, id } = await live();
        const copy = await stackOf(nothing, { beside: stack });
        stack.copyStateTo(copy);
        stack.forget("w");
        await isNotTakenBack(stack, await stack.up(), id);
        copy.program = workspaceProgram();
        await expectOk(copy.up());
        expect(copy.held()).to.deep.equal({ w: id });
    });

    it("adopt of a workspace that carries another stack's tag is refused and names both; the program's word takes it over", async () => {
        const { stack, id } = await live();
        const tag = tagOf(stack, id);
        const second = await stackOf(nothing, { beside: stack });
        const { credentials_id, storage_configuration_id } = stack.cloud.account.get("workspaces", id);
        const mine = {
            adopt: id,
            workspaceName: "w",
            credentialsId: credentials_id,
            storageConfigurationId: storage_configuration_id,
        };
        await expectRefused(second.change({ mine: workspace("mine", mine) }).up(), `adopt: the workspace ${id}`);
        expect([second.held(), tagOf(stack, id)]).to.deep.equal([{}, tag]);
        await expectOk(second.change({ mine: workspace("mine", { ...mine, adoptFromOtherStack: true }) }).up());
        expect([await second.changes(), second.workspaces()]).to.deep.equal([[], [id]]);
    });

    it("a renamed workspace is not taken over by a new resource of its old name, whichever comes first", async () => {
        const { stack, id } = await live(workspaceProgram(workspace("old", { workspaceName: "w" })));
        const renamed = (more = {}) => workspace("new", { workspaceName: "w" }, { aliases: ["old"], ...more });
        await expectOk(stack.change({ old: undefined, new: renamed() }).up());
        expect(stack.held()).to.deep.equal({ new: id });
        const both = workspaceProgram([workspace("old", { workspaceName: "w" }), renamed({ dependsOn: ["old"] })]);
        for (const options of [{ target: ["old"] }, {}]) {
            stack.program = both;
            await stack.up(options);
            const holders = Object.entries(stack.held()).filter(([, held]) => held === id);
            expect(holders, JSON.stringify(options)).to.deep.equal([["new", id]]);
        }
        stack.program = workspaceProgram(renamed());
        await expectOk(stack.up());
        expect([stack.workspaces(), stack.held()]).to.deep.equal([[id], { new: id }]);
    });

    it("a targeted second registration with the same content does not take the first one's", async () => {
        const arn = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-4333-8444-555555555555";
        const stack = await stackOf([...nothing, key("first", arn)]);
        const first = stack.id("first");
        await stack.change({ second: key("second", arn) }).up({ target: ["second"] });
        expect(stack.held("CustomerManagedKey")["second"]).to.not.equal(first);
        await expectOk(stack.change({ second: undefined }).up());
        expect(stack.held("CustomerManagedKey")).to.deep.equal({ first });
        expect(stack.cloud.account.find("customer-managed-keys", first)).to.not.equal(undefined);
    });

    it("of two stacks with the same deployment name, the second fails without loss, and gets the name when it is free", async () => {
        const named = workspaceProgram(workspace("w", { deploymentName: "sales" }));
        const one = await stackOf(named);
        const two = await engine(named, { beside: one });
        await expectRefused(two.up(), "already exists", "Choose another name");
        expect([one.workspaces(), two.held(), Object.keys(two.held("Credentials"))]).to.deep.equal([
            [one.id()],
            {},
            ["c"],
        ]);
        await expectOk(one.destroy());
        expect(await two.changes()).to.deep.equal(["create w"]);
        expect(two.workspaces()).to.deep.equal([two.id()]);
        await expectOk(two.destroy());
        expect(two.cloud.contents()).to.deep.equal([]);
    });
});

describe("what an interrupted create left behind", () => {
    afterEach(endEngines);

    it("is adopted, also if the service's clock is two minutes behind; with content in it, never", async () => {
        const stack = await engine(workspaceProgram(), { behind: 120_000 });
        await expectOk(stack.up());
        const id = stack.id();
        stack.forget("w");
        await expectOk(stack.up());
        expect([stack.workspaces(), stack.held()]).to.deep.equal([[id], { w: id }]);
        await expectOk(stack.up({ replace: ["w"] }));
        const next = stack.id();
        expect(stack.workspaces()).to.deep.equal([next]).and.not.include(id);
        await people(stack, next);
        stack.forget("w");
        const run = await stack.up();
        expect(Object.values(stack.held())).to.not.include(next);
        expect(textOf(run)).to.contain(next).and.contain("adopt");
        expect(run.ok || !/\bdelete\b.*\bconsole\b/.test(textOf(run)), textOf(run)).to.equal(true);
        await expectOk(stack.change({ w: workspace("w", { adopt: next }) }).up());
        expect(Object.values(stack.held())).to.include(next);
    });
});
