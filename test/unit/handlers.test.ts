import { expect } from "chai";

import { InitializationError } from "../../provider/resource/errors";
import { type Properties, UNKNOWN } from "../../provider/util/property-path";
import type { LocalCloud } from "../../local-cloud";
import { type LocalCloudOptions } from "../../local-cloud";
import { FakeClock, type fakeEnvironment, ownerFor, stackOf } from "../helpers/environment";
import { type Handlers, handlersOf, postsOf, startProvider, workspaceInputs } from "../helpers/provider-process";

const owner = (name: string, since = 0) => ownerFor(name, { since });

describe("handlers against the local cloud", () => {
    let cloud: LocalCloud;
    let clock: FakeClock;
    let world: ReturnType<typeof fakeEnvironment>;
    let handlers: Handlers;
    const begin = async (options: LocalCloudOptions = {}) => {
        ({ cloud, clock, world, handlers } = await startProvider(new FakeClock(), options));
    };
    afterEach(() => cloud.stop());
    const inputs = (more: Properties = {}) => workspaceInputs(handlers, more);
    const posts = (collection: string) => postsOf(cloud, collection);

    it("keeps a workspace's id digit for digit", async () => {
        await begin();
        for (const id of ["9007199254740993", "123456789012345678"]) {
            cloud.account.nextWorkspaceId = id;
            const made = await handlers.workspace.create(await inputs());
            expect([made.id, made.outs["workspaceId"]]).to.deep.equal([id, id]);
            const read = await handlers.workspace.read(id, made.outs);
            expect(read.props).to.deep.equal(made.outs);
            await handlers.workspace.delete(id, made.outs);
            await handlers.credentials.delete(String(made.outs["credentialsId"]), {});
            await handlers.storage.delete(String(made.outs["storageConfigurationId"]), {});
        }
    });

    it("waits until the workspace runs, with few polls and a line of progress at most every 10 s", async () => {
        await begin();
        await handlers.workspace.create(await inputs());
        const looks = cloud.requests.filter(({ method, path }) => method === "GET" && path.includes("/workspaces/"));
        expect(looks.length).to.be.within(1, 22);
        expect(world.lines.length).to.be.within(1, 4);
        expect(world.lines[0]).to.match(/^w: PROVISIONING for \d+ s: /);
    });

    it("sees no difference in what the service computes", async () => {
        await begin({ deploymentNamePrefix: "acme" });
        for (const deploymentName of [undefined, "sales", "EMPTY"]) {
            const news = await inputs({ deploymentName, owner: owner(String(deploymentName)) });
            const { id, outs } = await handlers.workspace.create(news);
            expect((await handlers.workspace.diff(id, outs, news)).changes, String(deploymentName)).to.equal(false);
            await handlers.workspace.delete(id, outs);
            for (const kind of ["credentials", "storage-configurations"])
                for (const one of cloud.account.list(kind))
                    cloud.account.remove(kind, String(one["credentials_id"] ?? one["storage_configuration_id"]));
        }
    });

    it("does not mistake another deployment name for one with the prefix", async () => {
        await begin();
        const news = await inputs({ deploymentName: "acme-sales" });
        const { id, outs } = await handlers.workspace.create(news);
        expect((await handlers.workspace.diff(id, outs, { ...news, deploymentName: "sales" })).replaces).to.deep.equal([
            "deploymentName",
        ]);
    });

    it("updates in place with one PATCH of the changed fields, and keeps the ownership tag out of the tags", async () => {
        await begin();
        const news = await inputs({ customTags: { team: "a" } });
        const { id, outs } = await handlers.workspace.create(news);
        expect(outs["customTags"]).to.deep.equal({ team: "a" });
        cloud.clearRequests();
        const changed = { ...news, customTags: { team: "b" } };
        const diff = await handlers.workspace.diff(id, outs, changed);
        expect([diff.changes, diff.replaces]).to.deep.equal([true, []]);
        const updated = await handlers.workspace.update(id, outs, changed);
        const patches = cloud.requests.filter(({ method }) => method === "PATCH");
        expect(patches.map(({ query }) => query["update_mask"])).to.deep.equal(["custom_tags"]);
        expect(patches[0]?.body).to.deep.equal({
            custom_tags: { team: "b", "pulumi-databricks-cmk": `${stackOf(0)}/w` },
        });
        expect(updated.outs?.["customTags"]).to.deep.equal({ team: "b" });
        expect((await handlers.workspace.diff(id, updated.outs ?? {}, changed)).changes).to.equal(false);
    });

    it("keeps a workspace that failed in the state, with the reason, and replaces it at the next diff", async () => {
        await begin();
        cloud.account.nextOutcome = { status: "FAILED", message: "No capacity." };
        const news = await inputs({ __provider: "text" });
        const error = await handlers.workspace.create(news).then(
            () => undefined,
            (thrown: unknown) => thrown,
        );
        if (!(error instanceof InitializationError)) throw new Error(`not an init error: ${String(error)}`);
        expect(error.message).to.contain("is FAILED: No capacity");
        expect(error.properties).to.include({ __provider: "text", workspaceStatus: "FAILED" });
        expect(cloud.account.list("workspaces")).to.have.length(1);
        expect((await handlers.workspace.diff(error.id, error.properties, news)).replaces).to.deep.equal([
            "workspaceStatus",
        ]);
    });

    it("never replaces a workspace that failed after it had run", async () => {
        await begin();
        const news = await inputs();
        const { id, outs } = await handlers.workspace.create(news);
        cloud.account.setStatus(id, "FAILED", "Role is gone.");
        handlers = handlersOf(world);
        const { props } = await handlers.workspace.read(id, outs);
        const diff = await handlers.workspace.diff(id, props ?? {}, news);
        expect([diff.changes, diff.replaces]).to.deep.equal([true, []]);
    });

    it("never replaces a workspace that failed after an update whose result is unknown", async () => {
        await begin();
        const news = await inputs({ customTags: { team: "a" } });
        const { id, outs } = await handlers.workspace.create(news);
        cloud.account.nextOutcome = { status: "FAILED", message: "Role is gone." };
        const changed = { ...news, customTags: { team: "b" } };
        // Asked for by an earlier run that was killed.
        await cloud.account.patch("workspaces", id, { custom_tags: { team: "b" } }, ["custom_tags"]);
        const error = await handlers.workspace.update(id, outs, changed).then(
            () => undefined,
            (thrown: unknown) => thrown,
        );
        if (!(error instanceof InitializationError)) throw new Error(`not an init error: ${String(error)}`);
        expect(error.message).to.contain("It may have run before, so it is not replaced");
        expect((await handlers.workspace.diff(id, error.properties, changed)).replaces).to.deep.equal([]);
    });

    it("never replaces a workspace that was FAILED when it was adopted: what it was before is not known", async () => {
        await begin();
        const news = await inputs();
        const { id } = await handlers.workspace.create(news);
        cloud.account.setStatus(id, "FAILED", "Role is gone.");
        handlers = handlersOf(world);
        const adopting = { ...news, adopt: id, owner: owner("other") };
        const error = await handlers.workspace.create(adopting).then(
            () => undefined,
            (thrown: unknown) => thrown,
        );
        if (!(error instanceof InitializationError)) throw new Error(`not an init error: ${String(error)}`);
        expect((await handlers.workspace.diff(id, error.properties, adopting)).replaces).to.deep.equal([]);
    });

    it("says what is lost whenever a workspace that ran is replaced, and why", async () => {
        await begin();
        const asked = await inputs();
        const { id, outs } = await handlers.workspace.create(asked);
        const warnings = async (change: Record<string, unknown>) => {
            world.lines.length = 0;
            await handlers.workspace.check(asked, { ...asked, ...change });
            await handlers.workspace.diff(id, outs, { ...asked, ...change });
            return world.lines;
        };
        expect(await warnings({ customTags: { team: "risk" } })).to.deep.equal([]);
        const [renamed = "", ...more] = await warnings({
            workspaceName: "other",
            awsRegion: "us-west-2",
            migrateContent: false,
        });
        expect(renamed).to.match(
            /^w: a changed workspaceName and awsRegion needs a new workspace, so this one is replaced, and EVERY NOTEBOOK IN IT IS LOST\..{0,80} See node_modules\/pulumi-databricks-cmk\/docs\/replacing-a-workspace\.md\.$/,
        );
        expect(more).to.deep.equal([]);
        const [unknown] = await warnings({ storageConfigurationId: UNKNOWN });
        expect(unknown).to.match(/a changed storageConfigurationId .* may be replaced/);
    });

    it("recommends an update in place for a changed key alone, and says why not if something else changes too", async () => {
        await begin();
        const keys = await Promise.all(
            ["a", "b"].map(async (name) => {
                const awsKeyInfo = { keyArn: cloud.createKey() };
                const useCases = ["MANAGED_SERVICES", "STORAGE"];
                return (await handlers.key.create({ awsKeyInfo, useCases, owner: owner(name) })).id;
            }),
        );
        const [managedServicesCustomerManagedKeyId, next] = keys;
        const [storageCustomerManagedKeyId] = keys;
        const asked = await inputs({ managedServicesCustomerManagedKeyId, storageCustomerManagedKeyId });
        const { id, outs } = await handlers.workspace.create(asked);
        const said = async (change: Record<string, unknown>) => {
            world.lines.length = 0;
            const news = { ...asked, managedServicesCustomerManagedKeyId: next, ...change };
            const checked = await handlers.workspace.check(asked, news);
            const failures = (checked.failures ?? []).map(({ reason }) => reason);
            if (failures.length === 0) await handlers.workspace.diff(id, outs, news);
            return [...failures, ...world.lines].join();
        };
        const recommended = /, onKeyChange: "update" loses nothing\./;
        expect(await said({})).to.match(recommended);
        expect(await said({ onKeyChange: "forbid" })).to.match(recommended);
        const both = { storageCustomerManagedKeyId: next };
        for (const [change, named] of [
            [both, "storageCustomerManagedKeyId"],
            [{ ...both, onKeyChange: "forbid" }, "storageCustomerManagedKeyId"],
            [{ storageCustomerManagedKeyId: UNKNOWN }, "storageCustomerManagedKeyId"],
            [{ awsRegion: "us-west-2", migrateContent: { accept: ["metastore"] } }, "awsRegion"],
        ] as const) {
            const line = await said(change);
            expect(line).to.not.match(recommended);
            expect(line).to.contain(
                `onKeyChange: "update" would not keep this workspace, because a change of ${named} needs a new one too.`,
            );
        }
        const { inputs: checked } = await handlers.workspace.check(asked, {
            ...asked,
            managedServicesCustomerManagedKeyId: next,
            ...both,
        });
        expect(checked["keyChange"]).to.include({ others: "storageCustomerManagedKeyId" });
    });

    it("continues to wait for a workspace after a time-out", async () => {
        await begin({ provisioningMilliseconds: 60_000 });
        const news = await inputs({ provisioningTimeoutSeconds: 20 });
        const error = await handlers.workspace.create(news).then(
            () => undefined,
            (thrown: unknown) => thrown,
        );
        if (!(error instanceof InitializationError)) throw new Error(`not an init error: ${String(error)}`);
        expect(error.message).to.contain("still PROVISIONING after 20 s");
        const { outs } = await handlers.workspace.update(error.id, error.properties, {
            ...news,
            provisioningTimeoutSeconds: 100,
        });
        expect(outs?.["workspaceStatus"]).to.equal("RUNNING");
        expect(posts("workspaces")).to.have.length(1);
    });

    it("adopts the orphan of an interrupted create, and nothing else", async () => {
        await begin();
        const news = await inputs();
        const { id } = await handlers.workspace.create(news);
        handlers = handlersOf(world); // The process died before the engine heard of it.
        const again = await handlers.workspace.create(news);
        expect(again.id).to.equal(id);
        expect(world.lines.filter((line) => line.includes("is adopted"))).to.have.length(1);
        handlers = handlersOf(world);
        const other = await handlers.workspace.create({ ...news, workspaceName: "other" });
        expect(other.id).to.not.equal(id);
        expect(world.lines.filter((line) => line.includes("left alone"))).to.have.length(1);
        const stranger = await handlers.workspace.create({ ...news, owner: owner("w").replace("5555", "9999") });
        expect([id, other.id]).to.not.include(stranger.id);
    });

    it("adopts no workspace that holds content, is older than a day, or cannot be read: the error names the remedies", async () => {
        await begin();
        const news = await inputs();
        const { id } = await handlers.workspace.create(news);
        const refusal = async () => {
            handlers = handlersOf(world);
            return handlers.workspace.create(news).then(
                () => "adopted",
                (error: Error) => error.message,
            );
        };
        const workspace = cloud.workspace(id);
        await workspace.seed({ "/Shared/report": { type: "NOTEBOOK", source: "1" } });
        expect(await refusal())
            .to.contain("it holds content (/Shared/report)")
            .and.contain(`adopt: "${id}"`)
            .and.contain("another name");
        cloud.account.change("workspaces", id, { creation_time: Date.now() - 25 * 3_600_000 });
        expect(await refusal()).to.contain("it is older than a day");
        cloud.account.change("workspaces", id, { creation_time: Date.now() });
        cloud.account.setStatus(id, "FAILED", "no route");
        expect(await refusal()).to.contain("it is FAILED, and whether it ever ran is not known");
        expect(posts("workspaces")).to.have.length(1);
    });

    it("adopts a registration, which carries no owner, only while it is recent by the service's clock", async () => {
        await begin();
        const key = {
            awsKeyInfo: { keyArn: "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-4333-8444-555555555555" },
            useCases: ["MANAGED_SERVICES"],
            owner: owner("k"),
        };
        const { id } = await handlers.key.create(key);
        handlers = handlersOf(world);
        expect((await handlers.key.create(key)).id).to.equal(id);
        handlers = handlersOf(world);
        cloud.account.change("customer-managed-keys", id, { creation_time: Date.now() - 25 * 3_600_000 });
        expect((await handlers.key.create(key)).id).to.not.equal(id);
    });

    for (const kind of ["drop", "truncate", "status", "body", "shape"] as const) {
        it(`creates one workspace when the response to its POST is lost (${kind})`, async () => {
            await begin();
            const news = await inputs();
            cloud.inject({
                when: ({ method, path }) => method === "POST" && path.endsWith("/workspaces"),
                times: 1,
                do:
                    kind === "drop"
                        ? { kind, when: "after" }
                        : kind === "status"
                          ? { kind, status: 503, afterEffect: true }
                          : kind === "body"
                            ? { kind, body: "<html>proxy</html>" }
                            : kind === "shape"
                              ? { kind: "body", body: "{}" }
                              : { kind },
            });
            const { id } = await handlers.workspace.create(news);
            expect(cloud.account.list("workspaces").map((one) => one["workspace_id"])).to.deep.equal([id]);
        });
    }

    it("repeats a throttled POST (429) after the response's Retry-After", async () => {
        await begin();
        const news = await inputs();
        cloud.inject({
            when: ({ method, path }) => method === "POST" && !path.endsWith("/token"),
            times: 1,
            do: { kind: "status", status: 429, headers: { "retry-after": "7" } },
        });
        await handlers.workspace.create(news);
        expect(clock.sleeps).to.include(7000);
        expect(cloud.account.list("workspaces")).to.have.length(1);
    });

    it("refreshes many from one list, and finds what is gone", async () => {
        await begin();
        const news = await inputs();
        const made = [];
        for (const name of ["a", "b", "c"]) made.push(await handlers.workspace.create({ ...news, owner: owner(name) }));
        cloud.account.remove("workspaces", String(made[1]?.id));
        handlers = handlersOf(world);
        cloud.clearRequests();
        const reads = await Promise.all(made.map(({ id, outs }) => handlers.workspace.read(id, outs)));
        expect(reads.map(({ id }) => id)).to.deep.equal([made[0]?.id, "", made[2]?.id]);
        expect(cloud.requests.filter(({ path }) => path.endsWith("/workspaces"))).to.have.length(1);
    });

    it("fails a refresh, and keeps the state, when the API is down", async () => {
        await begin();
        const { id, outs } = await handlers.workspace.create(await inputs());
        handlers = handlersOf(world);
        cloud.inject({ when: () => true, do: { kind: "status", status: 503 } });
        const failed = await handlers.workspace.read(id, outs).then(
            () => false,
            () => true,
        );
        expect(failed).to.equal(true);
    });

    it("never shows a secret in an error", async () => {
        await begin();
        cloud.inject({ when: () => true, do: { kind: "drop", when: "before" } });
        const error = await handlers.workspace.read("1", {}).then(
            () => undefined,
            (thrown: unknown) => thrown,
        );
        expect(JSON.stringify(error, Object.getOwnPropertyNames(error)))
            .to.contain("no usable response")
            .and.not.contain(cloud.token);
    });

    it("of two creates with the same deployment name one succeeds, and the other loses nothing", async () => {
        await begin();
        const news = await inputs({ deploymentName: "sales" });
        const results = await Promise.allSettled([
            handlers.workspace.create(news),
            handlers.workspace.create({ ...news, owner: owner("v") }),
        ]);
        expect(results.map(({ status }) => status).sort()).to.deep.equal(["fulfilled", "rejected"]);
        const lost = results.find((result) => result.status === "rejected");
        expect(String(lost?.reason)).to.contain("already exists").and.contain("Choose another name");
        expect(cloud.account.list("workspaces")).to.have.length(1);
    });

    it("creates nothing once the engine has ended", async () => {
        await begin();
        const news = await inputs();
        world.isEngineAlive = async () => false;
        const message = await handlers.workspace.create(news).then(
            () => "ok",
            (error: Error) => error.message,
        );
        expect(message).to.contain("The engine has stopped");
        expect(posts("workspaces")).to.deep.equal([]);
    });

    it("completes an update whose result is unknown", async () => {
        await begin();
        const news = await inputs({ customTags: { team: "a" } });
        const { id, outs } = await handlers.workspace.create(news);
        const changed = { ...news, customTags: { team: "b" } };
        cloud.inject({
            when: ({ method, path }) => method === "GET" && path.endsWith(id),
            times: 1,
            do: { kind: "body", body: "<html>" },
        });
        await handlers.workspace.update(id, outs, changed).catch(() => undefined);
        handlers = handlersOf(world);
        const updated = await handlers.workspace.update(id, outs, changed);
        expect(updated.outs?.["customTags"]).to.deep.equal({ team: "b" });
        expect(updated.outs?.["workspaceStatus"]).to.equal("RUNNING");
    });
});
