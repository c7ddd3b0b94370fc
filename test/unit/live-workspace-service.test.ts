import { expect } from "chai";

import { endEngines, engine } from "../helpers/engine";
import { expectOk, expectRefused, textOf } from "../helpers/expect-ok";
import { people } from "../helpers/people";
import { identity, key, needs, resource, ROLE_ARN, under, workspace, workspaceProgram } from "../helpers/programs";

const isList = (kind: string) => (request: { method: string; path: string }) =>
    request.method === "GET" && request.path.endsWith(`/${kind}`);
const REFUSAL = '{"error_code":"INVALID_PARAMETER_VALUE","message":"No tags today."}';

describe("whatever the service answers after a POST, or in a list", () => {
    afterEach(endEngines);

    it("an update that follows the create and is refused leaves the workspace in the state with the reason, and destroy works", async () => {
        const stack = await engine(workspaceProgram());
        await expectOk(stack.up());
        const id = stack.id();
        stack.forget("w");
        const mend = stack.cloud.inject({
            when: ({ method }) => method === "PATCH",
            do: { kind: "status", status: 400, body: REFUSAL },
        });
        stack.change({ w: workspace("w", { customTags: { team: "a" } }) });
        await expectRefused(stack.up(), "No tags today", "is adopted");
        expect(stack.held()).to.deep.equal({ w: id });
        mend();
        await expectOk(stack.destroy());
        expect(stack.cloud.contents()).to.deep.equal([]);
    });

    it("a record of a list without id or use cases concerns that record alone; a list without content is no empty account", async () => {
        const stack = await engine((cloud) =>
            workspaceProgram(workspace("w", under("k")), [key("k", cloud.createKey())]),
        );
        const { cloud } = stack;
        const { aws_key_info } = await cloud.account.create("customer-managed-keys", {
            aws_key_info: { key_arn: cloud.createKey() },
            use_cases: ["STORAGE"],
        });
        for (const [kind, odd] of Object.entries({
            "customer-managed-keys": [{ customer_managed_key_id: "odd", aws_key_info }],
            workspaces: [{ workspace_name: "odd" }, { workspace_id: 1, workspace_name: "x" }],
        }))
            cloud.inject({ when: isList(kind), times: 1, do: { kind: "body", body: JSON.stringify(odd) } });
        await expectOk(stack.up());
        const id = stack.id();
        await people(stack, id);
        stack.forget("w");
        stack.clear();
        cloud.inject({ when: isList("workspaces"), do: { kind: "body", body: "" } });
        await expectRefused(stack.up());
        expect([stack.writes(), stack.workspaces()]).to.deep.equal([[], [id]]);
    });

    it("a service that answers an equal POST with the existing registration is asked a few times, and the error says what to do", async () => {
        const stack = await engine((cloud) => {
            const arn = cloud.createKey();
            return [identity, key("first", arn), key("second", arn)];
        });
        stack.cloud.behavior.equalPost = "existing";
        await expectRefused(stack.up(), "keeps one object for equal content", "Use that resource here too");
        expect(stack.writes().length).to.be.at.most(8);
        expect(stack.cloud.account.list("customer-managed-keys")).to.have.length(1);
    });

    it("a fixed name that needs another role or bucket is found before anything is sent, with the remedy, while a workspace uses it", async () => {
        const program = (role: string, bucketName: string) => [
            identity,
            resource("Credentials", "c", { credentialsName: "fixed", roleArn: `${ROLE_ARN}${role}` }),
            resource("StorageConfiguration", "s", { storageConfigurationName: "fixed", bucketName }),
            workspace(),
        ];
        const stack = await engine(program("one", "bucket-one"));
        await expectOk(stack.up());
        stack.clear();
        for (const [role, bucketName, field] of [
            ["two", "bucket-one", "credentialsName"],
            ["one", "bucket-two", "storageConfigurationName"],
        ] as const) {
            stack.program = program(role, bucketName);
            await expectRefused(stack.up(), `while the workspace ${stack.id()} uses it`, `Leave ${field} out`);
        }
        expect(stack.writes()).to.deep.equal([]);
    });
});

