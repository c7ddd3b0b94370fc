import { expect } from "chai";

import type { LocalCloud, LocalCloudOptions } from "../../local-cloud";
import type { fakeEnvironment } from "../helpers/environment";
import { FakeClock } from "../helpers/environment";
import {
    type Handlers,
    handlersOf,
    initializationError,
    startProvider,
    workspaceInputs,
} from "../helpers/provider-process";

const HOUR = 3_600_000;

describe("a workspace's statuses and tags, as the service shows them", () => {
    let cloud: LocalCloud;
    let clock: FakeClock;
    let world: ReturnType<typeof fakeEnvironment>;
    let handlers: Handlers;

    const start = async (options: LocalCloudOptions = {}) => {
        ({ cloud, clock, world, handlers } = await startProvider(new FakeClock(), options));
    };
    afterEach(() => cloud.stop());

    const sent = (method: string) =>
        cloud.requests.filter((one) => one.method === method && one.path.includes("/workspaces"));

    it("NOT_PROVISIONED is waited for as PROVISIONING is, with the service's words", async () => {
        await start({ behavior: { queueMilliseconds: 90_000 } });
        const { outs } = await handlers.workspace.create(await workspaceInputs(handlers));
        expect(outs).to.include({ workspaceStatus: "RUNNING" });
        expect(world.lines[0]).to.match(/^w: NOT_PROVISIONED for \d+ s: Workspace has not yet begun provisioning$/);
        expect(world.lines.some((line) => line.startsWith("w: PROVISIONING for"))).to.equal(true);
        expect(sent("POST")).to.have.length(1);
    });

    it("a change that is refused because provisioning has not begun is made once it has ended", async () => {
        await start({ behavior: { queueMilliseconds: 300_000 } });
        const news = await workspaceInputs(handlers, { provisioningTimeoutSeconds: 60 });
        const { id, properties, reasons } = await initializationError(handlers.workspace.create(news));
        expect(reasons.join()).to.contain("still NOT_PROVISIONED after 60 s: Workspace has not yet begun provisioning");
        const changed = { ...news, provisioningTimeoutSeconds: 600, customTags: { team: "data" } };
        const { outs = {} } = await handlers.workspace.update(id, properties, changed);
        expect(outs).to.deep.include({ workspaceStatus: "RUNNING", customTags: { team: "data" } });
        expect(sent("PATCH").map(({ status }) => status)).to.deep.equal([400, 200]);
    });

    it("a workspace that goes back from RUNNING to PROVISIONING is waited for by the next up, and neither changed nor replaced", async () => {
        await start({ behavior: { relapseMilliseconds: 120_000 } });
        const news = await workspaceInputs(handlers);
        const { id, outs } = await handlers.workspace.create(news);
        expect(outs).to.include({ workspaceStatus: "RUNNING" });
        const { props = {} } = await handlersOf(world).workspace.read(id, outs);
        expect(props).to.include({ workspaceStatus: "PROVISIONING" });
        const diff = await handlers.workspace.diff(id, props, news);
        expect([diff.changes, diff.replaces]).to.deep.equal([true, []]);
        const { outs: updated = {} } = await handlers.workspace.update(id, props, news);
        expect(updated).to.include({ workspaceStatus: "RUNNING" });
        expect([...sent("PATCH"), ...sent("DELETE")]).to.deep.equal([]);
        expect((await handlers.workspace.diff(id, updated, news)).changes).to.equal(false);
    });

    it("with waitUntilReady a workspace that goes back to PROVISIONING is waited for at once", async () => {
        await start({ behavior: { relapseMilliseconds: 120_000 } });
        const began = clock.now();
        await handlers.workspace.create(await workspaceInputs(handlers, { waitUntilReady: true }));
        expect(clock.now() - began).to.be.at.least(150_000);
        expect(cloud.account.list("workspaces")[0]).to.include({ workspace_status: "RUNNING" });
    });

    for (const status of ["CANCELLING", "CANCELLED"])
        it(`one that is ${status} before it ever ran ends the wait with the service's words, and the next up replaces it`, async () => {
            await start();
            cloud.account.nextOutcome = { status, message: "The provisioning was cancelled." };
            const news = await workspaceInputs(handlers);
            const { id, properties, reasons } = await initializationError(handlers.workspace.create(news));
            expect(reasons.join()).to.contain(`is ${status}: The provisioning was cancelled`);
            const { replaces } = await handlers.workspace.diff(id, properties, news);
            expect(replaces).to.deep.equal(["workspaceStatus"]);
            expect(sent("DELETE")).to.deep.equal([]);
        });

    it("one that ran and is CANCELLING is not replaced", async () => {
        await start();
        const news = await workspaceInputs(handlers);
        const { id, outs } = await handlers.workspace.create(news);
        cloud.account.setStatus(id, "CANCELLING", "");
        const { props = {} } = await handlersOf(world).workspace.read(id, outs);
        const { changes, replaces } = await handlers.workspace.diff(id, props, news);
        expect([changes, replaces]).to.deep.equal([true, []]);
        const { reasons } = await initializationError(handlers.workspace.update(id, props, news));
        expect(reasons.join()).to.match(/is CANCELLING.*may have run before, so it is not replaced/);
    });

    it("tags that an update changes and that come an hour later: an error names them, and a later up has nothing to send", async () => {
        await start({ behavior: { updateStatus: "running" } });
        const news = await workspaceInputs(handlers);
        const { id, outs } = await handlers.workspace.create(news);
        cloud.behavior.tagsMilliseconds = HOUR;
        cloud.clearRequests();
        const changed = { ...news, customTags: { team: "data" } };
        const { properties, reasons } = await initializationError(handlers.workspace.update(id, outs, changed));
        expect(reasons.join()).to.contain("after 600 s it does not show it: customTags");
        await clock.sleep(HOUR);
        const later = handlersOf(world);
        expect((await later.workspace.diff(id, properties, changed)).replaces).to.deep.equal([]);
        const { outs: updated = {} } = await later.workspace.update(id, properties, changed);
        expect(updated["customTags"]).to.deep.equal({ team: "data" });
        expect(sent("PATCH")).to.have.length(1);
        expect((await later.workspace.diff(id, updated, changed)).changes).to.equal(false);
    });

    it("tags of a new workspace that come an hour later cost no second workspace", async () => {
        await start({ behavior: { tagsMilliseconds: HOUR, updateStatus: "running" } });
        const news = await workspaceInputs(handlers, { customTags: { team: "data" } });
        const { id, properties, reasons } = await initializationError(handlers.workspace.create(news));
        expect(reasons.join()).to.contain("does not show it: customTags");
        expect(properties).to.include({ workspaceStatus: "RUNNING" });
        await clock.sleep(2 * HOUR);
        const later = handlersOf(world);
        const { outs = {} } = await later.workspace.update(id, properties, news);
        expect(outs["customTags"]).to.deep.equal({ team: "data" });
        expect(sent("POST")).to.have.length(1);
        expect((await later.workspace.diff(id, outs, news)).changes).to.equal(false);
    });
});
