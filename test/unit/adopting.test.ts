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

const owner = (name: string, since = 0) => ownerFor(name, { since });

describe("adopting", () => {
    let cloud: LocalCloud;
    let world: ReturnType<typeof fakeEnvironment>;
    let handlers: Handlers;
    const begin = async (options: LocalCloudOptions = {}) => {
        ({ cloud, world, handlers } = await startProvider(new FakeClock(), options));
    };
    afterEach(() => cloud.stop());
    const inputs = (more: Properties = {}) => workspaceInputs(handlers, more);
    const posts = (collection: string) => postsOf(cloud, collection);

    it("adopts an existing workspace, updates what can be updated, and is clean afterwards, with adopt or without", async () => {
        await begin();
        const news = await inputs();
        const { id } = await handlers.workspace.create(news);
        handlers = handlersOf(world);
        const adopting: Record<string, unknown> = {
            ...news,
            owner: owner("other"),
            adopt: id,
            customTags: { team: "a" },
        };
        const adopted = await handlers.workspace.create(adopting);
        expect(adopted.id).to.equal(id);
        expect(posts("workspaces")).to.have.length(1);
        expect(adopted.outs["customTags"]).to.deep.equal({ team: "a" });
        expect((await handlers.workspace.diff(id, adopted.outs, adopting)).changes).to.equal(false);
        const without = { ...adopting, adopt: undefined };
        expect((await handlers.workspace.diff(id, adopted.outs, without)).changes).to.equal(false);
    });

    it("lists every difference in immutable fields, and changes nothing", async () => {
        await begin();
        const news = await inputs();
        const { id } = await handlers.workspace.create(news);
        handlers = handlersOf(world);
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
        handlers = handlersOf(world);
        const adopted = await handlers.credentials.create({
            roleArn: "arn:aws:iam::123456789012:role/r",
            adopt: made.id,
            owner: owner("d"),
        });
        expect(adopted.id).to.equal(made.id);
    });
});
