import { expect } from "chai";

import { endEngines, engine, type EngineStack } from "../helpers/engine";
import { type Inputs, Output } from "../helpers/engine/engine-types";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { IDENTITY, identity, resource, ROLE_ARN, under, workspace, workspaceProgram } from "../helpers/programs";

/** A registration, and what becomes of its KMS key when it goes. */
const registered = (name: string, keyArn: unknown, keyRemoval?: "retain" | "schedule", more: Inputs = {}) =>
    resource("CustomerManagedKey", name, {
        awsKeyInfo: { keyArn },
        useCases: ["MANAGED_SERVICES"],
        keyRemoval,
        ...more,
    });
const made = async (...[program, place]: Parameters<typeof engine>) => {
    const stack = await engine(program, place);
    await expectOk(stack.up());
    stack.clear();
    return stack;
};
const said = async (stack: EngineStack) => (await expectOk(stack.preview())).lines.join("\n");

describe("the KMS key of a registration that is deleted", () => {
    afterEach(endEngines);

    it("was kept, as one line says, with its ARN and the command that deletes it", async () => {
        let arn = "";
        const stack = await made((cloud) => [identity, registered("k", (arn = cloud.createKey()), "retain")]);
        const [line, ...more] = (await expectOk(stack.change({ k: undefined }).up())).lines;
        expect(line)
            .to.contain(`The KMS key ${arn} was kept`)
            .and.contain(`aws kms schedule-key-deletion --region us-east-1 --key-id ${arn} `);
        expect(more).to.deep.equal([]);
    });

    it("is not mentioned if Pulumi deletes it, or did not make it", async () => {
        const stack = await made((cloud) => [
            identity,
            registered("a", cloud.createKey(), "schedule"),
            registered("b", cloud.createKey()),
        ]);
        expect((await expectOk(stack.change({ a: undefined, b: undefined }).up())).lines).to.deep.equal([]);
    });

    it("is not mentioned if the program registers it again, or if the deletion is refused", async () => {
        let arn = "";
        const stack = await made((cloud) =>
            workspaceProgram([], [registered("k", (arn = cloud.createKey()), "retain")]),
        );
        const [k] = stack.program.filter(({ name }) => name === "k");
        const w = workspace("w", { managedServicesCustomerManagedKeyId: stack.id("k") });
        await expectOk(stack.change({ w }).up());
        const { lines } = await expectRefused(stack.change({ k: undefined }).up(), stack.id());
        expect(lines.join()).to.not.contain("was kept");
        stack.change({ w: undefined, k });
        await expectOk(stack.up());
        stack.change({ k: registered("k", arn, "retain", { useCases: ["MANAGED_SERVICES", "STORAGE"] }) });
        expect(await stack.changes()).to.deep.equal(["create k", "delete k"]);
        expect(stack.lines).to.deep.equal([]);
    });

    it("gets another keyRemoval without a request that changes anything, and the state says it", async () => {
        let arn = "";
        const stack = await made((cloud) => [identity, registered("k", (arn = cloud.createKey()))]);
        expect(await stack.changes()).to.deep.equal([]);
        for (const keyRemoval of ["retain", undefined] as const) {
            expect(await stack.change({ k: registered("k", arn, keyRemoval) }).changes()).to.deep.equal(["update k"]);
            expect(stack.entry("k").outputs["keyRemoval"]).to.equal(keyRemoval);
            expect(await stack.changes()).to.deep.equal([]);
        }
        expect(stack.writes()).to.deep.equal([]);
    });

    it("is warned of at preview with every workspace of the account that has it, if it leaves the program and is deleted", async () => {
        let arn = "";
        const stack = await made((cloud) =>
            workspaceProgram(workspace("w", under("k")), [registered("k", (arn = cloud.createKey()), "schedule")]),
        );
        const warning = `the KMS key ${arn} is removed from the program`;
        expect(await said(stack)).to.equal("");
        const other = resource("Credentials", "other", { roleArn: ROLE_ARN });
        const unknown = new Output("other", "credentialsId");
        for (const keyArn of [stack.cloud.createKey(), unknown]) {
            stack.program = workspaceProgram(workspace("w", under("k")), [other, registered("k", keyArn)]);
            expect(await said(stack))
                .to.contain(warning)
                .and.contain(`the workspace ${stack.id()}`);
        }
        stack.program = workspaceProgram(workspace("w", under("k")), [registered("k", arn, "retain")]);
        await expectOk(stack.up());
        stack.program = workspaceProgram(workspace("w", under("k")), [other, registered("k", unknown)]);
        expect(await said(stack)).to.not.contain(warning);
    });
});

describe("the KMS key that a workspace has until a key change", () => {
    afterEach(endEngines);
    /** A stack whose workspace is under `first`; `second` is another key, and `again` the first one under another registration. */
    const begin = async (kmsKeysOf: (first: string) => readonly string[] = () => []) => {
        let first = "";
        const stack = await engine((cloud) => {
            first = cloud.createKey();
            const keys = [
                registered("first", first, "schedule"),
                registered("second", cloud.createKey()),
                registered("again", first),
            ];
            return workspaceProgram(workspace("w", under("first")), keys);
        });
        stack.change({ [IDENTITY]: { ...identity, inputs: { kmsKeys: kmsKeysOf(first) } } });
        await expectOk(stack.up());
        expect(stack.entry(IDENTITY).inputs).to.not.have.property("kmsKeys");
        /** What the preview of a key change says. `third` is not registered yet. */
        const changing = async (name: string, onKeyChange = "update") => {
            const third = registered("third", stack.cloud.createKey());
            const rest = stack.program.filter((goal) => goal.name !== "w" && goal.name !== "third");
            stack.program = [...rest, third, workspace("w", { ...under(name), onKeyChange })];
            return said(stack);
        };
        return { stack, first, changing };
    };

    it("is named at the preview of a change in place, with how long to keep it", async () => {
        const { first, changing } = await begin();
        for (const name of ["second", "third"])
            expect(await changing(name))
                .to.contain(`keep the KMS key ${first} enabled for 24 hours`)
                .and.not.contain("belongs to this stack");
    });

    it("is warned of if it is the stack's own and would be deleted with its resource, with onKeyChange update and replace", async () => {
        const { first, changing } = await begin((arn) => [arn]);
        for (const onKeyChange of ["update", "replace"])
            expect(await changing("third", onKeyChange), onKeyChange)
                .to.contain(`may need the KMS key ${first} for 24 hours`)
                .and.contain("belongs to this stack")
                .and.contain('keyRemoval: "retain"');
    });

    it("is not named if it stays the workspace's key, under another registration too", async () => {
        const { changing } = await begin();
        for (const name of ["first", "again"]) expect(await changing(name), name).to.not.contain("24 hours");
    });

    it("stops no preview if the registration cannot be read", async () => {
        const { stack, changing } = await begin();
        stack.cloud.inject({
            when: ({ path }) => path.includes("/customer-managed-keys"),
            do: { kind: "drop", when: "before" },
        });
        expect(await changing("third")).to.not.contain("24 hours");
    });
});
