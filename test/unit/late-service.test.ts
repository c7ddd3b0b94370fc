import { expect } from "chai";

import { getPath } from "../../provider/util/property-path";
import type { FaultEffect, LocalCloud, LocalCloudOptions } from "../../local-cloud";
import { endEngines, engine, type EngineStack } from "../helpers/engine";
import { FakeClock, type fakeEnvironment } from "../helpers/environment";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { key, resource, ROLE_ARN, under, workspace, workspaceProgram } from "../helpers/programs";
import { handlersOf, initializationError, postsOf, startProvider, workspaceInputs } from "../helpers/provider-process";

const HOUR = 3_600_000;
const isPost = ({ method, path }: { method: string; path: string }) =>
    method === "POST" && path.endsWith("/workspaces");
const isPatch = ({ method }: { method: string }) => method === "PATCH";
const MADE: FaultEffect = { kind: "status", status: 500, afterEffect: true };

describe("a service that shows late what it did", () => {
    afterEach(endEngines);

    for (const provisioningMilliseconds of [0, 120_000])
        it(`a list that is 15 s late after a POST that answered 500: the second workspace is named (${provisioningMilliseconds / 1000} s of provisioning)`, async () => {
            const behavior = { listMilliseconds: 15_000 };
            const stack = await engine(workspaceProgram(), { provisioningMilliseconds, behavior });
            stack.cloud.inject({ when: isPost, times: 1, do: MADE });
            const { lines } = await expectOk(stack.up());
            const [other, ...more] = stack.workspaces().filter((one) => one !== stack.id());
            expect([more, postsOf(stack.cloud, "workspaces").length]).to.deep.equal([[], 2]);
            const warnings = lines.filter((line) => line.includes("carries its tag too"));
            expect(warnings, lines.join("\n")).to.have.length(1);
            expect(warnings[0]).to.contain(`The workspace ${other} appeared`).and.contain("whose response was lost");
        });

    it("nobody waits for a list where the first POST was answered, or what it made was found", async () => {
        const stack = await engine(workspaceProgram(), { provisioningMilliseconds: 0 });
        for (const again of [{}, { v: workspace("v") }]) {
            const began = stack.clock.now();
            await expectOk(stack.change(again).up());
            expect(stack.clock.now() - began).to.be.below(5_000);
            stack.cloud.inject({ when: isPost, times: 1, do: MADE });
        }
        expect(stack.workspaces()).to.have.length(2);
    });

    describe("in an update in place that is not seen in time", () => {
        let stack: EngineStack;
        beforeEach(async () => {
            stack = await engine(workspaceProgram(tagged("a")), { provisioningMilliseconds: 0 });
            await expectOk(stack.up());
            const late = { updates: "late", updateMilliseconds: HOUR, updateStatus: "running" } as const;
            Object.assign(stack.cloud.behavior, late);
        });
        const tagged = (team: string) => workspace("w", { customTags: { team } });
        const patches = () => stack.cloud.requests.filter(isPatch).length;
        /** An update that does not succeed, and the program of before. */
        const lapses = async () => {
            await expectRefused(stack.change({ w: tagged("b") }).up());
            expect(stack.entry().outputs).to.deep.include({ customTags: { team: "a" }, workspaceId: stack.id() });
            stack.change({ w: tagged("a") });
            stack.clear();
        };
        /** What was asked comes after all, and is taken back. */
        const comesLate = async () => {
            stack.clock.pass(HOUR);
            stack.cloud.behavior.updates = "at-once";
            expect(await stack.changes()).to.deep.equal(["update w"]);
            expect(stack.lines.join()).to.contain("was asked earlier to change customTags");
        };
        const shown = () => getPath(stack.cloud.account.find("workspaces", stack.id()) ?? {}, "custom_tags.team");

        it("the next up notices that it came late, though program and state agree, and takes it back", async () => {
            await lapses();
            // The engine calls an update after an init error, changed or not.
            expect([await stack.changes(), patches()]).to.deep.equal([["update w"], 0]);
            expect(await stack.changes()).to.deep.equal([]);
            stack.clock.pass(HOUR);
            expect(shown()).to.equal("b");
            stack.cloud.behavior.updates = "at-once";
            const { lines } = await expectOk(stack.up());
            expect(lines.join()).to.contain(
                `w: the service was asked earlier to change customTags of the workspace ${stack.id()}, and has done so since.`,
            );
            expect([shown(), patches()]).to.deep.equal(["a", 1]);
            expect(stack.entry().outputs).to.not.have.property("unseenChanges");
            expect(await stack.changes()).to.deep.equal([]);
        });

        it("the note outlives a refresh and an update of something else, until the change was seen", async () => {
            await lapses();
            await expectOk(stack.refresh());
            await expectOk(stack.up());
            expect(patches()).to.equal(0);
            stack.clock.pass(HOUR);
            stack.cloud.behavior.updates = "at-once";
            expect(await stack.change({ w: tagged("b") }).changes()).to.deep.equal([]);
            expect(await stack.change({ w: tagged("a") }).changes()).to.deep.equal(["update w"]);
            expect(stack.entry().outputs).to.not.have.property("unseenChanges");
            expect([shown(), patches()]).to.deep.equal(["a", 1]);
        });

        for (const [what, effect] of Object.entries<FaultEffect>({
            "whose response was lost": { kind: "drop", when: "after" },
            "that was answered with 500": MADE,
        }))
            it(`a PATCH ${what}, and after which nothing is heard, is noted too`, async () => {
                stack.cloud.inject({ when: isPatch, times: 1, do: effect });
                let asked = false;
                const stop = stack.cloud.inject({
                    when: ({ method, path }) =>
                        (asked ||= patches() > 0) && method === "GET" && path.includes("/workspaces"),
                    do: { kind: "status", status: 404, body: "<html>Not here</html>" },
                });
                await lapses();
                stop();
                await comesLate();
            });

        it("a PATCH whose response was lost, and that is refused when it is repeated, is noted too", async () => {
            stack.cloud.inject({ when: isPatch, times: 1, do: { kind: "drop", when: "after" } });
            const body = '{"error_code": "RESOURCE_CONFLICT", "message": "busy"}';
            const stop = stack.cloud.inject({ when: isPatch, do: { kind: "status", status: 409, body } });
            await lapses();
            stop();
            await comesLate();
        });

        it("a refusal leaves no note: nothing can come of it", async () => {
            const body = '{"error_code": "X", "message": "no"}';
            stack.cloud.inject({ when: isPatch, do: { kind: "status", status: 400, body } });
            await lapses();
            expect(stack.entry().outputs).to.not.have.property("unseenChanges");
        });
    });

    describe("in what names a registration", () => {
        const deletions = ({ cloud }: EngineStack) =>
            cloud.requests.filter(({ method }) => method === "DELETE").map(({ path }) => path);
        const make = async () => {
            const stack = await engine(
                (cloud) => workspaceProgram(workspace("w", under("k")), [key("k", cloud.createKey())]),
                { provisioningMilliseconds: 0 },
            );
            await expectOk(stack.up());
            stack.clear();
            return stack;
        };

        it("the registration is not deleted: nothing is sent, and the error names the workspace and its field", async () => {
            const stack = await make();
            const id = stack.id();
            stack.forget("w");
            await expectRefused(
                stack.change({ w: undefined, k: undefined }).up(),
                `The customer-managed key ${stack.id("k")} is not deleted`,
                `the workspace ${id} of the account still names it`,
                "(managed_services_customer_managed_key_id)",
                "if it only waits for its deletion in this stack, once with --continue-on-error",
            );
            expect(deletions(stack)).to.deep.equal([]);
        });

        it("a list that still shows the workspace keeps nobody, once the workspace is gone", async () => {
            const stack = await make();
            const body = JSON.stringify(stack.cloud.account.list("workspaces"));
            await expectOk(stack.change({ w: undefined }).up());
            const isList = ({ method, path }: { method: string; path: string }) =>
                method === "GET" && path.endsWith("/workspaces");
            stack.cloud.inject({ when: isList, do: { kind: "body", body } });
            const id = stack.id("k");
            await expectOk(stack.change({ k: undefined }).up());
            expect(deletions(stack).at(-1)).to.contain(`/customer-managed-keys/${id}`);
        });

        it("a tag is no reference, and one list serves many registrations", async () => {
            const stack = await make();
            const { cloud } = stack;
            const others = {
                a: key("a", cloud.createKey()),
                b: key("b", cloud.createKey()),
                d: resource("Credentials", "d", { roleArn: `${ROLE_ARN}2` }),
            };
            await expectOk(stack.change(others).up());
            const tags = Object.keys(others).map((name) => [`id-${name}`, stack.id(name)]);
            cloud.account.change("workspaces", stack.id(), { custom_tags: Object.fromEntries(tags) });
            stack.clear();
            await expectOk(stack.change({ a: undefined, b: undefined, d: undefined }).up());
            expect(deletions(stack)).to.have.length(3);
            expect(cloud.requests.filter(({ path }) => path.endsWith("/workspaces"))).to.have.length(1);
        });
    });
});

