import { expect } from "chai";

import { ApiError } from "../../provider/api/errors";
import { getPath, type Properties } from "../../provider/util/property-path";
import type { FaultEffect, LocalCloud, LocalCloudOptions } from "../../local-cloud";
import { FakeClock, type fakeEnvironment, ownerFor } from "../helpers/environment";
import {
    type Handlers,
    handlersOf,
    initializationError,
    outcome,
    postsOf,
    ROLE_ARN,
    startProvider,
    workspaceInputs,
} from "../helpers/provider-process";

describe("a service that shows late what it did", () => {
    let cloud: LocalCloud;
    let clock: FakeClock;
    let world: ReturnType<typeof fakeEnvironment>;
    let handlers: Handlers;
    const begin = async (options: LocalCloudOptions = {}) => {
        ({ cloud, clock, world, handlers } = await startProvider(new FakeClock(), options));
    };
    afterEach(() => cloud.stop());
    const ids = () => cloud.account.list("workspaces").map(({ workspace_id }) => String(workspace_id));

    for (const provisioningMilliseconds of [0, 120_000])
        it(`a list that is 15 s late after a POST that answered 500: the second workspace is named (${provisioningMilliseconds / 1000} s of provisioning)`, async () => {
            await begin({ provisioningMilliseconds, behavior: { listMilliseconds: 15_000 } });
            const inputs = await workspaceInputs(handlers);
            cloud.inject({
                when: ({ method, path }) => method === "POST" && path.endsWith("/workspaces"),
                times: 1,
                do: { kind: "status", status: 500, afterEffect: true },
            });
            const { id } = await handlers.workspace.create(inputs);
            const [other, ...more] = ids().filter((one) => one !== id);
            expect(more).to.deep.equal([]);
            expect(postsOf(cloud, "workspaces")).to.have.length(2);
            const warnings = world.lines.filter((line) => line.includes("carries its tag too"));
            expect(warnings, world.lines.join("\n")).to.have.length(1);
            expect(warnings[0]).to.contain(`The workspace ${other} appeared`).and.contain("whose response was lost");
        });

    it("nobody waits for a list where the first POST was answered, or what it made was found", async () => {
        await begin({ provisioningMilliseconds: 0 });
        const inputs = await workspaceInputs(handlers);
        const began = clock.now();
        await handlers.workspace.create(inputs);
        expect(clock.now() - began).to.be.below(5_000);
        cloud.inject({
            when: ({ method, path }) => method === "POST" && path.endsWith("/workspaces"),
            times: 1,
            do: { kind: "status", status: 500, afterEffect: true },
        });
        const again = clock.now();
        await handlers.workspace.create({
            ...inputs,
            workspaceName: "v",
            owner: String(inputs["owner"]).replace(/w$/, "v"),
        });
        expect(clock.now() - again).to.be.below(5_000);
        expect(ids()).to.have.length(2);
    });

    describe("in an update in place that is not seen in time", () => {
        let news: Properties;
        let id: string;
        let outs: Properties;
        beforeEach(async () => {
            await begin({ provisioningMilliseconds: 0 });
            news = await workspaceInputs(handlers, { customTags: { team: "a" } });
            ({ id, outs = {} } = await handlers.workspace.create(news));
            Object.assign(cloud.behavior, { updates: "late", updateMilliseconds: 3_600_000, updateStatus: "running" });
        });
        const changed = (team: string) => ({ ...news, customTags: { team } });
        const patches = () => cloud.requests.filter(({ method }) => method === "PATCH").length;
        /** The state that an update leaves which does not succeed. */
        const left = async (inputs: Properties, state = outs) =>
            (await initializationError(handlers.workspace.update(id, state, inputs))).properties;
        const nextRun = () => {
            handlers = handlersOf(world);
            world.lines.length = 0;
            cloud.clearRequests();
        };
        const shown = () => getPath(cloud.account.find("workspaces", id) ?? {}, "custom_tags.team");

        it("the next up notices that it came late, though program and state agree, and takes it back", async () => {
            const state = await left(changed("b"));
            expect(state["customTags"]).to.deep.equal({ team: "a" });
            nextRun();
            expect((await handlers.workspace.diff(id, state, news)).changes).to.equal(false);
            await clock.sleep(3_600_000);
            expect(shown()).to.equal("b");
            nextRun();
            expect((await handlers.workspace.diff(id, state, news)).changes).to.equal(true);
            expect(world.lines.join()).to.contain(
                `w: the service was asked earlier to change customTags of the workspace ${id}, and has done so since.`,
            );
            cloud.behavior.updates = "at-once";
            const { outs: updated = {} } = await handlers.workspace.update(id, state, news);
            expect([shown(), patches()]).to.deep.equal(["a", 1]);
            expect(updated).to.not.have.property("unseenChanges");
            nextRun();
            expect((await handlers.workspace.diff(id, updated, news)).changes).to.equal(false);
            expect(cloud.requests).to.deep.equal([]);
        });

        it("the note outlives a refresh and an update of something else, until the change was seen", async () => {
            const state = await left(changed("b"));
            const { props = {} } = await handlers.workspace.read(id, state);
            nextRun();
            // The engine calls an update after an init error, changed or not.
            const { outs: updated = {} } = await handlers.workspace.update(id, props, news);
            expect(patches()).to.equal(0);
            await clock.sleep(3_600_000);
            nextRun();
            expect((await handlers.workspace.diff(id, updated, news)).changes).to.equal(true);
            expect((await handlers.workspace.diff(id, updated, changed("b"))).changes).to.equal(false);
            const { outs: seen = {} } = await handlers.workspace.update(id, updated, changed("b"));
            expect(seen).to.not.have.property("unseenChanges");
            expect(seen["customTags"]).to.deep.equal({ team: "b" });
        });

        for (const [what, effect] of Object.entries<FaultEffect>({
            "whose response was lost": { kind: "drop", when: "after" },
            "that was answered with 500": { kind: "status", status: 500, afterEffect: true },
        }))
            it(`a PATCH ${what}, and after which nothing is heard, is noted too`, async () => {
                cloud.inject({ when: ({ method }) => method === "PATCH", times: 1, do: effect });
                const stop = cloud.inject({
                    when: ({ method, path }) => method === "GET" && path.includes("/workspaces"),
                    do: { kind: "status", status: 404, body: "<html>Not here</html>" },
                });
                const state = await left(changed("b"));
                stop();
                expect(state).to.deep.include({ customTags: { team: "a" }, workspaceId: id });
                await clock.sleep(3_600_000);
                nextRun();
                expect((await handlers.workspace.diff(id, state, news)).changes).to.equal(true);
            });

        it("a PATCH whose response was lost, and that is refused when it is repeated, is noted too", async () => {
            cloud.inject({ when: ({ method }) => method === "PATCH", times: 1, do: { kind: "drop", when: "after" } });
            cloud.inject({
                when: ({ method }) => method === "PATCH",
                do: { kind: "status", status: 409, body: '{"error_code": "RESOURCE_CONFLICT", "message": "busy"}' },
            });
            const state = await left(changed("b"));
            await clock.sleep(3_600_000);
            nextRun();
            expect((await handlers.workspace.diff(id, state, news)).changes).to.equal(true);
        });

        it("a refusal leaves no note: nothing can come of it", async () => {
            cloud.inject({
                when: ({ method }) => method === "PATCH",
                do: { kind: "status", status: 400, body: '{"error_code": "X", "message": "no"}' },
            });
            const error: unknown = await handlers.workspace.update(id, outs, changed("b")).catch((one: unknown) => one);
            expect(error).to.be.instanceOf(ApiError);
        });

        it("the wait ends when the operation is cancelled, and the next up looks at what has become of it", async () => {
            const cancelled = new AbortController();
            world.cancelled = cancelled.signal;
            handlers = handlersOf(world);
            const began = clock.now();
            cloud.inject({
                when: ({ method }) => method === "PATCH",
                do: { kind: "call", when: "after", run: async () => cancelled.abort() },
            });
            const error = await initializationError(handlers.workspace.update(id, outs, changed("b")));
            expect(error.message).to.contain("does not show it yet: customTags. The wait was cancelled.");
            expect(clock.now() - began).to.be.below(60_000);
            expect(error.properties).to.deep.include({ unseenChanges: { customTags: { team: "b" } } });
        });
    });

    describe("in what names a registration", () => {
        const deletions = () => cloud.requests.filter(({ method }) => method === "DELETE").map(({ path }) => path);
        const make = async () => {
            await begin({ provisioningMilliseconds: 0 });
            const awsKeyInfo = { keyArn: cloud.createKey() };
            const key = await handlers.key.create({ awsKeyInfo, useCases: ["MANAGED_SERVICES"], owner: ownerFor("k") });
            const inputs = await workspaceInputs(handlers, { managedServicesCustomerManagedKeyId: key.id });
            return { key, workspace: await handlers.workspace.create(inputs) };
        };

        it("the registration is not deleted: nothing is sent, and the error names the workspace and its field", async () => {
            const { key, workspace } = await make();
            handlers = handlersOf(world);
            expect(await outcome(handlers.key.delete(key.id, key.outs ?? {})))
                .to.contain(`The customer-managed key ${key.id} is not deleted`)
                .and.contain(`the workspace ${workspace.id} of the account still names it`)
                .and.contain("(managed_services_customer_managed_key_id)");
            expect(deletions()).to.deep.equal([]);
        });

        it("a list that still shows the workspace keeps nobody, once the workspace is gone", async () => {
            const { key, workspace } = await make();
            const listed = JSON.stringify(cloud.account.list("workspaces"));
            await handlers.workspace.delete(workspace.id, workspace.outs ?? {});
            handlers = handlersOf(world);
            cloud.inject({
                when: ({ method, path }) => method === "GET" && path.endsWith("/workspaces"),
                do: { kind: "body", body: listed },
            });
            await handlers.key.delete(key.id, key.outs ?? {});
            expect(deletions().at(-1)).to.contain(`/customer-managed-keys/${key.id}`);
        });

        it("a tag is no reference, and one list serves many registrations", async () => {
            const { key } = await make();
            const awsKeyInfo = { keyArn: cloud.createKey() };
            const useCases = ["STORAGE"];
            const others = [
                await handlers.key.create({ awsKeyInfo, useCases, owner: ownerFor("a") }),
                await handlers.key.create({
                    awsKeyInfo: { keyArn: cloud.createKey() },
                    useCases,
                    owner: ownerFor("b"),
                }),
                await handlers.credentials.create({ roleArn: `${ROLE_ARN}2`, owner: ownerFor("d") }),
            ];
            const [workspaceId = ""] = ids();
            cloud.account.change("workspaces", workspaceId, {
                custom_tags: Object.fromEntries(others.map(({ id }, index) => [`id-${index}`, id])),
            });
            handlers = handlersOf(world);
            cloud.clearRequests();
            const [first, second, role] = others;
            await handlers.key.delete(first?.id ?? "", first?.outs ?? {});
            await handlers.key.delete(second?.id ?? "", second?.outs ?? {});
            await handlers.credentials.delete(role?.id ?? "", role?.outs ?? {});
            expect(deletions()).to.have.length(3);
            expect(cloud.requests.filter(({ path }) => path.endsWith("/workspaces"))).to.have.length(1);
            expect(cloud.account.find("customer-managed-keys", key.id)).to.not.equal(undefined);
        });
    });
});
