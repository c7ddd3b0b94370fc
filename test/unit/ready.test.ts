import { expect } from "chai";

import type { LocalCloud } from "../../local-cloud";
import { FakeClock, fakeEnvironment } from "../helpers/environment";
import {
    type Handlers,
    handlersOf,
    initializationError,
    startProvider,
    workspaceInputs,
} from "../helpers/provider-process";

const NODE_TYPES = "/api/2.0/clusters/list-node-types";

describe("waitUntilReady", () => {
    let cloud: LocalCloud;
    let clock: FakeClock;
    let world: ReturnType<typeof fakeEnvironment>;
    let handlers: Handlers;

    const start = async (workspaces: NonNullable<Parameters<typeof startProvider>[1]>["workspaces"] = {}) => {
        ({ cloud, clock, world, handlers } = await startProvider(new FakeClock(), { workspaces }));
    };
    afterEach(() => cloud.stop());

    const inputs = (more: Record<string, unknown> = {}) => workspaceInputs(handlers, { waitUntilReady: true, ...more });
    const reads = (path: string) => cloud.requests.filter((one) => one.path === path && one.method === "GET");

    it("ends after five good rounds in a row, each with the credential", async () => {
        await start();
        const { outs } = await handlers.workspace.create(await inputs());
        expect(outs).to.include({ workspaceStatus: "RUNNING", waitUntilReady: true });
        expect(outs).to.not.have.property("unreachable");
        expect(reads(NODE_TYPES).map(({ status }) => status)).to.deep.equal([200, 200, 200, 200, 200]);
        expect(reads("/api/2.0/workspace/get-status")).to.have.length(5);
        expect(cloud.requests.every(({ body }) => !JSON.stringify(body ?? "").includes("eady"))).to.equal(true);
    });

    it("a read that succeeds now and then does not end it, and the line says what is missing", async () => {
        await start({ servicesAfterMilliseconds: 180_000 });
        const began = clock.now();
        const news = await inputs();
        const { id, outs } = await handlers.workspace.create(news);
        expect(clock.now() - began).to.be.within(210_000, 260_000);
        const early = reads(NODE_TYPES).slice(0, -5);
        expect(new Set(early.map(({ status }) => status))).to.deep.equal(new Set([200, 400]));
        expect(world.lines.find((line) => line.includes("not ready"))).to.match(
            /^w: RUNNING, but after \d+ s it is not ready: Delegate .*Unknown worker environment .* \(INVALID_PARAMETER_VALUE, HTTP 400\)$/,
        );
        expect((await handlers.workspace.diff(id, outs, news)).changes).to.equal(false);
    });

    it("includes the wait for the host", async () => {
        await start({ reachableAfterMilliseconds: 90_000 });
        await handlers.workspace.create(await inputs());
        expect(world.lines.join("\n")).to.include("cannot be reached yet");
        expect(reads(NODE_TYPES)).to.have.length(5);
    });

    it("that ends without success keeps the workspace, and the next up goes on", async () => {
        await start({ servicesAfterMilliseconds: Number.MAX_SAFE_INTEGER });
        const began = clock.now();
        const news = await inputs({ provisioningTimeoutSeconds: 100 });
        const { id, properties, reasons } = await initializationError(handlers.workspace.create(news));
        expect(clock.now() - began).to.be.within(100_000, 115_000);
        expect(reasons.join()).to.match(
            /is RUNNING, but not ready after 100 s: .*worker environment.*next `pulumi up`/,
        );
        expect(properties).to.include({ workspaceStatus: "RUNNING", unreachable: true });
        const { props = {} } = await handlers.workspace.read(id, properties);
        const { changes, replaces } = await handlers.workspace.diff(id, props, news);
        expect([changes, replaces]).to.deep.equal([true, []]);
        cloud.workspace(id).behavior.servicesAfterMilliseconds = 0;
        const { outs = {} } = await handlers.workspace.update(id, props, news);
        expect(outs).to.not.have.property("unreachable");
        expect((await handlers.workspace.diff(id, outs, news)).changes).to.equal(false);
        expect(cloud.requests.filter(({ method }) => method === "PATCH" || method === "DELETE")).to.deep.equal([]);
    });

    it("who may not enter the workspace is told so at the end of the wait", async () => {
        await start({ frontEnd: "forbidden" });
        const news = await inputs({ provisioningTimeoutSeconds: 60 });
        const { reasons } = await initializationError(handlers.workspace.create(news));
        expect(reasons.join()).to.match(
            /not ready after 60 s: .*403.*use waitUntilReachable instead of waitUntilReady/,
        );
    });

    it("of a serverless workspace asks for no node types", async () => {
        await start();
        await handlers.workspace.create({
            ...(await inputs({ computeMode: "SERVERLESS" })),
            credentialsId: undefined,
            storageConfigurationId: undefined,
        });
        expect(reads(NODE_TYPES)).to.deep.equal([]);
        expect(reads("/api/2.0/workspace/get-status")).to.have.length(5);
    });

    it("with a token of the account is refused at preview, for a new workspace alone", async () => {
        await start();
        const environment = Object.fromEntries(
            Object.entries(cloud.environment()).filter(([name]) => !name.startsWith("DATABRICKS_CLIENT")),
        );
        const { workspace } = handlersOf(fakeEnvironment({ ...environment, DATABRICKS_TOKEN: "t" }, clock));
        const news = await inputs();
        const { failures = [] } = await workspace.check({}, news);
        expect(failures.map(({ property }) => property)).to.deep.equal([""]);
        expect(failures[0]?.reason).to.match(/account token.*clientId.*waitUntilReachable/);
        expect((await workspace.check({}, { ...news, waitUntilReady: false })).failures ?? []).to.deep.equal([]);
        expect((await workspace.check(news, news)).failures ?? []).to.deep.equal([]);
    });
});
