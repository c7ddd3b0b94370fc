import { expect } from "chai";

import { OWNERSHIP_TAG } from "../../provider/contract/ownership-tag";
import type { Properties } from "../../provider/util/property-path";
import type { LocalCloud } from "../../local-cloud";
import { type LocalCloudOptions, type FaultEffect } from "../../local-cloud";
import { EventfulClock, type fakeEnvironment, gate, ownerFor, stackOf } from "../helpers/environment";
import { type Handlers, handlersOf, ROLE_ARN, startProvider, workspaceInputs } from "../helpers/provider-process";

const STACK = stackOf(0);
const owner = (name: string, more = "") => ownerFor(name, { more });
const roleArn = ROLE_ARN;
const registration = {
    awsKeyInfo: { keyArn: "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-4333-8444-555555555555" },
    useCases: ["MANAGED_SERVICES"],
};

const KEYS = "/customer-managed-keys";

describe("objects without an ownership tag", () => {
    let cloud: LocalCloud;
    let clock: EventfulClock;
    let world: ReturnType<typeof fakeEnvironment>;
    let handlers: Handlers;
    const begin = async (options: LocalCloudOptions = {}) => {
        ({ cloud, clock, world, handlers } = await startProvider(new EventfulClock(), options));
    };
    afterEach(() => cloud.stop());
    const inputs = (more: Properties = {}) => workspaceInputs(handlers, more);
    const ids = (kind: string, field: string) => cloud.account.list(kind).map((one) => one[field]);

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
            handlers = handlersOf(world);
            const renamed = await handler().create({ ...news, owner: owner("new") });
            await handler().delete(old.id, old.outs);
            expect(renamed.id).to.equal(old.id);
            expect(ids(kind, field)).to.deep.equal([old.id]);
            expect(world.lines.join("\n")).to.contain('belongs to "new" of this stack now');
            // The same, had the run been killed before the old one's end.
            handlers = handlersOf(world);
            await handler().diff(renamed.id, renamed.outs, { ...news, owner: owner("new") });
            await handler().delete(old.id, old.outs);
            // Even where the old state has lost its mark.
            await handler().delete(old.id, { ...old.outs, owner: "spoilt" });
            expect(ids(kind, field)).to.deep.equal([old.id]);
            // A destroy deletes it.
            handlers = handlersOf(world);
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
        handlers = handlersOf(world);
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
        handlers = handlersOf(world);
        const renamed = await handlers.key.create({ ...news, owner: owner("new") });
        const again = { ...asked, managedServicesCustomerManagedKeyId: renamed.id };
        expect((await handlers.workspace.diff(id, outs, again)).changes).to.equal(false);
    });

    it("an orphaned registration is adopted, although an equal one of another resource is younger", async () => {
        await begin();
        const left = await handlers.key.create({ ...registration, owner: owner("left") });
        await clock.sleep(5_000);
        const other = await handlers.key.create({ ...registration, owner: owner("other") });
        handlers = handlersOf(world);
        await handlers.key.diff(other.id, other.outs, { ...registration, owner: owner("other") });
        expect((await handlers.key.create({ ...registration, owner: owner("left") })).id).to.equal(left.id);
    });

    it("of two equal orphaned registrations one is adopted, and a warning names the other", async () => {
        await begin();
        const first = await handlers.key.create({ ...registration, owner: owner("k") });
        const second = await handlers.key.create({ ...registration, owner: owner("k") });
        handlers = handlersOf(world);
        const taken = await handlers.key.create({ ...registration, owner: owner("k") });
        expect(taken.id).to.equal(first.id);
        expect(world.lines.filter((line) => line.includes(second.id))).to.have.length(1);
        expect(world.lines.join("\n")).to.contain("which needs no second one");
    });

    it("a replaced object is deleted, although its resource was renamed since (aliases)", async () => {
        await begin();
        const old = await handlers.key.create({ ...registration, owner: owner("old") });
        handlers = handlersOf(world);
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
                cloud.inject({
                    when: ({ method, path }) => method === "POST" && path.endsWith(KEYS),
                    times: lost,
                    do: loss,
                });
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
                when: ({ method, path }) => method === "GET" && path.endsWith(KEYS) && ++lists > 1,
                do: { kind: "call", when: "after", run: async () => void setImmediate(() => twinLooked.open()) },
            });
            const twinLooked = gate();
            let posted = 0;
            cloud.inject({
                when: ({ method, path }) => method === "POST" && path.endsWith(KEYS) && posted++ === second,
                times: 1,
                do: { kind: "call", when: "after", run: () => twinLooked.passed },
            });
            let lost = 0;
            cloud.inject({
                when: ({ method, path }) => method === "POST" && path.endsWith(KEYS) && lost++ === 0,
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
        handlers = handlersOf(world);
        await handlers.key.create({ ...registration, useCases: ["STORAGE"], owner: owner("other") });
        await handlers.key.delete(old.id, old.outs);
        expect((await handlers.key.create({ ...registration, owner: owner("old") })).id).to.not.equal(old.id);
    });

    it("a second registration with the same content gets its own when the first one is seen in time", async () => {
        await begin();
        const first = await handlers.key.create({ ...registration, owner: owner("first") });
        handlers = handlersOf(world);
        clock.during = {
            milliseconds: 2_000,
            run: async () => {
                await handlers.key.diff(first.id, first.outs, { ...registration, owner: owner("first") });
            },
        };
        const second = await handlers.key.create({ ...registration, owner: owner("second") });
        expect(second.id).to.not.equal(first.id);
    });
});
