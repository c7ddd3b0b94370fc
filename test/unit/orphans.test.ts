import { expect } from "chai";

import { InitializationError } from "../../provider/resource/errors";
import { ObjectHandler } from "../../provider/resource/handler";
import { OWNERSHIP_TAG, ownerOfInputs, formatTag } from "../../provider/contract/ownership-tag";
import { credentialsObject } from "../../provider/objects/credentials";
import { customerManagedKeyObject } from "../../provider/objects/customer-managed-key";
import { storageConfigurationObject } from "../../provider/objects/storage-configuration";
import { workspaceObject } from "../../provider/objects/workspace/definition";
import { Session } from "../../provider/runtime/session";
import { WorkspaceHandler } from "../../provider/objects/workspace/handler";
import { LocalCloud, type LocalCloudOptions, type FaultEffect } from "../cloud";
import { FakeClock, fakeEnvironment, ownerFor, stackOf } from "./environment";

const STACK = stackOf(0);
const owner = (name: string, more = "") => ownerFor(name, { more });
const roleArn = "arn:aws:iam::123456789012:role/r";
const registration = {
    awsKeyInfo: { keyArn: "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-4333-8444-555555555555" },
    useCases: ["MANAGED_SERVICES"],
};

/** Something that is waited for until somebody opens it. */
function gate(): { readonly passed: Promise<void>; open(): void } {
    let open = () => {};
    const passed = new Promise<void>((resolve) => (open = resolve));
    return { passed, open: () => open() };
}

/** A clock on which something happens during a pause of a certain length. */
class EventfulClock extends FakeClock {
    during: { milliseconds: number; run: () => Promise<void> } | undefined;
    override async sleep(milliseconds: number): Promise<void> {
        await super.sleep(milliseconds);
        if (this.during?.milliseconds === milliseconds) await this.during.run();
    }
}

