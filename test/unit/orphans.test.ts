import { expect } from "chai";

import { OWNERSHIP_TAG } from "../../provider/contract/ownership-tag";
import { Session } from "../../provider/runtime/session";
import type { FaultEffect, LocalCloud } from "../../local-cloud";
import { endEngines, engine, type EngineStack } from "../helpers/engine";
import type { Inputs } from "../helpers/engine/engine-types";
import { EventfulClock, type fakeEnvironment, gate, ownerFor, stackOf } from "../helpers/environment";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { identity, key, ROLE_ARN, workspace, workspaceProgram } from "../helpers/programs";
import { createHandler } from "../../provider/registry";
import { type Handlers, handlersOf, postsOf, startProvider, workspaceInputs } from "../helpers/provider-process";

const HOUR = 3_600_000;
const GONE: FaultEffect = {
    ...{ kind: "status", status: 404, body: '{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no"}' },
};
const isRead = ({ method, path }: { method: string; path: string }) =>
    method === "GET" && path.includes("/workspaces/");

describe("orphans, and what must not be adopted as one", () => {
    afterEach(endEngines);
    const posts = ({ cloud }: EngineStack) => postsOf(cloud, "workspaces");
    const deletions = ({ cloud }: EngineStack) => cloud.requests.filter(({ method }) => method === "DELETE");
    const other = (adopt: string) => workspace("other", { workspaceName: "w", adopt });

    it("an object of another resource of the stack is not adopted", async () => {
        const stack = await engine(workspaceProgram());
        await expectOk(stack.up());
        stack.change({ other: other(stack.id()) });
        await expectRefused(stack.up(), 'belongs to "w" of this stack already');
        expect(posts(stack)).to.have.length(1);
    });

    it("an object moves from one resource to another, and the deletion of the first deletes nothing", async () => {
        const stack = await engine(workspaceProgram());
        await expectOk(stack.up());
        const id = stack.id();
        await expectOk(stack.change({ w: undefined, other: other(id) }).up());
        expect([stack.workspaces(), stack.held()]).to.deep.equal([[id], { other: id }]);
    });

    it("a name that another object has is an error at once, also after a lost response", async () => {
        const stack = await engine(workspaceProgram(workspace("w", { deploymentName: "sales" })));
        await expectOk(stack.up());
        stack.clear();
        stack.cloud.inject({
            when: ({ method, path }) => method === "POST" && path.endsWith("/workspaces"),
            times: 1,
            do: { kind: "drop", when: "before" },
        });
        stack.change({ v: workspace("v", { deploymentName: "sales" }) });
        await expectRefused(stack.up(), "already exists");
        expect(posts(stack)).to.have.length(2);
    });

    describe("while a workspace is waited for", () => {
        const slow = (inputs: Inputs) =>
            engine(workspaceProgram(workspace("w", inputs)), { provisioningMilliseconds: HOUR });
        const errors: Record<string, FaultEffect> = {
            "401": { kind: "status", status: 401 },
            "403": { kind: "status", status: 403, body: "<html>Forbidden</html>" },
            "500 for too long": { kind: "status", status: 500 },
            "a broken connection for too long": { kind: "drop", when: "before" },
            HTML: { kind: "body", body: "<html></html>" },
            "half an answer for too long": { kind: "truncate" },
            "no status": { kind: "body", body: '{"workspace_id": 5}' },
            "another workspace": { kind: "body", body: '{"workspace_id": 5, "workspace_status": "RUNNING"}' },
            "404 for too long": GONE,
            "a gateway's 404": { kind: "status", status: 404, body: "<html>Not found</html>" },
        };
        for (const [what, misfortune] of Object.entries(errors)) {
            it(`${what}: it stays in account and state, and the next up continues to wait`, async () => {
                const stack = await slow({ provisioningTimeoutSeconds: 86_400 });
                const mend = stack.cloud.inject({ when: isRead, do: misfortune });
                await expectRefused(stack.up());
                mend();
                expect(stack.workspaces()).to.deep.equal([stack.id()]);
                expect(await stack.changes()).to.deep.equal(["update w"]);
                expect(stack.entry().outputs["workspaceStatus"]).to.equal("RUNNING");
                expect([posts(stack).length, deletions(stack)]).to.deep.equal([1, []]);
            });
        }

        it("an orphan that is not RUNNING in time is not adopted, and the error says so", async () => {
            const stack = await slow({ provisioningTimeoutSeconds: 30 });
            await expectRefused(stack.up());
            stack.forget("w");
            await expectRefused(stack.up(), /is not adopted: it is not RUNNING after 30 s/);
            expect([posts(stack).length, deletions(stack)]).to.deep.equal([1, []]);
        });

        it("an unknown status is waited for like any other, until the time-out", async () => {
            const stack = await slow({ provisioningTimeoutSeconds: 30 });
            const { account } = stack.cloud;
            const run = async () => stack.workspaces().forEach((id) => account.setStatus(id, "HIBERNATING", "Zzz."));
            stack.cloud.inject({ when: isRead, times: 1, do: { kind: "call", when: "before", run } });
            await expectRefused(stack.up(), "still HIBERNATING after 30 s: Zzz");
            expect(deletions(stack)).to.deep.equal([]);
        });

        it("a transient 404 is tolerated: a new workspace may not be visible everywhere at once", async () => {
            const stack = await engine(workspaceProgram());
            stack.cloud.inject({ when: isRead, times: 3, do: GONE });
            await expectOk(stack.up());
        });

        it("one that is missing from time to time, however often, is waited for", async () => {
            const stack = await engine(workspaceProgram(), { provisioningMilliseconds: 600_000 });
            let look = 0;
            stack.cloud.inject({ when: (request) => isRead(request) && look++ % 2 === 0, do: GONE });
            await expectOk(stack.up());
        });
    });

    it("a gateway's 404 is not the API's: a refresh fails and keeps the state, a deletion does not count as done", async () => {
        const stack = await engine((cloud) => [identity, key("k", cloud.createKey())]);
        await expectOk(stack.up());
        stack.cloud.inject({ when: () => true, do: { kind: "status", status: 404, body: "<html>Not found</html>" } });
        await expectRefused(stack.refresh(), "HTTP 404");
        await expectRefused(stack.destroy(), "HTTP 404");
        const there = stack.cloud.account.list("customer-managed-keys").map((one) => one["customer_managed_key_id"]);
        expect([Object.values(stack.held("CustomerManagedKey")), there]).to.deep.equal([there, there]);
    });
});

