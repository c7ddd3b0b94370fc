import { expect } from "chai";

import type { FaultEffect } from "../../local-cloud";
import { endEngines, engine, type EngineStack } from "../helpers/engine";
import type { Inputs } from "../helpers/engine/engine-types";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { IDENTITY, resource, ROLE_ARN, workspace, workspaceProgram } from "../helpers/programs";

const retained = { retainOnDelete: true };
const posts = (stack: EngineStack) => stack.writes().filter((one) => one === "POST /workspaces");

/** A stack whose workspace was made with these options and then taken out of the program. */
async function kept(options = retained) {
    const stack = await engine(workspaceProgram(workspace("w", {}, options)));
    await expectOk(stack.up());
    const id = stack.id();
    if (options.retainOnDelete) await expectOk(stack.change({ w: undefined }).up());
    else stack.forget("w");
    stack.restart();
    return { stack, id };
}

describe("a workspace that retainOnDelete kept", () => {
    afterEach(endEngines);

    for (const [what, before, after] of [
        ["both times", true, true],
        ["only when it was made", true, false],
        ["only when it is asked for again", false, true],
    ] as const)
        it(`and that is asked for again unchanged is neither adopted nor created twice (retainOnDelete ${what})`, async () => {
            const { stack, id } = await kept({ retainOnDelete: before });
            const again = workspace("w", {}, { retainOnDelete: after });
            const says = [`The workspace ${id}`, "retainOnDelete", `adopt: "${id}"`, "another name"];
            await expectRefused(stack.change({ w: again }).up(), ...says);
            expect([posts(stack), stack.workspaces(), stack.held()]).to.deep.equal([[], [id], {}]);
        });

    it("is asked for with each remedy that the error names: adopt, another name, deletion", async () => {
        const { stack, id } = await kept();
        await expectOk(stack.change({ w: workspace("w", { adopt: id }, retained) }).up());
        expect(stack.id()).to.equal(id);
        await expectOk(stack.change({ w: undefined, w2: workspace("w2", {}, retained) }).up());
        expect(stack.id("w2")).to.not.equal(id);
        stack.cloud.account.remove("workspaces", id);
        await expectOk(stack.change({ w: workspace("w", {}, retained) }).up());
        expect(stack.id()).to.not.be.oneOf([id, stack.id("w2")]);
    });

    it("is not what a create has made whose response was lost", async () => {
        const stack = await engine(workspaceProgram(workspace("w", {}, retained)));
        stack.cloud.inject({
            when: ({ method, path }) => method === "POST" && path.endsWith("/workspaces"),
            times: 1,
            do: { kind: "drop", when: "after" },
        });
        await expectOk(stack.up());
        expect(stack.workspaces()).to.deep.equal([stack.id()]);
    });

    describe("at a replacement", () => {
        const named = (workspaceName: string) =>
            workspace("w", { workspaceName, replaceOn: ["workspaceName"] }, retained);
        const replaced = async (up: Parameters<EngineStack["up"]>[0] = {}) => {
            const stack = await engine(workspaceProgram(named("w")));
            await expectOk(stack.up());
            const first = stack.id();
            const run = await stack.change({ w: named("v") }).up(up);
            return { stack, first, run };
        };

        it("does not hinder that an orphan of it is adopted, which is younger", async () => {
            const { stack, first } = await replaced({ kill: "after POST /workspaces" });
            const [orphan = ""] = stack.workspaces().filter((id) => id !== first);
            stack.restart();
            await expectOk(stack.up());
            expect([stack.id(), posts(stack)]).to.deep.equal([orphan, []]);
        });

        for (const [what, effect] of Object.entries<FaultEffect | { kind: undefined }>({
            "": { kind: undefined },
            ", nor mistaken for the result of a POST whose response was lost": { kind: "drop", when: "before" },
        }))
            it(`is not touched if the program returns to its inputs${what}`, async () => {
                const { stack, first } = await replaced();
                const second = stack.id();
                if (effect.kind !== undefined)
                    stack.cloud.inject({
                        when: ({ method, path }) => method === "POST" && !path.endsWith("/token"),
                        times: 1,
                        do: effect,
                    });
                await expectOk(stack.change({ w: named("w") }).up());
                expect(stack.id()).to.not.be.oneOf([first, second]);
            });
    });

    it("is so by an option whose setting or removal changes nothing that exists", async () => {
        const stack = await engine(workspaceProgram());
        await expectOk(stack.up());
        for (const retainOnDelete of [true, true, false])
            expect(await stack.change({ w: workspace("w", {}, { retainOnDelete }) }).changes()).to.deep.equal([]);
    });
});

describe("adopt", () => {
    afterEach(endEngines);
    const other = (adopt: string, more: Inputs = {}) => workspace("other", { workspaceName: "w", adopt, ...more });

    it("takes an existing workspace over, updates what can be updated, and is clean afterwards, with adopt or without", async () => {
        const { stack, id } = await kept();
        const tags = { customTags: { team: "a" } };
        await expectOk(stack.change({ other: other(id, tags) }).up());
        expect([stack.id("other"), posts(stack)]).to.deep.equal([id, []]);
        expect(stack.entry("other").outputs["customTags"]).to.deep.equal({ team: "a" });
        expect(await stack.changes()).to.deep.equal([]);
        const without = workspace("other", { workspaceName: "w", ...tags });
        expect(await stack.change({ other: without }).changes()).to.deep.equal([]);
    });

    it("lists every difference in immutable fields, and changes nothing", async () => {
        const { stack, id } = await kept();
        const different = { workspaceName: "x", pricingTier: "DEDICATED" };
        await expectRefused(
            stack.change({ other: other(id, different) }).up(),
            'workspaceName is "w", the program says "x"',
            'pricingTier is "ENTERPRISE", the program says "DEDICATED"',
        );
        expect(stack.writes()).to.deep.equal([]);
    });

    it("is an error if there is nothing to adopt", async () => {
        const stack = await engine(workspaceProgram(other("12345")));
        await expectRefused(stack.up(), "there is no workspace 12345");
    });

    for (const [how, inputs, options] of [
        ["by a change", { workspaceName: "x", replaceOn: ["workspaceName"] }, {}],
        ["by --replace, though the program still says adopt", {}, { replace: ["other"] }],
    ] as const)
        it(`makes a new workspace if the adopted one is being replaced ${how}`, async () => {
            const { stack, id } = await kept();
            await expectOk(stack.change({ other: other(id) }).up());
            await expectOk(stack.change({ other: other(id, inputs) }).up(options));
            expect(stack.workspaces())
                .to.deep.equal([stack.id("other")])
                .and.not.include(id);
        });

    it("of what carries the resource's own tag fails with --target, where nothing tells whether it is being replaced", async () => {
        const { stack, id } = await kept({ retainOnDelete: false });
        stack.change({ w: workspace("w", { adopt: id }) });
        await expectRefused(stack.up({ target: ["w"] }), "--target '**::databricks-cmk'");
        await expectOk(stack.up({ target: ["w", IDENTITY] }));
        expect(stack.id()).to.equal(id);
    });

    it("takes other kinds of objects over as well", async () => {
        const { stack } = await kept();
        const c = stack.id("c");
        const d = resource("Credentials", "d", { roleArn: ROLE_ARN, adopt: c });
        stack.forget("c");
        await expectOk(stack.change({ c: undefined, d }).up());
        expect(stack.id("d")).to.equal(c);
    });
});