describe("orphans, and what must not be adopted as one", () => {
    let cloud: LocalCloud;
    let clock: EventfulClock;
    let world: ReturnType<typeof fakeEnvironment>;
    let handlers: ReturnType<typeof handlersOf>;

    async function begin(options: LocalCloudOptions = {}): Promise<void> {
        clock = new EventfulClock();
        cloud = await LocalCloud.start({ provisioningMilliseconds: 30_000, now: () => clock.now(), ...options });
        const { DATABRICKS_HOST = "", DATABRICKS_ACCOUNT_ID = "" } = cloud.environment();
        const { DATABRICKS_CLIENT_ID = "", DATABRICKS_CLIENT_SECRET = "" } = cloud.environment();
        world = fakeEnvironment(
            { DATABRICKS_HOST, DATABRICKS_ACCOUNT_ID, DATABRICKS_CLIENT_ID, DATABRICKS_CLIENT_SECRET },
            clock,
        );
        handlers = handlersOf();
    }
    afterEach(() => cloud.stop());

    /** The handlers of a new provider process. */
    function handlersOf() {
        const session = new Session(world);
        // As the stack's identity notes where no `--target` leaves it out.
        session.claims.isWholeProgram = true;
        return {
            credentials: new ObjectHandler(credentialsObject, session),
            storage: new ObjectHandler(storageConfigurationObject, session),
            key: new ObjectHandler(customerManagedKeyObject, session),
            workspace: new WorkspaceHandler(workspaceObject, session),
        };
    }

    async function inputs(more: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
        const credentials = await handlers.credentials.create({ roleArn, owner: owner("c") });
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
    const posts = (collection: string) =>
        cloud.requests.filter(({ method, path }) => method === "POST" && path.endsWith(`/${collection}`));
    const deletions = () => cloud.requests.filter(({ method }) => method === "DELETE");
    const ids = (kind: string, field: string) => cloud.account.list(kind).map((one) => one[field]);
    const outcome = (promise: Promise<unknown>) =>
        promise.then(
            () => "ok",
            (error: Error) => error.message,
        );

    describe("retainOnDelete", () => {
        for (const [what, before, after] of [
            ["both times", "+retained", "+retained"],
            ["only when it was made", "+retained", ""],
            ["only when it is asked for again", "", "+retained"],
        ] as const) {
            it(`a workspace that was kept and is asked for again unchanged is neither adopted nor created twice (retainOnDelete ${what})`, async () => {
                await begin();
                const news = await inputs({ owner: owner("w", before) });
                const { id } = await handlers.workspace.create(news);
                handlers = handlersOf();
                const message = await outcome(handlers.workspace.create({ ...news, owner: owner("w", after) }));
                expect(message).to.contain(`The workspace ${id}`).and.contain("retainOnDelete");
                expect(message).to.contain(`adopt: "${id}"`).and.contain("another name");
                expect(posts("workspaces")).to.have.length(1);
                expect(ids("workspaces", "workspace_id")).to.deep.equal([id]);
            });
        }

        it("each remedy that the error names works: adopt, another name, deletion", async () => {
            await begin();
            const news = await inputs({ owner: owner("w", "+retained") });
            const { id } = await handlers.workspace.create(news);
            handlers = handlersOf();
            expect((await handlers.workspace.create({ ...news, adopt: id })).id).to.equal(id);
            handlers = handlersOf();
            const renamed = await handlers.workspace.create({ ...news, owner: owner("w2", "+retained") });
            expect(renamed.id).to.not.equal(id);
            cloud.account.remove("workspaces", id);
            handlers = handlersOf();
            expect((await handlers.workspace.create(news)).id).to.not.be.oneOf([id, renamed.id]);
        });

        it("an object of this very create is its own, although the response was lost", async () => {
            await begin();
            const news = await inputs({ owner: owner("w", "+retained") });
            cloud.inject({
                when: ({ method }) => method === "POST",
                times: 1,
                do: { kind: "drop", when: "after" },
            });
            const { id } = await handlers.workspace.create(news);
            expect(ids("workspaces", "workspace_id")).to.deep.equal([id]);
        });

        it("an orphan of an interrupted replacement is adopted, because it is younger than the replaced workspace", async () => {
            await begin();
            const old = await inputs({ owner: owner("w", "+retained") });
            const first = await handlers.workspace.create(old);
            const news = { ...old, workspaceName: "v" };
            await handlers.workspace.diff(first.id, first.outs, news);
            const second = await handlers.workspace.create(news);
            handlers = handlersOf(); // Killed before the engine wrote it down.
            await handlers.workspace.diff(first.id, first.outs, news);
            expect((await handlers.workspace.create(news)).id).to.equal(second.id);
        });

        it("a workspace kept at a replacement is not touched when the program returns to its inputs", async () => {
            await begin();
            const old = await inputs({ owner: owner("w", "+retained") });
            const first = await handlers.workspace.create(old);
            const second = await handlers.workspace.create({ ...old, workspaceName: "v" });
            handlers = handlersOf();
            await handlers.workspace.diff(second.id, second.outs, old);
            expect((await handlers.workspace.create(old)).id).to.not.be.oneOf([first.id, second.id]);
        });

        it("a workspace kept at a replacement is not mistaken for the result of a POST whose response was lost", async () => {
            await begin();
            const old = await inputs({ owner: owner("w", "+retained") });
            const first = await handlers.workspace.create(old);
            const second = await handlers.workspace.create({ ...old, workspaceName: "v" });
            handlers = handlersOf();
            await handlers.workspace.diff(second.id, second.outs, old);
            cloud.inject({ when: ({ method }) => method === "POST", times: 1, do: { kind: "drop", when: "before" } });
            expect((await handlers.workspace.create(old)).id).to.not.be.oneOf([first.id, second.id]);
        });

        it("setting or removing it changes nothing that exists", async () => {
            await begin();
            const news = await inputs();
            const { id, outs } = await handlers.workspace.create(news);
            for (const more of ["+retained", ""]) {
                const diff = await handlers.workspace.diff(id, outs, { ...news, owner: owner("w", more) });
                expect([diff.changes, diff.replaces]).to.deep.equal([false, []]);
            }
        });
    });

    describe("the ownership tag", () => {
        it("distinguishes stacks, resources and their parents, in tags that AWS accepts", () => {
            const names = ["w", "+retained", "w/x", "ünïcode name", "odd \"<>'?*\n name", "odd \"<>'?*\t name"];
            names.push("x".repeat(300), `${"x".repeat(299)}y`);
            const tags = names.flatMap((name) =>
                ["", "@0a1b2c3d", "+retained", "@0a1b2c3d+retained"].map((more) =>
                    formatTag(ownerOfInputs({ owner: owner(name, more) })!),
                ),
            );
            expect(new Set(tags).size).to.equal(tags.length);
            for (const tag of tags) expect(tag).to.match(/^[\p{L}\p{N} _.:/=+@-]{1,255}$/u);
            expect(ownerOfInputs({ owner: owner("w/x", "@0a1b2c3d+retained") })).to.include({
                resource: "w/x",
                retained: true,
            });
        });

        it("of the same name inside a component belongs to another resource: moving a resource there adopts nothing", async () => {
            await begin();
            const news = await inputs();
            const { id } = await handlers.workspace.create(news);
            handlers = handlersOf();
            const moved = await handlers.workspace.create({ ...news, owner: owner("w", "@0a1b2c3d") });
            expect(moved.id).to.not.equal(id);
        });

        it("that somebody removed is set again with the next change of the tags, and is no drift before", async () => {
            await begin();
            const news = await inputs({ customTags: { team: "a" } });
            const { id, outs } = await handlers.workspace.create(news);
            cloud.account.change("workspaces", id, { custom_tags: { team: "a" } });
            const { props } = await handlers.workspace.read(id, outs);
            expect(props).to.deep.equal(outs);
            expect((await handlers.workspace.diff(id, props ?? {}, news)).changes).to.equal(false);
            await handlers.workspace.update(id, outs, { ...news, customTags: { team: "b" } });
            expect(cloud.account.find("workspaces", id)?.["custom_tags"]).to.deep.equal({
                team: "b",
                [OWNERSHIP_TAG]: `${STACK}/w`,
            });
        });

        it("is kept when all tags are removed", async () => {
            await begin();
            const without = await inputs();
            const { id, outs } = await handlers.workspace.create({ ...without, customTags: { team: "a" } });
            expect((await handlers.workspace.diff(id, outs, without)).changes).to.equal(true);
            const updated = await handlers.workspace.update(id, outs, without);
            expect(cloud.account.find("workspaces", id)?.["custom_tags"]).to.deep.equal({
                [OWNERSHIP_TAG]: `${STACK}/w`,
            });
            expect((await handlers.workspace.diff(id, updated.outs ?? {}, without)).changes).to.equal(false);
        });

        it("cannot be given by a program", async () => {
            await begin();
            const { failures } = await handlers.workspace.check(
                {},
                { ...(await inputs()), customTags: { [OWNERSHIP_TAG]: "x" } },
            );
            expect(failures).to.deep.equal([
                {
                    property: `customTags.${OWNERSHIP_TAG}`,
                    reason: "is a tag that this package sets itself: choose another key",
                },
            ]);
        });

        for (const broken of [
            undefined,
            "",
            "x",
            5,
            { a: 1 },
            `${STACK}`,
            `${STACK}+kept/w`,
            `${STACK.replace("-7", "-4")}/w`,
        ]) {
            it(`that cannot be parsed (${JSON.stringify(broken)}) causes no adoption and no error`, async () => {
                await begin();
                const news = await inputs();
                const { id } = await handlers.workspace.create(news);
                handlers = handlersOf();
                const other = await handlers.workspace.create({ ...news, owner: broken });
                expect(other.id).to.not.equal(id);
                expect((await handlers.workspace.diff(other.id, other.outs, news)).changes).to.equal(false);
                await handlers.workspace.delete(other.id, other.outs);
                expect(ids("workspaces", "workspace_id")).to.deep.equal([id]);
            });
        }
    });

    describe("objects without an ownership tag", () => {
        const kinds = [
            {
                what: "a registration",
                handler: () => handlers.key,
                kind: "customer-managed-keys",
                field: "customer_managed_key_id",
                news: registration,
            },
            {
                what: "a named object",
                handler: () => handlers.credentials,
                kind: "credentials",
                field: "credentials_id",
                news: { roleArn, credentialsName: "mine" },
            },
        ];
        for (const { what, handler, kind, field, news } of kinds) {
            it(`${what} stays when its resource is renamed: the new resource has it, and the deletion of the old one deletes nothing`, async () => {
                await begin();
                const old = await handler().create({ ...news, owner: owner("old") });
                handlers = handlersOf();
                const renamed = await handler().create({ ...news, owner: owner("new") });
                await handler().delete(old.id, old.outs);
                expect(renamed.id).to.equal(old.id);
                expect(ids(kind, field)).to.deep.equal([old.id]);
                expect(world.lines.join("\n")).to.contain('belongs to "new" of this stack now');
                // The same, had the run been killed before the old one's end.
                handlers = handlersOf();
                await handler().diff(renamed.id, renamed.outs, { ...news, owner: owner("new") });
                await handler().delete(old.id, old.outs);
                // Even where the old state has lost its mark.
                await handler().delete(old.id, { ...old.outs, owner: "spoilt" });
                expect(ids(kind, field)).to.deep.equal([old.id]);
                // A destroy deletes it.
                handlers = handlersOf();
                await handler().delete(renamed.id, renamed.outs);
                await handler().delete(old.id, old.outs);
                expect(ids(kind, field)).to.deep.equal([]);
            });
        }

        it("a registration that another stack's workspace uses belongs to that stack, however equal and recent", async () => {
            await begin();
            const theirs = await handlers.key.create({ ...registration, owner: owner("k").replace("5555", "9999") });
            const workspace = await inputs();
            await cloud.account.create("workspaces", {
                workspace_name: "theirs",
                aws_region: "us-east-1",
                credentials_id: workspace["credentialsId"],
                storage_configuration_id: workspace["storageConfigurationId"],
                managed_services_customer_managed_key_id: theirs.id,
                custom_tags: { [OWNERSHIP_TAG]: `${STACK.replace("5555", "9999")}/w` },
            });
            handlers = handlersOf();
            const ours = await handlers.key.create({ ...registration, owner: owner("k") });
            expect(ours.id).to.not.equal(theirs.id);
            expect(ids("customer-managed-keys", "customer_managed_key_id")).to.have.length(2);
        });

        it("a registration that this stack's own workspace uses stays when its resource is renamed, and so does the workspace", async () => {
            await begin();
            const news = { ...registration, awsKeyInfo: { keyArn: cloud.createKey() } };
            const old = await handlers.key.create({ ...news, owner: owner("old") });
            const asked = await inputs({ managedServicesCustomerManagedKeyId: old.id });
            const { id, outs } = await handlers.workspace.create(asked);
            handlers = handlersOf();
            const renamed = await handlers.key.create({ ...news, owner: owner("new") });
            const again = { ...asked, managedServicesCustomerManagedKeyId: renamed.id };
            expect((await handlers.workspace.diff(id, outs, again)).changes).to.equal(false);
        });

        it("an orphaned registration is adopted, although an equal one of another resource is younger", async () => {
            await begin();
            const left = await handlers.key.create({ ...registration, owner: owner("left") });
            await clock.sleep(5_000);
            const other = await handlers.key.create({ ...registration, owner: owner("other") });
            handlers = handlersOf();
            await handlers.key.diff(other.id, other.outs, { ...registration, owner: owner("other") });
            expect((await handlers.key.create({ ...registration, owner: owner("left") })).id).to.equal(left.id);
        });

        it("of two equal orphaned registrations one is adopted, and a warning names the other", async () => {
            await begin();
            const first = await handlers.key.create({ ...registration, owner: owner("k") });
            const second = await handlers.key.create({ ...registration, owner: owner("k") });
            handlers = handlersOf();
            const taken = await handlers.key.create({ ...registration, owner: owner("k") });
            expect(taken.id).to.equal(first.id);
            expect(world.lines.filter((line) => line.includes(second.id))).to.have.length(1);
            expect(world.lines.join("\n")).to.contain("which needs no second one");
        });

        it("a replaced object is deleted, although its resource was renamed since (aliases)", async () => {
            await begin();
            const old = await handlers.key.create({ ...registration, owner: owner("old") });
            handlers = handlersOf();
            const news = { ...registration, useCases: ["STORAGE"], owner: owner("new") };
            await handlers.key.diff(old.id, old.outs, news);
            const made = await handlers.key.create(news);
            await handlers.key.delete(old.id, old.outs);
            expect(ids("customer-managed-keys", "customer_managed_key_id")).to.deep.equal([made.id]);
        });

        const losses: Record<string, FaultEffect> = {
            "after its effect": { kind: "drop", when: "after" },
            "before its effect": { kind: "drop", when: "before" },
            "in a broken answer": { kind: "truncate" },
        };
        for (const [when, loss] of Object.entries(losses)) {
            for (const lost of [1, 2, 3]) {
                it(`of ${lost < 3 ? 2 : 3} registrations with the same content created at once, each has its own when the ${lost === 1 ? "first" : `first ${lost}`} answers are lost ${when}`, async () => {
                    await begin();
                    cloud.inject({ when: ({ method }) => method === "POST", times: lost, do: loss });
                    const names = lost < 3 ? ["a", "b"] : ["a", "b", "c"];
                    const made = await Promise.all(
                        names.map((name) => handlers.key.create({ ...registration, owner: owner(name) })),
                    );
                    expect(made.map(({ id }) => id).sort()).to.deep.equal(
                        ids("customer-managed-keys", "customer_managed_key_id").sort(),
                    );
                    expect(new Set(made.map(({ id }) => id)).size).to.equal(names.length);
                });
            }
        }

        for (const [what, first, second] of [
            ["before its effect", { kind: "drop", when: "before" }, 1],
            ["after its effect", { kind: "drop", when: "after" }, 0],
        ] as const) {
            it(`a create whose response was lost ${what} and whose registration another resource adopted creates another one`, async () => {
                await begin();
                let lists = 0;
                cloud.inject({
                    when: ({ method }) => method === "GET" && ++lists > 1,
                    do: { kind: "call", when: "after", run: async () => void setImmediate(() => twinLooked.open()) },
                });
                const twinLooked = gate();
                let posted = 0;
                cloud.inject({
                    when: ({ method }) => method === "POST" && posted++ === second,
                    times: 1,
                    do: { kind: "call", when: "after", run: () => twinLooked.passed },
                });
                let lost = 0;
                cloud.inject({
                    when: ({ method }) => method === "POST" && lost++ === 0,
                    times: 1,
                    do: first,
                });
                const made = await Promise.all(
                    ["a", "b"].map((name) => handlers.key.create({ ...registration, owner: owner(name) })),
                );
                expect(made.map(({ id }) => id).sort()).to.deep.equal(
                    ids("customer-managed-keys", "customer_managed_key_id").sort(),
                );
                expect(made[0]?.id).to.not.equal(made[1]?.id);
            });
        }

        it("an object that this very process deleted is not adopted", async () => {
            await begin();
            const old = await handlers.key.create({ ...registration, owner: owner("old") });
            handlers = handlersOf();
            await handlers.key.create({ ...registration, useCases: ["STORAGE"], owner: owner("other") });
            await handlers.key.delete(old.id, old.outs);
            expect((await handlers.key.create({ ...registration, owner: owner("old") })).id).to.not.equal(old.id);
        });

        it("a second registration with the same content gets its own when the first one is seen in time", async () => {
            await begin();
            const first = await handlers.key.create({ ...registration, owner: owner("first") });
            handlers = handlersOf();
            clock.during = {
                milliseconds: 2_000,
                run: async () => {
                    await handlers.key.diff(first.id, first.outs, { ...registration, owner: owner("first") });
                },
            };
            const second = await handlers.key.create({ ...registration, owner: owner("second") });
            expect(second.id).to.not.equal(first.id);
        });

        it("a first registration that is seen too late is an error that changes nothing, and its remedy works", async () => {
            await begin();
            const first = await handlers.key.create({ ...registration, owner: owner("first") });
            const [one, two] = ["first", "second"].map((name) => ({ ...registration, owner: owner(name) }));
            handlers = handlersOf();
            const second = await handlers.key.create(two!);
            const message = await outcome(handlers.key.diff(first.id, first.outs, one!));
            expect(message).to.contain('as "second" and as "first"').and.contain("pulumi state delete");
            handlers = handlersOf();
            await handlers.key.diff(second.id, second.outs, two!);
            expect(await outcome(handlers.key.diff(first.id, first.outs, one!))).to.equal(message);
            expect(deletions()).to.deep.equal([]);
            // The second one is out of the state, and depends on the first.
            handlers = handlersOf();
            await handlers.key.diff(first.id, first.outs, one!);
            expect((await handlers.key.create(two!)).id).to.not.equal(first.id);
        });
    });

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
            handlers = handlersOf();
            await handlers.workspace.read(id, {});
            expect((await handlers.workspace.create({ ...news, adopt: id, owner: owner("other") })).id).to.equal(id);
        });

        it("moves an object from one resource to another, and the deletion of the first deletes nothing", async () => {
            await begin();
            const news = await inputs();
            const { id, outs } = await handlers.workspace.create(news);
            handlers = handlersOf();
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
            const slow = new WorkspaceHandler(workspaceObject, session);
            cloud.inject({
                when: ({ method }) => method === "POST",
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
            const slow = new ObjectHandler(credentialsObject, session);
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
            cloud.inject({ when: ({ method }) => method === "POST", times: 1, do: { kind: "drop", when: "before" } });
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
                handlers = handlersOf();
                const diff = await handlers.workspace.diff(error.id, error.properties, news);
                expect([diff.changes, diff.replaces]).to.deep.equal([true, []]);
                const { outs } = await handlers.workspace.update(error.id, error.properties, news);
                expect(outs?.["workspaceStatus"]).to.equal("RUNNING");
                expect(posts("workspaces")).to.have.length(1);
                expect(deletions()).to.deep.equal([]);
            });
        }

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
        handlers = handlersOf();
        cloud.inject({ when: () => true, do: { kind: "status", status: 404, body: "<html>Not found</html>" } });
        expect(await outcome(handlers.key.read(id, outs))).to.contain("HTTP 404");
        expect(await outcome(handlers.key.delete(id, outs))).to.contain("HTTP 404");
        expect(ids("customer-managed-keys", "customer_managed_key_id")).to.deep.equal([id]);
    });
});