// By hand: moments within one call, and a read, which the small engine has not.
describe("an orphan, as one call of a handler meets it", () => {
    const owner = (name: string) => ownerFor(name);
    let cloud: LocalCloud;
    let clock: EventfulClock;
    let world: ReturnType<typeof fakeEnvironment>;
    let handlers: Handlers;
    beforeEach(async () => ({ cloud, clock, world, handlers } = await startProvider(new EventfulClock())));
    afterEach(() => cloud.stop());
    const ids = (kind: string, field: string) => cloud.account.list(kind).map((one) => one[field]);

    it("adopts an object that the same program only reads (Workspace.get)", async () => {
        const news = await workspaceInputs(handlers);
        const { id } = await handlers.workspace.create(news);
        handlers = handlersOf(world);
        await handlers.workspace.read(id, {});
        expect((await handlers.workspace.create({ ...news, adopt: id, owner: owner("other") })).id).to.equal(id);
    });

    it("a POST that takes effect only after its time-out creates one workspace", async () => {
        const news = await workspaceInputs(handlers);
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
                while (cloud.account.list("workspaces").length === 0) await new Promise((next) => setImmediate(next));
            },
        };
        const { id } = await slow.create(news);
        expect(ids("workspaces", "workspace_id")).to.deep.equal([id]);
        expect(postsOf(cloud, "workspaces")).to.have.length(1);
    });

    it("a POST that takes effect only after the last read creates one object, because its name is then taken", async () => {
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
        const { id } = await slow.create({ roleArn: ROLE_ARN, owner: owner("c") });
        expect(posted).to.equal(2);
        expect(ids("credentials", "credentials_id")).to.deep.equal([id]);
    });

    it("a workspace of an earlier run that appears meanwhile is named in a warning", async () => {
        const news = await workspaceInputs(handlers);
        clock.during = {
            milliseconds: 400,
            run: async () => {
                clock.during = undefined;
                await cloud.account.create("workspaces", {
                    workspace_name: "w",
                    aws_region: "us-east-1",
                    credentials_id: news["credentialsId"],
                    storage_configuration_id: news["storageConfigurationId"],
                    custom_tags: { [OWNERSHIP_TAG]: `${stackOf(0)}/w` },
                });
            },
        };
        const { id } = await handlers.workspace.create(news);
        const stray = ids("workspaces", "workspace_id").find((one) => one !== id);
        expect(stray).to.not.equal(undefined);
        expect(world.lines.filter((line) => line.includes(`The workspace ${String(stray)} appeared`))).to.have.length(
            1,
        );
    });
});