describe("what must not be mistaken for an orphan", () => {
    afterEach(endEngines);
    const REGISTERED = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-4333-8444-555555555555";
    const keyIds = ({ cloud }: Awaited<ReturnType<typeof engine>>) =>
        cloud.account.list("customer-managed-keys").map((one) => String(one["customer_managed_key_id"]));

    /** A stack under a key, and the same program under another one: its registration is replaced. */
    const moving = async (onKeyChange: string) => {
        const arns: string[] = [];
        const at = (index: number, more = {}) =>
            workspaceProgram(workspace("w", { ...under("k"), onKeyChange, ...more }), [key("k", arns[index] ?? "")]);
        const stack = await engine((cloud) => {
            arns.push(cloud.createKey(), cloud.createKey());
            return at(0);
        });
        await expectOk(stack.up());
        return { stack, at };
    };

    it("a registration whose replacement stopped half-way is kept if the program returns to the old key", async () => {
        const { stack, at } = await moving("forbid");
        const before = keyIds(stack);
        // The new registration is made, the workspace refuses to follow, the old registration waits for its end.
        stack.program = at(1);
        await expectRefused(stack.up());
        expect(keyIds(stack)).to.have.length(2);
        stack.program = at(0);
        await expectOk(stack.up());
        expect([keyIds(stack), stack.id("k")]).to.deep.equal([before, before[0]]);
        await expectOk(stack.refresh());
        expect(await stack.changes()).to.deep.equal([]);
    });

    it("the old workspace is named if its replacement FAILED, and the program that goes back gets it back", async () => {
        const { stack, at } = await moving("replace");
        const old = stack.id();
        stack.cloud.account.nextOutcome = { status: "FAILED", message: "No capacity." };
        stack.program = at(1);
        await expectRefused(stack.up(), `The workspace ${old}, which it was to replace, still exists`, "forceDestroy");
        stack.program = at(0, { forceDestroy: true });
        await expectOk(stack.up());
        expect([stack.workspaces(), stack.id()]).to.deep.equal([[old], old]);
        expect(await stack.changes()).to.deep.equal([]);
    });

    it("a registration whose resource is renamed is kept, and the user is told", async () => {
        const stack = await engine([identity, key("old", REGISTERED)]);
        await expectOk(stack.up());
        const before = stack.id("old");
        const run = await expectOk(stack.change({ old: undefined, new: key("new", REGISTERED) }).up());
        expect(textOf(run)).to.contain('belongs to "new" of this stack now');
        expect([keyIds(stack), stack.id("new")]).to.deep.equal([[before], before]);
    });

    it("a first registration that depends on a second one with the same content fails, with a remedy that works", async () => {
        const stack = await engine([identity, key("first", REGISTERED)]);
        await expectOk(stack.up());
        stack.program = [identity, key("second", REGISTERED), key("first", REGISTERED, { dependsOn: ["second"] })];
        // Again at the next up, and nothing is deleted meanwhile.
        for (let up = 0; up < 2; up++)
            await expectRefused(stack.up(), 'twice, as "second" and as "first"', "pulumi state delete");
        expect(keyIds(stack)).to.have.length(1);
        stack.forget("second");
        stack.program = [identity, key("first", REGISTERED), key("second", REGISTERED, { dependsOn: ["first"] })];
        await expectOk(stack.up());
        expect(stack.id("first")).to.not.equal(stack.id("second"));
    });

    it("a StackIdentity that was deleted from the state or edited there is created again, and the workspace gets its new owner in place", async () => {
        const stack = await engine([identity, ...needs, workspace()]);
        await expectOk(stack.up());
        const id = stack.id();
        stack.forget("databricks-cmk");
        expect(await stack.changes()).to.deep.equal(["create databricks-cmk", "update w"]);
        expect(await stack.changes()).to.deep.equal([]);
        for (const broken of ["nonsense", 5, undefined]) {
            stack.entry("databricks-cmk").outputs["uuid"] = broken;
            const changes = await stack.changes();
            expect(changes.filter((one) => !one.endsWith(" databricks-cmk"))).to.deep.equal(["update w"]);
            expect(changes).to.include("create databricks-cmk");
            expect(await stack.changes()).to.deep.equal([]);
        }
        expect([stack.workspaces(), stack.held()]).to.deep.equal([[id], { w: id }]);
    });
});
