import { expect } from "chai";

import { seeds } from "../../local-cloud";
import { Histories, type Work } from "./histories";
import { LiveStack } from "./live-workspaces";
import { forced, renamed, under } from "./scene";

describe("what people wrote survives renames, adoptions and repeated replacements, on the real engine", () => {
    let all: Histories;
    before(async () => {
        all = await Histories.begin({
            kept: under("kept", "a", {}, { retainOnDelete: true }),
            refused: "plain",
            edited: "plain",
            w: "plain",
            one: "plain",
            two: "plain",
            three: "plain",
            taken: "plain",
        });
    });
    after(() => all.end());

    describe("after each history", () => {
        afterEach(() => all.reset());

        it("of a workspace that was kept by retainOnDelete, adopted as another resource, and replaced there after a notebook was removed in its first replacement", async () => {
            const old = await all.idOf("kept");
            const work = await all.people(old);
            await all.done({ kept: under("kept", "b", {}, { retainOnDelete: true }) });
            await all.done({ adopted: under("adopted", "a", { adopt: old }) });
            all.cloud.workspace(await all.idOf("kept")).delete("/Shared/etl/report-first");
            await all.keeps(await all.up({ adopted: under("adopted", "c") }), work);
        });

        it("of a workspace whose delete the service refused once, whose replacement was deleted in the console, and whose key changed again", async () => {
            const old = await all.idOf("refused");
            const work = await all.people(old);
            all.cloud.inject({
                when: ({ method, path }) => method === "DELETE" && path.endsWith(`/workspaces/${old}`),
                times: 1,
                do: { kind: "status", status: 409 },
            });
            const { ok, output } = await all.up({ refused: under("refused", "b") });
            expect(ok, output).to.equal(false);
            all.cloud.account.remove("workspaces", await all.idOf("refused"));
            await all.keeps(await all.up({ refused: under("refused", "c") }), work);
        });

        it("of an incomplete copy in which people wrote, when the key changes again and the resource is renamed", async () => {
            const old = await all.idOf("edited");
            const works = [await all.people(old)];
            await all.cloud.workspace(old).seed({ "/Shared/jar": seeds.library() });
            const { ok, output } = await all.up({ edited: under("edited", "b") });
            expect(ok, output).to.equal(false);
            works.push(await all.people(await all.idOf("edited"), "second"));
            await all.up({ edited: undefined, "edited-again": renamed("edited-again", "c", "edited") });
            all.cloud.workspace(old).delete("/Shared/jar");
            await all.up();
            await all.keeps(await all.up(), ...works);
        });
    });

    describe("of an incomplete copy whose resource was renamed in the same up", () => {
        after(() => all.reset());

        it("nothing is lost when a new resource takes the old name with forceDestroy, and the renamed one goes", async () => {
            const old = await all.idOf("taken");
            const work = await all.people(old);
            await all.cloud.workspace(old).seed({ "/Shared/jar": seeds.library() });
            const { ok, output } = await all.up({ taken: undefined, renamed: renamed("renamed", "b", "taken") });
            expect(ok, output).to.equal(false);
            all.cloud.workspace(await all.idOf("renamed")).delete("/Shared/etl");
            await all.up({ renamed: undefined, taken: under("taken", "c", forced) });
            await all.keeps(await all.up(), work);
            expect(all.live.workspaces()).to.include(old);
        });
    });

    describe("of a workspace renamed by alias, whose old name a new resource takes", () => {
        let work: Work;
        after(() => all.reset());

        it("the workspace carries its new name, and the new resource starts empty", async () => {
            const id = await all.idOf("w");
            work = await all.people(id);
            await all.done({ w: undefined, "w-old": renamed("w-old", "a", "w") });
            const tags = all.cloud.account.get("workspaces", id)["custom_tags"] as Record<string, string>;
            await all.done({ w: under("w", "a") });
            const fresh = all.cloud.workspace(await all.idOf("w"));
            const filled = fresh.tree().filter(({ path }) => path.startsWith("/Shared/"));
            expect([tags["pulumi-databricks-cmk"]?.split("/").at(-1), filled]).to.deep.equal(["w-old", []]);
        });

        it("nothing is lost when the key of the renamed one changes after the new one's people have emptied theirs", async () => {
            const fresh = all.cloud.workspace(await all.idOf("w"));
            for (const path of ["/Shared/etl", ...Object.keys(work.texts)]) fresh.delete(path);
            await all.keeps(await all.up({ "w-old": renamed("w-old", "b", "w") }), work);
        });
    });

    describe("of a workspace that was renamed by alias in an earlier, finished up, and is then replaced", () => {
        before(() =>
            all.done({
                ...{ one: undefined, two: undefined, three: undefined },
                "one-new": renamed("one-new", "a", "one"),
                "two-new": renamed("two-new", "a", "two"),
                "three-new": renamed("three-new", "a", "three"),
            }),
        );
        after(() => all.reset());

        it("by --replace", async () => {
            const work = await all.people(await all.idOf("one-new"));
            await all.keeps(await all.up({}, { replace: [await all.live.urn("one-new")] }), work);
        });

        it("because it is tainted", async () => {
            const work = await all.people(await all.idOf("two-new"));
            await all.live.pulumi("state", "taint", "--yes", await all.live.urn("two-new"));
            await all.keeps(await all.up(), work);
        });

        it("by --replace in the stack that it was moved to", async () => {
            const id = await all.idOf("three-new");
            const work = await all.people(id);
            const other = await LiveStack.create(all.cloud, { stack: all.live, name: "second" });
            try {
                const urn = await all.live.urn("three-new");
                await other.pulumi("state", "move", "--yes", "--source", "test", "--dest", "second", urn);
                other.stack.program = all.programOf({ "three-new": renamed("three-new", "a", "three") });
                const run = await other.stack.up({ replace: [await other.urn("three-new")] });
                await all.keeps(run, work);
            } finally {
                other.end();
            }
        });
    });
});