// By hand: the small engine's processes are killed, and not cancelled.
describe("a wait for a service that shows late what it did", () => {
    let cloud: LocalCloud;
    let clock: FakeClock;
    let world: ReturnType<typeof fakeEnvironment>;
    afterEach(() => cloud.stop());

    it("ends when the operation is cancelled, and the next up looks at what has become of it", async () => {
        const options: LocalCloudOptions = { provisioningMilliseconds: 0 };
        const started = await startProvider(new FakeClock(), options);
        ({ cloud, clock, world } = started);
        const news = await workspaceInputs(started.handlers, { customTags: { team: "a" } });
        const { id, outs } = await started.handlers.workspace.create(news);
        Object.assign(cloud.behavior, { updates: "late", updateMilliseconds: HOUR, updateStatus: "running" });
        const cancelled = new AbortController();
        world.cancelled = cancelled.signal;
        const { workspace } = handlersOf(world);
        const began = clock.now();
        cloud.inject({ when: isPatch, do: { kind: "call", when: "after", run: async () => cancelled.abort() } });
        const error = await initializationError(workspace.update(id, outs, { ...news, customTags: { team: "b" } }));
        expect(error.message).to.contain("does not show it yet: customTags. The wait was cancelled.");
        expect(clock.now() - began).to.be.below(60_000);
        expect(error.properties).to.deep.include({ unseenChanges: { customTags: { team: "b" } } });
    });
});
