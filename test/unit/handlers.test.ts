import { expect } from "chai";

import type { FaultEffect } from "../../local-cloud";
import { FakeClock } from "../helpers/environment";
import { endEngines, engine, type EngineStack } from "../helpers/engine";
import type { Inputs } from "../helpers/engine/engine-types";
import { expectOk, expectRefused, textOf } from "../helpers/expect-ok";
import { IDENTITY, identity, key, workspace, workspaceProgram } from "../helpers/programs";
import { outcome, postsOf, startProvider, workspaceInputs } from "../helpers/provider-process";

describe("the life of a workspace", () => {
    afterEach(endEngines);
    const posts = ({ cloud }: EngineStack) => postsOf(cloud, "workspaces");
    const w = (inputs: Inputs) => ({ w: workspace("w", inputs) });
    /** A stack with this workspace, which is there. */
    const made = async (inputs: Inputs = {}) => {
        const stack = await engine(workspaceProgram(workspace("w", inputs)));
        await expectOk(stack.up());
        stack.clear();
        return stack;
    };
    const creates = ({ calls }: EngineStack) => calls.filter((call) => call.startsWith("create "));

    for (const id of ["9007199254740993", "123456789012345678"])
        it(`keeps its id digit for digit: ${id}`, async () => {
            const stack = await engine(workspaceProgram());
            stack.cloud.account.nextWorkspaceId = id;
            await expectOk(stack.up());
            const outputs = structuredClone(stack.entry().outputs);
            expect([stack.id(), outputs["workspaceId"]]).to.deep.equal([id, id]);
            await expectOk(stack.refresh());
            expect(stack.entry().outputs).to.deep.equal(outputs);
            await expectOk(stack.destroy());
            expect(stack.cloud.contents()).to.deep.equal([]);
        });

    it("begins with few polls, and a line of progress at most every 10 s, until it runs", async () => {
        const stack = await engine(workspaceProgram());
        await expectOk(stack.up());
        const looks = stack.cloud.requests.filter(({ method, path }) => method === "GET" && /workspaces\//.test(path));
        expect(looks.length).to.be.within(1, 22);
        const { progress } = stack.engine;
        expect(progress.length).to.be.within(1, 4);
        expect(progress[0]).to.match(/^w: PROVISIONING for \d+ s: /);
    });

    it("shows no difference in what the service computes", async () => {
        const names = { none: undefined, sales: "sales", empty: "EMPTY" };
        const all = Object.entries(names).map(([name, deploymentName]) => workspace(name, { deploymentName }));
        const stack = await engine(workspaceProgram(all), { deploymentNamePrefix: "acme" });
        await expectOk(stack.up());
        expect(await stack.changes()).to.deep.equal([]);
        const prefixes = Object.keys(names).map((name) => stack.entry(name).outputs["deploymentNamePrefix"]);
        expect(prefixes).to.deep.equal([undefined, "acme", "acme"]);
        await expectOk(stack.refresh());
        expect(await stack.changes()).to.deep.equal([]);
    });

    it("ends for another deployment name that only looks like one with the prefix", async () => {
        const stack = await made({ deploymentName: "acme-sales" });
        expect(await stack.change(w({ deploymentName: "sales" })).changes()).to.deep.equal(["create w", "delete w"]);
    });

    it("is changed in place with one PATCH of the changed fields, which keeps the ownership tag out of the tags", async () => {
        const stack = await made({ customTags: { team: "a" } });
        expect(stack.entry().outputs["customTags"]).to.deep.equal({ team: "a" });
        expect(await stack.change(w({ customTags: { team: "b" } })).changes()).to.deep.equal(["update w"]);
        const patches = stack.cloud.requests.filter(({ method }) => method === "PATCH");
        expect(patches.map(({ query }) => query["update_mask"])).to.deep.equal(["custom_tags"]);
        expect(patches[0]?.body).to.deep.equal({
            custom_tags: { team: "b", "pulumi-databricks-cmk": `${stack.id(IDENTITY)}/w` },
        });
        expect(stack.entry().outputs["customTags"]).to.deep.equal({ team: "b" });
        expect(await stack.changes()).to.deep.equal([]);
    });

    it("that failed is in the state, with the reason, and is replaced by the next up", async () => {
        const stack = await engine(workspaceProgram());
        stack.cloud.account.nextOutcome = { status: "FAILED", message: "No capacity." };
        await expectRefused(stack.up(), "is FAILED: No capacity");
        expect(stack.entry().outputs).to.include({ __provider: "p", workspaceStatus: "FAILED" });
        expect(stack.workspaces()).to.have.length(1);
        expect(await stack.changes()).to.deep.equal(["delete w", "create w"]);
    });

    it("is never replaced because it failed after it had run", async () => {
        const stack = await made();
        stack.cloud.account.setStatus(stack.id(), "FAILED", "Role is gone.");
        await expectOk(stack.refresh());
        await expectRefused(stack.up(), "is FAILED");
        expect(creates(stack)).to.deep.equal([]);
    });

    it("is never replaced because it failed after an update whose result is unknown", async () => {
        const stack = await made({ customTags: { team: "a" } });
        stack.cloud.account.nextOutcome = { status: "FAILED", message: "Role is gone." };
        // Asked for by an earlier run that was killed.
        await stack.cloud.account.patch("workspaces", stack.id(), { custom_tags: { team: "b" } }, ["custom_tags"]);
        stack.change(w({ customTags: { team: "b" } }));
        await expectRefused(stack.up(), "It may have run before, so it is not replaced");
        await stack.up();
        expect(creates(stack)).to.deep.equal([]);
    });

    it("is never replaced because it was FAILED when it was adopted: what it was before is not known", async () => {
        const stack = await made();
        const id = stack.id();
        stack.cloud.account.setStatus(id, "FAILED", "Role is gone.");
        stack.change({ w: undefined, other: workspace("other", { workspaceName: "w", adopt: id }) });
        await expectRefused(stack.up());
        stack.clear();
        await expectRefused(stack.up());
        expect([creates(stack), stack.workspaces()]).to.deep.equal([[], [id]]);
    });

    it("goes on with waiting after a time-out", async () => {
        const waiting = (provisioningTimeoutSeconds: number) => workspace("w", { provisioningTimeoutSeconds });
        const stack = await engine(workspaceProgram(waiting(20)), { provisioningMilliseconds: 60_000 });
        await expectRefused(stack.up(), "still PROVISIONING after 20 s");
        await expectOk(stack.change({ w: waiting(100) }).up());
        expect(stack.entry().outputs["workspaceStatus"]).to.equal("RUNNING");
        expect(posts(stack)).to.have.length(1);
    });

    it("goes on as the orphan of an interrupted create, and as nothing else", async () => {
        const stack = await made();
        const id = stack.id();
        const after = async (inputs: Inputs, words: string) => {
            stack.forget("w");
            const { lines } = await expectOk(stack.change(w(inputs)).up());
            expect(lines.filter((line) => line.includes(words))).to.have.length(1);
            return stack.id();
        };
        expect(await after({}, "is adopted")).to.equal(id);
        expect(await after({ workspaceName: "other" }, "left alone")).to.not.equal(id);
        const stranger = await engine(workspaceProgram(), { beside: stack, name: "organization/tests/stranger" });
        await expectOk(stranger.up());
        expect(stranger.id()).to.not.be.oneOf([id, stack.id()]);
    });

    it("does not go on as an orphan if it holds content, is older than a day, or cannot be read: the error names the remedies", async () => {
        const stack = await made();
        const { account } = stack.cloud;
        const id = stack.id();
        stack.forget("w");
        const { behavior } = stack.cloud.workspace(id);
        behavior.identifiesItself = false;
        await expectRefused(stack.up(), "does not say who it is", `adopt: "${id}"`);
        behavior.identifiesItself = true;
        await stack.cloud.workspace(id).seed({ "/Shared/report": { type: "NOTEBOOK", source: "1" } });
        await expectRefused(stack.up(), "it holds content (/Shared/report)", `adopt: "${id}"`, "another name");
        account.change("workspaces", id, { creation_time: stack.clock.now() - 25 * 3_600_000 });
        await expectRefused(stack.up(), "it is older than a day");
        account.change("workspaces", id, { creation_time: stack.clock.now() });
        account.setStatus(id, "FAILED", "no route");
        await expectRefused(stack.up(), "it is FAILED, and whether it ever ran is not known");
        expect(posts(stack)).to.deep.equal([]);
    });

    it("of a registration, which carries no owner, goes on only while it is recent by the service's clock", async () => {
        const stack = await engine((cloud) => [identity, key("k", cloud.createKey())]);
        await expectOk(stack.up());
        const id = stack.id("k");
        stack.forget("k");
        await expectOk(stack.up());
        expect(stack.id("k")).to.equal(id);
        stack.forget("k");
        stack.cloud.account.change("customer-managed-keys", id, { creation_time: stack.clock.now() - 25 * 3_600_000 });
        await expectOk(stack.up());
        expect(stack.id("k")).to.not.equal(id);
    });

    for (const [what, effect] of Object.entries<FaultEffect>({
        "is lost": { kind: "drop", when: "after" },
        "is cut": { kind: "truncate" },
        "is 503": { kind: "status", status: 503, afterEffect: true },
        "is a proxy's": { kind: "body", body: "<html>proxy</html>" },
        "has another shape": { kind: "body", body: "{}" },
    }))
        it(`begins once if the response to its POST ${what}`, async () => {
            const stack = await engine(workspaceProgram());
            const when = ({ method, path }: { method: string; path: string }) =>
                method === "POST" && path.endsWith("/workspaces");
            stack.cloud.inject({ when, times: 1, do: effect });
            await expectOk(stack.up());
            expect(stack.workspaces()).to.deep.equal([stack.id()]);
        });

    it("waits for a throttled POST (429) as long as the response's Retry-After says", async () => {
        const stack = await engine(workspaceProgram(), { provisioningMilliseconds: 0 });
        const began = stack.clock.now();
        stack.cloud.inject({
            when: ({ method, path }) => method === "POST" && path.endsWith("/workspaces"),
            times: 1,
            do: { kind: "status", status: 429, headers: { "retry-after": "7" } },
        });
        await expectOk(stack.up());
        expect(stack.clock.now() - began).to.be.within(7_000, 9_000);
        expect(stack.workspaces()).to.have.length(1);
    });

    it("is refreshed with others from one list, which shows what is gone", async () => {
        const stack = await engine(workspaceProgram(["a", "b", "c"].map((name) => workspace(name))));
        await expectOk(stack.up());
        const { a, b, c } = stack.held();
        stack.cloud.account.remove("workspaces", b ?? "");
        stack.clear();
        await expectOk(stack.refresh());
        expect(stack.held()).to.deep.equal({ a, c });
        expect(stack.cloud.requests.filter(({ path }) => path.endsWith("/workspaces"))).to.have.length(1);
    });

    for (const [what, effect, words] of [
        ["is down", { kind: "status", status: 503 }, "HTTP 503"],
        ["breaks connections", { kind: "drop", when: "before" }, "no usable response"],
    ] as const)
        it(`stays in the state if the API ${what}: the refresh fails, without a secret in its error`, async () => {
            const stack = await made();
            const held = stack.held();
            stack.cloud.inject({ when: () => true, do: effect });
            const failed = await expectRefused(stack.refresh(), words);
            expect(textOf(failed)).to.not.contain(stack.cloud.token).and.not.contain(stack.cloud.clientSecret);
            expect(stack.held()).to.deep.equal(held);
        });

    it("with the deployment name of another one that is made at once does not begin, and nothing is lost", async () => {
        const both = ["w", "v"].map((name) => workspace(name, { deploymentName: "sales" }));
        const stack = await engine(workspaceProgram(both));
        await expectRefused(stack.up(), "already exists", "Choose another name");
        expect(stack.workspaces()).to.have.length(1).and.deep.equal(Object.values(stack.held()));
    });

    it("is updated by the next up if the result of an update is unknown", async () => {
        const stack = await made({ customTags: { team: "a" } });
        const isAsked = () => stack.writes().some((one) => one.startsWith("PATCH"));
        stack.cloud.inject({
            when: ({ method, path }) => method === "GET" && path.endsWith(stack.id()) && isAsked(),
            times: 1,
            do: { kind: "body", body: "<html>" },
        });
        await stack.change(w({ customTags: { team: "b" } })).up();
        await expectOk(stack.up());
        expect(stack.entry().outputs).to.deep.include({ customTags: { team: "b" }, workspaceStatus: "RUNNING" });
    });
});

// By hand: a deployment of the small engine ends with its provider, which outlives a killed engine for a moment.
describe("a workspace's handler", () => {
    let scene: Awaited<ReturnType<typeof startProvider>>;
    beforeEach(async () => {
        scene = await startProvider(new FakeClock());
    });
    afterEach(() => scene.cloud.stop());

    it("creates nothing once the engine has ended", async () => {
        const { cloud, world, handlers } = scene;
        const news = await workspaceInputs(handlers);
        world.isEngineAlive = async () => false;
        expect(await outcome(handlers.workspace.create(news))).to.contain("The engine has stopped");
        expect(postsOf(cloud, "workspaces")).to.deep.equal([]);
    });

    it("reads for `get` what is there, and says which id is wrong", async () => {
        const { handlers } = scene;
        const get = (id: string) => outcome(handlers.workspace.read(id, {}));
        expect(await get("5")).to.contain("get: there is no workspace 5 in the account. Correct the id.");
        expect(await get("account/5")).to.contain('is the bare "5", not "account/5"');
    });

    it("takes the stack's configuration from the engine", async () => {
        const { handlers } = scene;
        const config = { get: (name: string) => (name === "databricks:accountId" ? "not-an-account" : undefined) };
        await handlers.workspace.configure({ config } as unknown as Parameters<typeof handlers.workspace.configure>[0]);
        expect(await outcome(handlers.workspace.read("5", {}))).to.contain("account id must be a u");
    });
});
