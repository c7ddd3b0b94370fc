import { expect } from "chai";

import { endEngines, engine, type EngineStack } from "../helpers/engine";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { identity, resource, workspace, workspaceProgram } from "../helpers/programs";

describe("a fresh role or bucket that Databricks cannot use yet", () => {
    afterEach(endEngines);

    const roleArn = "arn:aws:iam::123456789012:role/fresh";
    const program = [identity, resource("Credentials", "c", { roleArn })];
    const asked = ({ cloud }: EngineStack) =>
        cloud.requests.filter(({ method, path }) => method === "POST" && path.includes("/api/")).length;
    const told = ({ engine }: EngineStack) => [...engine.lines, ...engine.progress];

    for (const [setting, most] of [
        [undefined, 90],
        ["20", 20],
    ] as const) {
        it(`is waited for up to ${most} s (databricks:validationTimeoutSeconds: ${setting ?? "not set"}) and no longer, and the error says why`, async () => {
            const stack = await engine(program);
            if (setting !== undefined) stack.engine.configuration.set("databricks:validationTimeoutSeconds", setting);
            stack.cloud.account.validationDelay = 3_600_000;
            const began = stack.clock.now();
            await expectRefused(
                stack.up(),
                "Failed credential validation checks",
                "check its policy",
                "databricks:validationTimeoutSeconds",
            );
            expect((stack.clock.now() - began) / 1000).to.equal(most);
            expect(asked(stack)).to.be.within(most / 10, most / 5 + 2);
            const left = told(stack).map((line) => Number(/^c: waiting .* at most (\d+) s more/.exec(line)?.[1]));
            expect(left).to.have.length(asked(stack) - 1);
            expect(left[0]).to.equal(most);
            expect(left).to.deep.equal([...left].sort((one, other) => other - one));
            expect(stack.cloud.account.list("credentials")).to.deep.equal([]);
        });
    }

    for (const [words, format] of [
        ["credential", "json"],
        ["credentials", "text"],
    ] as const) {
        it(`is told from one that lacks permissions, which each refusal names ("Failed ${words} ...", ${format})`, async () => {
            const stack = await engine(program);
            Object.assign(stack.cloud.behavior, {
                validationWords: words,
                validationFormat: format,
                validationCode: "MALFORMED_REQUEST",
            });
            stack.cloud.account.setMissingPermissions(roleArn, ["Spot Cancellation", "Create Placement Group"]);
            await expectRefused(
                stack.up(),
                /Failed credentials? validation checks: Spot Cancellation, Create Placement Group.*named the same checks.*check its policy for "Spot Cancellation, Create Placement Group"/,
            );
            stack.cloud.account.setMissingPermissions(roleArn, []);
            expect(await stack.changes()).to.deep.equal(["create c"]);
        });
    }

    it("is waited for by a workspace too, which is then created once", async () => {
        const stack = await engine(workspaceProgram([]));
        await expectOk(stack.up());
        stack.clear();
        stack.cloud.account.validationDelay = 30_000;
        await expectOk(stack.change({ w: workspace() }).up());
        expect(told(stack).join("\n")).to.contain("Failed storage configuration validation checks");
        expect(asked(stack)).to.be.within(4, 8);
        expect(stack.workspaces()).to.deep.equal([stack.id()]);
    });

    it("is waited for, and any other refusal is not", async () => {
        const stack = await engine(program);
        const refusal = { error_code: "INVALID_PARAMETER_VALUE", message: "Failed another check" };
        stack.cloud.inject({
            when: ({ method, path }) => method === "POST" && path.includes("/api/"),
            do: { kind: "status", status: 400, body: JSON.stringify(refusal) },
        });
        const began = stack.clock.now();
        await expectRefused(stack.up(), "Failed another check");
        expect([asked(stack), stack.clock.now() - began]).to.deep.equal([1, 0]);
    });
});
