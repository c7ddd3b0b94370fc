import { expect } from "chai";

import type { Properties } from "../../provider/util/property-path";
import type { LocalCloud } from "../../local-cloud";
import { type LocalCloudOptions } from "../../local-cloud";
import { FakeClock, type fakeEnvironment, ownerFor } from "../helpers/environment";
import {
    type Handlers,
    handlersOf,
    outcome,
    postsOf,
    startProvider,
    workspaceInputs,
} from "../helpers/provider-process";

const owner = (name: string, more = "") => ownerFor(name, { more });

describe("retainOnDelete", () => {
    let cloud: LocalCloud;
    let world: ReturnType<typeof fakeEnvironment>;
    let handlers: Handlers;
    const begin = async (options: LocalCloudOptions = {}) => {
        ({ cloud, world, handlers } = await startProvider(new FakeClock(), options));
    };
    afterEach(() => cloud.stop());
    const inputs = (more: Properties = {}) => workspaceInputs(handlers, more);
    const posts = (collection: string) => postsOf(cloud, collection);
    const ids = (kind: string, field: string) => cloud.account.list(kind).map((one) => one[field]);

    for (const [what, before, after] of [
        ["both times", "+retained", "+retained"],
        ["only when it was made", "+retained", ""],
        ["only when it is asked for again", "", "+retained"],
    ] as const) {
        it(`a workspace that was kept and is asked for again unchanged is neither adopted nor created twice (retainOnDelete ${what})`, async () => {
            await begin();
            const news = await inputs({ owner: owner("w", before) });
            const { id } = await handlers.workspace.create(news);
            handlers = handlersOf(world);
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
        handlers = handlersOf(world);
        expect((await handlers.workspace.create({ ...news, adopt: id })).id).to.equal(id);
        handlers = handlersOf(world);
        const renamed = await handlers.workspace.create({ ...news, owner: owner("w2", "+retained") });
        expect(renamed.id).to.not.equal(id);
        cloud.account.remove("workspaces", id);
        handlers = handlersOf(world);
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
        handlers = handlersOf(world); // Killed before the engine wrote it down.
        await handlers.workspace.diff(first.id, first.outs, news);
        expect((await handlers.workspace.create(news)).id).to.equal(second.id);
    });

    it("a workspace kept at a replacement is not touched when the program returns to its inputs", async () => {
        await begin();
        const old = await inputs({ owner: owner("w", "+retained") });
        const first = await handlers.workspace.create(old);
        const second = await handlers.workspace.create({ ...old, workspaceName: "v" });
        handlers = handlersOf(world);
        await handlers.workspace.diff(second.id, second.outs, old);
        expect((await handlers.workspace.create(old)).id).to.not.be.oneOf([first.id, second.id]);
    });

    it("a workspace kept at a replacement is not mistaken for the result of a POST whose response was lost", async () => {
        await begin();
        const old = await inputs({ owner: owner("w", "+retained") });
        const first = await handlers.workspace.create(old);
        const second = await handlers.workspace.create({ ...old, workspaceName: "v" });
        handlers = handlersOf(world);
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
