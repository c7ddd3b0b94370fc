import { expect } from "chai";

import type { LocalCloud } from "../../local-cloud";
import { endEngines, engine } from "../helpers/engine";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { key, under, workspace, workspaceProgram } from "../helpers/programs";

/** Every write to the account of a stack's life, before and after its effect. */
const moments = ["credentials", "storage-configurations", "customer-managed-keys", "workspaces"].flatMap((kind) =>
    ["before", "after"].map((when) => [when, kind] as const),
);

describe("a stack whose engine and provider are killed", () => {
    afterEach(endEngines);
    const program = (cloud: LocalCloud) => workspaceProgram(workspace("w", under("k")), [key("k", cloud.createKey())]);
    const kinds = ["credentials", "storage-configurations", "customer-managed-keys", "workspaces"];
    const counts = (stack: Awaited<ReturnType<typeof engine>>) =>
        kinds.map((kind) => stack.cloud.account.list(kind).length);

    for (const [when, kind] of moments) {
        it(`${when} POST /${kind} has everything once after the next up, and nothing after a destroy`, async () => {
            const stack = await engine(program);
            await stack.up({ kill: `${when} POST /${kind}` });
            stack.restart();
            await expectOk(stack.up());
            expect(counts(stack)).to.deep.equal([1, 1, 1, 1]);
            expect(stack.cloud.account.list(kind).map((one) => Object.values(one).map(String))[0]).to.include(
                stack.id(
                    { credentials: "c", "storage-configurations": "s", "customer-managed-keys": "k" }[kind] ?? "w",
                ),
            );
            await expectOk(stack.destroy());
            expect(counts(stack)).to.deep.equal([0, 0, 0, 0]);
        });

        it(`${when} DELETE /${kind} ends its destroy with the next one`, async () => {
            const stack = await engine(program);
            await expectOk(stack.up());
            await stack.destroy({ kill: `${when} DELETE /${kind}` });
            stack.restart();
            await expectOk(stack.destroy());
            expect(counts(stack)).to.deep.equal([0, 0, 0, 0]);
        });
    }

    it("in a replacement, at either end, loses and doubles no workspace", async () => {
        for (const kill of ["after POST /workspaces", "before DELETE /workspaces", "after DELETE /workspaces"]) {
            const stack = await engine(program);
            await expectOk(stack.up());
            const old = stack.id();
            stack.program = stack.program.map((goal) => (goal.name === "w" ? workspace("w") : goal));
            await stack.up({ kill });
            stack.restart();
            await expectOk(stack.up());
            expect(stack.workspaces(), kill).to.deep.equal([stack.id()]).and.not.include(old);
        }
    });

    it("is told where no request was met, and what was said", async () => {
        const stack = await engine(program);
        const error = await stack.up({ kill: "after POST /networks" }).catch((thrown: unknown) => String(thrown));
        expect(error).to.contain("there was no request to kill at: after POST /networks");
        stack.program = workspaceProgram(workspace("w", { awsRegion: "nowhere" }));
        await expectRefused(stack.up(), "awsRegion");
    });

    it("is not changed by a preview, nor is its account: it says what an up would do", async () => {
        const stack = await engine(program);
        expect(await stack.plan()).to.deep.equal(
            ["databricks-cmk", "c", "s", "k", "w"].map((name) => `create ${name}`),
        );
        expect([stack.engine.state, stack.writes()]).to.deep.equal([[], []]);
        await expectOk(stack.up());
        stack.change({ w: workspace("w", under("other")), other: key("other", stack.cloud.createKey()) });
        stack.program = [...stack.program].sort((one, other) => Number(one.name === "w") - Number(other.name === "w"));
        const held = () => structuredClone([stack.engine.state, stack.cloud.contents()]);
        const before = held();
        expect(await stack.plan()).to.deep.equal(["create other", "create w", "delete w"]);
        expect(held()).to.deep.equal(before);
    });
});
