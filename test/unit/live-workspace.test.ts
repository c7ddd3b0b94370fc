import { expect } from "chai";

import { OWNERSHIP_TAG, ownerOfInputs } from "../../provider/contract/ownership-tag";
import { workspaceObject } from "../../provider/objects/workspace/definition";
import { InitializationError } from "../../provider/resource/errors";
import { UNKNOWN } from "../../provider/util/property-path";
import { type LocalCloud, seeds } from "../../local-cloud";
import { FakeClock, type fakeEnvironment, ownerFor, stackOf } from "../helpers/environment";
import { type Handlers, handlersOf, startProvider, workspaceInputs } from "../helpers/provider-process";

type Inputs = Record<string, unknown>;

const NOTEBOOK_KEY = "managedServicesCustomerManagedKeyId";
const OTHER_STACK = `${stackOf(7)}/w`;
const UUID = "00000000-0000-4000-8000-000000000000";

describe("a live workspace is never lost: what the handlers do", () => {
    let cloud: LocalCloud;
    let world: ReturnType<typeof fakeEnvironment>;
    let handlers: Handlers;

    beforeEach(async () => {
        ({ cloud, world, handlers } = await startProvider(new FakeClock()));
    });
    afterEach(() => cloud.stop());

    const inputs = (more: Inputs = {}) => workspaceInputs(handlers, more);
    /** A registration of a new key for notebooks. */
    async function key(name: string): Promise<string> {
        const awsKeyInfo = { keyArn: cloud.createKey() };
        const news = { awsKeyInfo, useCases: ["MANAGED_SERVICES"], owner: ownerFor(name) };
        return (await handlers.key.create(news)).id;
    }
    /** What the engine asks about a resource that exists, in a new process. */
    async function judged(id: string, outs: Inputs, olds: Inputs, news: Inputs) {
        handlers = handlersOf(world);
        const { inputs: checked, failures = [] } = await handlers.workspace.check(olds, news);
        expect(failures).to.deep.equal([]);
        return handlers.workspace.diff(id, outs, checked as Inputs);
    }
    const failureOf = (promise: Promise<unknown>): Promise<Error> =>
        promise.then(
            () => new Error("nothing failed"),
            (error: Error) => error,
        );
    const exists = (id: string) => cloud.account.find("workspaces", id) !== undefined;
    const tagsOf = (id: string) => cloud.account.get("workspaces", id)["custom_tags"] as Record<string, string>;
    const setTags = (id: string, tags: Record<string, string>) =>
        cloud.account.change("workspaces", id, { custom_tags: tags });

    it("one that failed before it ran and was repaired since is not replaced, and not deleted by a replacement already begun", async () => {
        cloud.account.nextOutcome = { status: "FAILED", message: "No capacity." };
        const news = await inputs({ __provider: "text" });
        const failed = await failureOf(handlers.workspace.create(news));
        if (!(failed instanceof InitializationError)) throw failed;
        const { id, properties } = failed;
        expect((await judged(id, properties, news, news)).replaces).to.deep.equal(["workspaceStatus"]);
        cloud.account.setStatus(id, "RUNNING", "");
        await cloud.workspace(id).seed({ "/Shared/work": seeds.notebook("1") });
        // The diff is over; the engine is about to delete the old one.
        expect((await failureOf(handlers.workspace.delete(id, properties))).message).to.contain(
            "it holds content (/Shared/work)",
        );
        const { message } = await failureOf(judged(id, properties, news, news));
        expect(message).to.contain("it was repaired outside Pulumi").and.contain("pulumi refresh");
        expect(exists(id)).to.equal(true);
        handlers = handlersOf(world);
        expect((await failureOf(handlers.workspace.delete(id, properties))).message).to.contain("is not deleted");
        handlers = handlersOf(world);
        await handlers.workspace.delete(id, { ...properties, forceDestroy: true });
        expect(exists(id)).to.equal(false);
    });

    it("one whose tag names another stack is not deleted, and the user is told", async () => {
        const { id, outs } = await handlers.workspace.create(await inputs());
        setTags(id, { [OWNERSHIP_TAG]: OTHER_STACK });
        handlers = handlersOf(world);
        await handlers.workspace.delete(id, outs);
        expect(exists(id)).to.equal(true);
        expect(world.lines.at(-1)).to.contain(`workspace ${id} is not deleted`).and.contain("another stack");
    });

    it("one whose tag names another stack is not taken back by a change of its tags", async () => {
        const news = await inputs();
        const { id, outs } = await handlers.workspace.create(news);
        setTags(id, { [OWNERSHIP_TAG]: OTHER_STACK });
        handlers = handlersOf(world);
        const { message } = await failureOf(
            handlers.workspace.update(id, outs, { ...news, customTags: { team: "a" } }),
        );
        expect(message).to.contain("names another stack").and.contain("pulumi state delete");
        expect(tagsOf(id)).to.deep.equal({ [OWNERSHIP_TAG]: OTHER_STACK });
    });

    it("one from another stack's state is made this stack's own, and tags that the program never set stay", async () => {
        const news = await inputs();
        const { id, outs } = await handlers.workspace.create(news);
        setTags(id, { [OWNERSHIP_TAG]: tagsOf(id)[OWNERSHIP_TAG] ?? "", team: "console" });
        const moved = { ...news, owner: OTHER_STACK };
        const diff = await judged(id, outs, news, moved);
        expect([diff.changes, diff.replaces]).to.deep.equal([true, []]);
        const updated = await handlers.workspace.update(id, outs, moved);
        expect(tagsOf(id)).to.deep.equal({ [OWNERSHIP_TAG]: OTHER_STACK, team: "console" });
        expect((await judged(id, updated.outs ?? {}, moved, moved)).changes).to.equal(false);
    });

    for (const updates of ["late", "dropped"] as const)
        it(`one from another stack's state whose new tag is ${updates === "late" ? "shown late is waited for" : "dropped is reported, and asked again at the next up"}`, async () => {
            const news = await inputs();
            const { id, outs } = await handlers.workspace.create(news);
            const moved = { ...news, owner: OTHER_STACK };
            cloud.behavior.updates = updates;
            const updated = await handlers.workspace.update(id, outs, moved).catch((error: unknown) => error as Error);
            const isDropped = updated instanceof InitializationError;
            expect(isDropped ? updated.message : tagsOf(id)[OWNERSHIP_TAG]).to.contain(
                updates === "late" ? OTHER_STACK : "did not take its new ownership tag",
            );
            const state = isDropped ? updated.properties : "outs" in updated ? updated.outs : undefined;
            expect((await judged(id, state ?? {}, moved, moved)).changes).to.equal(updates === "dropped");
        });

    it("a key that the account shows already is no key change, also under forbid: the state learns of it without a replacement", async () => {
        const [before, now] = [await key("first"), await key("second")];
        const olds = await inputs({ [NOTEBOOK_KEY]: before, onKeyChange: "forbid" });
        const { id, outs } = await handlers.workspace.create(olds);
        cloud.account.change("workspaces", id, { managed_services_customer_managed_key_id: now });
        const news = { ...olds, [NOTEBOOK_KEY]: now };
        const diff = await judged(id, outs, olds, news);
        expect([diff.changes, diff.replaces]).to.deep.equal([true, []]);
        cloud.clearRequests();
        const updated = await handlers.workspace.update(id, outs, news);
        expect(updated.outs?.[NOTEBOOK_KEY]).to.equal(now);
        expect(cloud.requests.filter(({ method }) => method !== "GET")).to.deep.equal([]);
        expect((await judged(id, updated.outs ?? {}, news, news)).changes).to.equal(false);
    });

    it("upper-case uuids are no difference, at a check, at a diff and for adopt", async () => {
        const olds = await inputs({ [NOTEBOOK_KEY]: await key("first") });
        const { id, outs } = await handlers.workspace.create(olds);
        const shouted = Object.fromEntries(
            Object.entries(olds).map(([name, value]) =>
                /Id$/.test(name) ? [name, String(value).toUpperCase()] : [name, value],
            ),
        );
        const accountId = cloud.accountId.toUpperCase();
        const diff = await judged(id, outs, olds, { ...shouted, accountId });
        expect([diff.changes, diff.replaces]).to.deep.equal([false, []]);
        handlers = handlersOf(world);
        const adopting = { ...shouted, adopt: id, owner: ownerFor("other") };
        expect((await handlers.workspace.create(adopting)).id).to.equal(id);
    });

    it("a replacement that no check announced is refused: a difference in the state alone, or what it depends on is deleted first", async () => {
        const news = await inputs({ [NOTEBOOK_KEY]: await key("first") });
        const { id, outs } = await handlers.workspace.create(news);
        const drifted = { ...outs, awsRegion: "us-west-2" };
        expect((await failureOf(judged(id, drifted, news, news))).message).to.contain("differs from the program");
        // No check of the workspace in this process: the engine asks what its dependents would do.
        for (const unknown of [{ [NOTEBOOK_KEY]: UNKNOWN }, { owner: UNKNOWN, [NOTEBOOK_KEY]: UUID }]) {
            handlers = handlersOf(world);
            const { message } = await failureOf(handlers.workspace.diff(id, outs, { ...news, ...unknown }));
            expect(message).to.contain("would be deleted with it");
        }
    });

    it("forbid refuses a key change that only the state shows, with the way out", async () => {
        const [first, second] = [await key("first"), await key("second")];
        const news = await inputs({ [NOTEBOOK_KEY]: first, onKeyChange: "forbid" });
        const { id, outs } = await handlers.workspace.create(news);
        const { message } = await failureOf(judged(id, { ...outs, [NOTEBOOK_KEY]: second }, news, news));
        expect(message).to.contain('onKeyChange is "forbid"').and.contain("pulumi refresh");
    });

    it("adopt takes a workspace to which somebody attached what the program leaves out", async () => {
        const news = await inputs();
        const { id } = await handlers.workspace.create(news);
        const attached = { network_connectivity_config_id: UUID, private_access_settings_id: UUID };
        cloud.account.change("workspaces", id, attached);
        handlers = handlersOf(world);
        const { id: adopted, outs } = await handlers.workspace.create({ ...news, adopt: id, owner: ownerFor("x") });
        expect(adopted).to.equal(id);
        expect(cloud.account.get("workspaces", id)).to.include(attached);
        expect((await handlers.workspace.diff(id, outs ?? {}, { ...news, owner: ownerFor("x") })).changes).to.equal(
            false,
        );
    });

    it("what cannot be taken away is refused, but not where the workspace is replaced for another reason", async () => {
        const news = await inputs();
        const olds = { ...news, networkConnectivityConfigId: UUID };
        const { failures = [] } = await handlers.workspace.check(olds, news);
        expect(failures.map(({ property }) => property)).to.deep.equal(["networkConnectivityConfigId"]);
        const replaced = await handlers.workspace.check(olds, { ...news, awsRegion: "us-west-2" });
        expect(replaced.failures ?? []).to.deep.equal([]);
    });

    it("--replace of one that was adopted makes a new one, though the program still says adopt", async () => {
        const news = await inputs();
        const { id } = await handlers.workspace.create(news);
        handlers = handlersOf(world);
        const adopting = { ...news, adopt: id, owner: ownerFor("x") };
        expect((await handlers.workspace.create(adopting)).id).to.equal(id);
        // The engine compares nothing then: the state alone says whose it is.
        handlers = handlersOf(world);
        handlers.claims.addStateObject(workspaceObject, {
            id: id,
            owner: ownerOfInputs(adopting),
            urn: undefined,
            notes: {},
        });
        expect((await handlers.workspace.create(adopting)).id).to.not.equal(id);
    });

    it("adopt of what carries the resource's own tag fails with --target, where nothing tells whether it is being replaced", async () => {
        const news = await inputs();
        const { id } = await handlers.workspace.create(news);
        handlers = handlersOf(world);
        handlers.claims.isWholeProgram = false;
        const { message } = await failureOf(handlers.workspace.create({ ...news, adopt: id }));
        expect(message).to.contain("--target '**::databricks-cmk'");
        handlers.claims.isWholeProgram = true;
        expect((await handlers.workspace.create({ ...news, adopt: id })).id).to.equal(id);
    });
});
