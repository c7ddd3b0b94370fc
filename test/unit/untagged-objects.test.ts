import { expect } from "chai";

import type { FaultEffect } from "../../local-cloud";
import { endEngines, engine, type EngineStack, type Place } from "../helpers/engine";
import type { Goal } from "../helpers/engine/engine-types";
import { gate } from "../helpers/environment";
import { expectOk, textOf } from "../helpers/expect-ok";
import {
    identity,
    key,
    needs,
    type Options,
    resource,
    ROLE_ARN,
    under,
    workspace,
    workspaceProgram,
} from "../helpers/programs";

const ARN = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-4333-8444-555555555555";
const registered = (name: string, options?: Options) => key(name, ARN, options);
const KEYS = "/customer-managed-keys";

/** The ids of the account's objects of a kind. */
const ids = ({ cloud }: EngineStack, kind = "customer-managed-keys") =>
    cloud.account
        .list(kind)
        .map((one) => String(one[kind === "credentials" ? "credentials_id" : "customer_managed_key_id"]));

describe("objects without an ownership tag", () => {
    afterEach(endEngines);
    const made = async (...goals: readonly Goal[]) => {
        const stack = await engine([identity, ...goals]);
        await expectOk(stack.up());
        return stack;
    };

    for (const [what, kind, goal] of [
        ["a registration", "customer-managed-keys", registered],
        [
            "a named object",
            "credentials",
            (name: string) => resource("Credentials", name, { roleArn: ROLE_ARN, credentialsName: "mine" }),
        ],
    ] as const) {
        it(`${what} stays when its resource is renamed: the new resource has it, and the deletion of the old one deletes nothing`, async () => {
            const stack = await made(goal("old"));
            const old = structuredClone(stack.entry("old"));
            const run = await expectOk(stack.change({ old: undefined, new: goal("new") }).up());
            expect(textOf(run)).to.contain('belongs to "new" of this stack now');
            expect([ids(stack, kind), stack.id("new")]).to.deep.equal([[old.id], old.id]);
            // The same, had the run been killed before the old one's end, and even if the old state has lost its mark.
            for (const owner of [old.outputs["owner"], "spoilt"]) {
                stack.engine.state.push({ ...old, outputs: { ...old.outputs, owner } });
                expect(await stack.changes()).to.deep.equal(["delete old"]);
                expect(ids(stack, kind)).to.deep.equal([old.id]);
            }
            stack.engine.state.push(old);
            await expectOk(stack.destroy());
            expect(ids(stack, kind)).to.deep.equal([]);
        });
    }

    /** A stack whose workspace is under a registration of this name. */
    const used = async (name: string, place?: Place) => {
        let arn = "";
        const program = (named: string) => workspaceProgram(workspace("w", under(named)), [key(named, arn)]);
        const stack = await engine((cloud) => {
            arn = cloud.createKey();
            return program(name);
        }, place);
        await expectOk(stack.up());
        return { stack, arn, program };
    };

    it("a registration that another stack's workspace uses belongs to that stack, however equal and recent", async () => {
        const { stack: theirs, arn } = await used("k", { name: "organization/tests/stranger" });
        const ours = await engine([identity, key("k", arn)], { beside: theirs });
        await expectOk(ours.up());
        expect(ids(ours))
            .to.have.members([theirs.id("k"), ours.id("k")])
            .and.have.length(2);
    });

    it("a registration that this stack's own workspace uses stays when its resource is renamed, and so does the workspace", async () => {
        const { stack, program } = await used("old");
        stack.program = program("new");
        expect(await stack.changes()).to.deep.equal(["create new", "delete old"]);
        expect(ids(stack)).to.deep.equal([stack.id("new")]);
    });

    it("an orphaned registration is adopted, although an equal one of another resource is younger", async () => {
        const stack = await made(registered("left"));
        const left = stack.id("left");
        stack.clock.pass(5_000);
        await expectOk(stack.change({ other: registered("other") }).up());
        stack.forget("left");
        await expectOk(stack.up({ parallel: true }));
        expect(stack.id("left")).to.equal(left);
    });

    it("of two equal orphaned registrations one is adopted, and a warning names the other", async () => {
        const stack = await made(registered("k"), registered("twin"));
        const [first, second = ""] = [stack.id("k"), stack.id("twin")];
        stack.forget("k", "twin");
        const { lines } = await expectOk(stack.change({ twin: undefined }).up());
        expect(stack.id("k")).to.equal(first);
        expect(lines.filter((line) => line.includes(second))).to.have.length(1);
        expect(lines.join("\n")).to.contain("which needs no second one");
    });

    it("a replaced object is deleted, although its resource was renamed since (aliases)", async () => {
        const stack = await made(registered("old"));
        const { inputs, ...rest } = registered("new", { aliases: ["old"] });
        stack.change({ old: undefined, new: { ...rest, inputs: { ...inputs, useCases: ["STORAGE"] } } });
        expect(await stack.changes()).to.deep.equal(["create new", "delete new"]);
        expect(ids(stack)).to.deep.equal([stack.id("new")]);
    });

    const isPost = ({ method, path }: { method: string; path: string }) => method === "POST" && path.endsWith(KEYS);
    /** Each of these resources, which are created at once, has a registration of its own. */
    const eachHasItsOwn = async (stack: EngineStack, names: readonly string[]) => {
        await expectOk(
            stack.change(Object.fromEntries(names.map((name) => [name, registered(name)]))).up({ parallel: true }),
        );
        expect(ids(stack))
            .to.have.members(names.map((name) => stack.id(name)))
            .and.have.length(names.length);
    };

    for (const [when, loss] of Object.entries<FaultEffect>({
        "after its effect": { kind: "drop", when: "after" },
        "before its effect": { kind: "drop", when: "before" },
        "in a broken answer": { kind: "truncate" },
    })) {
        for (const lost of [1, 2, 3]) {
            it(`of ${lost < 3 ? 2 : 3} registrations with the same content created at once, each has its own when the ${lost === 1 ? "first" : `first ${lost}`} answers are lost ${when}`, async () => {
                const stack = await engine([identity]);
                stack.cloud.inject({ when: isPost, times: lost, do: loss });
                await eachHasItsOwn(stack, lost < 3 ? ["a", "b"] : ["a", "b", "c"]);
            });
        }
    }

    for (const [when, second] of [
        ["before", 1],
        ["after", 0],
    ] as const) {
        it(`a create whose response was lost ${when} its effect and whose registration another resource adopted creates another one`, async () => {
            const stack = await engine([identity]);
            const twinLooked = gate();
            let lists = 0;
            stack.cloud.inject({
                when: ({ method, path }) => method === "GET" && path.endsWith(KEYS) && ++lists > 1,
                do: { kind: "call", when: "after", run: async () => void setImmediate(() => twinLooked.open()) },
            });
            let posted = 0;
            stack.cloud.inject({
                when: (request) => isPost(request) && posted++ === second,
                times: 1,
                do: { kind: "call", when: "after", run: () => twinLooked.passed },
            });
            stack.cloud.inject({ when: isPost, times: 1, do: { kind: "drop", when } });
            await eachHasItsOwn(stack, ["a", "b"]);
        });
    }

    it("an object that this very process deleted is not adopted", async () => {
        const stack = await made(registered("old", { deleteBeforeReplace: true }));
        const old = stack.id("old");
        stack.program = [identity, key("other", ARN), registered("old", { deleteBeforeReplace: true })];
        expect(await stack.changes({ replace: ["old"] })).to.deep.equal(["create other", "delete old", "create old"]);
        expect(stack.id("old")).to.not.equal(old);
    });

    it("a second registration with the same content gets its own when the first one is seen in time", async () => {
        const stack = await made(registered("first"));
        // The engine comes to the first one a second after the second one has looked for what it may adopt.
        const hold = { kind: "call", when: "before", run: () => stack.clock.hold(1_000) } as const;
        stack.cloud.inject({
            when: ({ method, path }) => method === "POST" && path.endsWith("/credentials"),
            do: hold,
        });
        stack.program = [identity, registered("second"), ...needs, registered("first", { dependsOn: ["c"] })];
        await expectOk(stack.up({ parallel: true }));
        expect(stack.id("second")).to.not.equal(stack.id("first"));
    });
});
