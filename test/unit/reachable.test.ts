import { expect } from "chai";

import { probeHost } from "../../provider/objects/workspace/reachable";
import { InitializationError } from "../../provider/resource/errors";
import type { LocalCloud } from "../../local-cloud";
import type { WorkspaceBehavior } from "../../local-cloud/workspace-api/behavior";
import { FakeClock, type fakeEnvironment } from "../helpers/environment";
import { type Handlers, startProvider, workspaceInputs } from "../helpers/provider-process";

describe("waitUntilReachable", () => {
    let cloud: LocalCloud;
    let clock: FakeClock;
    let world: ReturnType<typeof fakeEnvironment>;
    let handlers: Handlers;
    let workspaces: Handlers["workspace"];

    beforeEach(async () => {
        ({ cloud, clock, world, handlers } = await startProvider(new FakeClock()));
        workspaces = handlers.workspace;
    });
    afterEach(() => cloud.stop());

    const inputs = (more: Record<string, unknown> = {}) =>
        workspaceInputs(handlers, { waitUntilReachable: true, ...more });

    /** Lets the host of the workspace that is created next behave like this. */
    function nextHost(behavior: Partial<WorkspaceBehavior>): void {
        cloud.inject({
            when: ({ method, path }) => method === "POST" && path.endsWith("/workspaces"),
            times: 1,
            do: {
                kind: "call",
                when: "after",
                run: async () => void Object.assign(cloud.workspace(created()).behavior, behavior),
            },
        });
    }
    const created = () => String(cloud.account.list("workspaces")[0]?.["workspace_id"]);
    const probes = () => cloud.requests.filter(({ method, path }) => method === "GET" && path === "/");
    const failure = (promise: Promise<unknown>) =>
        promise.then(
            () => expect.fail("no error"),
            (error: unknown) => error as InitializationError,
        );

    it("left out, nothing is sent to the workspace's host", async () => {
        await workspaces.create(await inputs({ waitUntilReachable: undefined }));
        expect(probes()).to.deep.equal([]);
    });

    it("of a host that answers, whatever it answers, ends with one request, without a credential", async () => {
        nextHost({ frontEnd: "forbidden" });
        const { outs } = await workspaces.create(await inputs());
        expect(outs).to.include({ workspaceStatus: "RUNNING", waitUntilReachable: true });
        expect(outs).to.not.have.property("unreachable");
        expect(probes().map(({ status }) => status)).to.deep.equal([403]);
        expect(JSON.stringify(probes())).to.not.match(/authorization|bearer/i);
        expect(cloud.requests.every(({ body }) => !JSON.stringify(body ?? "").includes("reachable"))).to.equal(true);
    });

    it("of a host that answers later waits for it, and shows what is not there yet", async () => {
        nextHost({ reachableAfterMilliseconds: 90_000 });
        const began = clock.now();
        const news = await inputs();
        const { id, outs } = await workspaces.create(news);
        expect(clock.now() - began).to.be.within(120_000, 150_000);
        expect(world.lines.find((line) => line.includes("cannot be reached"))).to.match(
            /^w: RUNNING, but after \d+ s http:\/\/dbc-[^ ]+ cannot be reached yet: the connection failed \(ECONNRESET\)$/,
        );
        expect(probes().length).to.be.at.most(12);
        expect((await workspaces.diff(id, outs, news)).changes).to.equal(false);
    });

    it("of a host that never answers ends with the provisioning timeout, keeps the workspace, and goes on at the next up", async () => {
        nextHost({ frontEnd: "unreachable" });
        const began = clock.now();
        const news = await inputs({ provisioningTimeoutSeconds: 100 });
        const error = await failure(workspaces.create(news));
        expect(error).to.be.instanceOf(InitializationError);
        expect(error.reasons.join()).to.match(
            /is RUNNING, but http:\/\/dbc-[^ ]+ cannot be reached from this machine after 100 s: the connection failed.*waitUntilReachable/,
        );
        expect(clock.now() - began).to.be.within(100_000, 115_000);
        const { id, properties } = error;
        expect(properties).to.include({ workspaceStatus: "RUNNING", unreachable: true });
        // A refresh takes the engine's own note of the failure away.
        const { props = {} } = await workspaces.read(id, properties);
        const { changes, replaces } = await workspaces.diff(id, props, news);
        expect([changes, replaces]).to.deep.equal([true, []]);
        await failure(workspaces.update(id, props, news));
        cloud.workspace(id).behavior.frontEnd = "public";
        const { outs = {} } = await workspaces.update(id, props, news);
        expect(outs).to.not.have.property("unreachable");
        expect((await workspaces.diff(id, outs, news)).changes).to.equal(false);
        expect(cloud.requests.filter(({ method }) => method === "PATCH" || method === "DELETE")).to.deep.equal([]);
    });

    it("taken away or added on a workspace that exists changes nothing and waits for nothing", async () => {
        nextHost({ frontEnd: "unreachable" });
        const news = await inputs({ provisioningTimeoutSeconds: 60 });
        const { id, properties } = await failure(workspaces.create(news));
        const without = Object.fromEntries(Object.entries(news).filter(([name]) => name !== "waitUntilReachable"));
        const { outs = {} } = await workspaces.update(id, properties, without);
        expect(outs).to.not.have.any.keys("unreachable", "waitUntilReachable");
        cloud.clearRequests();
        expect(await workspaces.diff(id, outs, news)).to.deep.include({ changes: false, replaces: [] });
        await workspaces.update(id, outs, { ...news, customTags: { team: "a" } });
        expect(probes()).to.deep.equal([]);
    });

    it("must be true or false", async () => {
        const { failures = [] } = await workspaces.check({}, await inputs({ waitUntilReachable: "yes" }));
        expect(failures).to.deep.equal([{ property: "waitUntilReachable", reason: "must be true or false" }]);
    });

    it("names what is not there yet: the name, the connection", async () => {
        expect(await probeHost("https://dbc-1.nowhere.invalid")).to.match(/dbc-1\.nowhere\.invalid does not resolve/);
        expect(await probeHost("http://127.0.0.1:9")).to.match(/ECONNREFUSED/);
    });
});
