import { expect } from "chai";

import { OWNERSHIP_TAG, ownerOfInputs, formatTag } from "../../provider/contract/ownership-tag";
import type { Properties } from "../../provider/util/property-path";
import type { LocalCloud } from "../../local-cloud";
import { type LocalCloudOptions } from "../../local-cloud";
import { FakeClock, type fakeEnvironment, ownerFor, stackOf } from "../helpers/environment";
import { type Handlers, handlersOf, startProvider, workspaceInputs } from "../helpers/provider-process";

const STACK = stackOf(0);
const owner = (name: string, more = "") => ownerFor(name, { more });

describe("the text of an ownership tag", () => {
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
});

describe("the ownership tag", () => {
    let cloud: LocalCloud;
    let world: ReturnType<typeof fakeEnvironment>;
    let handlers: Handlers;
    const begin = async (options: LocalCloudOptions = {}) => {
        ({ cloud, world, handlers } = await startProvider(new FakeClock(), options));
    };
    afterEach(() => cloud.stop());
    const inputs = (more: Properties = {}) => workspaceInputs(handlers, more);
    const ids = (kind: string, field: string) => cloud.account.list(kind).map((one) => one[field]);

    it("of the same name inside a component belongs to another resource: moving a resource there adopts nothing", async () => {
        await begin();
        const news = await inputs();
        const { id } = await handlers.workspace.create(news);
        handlers = handlersOf(world);
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
            handlers = handlersOf(world);
            const other = await handlers.workspace.create({ ...news, owner: broken });
            expect(other.id).to.not.equal(id);
            expect((await handlers.workspace.diff(other.id, other.outs, news)).changes).to.equal(false);
            await handlers.workspace.delete(other.id, other.outs);
            expect(ids("workspaces", "workspace_id")).to.deep.equal([id]);
        });
    }
});
