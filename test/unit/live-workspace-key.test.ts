import { expect } from "chai";

import { seeds } from "../../local-cloud";
import { endEngines, engine, type EngineStack } from "../helpers/engine";
import type { Inputs } from "../helpers/engine/engine-types";
import { expectOk, expectRefused, textOf } from "../helpers/expect-ok";
import { key, under, workspace, workspaceProgram } from "../helpers/programs";

const KEY = "managed_services_customer_managed_key_id";

interface Shape {
    /** What all workspaces say of a key change. */
    readonly onKeyChange?: string;
    /** Which KMS key is registered as the one that is deleted before it is replaced. */
    readonly early?: number;
    /** The input of the workspace that was made without a key. */
    readonly bare?: Inputs;
}

const tags = { customTags: { team: "a" } };

describe("no workspace is replaced past forbid and the warning, whoever changed its key", () => {
    let stack: EngineStack;
    let arns: string[];
    let held: string[];
    beforeEach(async () => {
        stack = await engine((cloud) => {
            arns = Array.from({ length: 4 }, () => cloud.createKey());
            return program();
        });
        await expectOk(stack.up());
        held = ["keyed", "bare", "dependent"].map((name) => stack.id(name));
        for (const id of held) await stack.cloud.workspace(id).seed({ "/Shared/n": seeds.notebook("1") });
        stack.clear();
    });
    afterEach(endEngines);

    const program = ({ onKeyChange = "forbid", early = 2, bare = {} }: Shape = {}, more: Inputs = {}) =>
        workspaceProgram(
            Object.entries({ keyed: under("first"), bare, dependent: under("early") }).map(([name, inputs]) =>
                workspace(name, { onKeyChange, ...inputs, ...more }),
            ),
            [
                key("first", arns[0] ?? ""),
                key("second", arns[1] ?? ""),
                key("early", arns[early] ?? "", { deleteBeforeReplace: true }),
            ],
        );
    const up = (shape: Shape, more: Inputs = {}, options: Parameters<EngineStack["up"]>[0] = {}) => {
        stack.program = program(shape, more);
        return stack.up(options);
    };
    /** Somebody gives a workspace this key in the account console. */
    const rekey = (name: string, keyName?: string) =>
        stack.cloud.account.change("workspaces", stack.id(name), { [KEY]: keyName && stack.id(keyName) });
    /** Every workspace is still the one that people work in. */
    const nothingIsLost = () => {
        expect(stack.workspaces()).to.have.members(held);
        expect(["keyed", "bare", "dependent"].map((name) => stack.id(name))).to.deep.equal(held);
    };
    const forbidden = ['onKeyChange is "forbid"', "key"] as const;

    it("a change of tags leaves the console's key for refresh to find: neither it nor the unchanged up after it replaces", async () => {
        rekey("keyed", "second");
        expect(textOf(await expectOk(up({}, tags))))
            .to.contain("was changed outside Pulumi")
            .and.contain("pulumi refresh");
        stack.clear();
        await expectOk(stack.up());
        expect(stack.writes()).to.deep.equal([]);
        nothingIsLost();
    });

    it("a key changed in the account console is refused after a refresh and by up --refresh; once it is back, nothing differs", async () => {
        rekey("keyed", "second");
        await expectRefused(up({}, {}, { refresh: true }), ...forbidden);
        await stack.refresh();
        // Where a check and policy packs see what differs, as if the program had said it before.
        const { owner, workspaceName, managedServicesCustomerManagedKeyId } = stack.entry("keyed").inputs;
        expect(managedServicesCustomerManagedKeyId).to.equal(stack.id("second"));
        expect([typeof owner, workspaceName]).to.deep.equal(["string", "keyed"]);
        await expectRefused(up({}), ...forbidden);
        nothingIsLost();
        rekey("keyed", "first");
        await expectOk(up({}, {}, { refresh: true }));
        expect(stack.writes()).to.deep.equal([]);
        nothingIsLost();
    });

    it("a key that was added in the account console: a program without it loses nothing, and one that says it is right", async () => {
        rekey("bare", "first");
        await stack.refresh();
        await stack.up();
        nothingIsLost();
        await expectOk(up({ bare: under("first") }, tags));
        nothingIsLost();
        rekey("bare");
        await stack.refresh();
        await expectOk(up({}, tags));
        nothingIsLost();
    });

    it("deleteBeforeReplace on the registration: its replacement is refused before the workspace that depends on it is deleted, under every onKeyChange", async () => {
        for (const onKeyChange of ["forbid", "replace", "update"])
            await expectRefused(up({ early: 3, onKeyChange }), "would be deleted with it");
        for (const options of [{ replace: ["early"] }, { replace: ["early"], target: ["early"] }])
            await expectRefused(up({}, {}, options));
        nothingIsLost();
        await expectOk(up({}));
        expect(stack.writes().filter((one) => one.startsWith("DELETE"))).to.deep.equal([]);
    });
});

describe("a key change that the service took and dropped", () => {
    afterEach(endEngines);

    it("is not reported as done, and forbid keeps the workspace afterwards", async () => {
        let arns: string[] = [];
        const program = (name: string, onKeyChange: string) =>
            workspaceProgram(workspace("w", { ...under(name), onKeyChange }), [
                key("a", arns[0] ?? ""),
                key("b", arns[1] ?? ""),
            ]);
        const stack = await engine(
            (cloud) => {
                arns = [cloud.createKey(), cloud.createKey()];
                return program("a", "update");
            },
            { behavior: { keyChange: "updatable" } },
        );
        await expectOk(stack.up());
        const id = stack.id();
        stack.cloud.inject({
            when: ({ method }) => method === "PATCH",
            do: { kind: "status", status: 200, body: JSON.stringify(stack.cloud.account.get("workspaces", id)) },
        });
        stack.program = program("b", "update");
        await expectRefused(stack.up());
        stack.program = program("b", "forbid");
        await expectRefused(stack.up(), 'onKeyChange is "forbid"', "bring the key back");
        stack.program = program("a", "forbid");
        await expectOk(stack.up());
        expect([stack.workspaces(), stack.id()]).to.deep.equal([[id], id]);
    });
});
