import { expect } from "chai";

import { InitializationError } from "../../provider/resource/errors";
import { ObjectHandler } from "../../provider/resource/handler";
import { credentialsObject } from "../../provider/objects/credentials";
import { customerManagedKeyObject } from "../../provider/objects/customer-managed-key";
import { storageConfigurationObject } from "../../provider/objects/storage-configuration";
import { workspaceObject } from "../../provider/objects/workspace/definition";
import { UNKNOWN } from "../../provider/util/property-path";
import { Session } from "../../provider/runtime/session";
import { WorkspaceHandler } from "../../provider/objects/workspace/handler";
import { LocalCloud, type LocalCloudOptions } from "../cloud";
import { FakeClock, fakeEnvironment, ownerFor, stackOf } from "./environment";

const owner = (name: string, since = 0) => ownerFor(name, { since });

describe("handlers against the local cloud", () => {
    let cloud: LocalCloud;
    let clock: FakeClock;
    let world: ReturnType<typeof fakeEnvironment>;
    let handlers: ReturnType<typeof handlersOf>;

    async function begin(options: LocalCloudOptions = {}): Promise<void> {
        clock = new FakeClock();
        cloud = await LocalCloud.start({ provisioningMilliseconds: 30_000, now: () => clock.now(), ...options });
        const { DATABRICKS_HOST = "", DATABRICKS_ACCOUNT_ID = "" } = cloud.environment();
        const { DATABRICKS_CLIENT_ID = "", DATABRICKS_CLIENT_SECRET = "" } = cloud.environment();
        world = fakeEnvironment(
            { DATABRICKS_HOST, DATABRICKS_ACCOUNT_ID, DATABRICKS_CLIENT_ID, DATABRICKS_CLIENT_SECRET },
            clock,
        );
        handlers = handlersOf();
    }

    function handlersOf() {
        const session = new Session(world);
        session.claims.isWholeProgram = true;
        return {
            credentials: new ObjectHandler(credentialsObject, session),
            storage: new ObjectHandler(storageConfigurationObject, session),
            key: new ObjectHandler(customerManagedKeyObject, session),
            workspace: new WorkspaceHandler(workspaceObject, session),
        };
    }

    afterEach(() => cloud.stop());

    async function inputs(more: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
        const credentials = await handlers.credentials.create({
            roleArn: "arn:aws:iam::123456789012:role/r",
            owner: owner("c"),
        });
        const storage = await handlers.storage.create({ bucketName: "root-bucket", owner: owner("s") });
        return {
            workspaceName: "w",
            awsRegion: "us-east-1",
            credentialsId: credentials.id,
            storageConfigurationId: storage.id,
            owner: owner("w"),
            ...more,
        };
    }

    const posts = () => cloud.requests.filter(({ method, path }) => method === "POST" && path.endsWith("/workspaces"));

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
        handlers = handlersOf();
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
        handlers = handlersOf();
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
            /^w: a changed workspaceName and awsRegion needs a new workspace, so this one is replaced, and EVERY NOTEBOOK IN IT IS LOST\..{0,80} See docs\/migrating-notebooks\.md\.$/,
        );
        expect(more).to.deep.equal([]);
        const [unknown] = await warnings({ storageConfigurationId: UNKNOWN });
        expect(unknown).to.match(/a changed storageConfigurationId .* may be replaced/);
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
        expect(posts()).to.have.length(1);
    });

    it("adopts the orphan of an interrupted create, and nothing else", async () => {
        await begin();
        const news = await inputs();
        const { id } = await handlers.workspace.create(news);
        handlers = handlersOf(); // The process died before the engine heard of it.
        const again = await handlers.workspace.create(news);
        expect(again.id).to.equal(id);
        expect(world.lines.filter((line) => line.includes("is adopted"))).to.have.length(1);
        handlers = handlersOf();
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
            handlers = handlersOf();
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
        expect(posts()).to.have.length(1);
    });

    it("adopts a registration, which carries no owner, only while it is recent by the service's clock", async () => {
        await begin();
        const key = {
            awsKeyInfo: { keyArn: "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-4333-8444-555555555555" },
            useCases: ["MANAGED_SERVICES"],
            owner: owner("k"),
        };
        const { id } = await handlers.key.create(key);
        handlers = handlersOf();
        expect((await handlers.key.create(key)).id).to.equal(id);
        handlers = handlersOf();
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
            when: ({ method }) => method === "POST",
            times: 1,
            do: { kind: "status", status: 429, headers: { "retry-after": "7" } },
        });
        await handlers.workspace.create(news);
        expect(clock.sleeps).to.include(7000);
        expect(cloud.account.list("workspaces")).to.have.length(1);
    });

    describe("a fresh role or bucket that Databricks cannot use yet", () => {
        const fresh = { roleArn: "arn:aws:iam::123456789012:role/fresh", owner: owner("c") };
        const outcome = (promise: Promise<unknown>) =>
            promise.then(
                () => "ok",
                (error: Error) => error.message,
            );
        const asked = () =>
            cloud.requests.filter(({ method, path }) => method === "POST" && path.includes("/api/")).length;

        for (const [setting, most] of [
            [undefined, 90],
            ["20", 20],
        ] as const) {
            it(`is waited for up to ${most} s (databricks:validationTimeoutSeconds: ${setting ?? "not set"}) and no longer, and the error says why`, async () => {
                await begin();
                const session = new Session(world);
                session.configure((key) => (key === "databricks:validationTimeoutSeconds" ? setting : undefined));
                cloud.account.validationDelay = 3_600_000;
                const began = clock.now();
                const message = await outcome(new ObjectHandler(credentialsObject, session).create(fresh));
                expect(message)
                    .to.contain("Failed credential validation checks")
                    .and.contain("check its policy")
                    .and.contain("databricks:validationTimeoutSeconds");
                expect((clock.now() - began) / 1000).to.equal(most);
                expect(asked()).to.be.within(most / 10, most / 5 + 2);
                expect(world.lines).to.have.length(asked() - 1);
                expect(cloud.account.list("credentials")).to.deep.equal([]);
            });
        }

        for (const [words, format] of [
            ["credential", "json"],
            ["credentials", "text"],
        ] as const) {
            it(`is told from one that lacks permissions, which each refusal names ("Failed ${words} ...", ${format})`, async () => {
                await begin();
                Object.assign(cloud.behavior, {
                    validationWords: words,
                    validationFormat: format,
                    validationCode: "MALFORMED_REQUEST",
                });
                cloud.account.setMissingPermissions(fresh.roleArn, ["Spot Cancellation", "Create Placement Group"]);
                expect(await outcome(handlers.credentials.create(fresh))).to.match(
                    /Failed credentials? validation checks: Spot Cancellation, Create Placement Group.*named the same checks.*check its policy for "Spot Cancellation, Create Placement Group"/,
                );
                cloud.account.setMissingPermissions(fresh.roleArn, []);
                expect(await outcome(handlers.credentials.create(fresh))).to.equal("ok");
            });
        }

        it("is waited for by a workspace too, which is then created once", async () => {
            await begin();
            const news = await inputs();
            cloud.clearRequests();
            cloud.account.validationDelay = 30_000;
            await handlers.workspace.create(news);
            expect(world.lines.join("\n")).to.contain("Failed storage configuration validation checks");
            expect(asked()).to.be.within(4, 8);
            expect(cloud.account.list("workspaces")).to.have.length(1);
        });

        it("is waited for, and any other refusal is not", async () => {
            await begin();
            const refusal = { error_code: "INVALID_PARAMETER_VALUE", message: "Failed another check" };
            cloud.inject({
                when: ({ method, path }) => method === "POST" && path.includes("/api/"),
                do: { kind: "status", status: 400, body: JSON.stringify(refusal) },
            });
            expect(await outcome(handlers.credentials.create(fresh))).to.contain("Failed another check");
            expect([asked(), clock.sleeps]).to.deep.equal([1, []]);
        });
    });

    it("refreshes many from one list, and finds what is gone", async () => {
        await begin();
        const news = await inputs();
        const made = [];
        for (const name of ["a", "b", "c"]) made.push(await handlers.workspace.create({ ...news, owner: owner(name) }));
        cloud.account.remove("workspaces", String(made[1]?.id));
        handlers = handlersOf();
        cloud.clearRequests();
        const reads = await Promise.all(made.map(({ id, outs }) => handlers.workspace.read(id, outs)));
        expect(reads.map(({ id }) => id)).to.deep.equal([made[0]?.id, "", made[2]?.id]);
        expect(cloud.requests.filter(({ path }) => path.endsWith("/workspaces"))).to.have.length(1);
    });

    it("fails a refresh, and keeps the state, when the API is down", async () => {
        await begin();
        const { id, outs } = await handlers.workspace.create(await inputs());
        handlers = handlersOf();
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
            .to.contain("no usable answer")
            .and.not.contain(cloud.token);
    });

    describe("adopting", () => {
        const outcome = (promise: Promise<unknown>) =>
            promise.then(
                () => "ok",
                (error: Error) => error.message,
            );

        it("adopts an existing workspace, updates what can be updated, and is clean afterwards, with adopt or without", async () => {
            await begin();
            const news = await inputs();
            const { id } = await handlers.workspace.create(news);
            handlers = handlersOf();
            const adopting: Record<string, unknown> = {
                ...news,
                owner: owner("other"),
                adopt: id,
                customTags: { team: "a" },
            };
            const adopted = await handlers.workspace.create(adopting);
            expect(adopted.id).to.equal(id);
            expect(posts()).to.have.length(1);
            expect(adopted.outs["customTags"]).to.deep.equal({ team: "a" });
            expect((await handlers.workspace.diff(id, adopted.outs, adopting)).changes).to.equal(false);
            const without = { ...adopting, adopt: undefined };
            expect((await handlers.workspace.diff(id, adopted.outs, without)).changes).to.equal(false);
        });

        it("lists every difference in immutable fields, and changes nothing", async () => {
            await begin();
            const news = await inputs();
            const { id } = await handlers.workspace.create(news);
            handlers = handlersOf();
            const message = await outcome(
                handlers.workspace.create({ ...news, adopt: id, workspaceName: "x", pricingTier: "DEDICATED" }),
            );
            expect(message)
                .to.contain('workspaceName is "w", the program says "x"')
                .and.contain('pricingTier is "ENTERPRISE", the program says "DEDICATED"');
            expect(cloud.requests.filter(({ method }) => method === "PATCH")).to.deep.equal([]);
        });

        it("is an error when there is nothing to adopt", async () => {
            await begin();
            expect(await outcome(handlers.workspace.create({ ...(await inputs()), adopt: "12345" }))).to.contain(
                "there is no workspace 12345",
            );
        });

        it("creates a new workspace where the adopted one is being replaced", async () => {
            await begin();
            const news: Record<string, unknown> = await inputs();
            const { id, outs } = await handlers.workspace.create(news);
            const changed = { ...news, adopt: id, workspaceName: "x" };
            await handlers.workspace.diff(id, outs, changed);
            expect((await handlers.workspace.create(changed)).id).to.not.equal(id);
        });

        it("adopts the other kinds of objects as well", async () => {
            await begin();
            const made = await handlers.credentials.create({
                roleArn: "arn:aws:iam::123456789012:role/r",
                owner: owner("c"),
            });
            handlers = handlersOf();
            const adopted = await handlers.credentials.create({
                roleArn: "arn:aws:iam::123456789012:role/r",
                adopt: made.id,
                owner: owner("d"),
            });
            expect(adopted.id).to.equal(made.id);
        });
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
        expect(message).to.contain("The engine is gone");
        expect(posts()).to.deep.equal([]);
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
        handlers = handlersOf();
        const updated = await handlers.workspace.update(id, outs, changed);
        expect(updated.outs?.["customTags"]).to.deep.equal({ team: "b" });
        expect(updated.outs?.["workspaceStatus"]).to.equal("RUNNING");
    });
});
