import { expect } from "chai";

import { InitializationError } from "../../provider/resource/errors";
import { OWNERSHIP_TAG } from "../../provider/contract/ownership-tag";
import { Session } from "../../provider/runtime/session";
import type { Properties } from "../../provider/util/property-path";
import type { LocalCloud } from "../../local-cloud";
import { type LocalCloudOptions, type FaultEffect } from "../../local-cloud";
import { EventfulClock, type fakeEnvironment, gate, ownerFor, stackOf } from "../helpers/environment";
import { createHandler } from "../../provider/registry";
import {
    type Handlers,
    handlersOf,
    outcome,
    postsOf,
    ROLE_ARN,
    startProvider,
    workspaceInputs,
} from "../helpers/provider-process";

const STACK = stackOf(0);
const owner = (name: string, more = "") => ownerFor(name, { more });
const roleArn = ROLE_ARN;
const registration = {
    awsKeyInfo: { keyArn: "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-4333-8444-555555555555" },
    useCases: ["MANAGED_SERVICES"],
};

describe("orphans, and what must not be adopted as one", () => {
    let cloud: LocalCloud;
    let clock: EventfulClock;
    let world: ReturnType<typeof fakeEnvironment>;
    let handlers: Handlers;
    const begin = async (options: LocalCloudOptions = {}) => {
        ({ cloud, clock, world, handlers } = await startProvider(new EventfulClock(), options));
    };
    afterEach(() => cloud.stop());
    const inputs = (more: Properties = {}) => workspaceInputs(handlers, more);
    const posts = (collection: string) => postsOf(cloud, collection);
    const deletions = () => cloud.requests.filter(({ method }) => method === "DELETE");
    const ids = (kind: string, field: string) => cloud.account.list(kind).map((one) => one[field]);

    describe("adopting", () => {
        it("refuses an object of another resource of the stack", async () => {
            await begin();
            const news = await inputs();
            const { id } = await handlers.workspace.create(news);
            const message = await outcome(handlers.workspace.create({ ...news, adopt: id, owner: owner("other") }));
            expect(message).to.contain('belongs to "w" of this stack already');
            expect(posts("workspaces")).to.have.length(1);
        });

        it("adopts an object that the same program only reads (Workspace.get)", async () => {
            await begin();
            const news = await inputs();
            const { id } = await handlers.workspace.create(news);
            handlers = handlersOf(world);
            await handlers.workspace.read(id, {});
            expect((await handlers.workspace.create({ ...news, adopt: id, owner: owner("other") })).id).to.equal(id);
        });

        it("moves an object from one resource to another, and the deletion of the first deletes nothing", async () => {
            await begin();
            const news = await inputs();
            const { id, outs } = await handlers.workspace.create(news);
            handlers = handlersOf(world);
            await handlers.workspace.create({ ...news, adopt: id, owner: owner("other") });
            await handlers.workspace.delete(id, outs);
            expect(ids("workspaces", "workspace_id")).to.deep.equal([id]);
        });
    });

    describe("late responses", () => {
        it("a POST that takes effect only after its time-out creates one workspace", async () => {
            await begin();
            const news = await inputs();
            const effect = gate();
            const session = new Session(world);
            session.configure((key) => (key === "databricks:requestTimeoutSeconds" ? "0.2" : undefined));
            const slow = createHandler("Workspace", session);
            cloud.inject({
                when: ({ method, path }) => method === "POST" && !path.endsWith("/token"),
                times: 1,
                do: { kind: "call", when: "before", run: () => effect.passed },
            });
            clock.during = {
                milliseconds: 3_000,
                run: async () => {
                    effect.open();
                    while (cloud.account.list("workspaces").length === 0)
                        await new Promise((next) => setImmediate(next));
                },
            };
            const { id } = await slow.create(news);
            expect(ids("workspaces", "workspace_id")).to.deep.equal([id]);
            expect(posts("workspaces")).to.have.length(1);
        });

        it("a POST that takes effect only after the last read creates one object, because its name is then taken", async () => {
            await begin();
            const session = new Session(world);
            session.configure((key) => (key === "databricks:requestTimeoutSeconds" ? "0.2" : undefined));
            const slow = createHandler("Credentials", session);
            const again = gate();
            const done = gate();
            let posted = 0;
            const nth = (number: number, run: () => Promise<void>) =>
                cloud.inject({
                    when: ({ method, path }) => method === "POST" && path.endsWith("/credentials") && posted === number,
                    times: 1,
                    do: { kind: "call", when: "before", run },
                });
            nth(0, async () => {
                posted++;
                await again.passed;
                setImmediate(() => done.open());
            });
            nth(1, async () => {
                posted++;
                again.open();
                await done.passed;
            });
            const { id } = await slow.create({ roleArn, owner: owner("c") });
            expect(posted).to.equal(2);
            expect(ids("credentials", "credentials_id")).to.deep.equal([id]);
        });

        it("a name that another object has is an error at once, also after a lost response", async () => {
            await begin();
            const news = await inputs({ deploymentName: "sales" });
            await handlers.workspace.create(news);
            cloud.clearRequests();
            cloud.inject({
                when: ({ method, path }) => method === "POST" && !path.endsWith("/token"),
                times: 1,
                do: { kind: "drop", when: "before" },
            });
            const message = await outcome(handlers.workspace.create({ ...news, owner: owner("other") }));
            expect(message).to.contain("already exists");
            expect(posts("workspaces")).to.have.length(2);
        });

        it("a workspace of an earlier run that appears meanwhile is named in a warning", async () => {
            await begin();
            const news = await inputs();
            clock.during = {
                milliseconds: 400,
                run: async () => {
                    clock.during = undefined;
                    await cloud.account.create("workspaces", {
                        workspace_name: "w",
                        aws_region: "us-east-1",
                        credentials_id: news["credentialsId"],
                        storage_configuration_id: news["storageConfigurationId"],
                        custom_tags: { [OWNERSHIP_TAG]: `${STACK}/w` },
                    });
                },
            };
            const { id } = await handlers.workspace.create(news);
            const stray = ids("workspaces", "workspace_id").find((one) => one !== id);
            expect(stray).to.not.equal(undefined);
            expect(
                world.lines.filter((line) => line.includes(`The workspace ${String(stray)} appeared`)),
            ).to.have.length(1);
        });
    });

    describe("while a workspace is waited for", () => {
        const errors: Record<string, FaultEffect> = {
            "401": { kind: "status", status: 401 },
            "403": { kind: "status", status: 403, body: "<html>Forbidden</html>" },
            "500 for too long": { kind: "status", status: 500 },
            "a broken connection for too long": { kind: "drop", when: "before" },
            HTML: { kind: "body", body: "<html></html>" },
            "half an answer for too long": { kind: "truncate" },
            "no status": { kind: "body", body: '{"workspace_id": 5}' },
            "another workspace": { kind: "body", body: '{"workspace_id": 5, "workspace_status": "RUNNING"}' },
            "404 for too long": {
                kind: "status",
                status: 404,
                body: '{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no"}',
            },
            "a gateway's 404": { kind: "status", status: 404, body: "<html>Not found</html>" },
        };
        for (const [what, misfortune] of Object.entries(errors)) {
            it(`${what}: it stays in account and state, and the next up continues to wait`, async () => {
                await begin({ provisioningMilliseconds: 3_600_000 });
                const news = await inputs({ provisioningTimeoutSeconds: 86_400 });
                const mend = cloud.inject({
                    when: ({ method, path }) => method === "GET" && path.includes("/workspaces/"),
                    do: misfortune,
                });
                const error = await handlers.workspace.create(news).then(
                    () => undefined,
                    (thrown: unknown) => thrown,
                );
                if (!(error instanceof InitializationError)) throw new Error(`not an init error: ${String(error)}`);
                mend();
                expect(ids("workspaces", "workspace_id")).to.deep.equal([error.id]);
                handlers = handlersOf(world);
                const diff = await handlers.workspace.diff(error.id, error.properties, news);
                expect([diff.changes, diff.replaces]).to.deep.equal([true, []]);
                const { outs } = await handlers.workspace.update(error.id, error.properties, news);
                expect(outs?.["workspaceStatus"]).to.equal("RUNNING");
                expect(posts("workspaces")).to.have.length(1);
                expect(deletions()).to.deep.equal([]);
            });
        }

        it("an orphan that is not RUNNING in time is not adopted, and the error says so", async () => {
            await begin({ provisioningMilliseconds: 3_600_000 });
            const news = await inputs({ provisioningTimeoutSeconds: 30 });
            await outcome(handlers.workspace.create(news));
            handlers = handlersOf(world);
            const message = await outcome(handlers.workspace.create(news));
            expect(message).to.match(/is not adopted: it is not RUNNING after 30 s/);
            expect([posts("workspaces").length, deletions().length]).to.deep.equal([1, 0]);
        });

        it("an unknown status is waited for like any other, until the time-out", async () => {
            await begin({ provisioningMilliseconds: 3_600_000 });
            const news = await inputs({ provisioningTimeoutSeconds: 30 });
            cloud.account.nextOutcome = { status: "HIBERNATING", message: "Zzz." };
            clock.during = {
                milliseconds: 400,
                run: async () => {
                    for (const id of ids("workspaces", "workspace_id"))
                        cloud.account.setStatus(String(id), "HIBERNATING", "Zzz.");
                },
            };
            const message = await outcome(handlers.workspace.create(news));
            expect(message).to.contain("still HIBERNATING after 30 s: Zzz");
            expect(deletions()).to.deep.equal([]);
        });

        it("a transient 404 is tolerated: a new workspace may not be visible everywhere at once", async () => {
            await begin();
            const news = await inputs();
            cloud.inject({
                when: ({ method, path }) => method === "GET" && path.includes("/workspaces/"),
                times: 3,
                do: { kind: "status", status: 404, body: '{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no"}' },
            });
            const { outs } = await handlers.workspace.create(news);
            expect(outs["workspaceStatus"]).to.equal("RUNNING");
        });
    });

    it("a workspace that is missing from time to time, however often, is waited for", async () => {
        await begin({ provisioningMilliseconds: 600_000 });
        const news = await inputs();
        let look = 0;
        cloud.inject({
            when: ({ method, path }) => method === "GET" && path.includes("/workspaces/") && look++ % 2 === 0,
            do: { kind: "status", status: 404, body: '{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no"}' },
        });
        expect((await handlers.workspace.create(news)).outs["workspaceStatus"]).to.equal("RUNNING");
    });

    it("a gateway's 404 is not the API's: a refresh fails and keeps the state, a deletion does not count as done", async () => {
        await begin();
        const { id, outs } = await handlers.key.create({ ...registration, owner: owner("k") });
        handlers = handlersOf(world);
        cloud.inject({ when: () => true, do: { kind: "status", status: 404, body: "<html>Not found</html>" } });
        expect(await outcome(handlers.key.read(id, outs))).to.contain("HTTP 404");
        expect(await outcome(handlers.key.delete(id, outs))).to.contain("HTTP 404");
        expect(ids("customer-managed-keys", "customer_managed_key_id")).to.deep.equal([id]);
    });
});
