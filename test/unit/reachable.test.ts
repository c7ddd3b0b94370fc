import { expect } from "chai";

import { probeHost } from "../../provider/objects/workspace/reachable";
import type { WorkspaceBehavior } from "../../local-cloud/workspace-api/behavior";
import { endEngines, engine, type EngineStack } from "../helpers/engine";
import type { Inputs } from "../helpers/engine/engine-types";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { workspace, workspaceProgram } from "../helpers/programs";

describe("waitUntilReachable", () => {
    afterEach(endEngines);
    const w = (more: Inputs = {}) => workspace("w", { waitUntilReachable: true, ...more });
    /** A stack whose workspaces' hosts behave like this. */
    const withHost = (workspaces: Partial<WorkspaceBehavior>, more?: Inputs) =>
        engine(workspaceProgram(w(more)), { workspaces });
    const probes = ({ cloud }: EngineStack) =>
        cloud.requests.filter(({ method, path }) => method === "GET" && path === "/");

    it("left out, nothing is sent to the workspace's host", async () => {
        const stack = await withHost({}, { waitUntilReachable: undefined });
        await expectOk(stack.up());
        expect(probes(stack)).to.deep.equal([]);
    });

    it("of a host that answers, whatever it answers, ends with one request, without a credential", async () => {
        const stack = await withHost({ frontEnd: "forbidden" });
        await expectOk(stack.up());
        expect(stack.entry().outputs).to.include({ workspaceStatus: "RUNNING", waitUntilReachable: true });
        expect(stack.entry().outputs).to.not.have.property("unreachable");
        expect(probes(stack).map(({ status }) => status)).to.deep.equal([403]);
        expect(JSON.stringify(probes(stack))).to.not.match(/authorization|bearer/i);
        expect(JSON.stringify(stack.cloud.requests.map(({ body }) => body ?? ""))).to.not.contain("reachable");
    });

    it("of a host that answers later waits for it, and shows what is not there yet", async () => {
        const stack = await withHost({ reachableAfterMilliseconds: 90_000 });
        const began = stack.clock.now();
        await expectOk(stack.up());
        expect(stack.clock.now() - began).to.be.within(120_000, 150_000);
        expect(stack.engine.progress.find((line) => line.includes("cannot be reached"))).to.match(
            /^w: RUNNING, but after \d+ s http:\/\/dbc-[^ ]+ cannot be reached yet: the connection failed \(ECONNRESET\)$/,
        );
        expect(probes(stack).length).to.be.at.most(12);
        expect(await stack.changes()).to.deep.equal([]);
    });

    it("of a host that never answers ends with the provisioning timeout, keeps the workspace, and goes on at the next up", async () => {
        const stack = await withHost({ frontEnd: "unreachable" }, { provisioningTimeoutSeconds: 100 });
        const began = stack.clock.now();
        await expectRefused(
            stack.up(),
            /is RUNNING, but http:\/\/dbc-[^ ]+ cannot be reached from this machine after 100 s: the connection failed.*waitUntilReachable/,
        );
        expect(stack.clock.now() - began).to.be.within(100_000, 115_000);
        expect(stack.entry().outputs).to.include({ workspaceStatus: "RUNNING", unreachable: true });
        // A refresh takes the engine's own note of the failure away.
        await expectOk(stack.refresh());
        await expectRefused(stack.up(), "cannot be reached");
        stack.cloud.workspace(stack.id()).behavior.frontEnd = "public";
        expect(await stack.changes()).to.deep.equal(["update w"]);
        expect(stack.entry().outputs).to.not.have.property("unreachable");
        expect(await stack.changes()).to.deep.equal([]);
        expect(stack.writes().filter((one) => /^(PATCH|DELETE)/.test(one))).to.deep.equal([]);
    });

    it("taken away or added on a workspace that exists changes nothing and waits for nothing", async () => {
        const stack = await withHost({ frontEnd: "unreachable" }, { provisioningTimeoutSeconds: 60 });
        await expectRefused(stack.up(), "cannot be reached");
        await expectOk(stack.change({ w: workspace("w", { provisioningTimeoutSeconds: 60 }) }).up());
        expect(stack.entry().outputs).to.not.have.any.keys("unreachable", "waitUntilReachable");
        stack.clear();
        expect(await stack.change({ w: w() }).changes()).to.deep.equal([]);
        expect(await stack.change({ w: w({ customTags: { team: "a" } }) }).changes()).to.deep.equal(["update w"]);
        expect(probes(stack)).to.deep.equal([]);
    });

    it("must be true or false", async () => {
        const stack = await withHost({}, { waitUntilReachable: "yes" });
        await expectRefused(stack.preview(), "waitUntilReachable must be true or false");
    });

    it("names what is not there yet: the name, the connection", async () => {
        expect(await probeHost("https://dbc-1.nowhere.invalid")).to.match(/dbc-1\.nowhere\.invalid does not resolve/);
        expect(await probeHost("http://127.0.0.1:9")).to.match(/ECONNREFUSED/);
    });
});
