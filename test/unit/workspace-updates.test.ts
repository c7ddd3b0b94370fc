import { expect } from "chai";

import { isComputeRefusal } from "../../provider/objects/workspace/updates";
import { ApiError, apiErrorKind } from "../../provider/api/errors";
import { InitializationError } from "../../provider/resource/errors";
import type { Properties } from "../../provider/util/property-path";
import type { LocalCloud } from "../../local-cloud";
import { FakeClock, type fakeEnvironment, ownerFor } from "../helpers/environment";
import { type Handlers, handlersOf, startProvider, workspaceInputs } from "../helpers/provider-process";

describe("an update of a workspace", () => {
    let cloud: LocalCloud;
    let clock: FakeClock;
    let world: ReturnType<typeof fakeEnvironment>;
    let handlers: Handlers;
    let workspaces: Handlers["workspace"];
    let news: Properties;

    beforeEach(async () => {
        ({ cloud, clock, world, handlers } = await startProvider(new FakeClock(), { provisioningMilliseconds: 2_000 }));
        workspaces = handlers.workspace;
        news = await workspaceInputs(handlers);
    });
    afterEach(() => cloud.stop());

    const create = async (inputs = news) => {
        const made = await workspaces.create(inputs);
        cloud.clearRequests();
        world.lines.length = 0;
        return made;
    };
    const key = async (useCase: string) => {
        const awsKeyInfo = { keyArn: cloud.createKey() };
        return (await handlersOf(world).key.create({ awsKeyInfo, useCases: [useCase], owner: ownerFor(useCase) })).id;
    };
    const changed = (tags: Record<string, string> = { team: "data" }) => ({ ...news, customTags: tags });
    const failure = (promise: Promise<unknown>) =>
        promise.then(
            () => expect.fail("no error"),
            (error: unknown) => error as Error,
        );

    it("that the service shows later is waited for with progress, and is done when GET shows it", async () => {
        const { id, outs } = await create();
        Object.assign(cloud.behavior, { updates: "late", updateMilliseconds: 120_000, updateStatus: "running" });
        const began = clock.now();
        const { outs: updated = {} } = await workspaces.update(id, outs, changed());
        expect(updated["customTags"]).to.deep.equal({ team: "data" });
        expect(clock.now() - began).to.be.at.least(120_000);
        expect(world.lines[0]).to.equal("w: waiting until the service shows the changed customTags");
        expect(cloud.requests.filter(({ method }) => method === "PATCH")).to.have.length(1);
        expect((await workspaces.diff(id, updated, changed())).changes).to.equal(false);
    });

    for (const updates of ["dropped", "reverted"] as const) {
        it(`that the service accepts and ${updates === "dropped" ? "never shows" : "takes back before it is looked at"} is an error that names the field, and the state says what exists`, async () => {
            const { id, outs } = await create();
            Object.assign(cloud.behavior, { updates, updateMilliseconds: 0, updateStatus: "running" });
            const began = clock.now();
            const error = await failure(workspaces.update(id, outs, changed()));
            expect(clock.now() - began).to.be.within(600_000, 660_000);
            expect(error.message)
                .to.contain("after 600 s it does not show it: customTags (it shows ")
                .and.contain("databricks:updateTimeoutSeconds");
            if (!(error instanceof InitializationError)) throw error;
            expect(error.properties["customTags"] ?? {}).to.not.have.property("team");
            cloud.behavior.updates = "at-once";
            expect((await workspaces.diff(id, error.properties, changed())).changes).to.equal(true);
            const { outs: updated = {} } = await workspaces.update(id, error.properties, changed());
            expect(updated["customTags"]).to.deep.equal({ team: "data" });
        });
    }

    it("while classic compute runs in it is refused, and the error says what to stop, also for a key change", async () => {
        const { id, outs } = await create();
        cloud.account.setCompute(id, "cluster 0101-1 and warehouse w1");
        cloud.behavior.keyChange = "updatable";
        const inPlace = {
            ...news,
            onKeyChange: "update",
            managedServicesCustomerManagedKeyId: await key("MANAGED_SERVICES"),
        };
        for (const inputs of [changed(), inPlace]) {
            const { message } = await failure(workspaces.update(id, outs, inputs));
            expect(message)
                .to.contain("cluster 0101-1 and warehouse w1")
                .and.match(
                    /Nothing was changed.*terminate its clusters.*instance pools.*SQL warehouses.*run the command again/,
                )
                .and.not.contain("Correct the named value");
        }
        cloud.account.setCompute(id, undefined);
        expect((await workspaces.update(id, outs, changed())).outs?.["customTags"]).to.deep.equal({ team: "data" });
    });

    it("is told from any other refusal by the sense of its words", () => {
        const error = (status: number, detail: string) =>
            new ApiError(apiErrorKind(status, "", detail), status, "INVALID_STATE", detail, "PATCH /workspaces/1");
        for (const words of [
            "Cannot update workspace while clusters are running.",
            "Workspace has active instance pools",
            "Please terminate all running compute resources before updating",
            "stop the SQL warehouses first",
        ])
            expect(isComputeRefusal(error(400, words)), words).to.equal(true);
        for (const words of ["credentials_id does not exist", "Workspace 1 is PROVISIONING", "network is BROKEN"])
            expect(isComputeRefusal(error(400, words)), words).to.equal(false);
        expect(isComputeRefusal(error(500, "clusters are running"))).to.equal(false);
    });

    it("says in one line that clusters cannot start for 20 minutes, and of a storage key that DBFS cannot be used", async () => {
        const { id, outs } = await create();
        const first = await workspaces.update(id, outs, changed());
        expect(world.lines.filter((line) => line.includes("20 minutes"))).to.deep.equal([
            "w: its update is done (customTags). Clusters cannot start for 20 minutes from now.",
        ]);
        world.lines.length = 0;
        const withKey = { ...changed(), storageCustomerManagedKeyId: await key("STORAGE") };
        await workspaces.update(id, first.outs ?? {}, withKey);
        expect(world.lines.filter((line) => line.includes("20 minutes"))).to.deep.equal([
            "w: its update is done (storageCustomerManagedKeyId). Clusters cannot start for 20 minutes from now, and DBFS cannot be used.",
        ]);
    });

    it("of the notebooks key, of nothing, and of a serverless workspace says no such line", async () => {
        const { id, outs } = await create();
        cloud.behavior.keyChange = "updatable";
        const inPlace = {
            ...news,
            onKeyChange: "update",
            managedServicesCustomerManagedKeyId: await key("MANAGED_SERVICES"),
        };
        const { outs: keyed = {} } = await workspaces.update(id, outs, inPlace);
        expect(keyed["managedServicesCustomerManagedKeyId"]).to.equal(inPlace.managedServicesCustomerManagedKeyId);
        await workspaces.update(id, keyed, inPlace);
        const none = { workspaceName: "s", awsRegion: "us-east-1" };
        const serverless = { ...none, computeMode: "SERVERLESS", owner: ownerFor("serverless") };
        const made = await workspaces.create(serverless);
        await workspaces.update(made.id, made.outs, { ...serverless, customTags: { team: "data" } });
        expect(world.lines.filter((line) => line.includes("20 minutes"))).to.deep.equal([]);
    });

    it("that empties the tags leaves the ownership tag, so that the map that is sent is never empty and it converges", async () => {
        const { id, outs } = await create(changed());
        expect(cloud.behavior.emptyTags).to.equal("ignored");
        for (const emptied of [{ ...news, customTags: {} }, news]) {
            const { outs: updated = {} } = await workspaces.update(id, outs, emptied);
            expect(updated["customTags"] ?? {}).to.deep.equal({});
            expect((await workspaces.diff(id, updated, emptied)).changes).to.equal(false);
        }
    });
});
