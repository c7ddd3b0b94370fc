import { expect } from "chai";

import { seeds } from "../../local-cloud";
import { contains, Histories, type Work } from "./histories";
import { under } from "./scene";

const FOLDERS = 150;

describe("what a replacement says and does about what people do meanwhile, on the real engine", () => {
    let all: Histories;
    before(async () => {
        all = await Histories.begin({
            busy: "plain",
            edited: "plain",
            back: "plain",
            retained: "plain",
            guarded: "plain",
        });
    });
    afterEach(() => all.reset());
    after(() => all.end());

    /** A replacement whose copy cannot be complete: both workspaces are there after it. */
    const incomplete = async (name: string) => {
        const old = await all.idOf(name);
        const work = await all.people(old);
        await all.cloud.workspace(old).seed({ "/Shared/jar": seeds.library() });
        const { ok, output } = await all.up({ [name]: under(name, "b") });
        expect(ok, output).to.equal(false);
        return { old, work, next: await all.idOf(name) };
    };

    it("a save that the old workspace accepts while it is compared for the last time is not lost", async () => {
        const old = await all.idOf("busy");
        const workspace = all.cloud.workspace(old);
        const modifiedAt = Date.now() - 86_400_000;
        const folders = Array.from({ length: FOLDERS }, (_, index) => `/Shared/folder-${index}`);
        await workspace.seed(Object.fromEntries(folders.map((path) => [path, seeds.folder({ modifiedAt })])));
        const work = await all.people(old);
        const latePath = `${folders[0]}/late`;
        const late: Work = { workspace: old, texts: { [latePath]: "# saved in the last seconds" } };
        // Once a pass has compared the folder in both workspaces and nothing is written after it, the next one may be the last.
        let [isCompared, isWritten, isSaved] = [false, false, false];
        all.cloud.inject({
            when: ({ method, path, query, workspaceId }) => {
                if (workspaceId === undefined || isSaved) return false;
                const isListed = query["path"] === folders[0] && path.endsWith("/workspace/list");
                if (workspaceId !== old) {
                    isCompared ||= isListed;
                    isWritten ||= method !== "GET" && !path.endsWith("/token");
                    return false;
                }
                if (!isListed) return false;
                const isLast = isCompared && !isWritten;
                [isCompared, isWritten] = [false, false];
                return isLast;
            },
            do: {
                kind: "call",
                when: "after",
                run: async () => {
                    isSaved = true;
                    await workspace.seed({ [latePath]: seeds.notebook(late.texts[latePath]) });
                },
            },
        });
        const run = await all.up({ busy: under("busy", "b") });
        expect(isSaved, run.output).to.equal(true);
        await all.keeps(run, work, late);
    });

    it("what was edited in an incomplete replacement is what the next one gets, and the report says which version is where", async () => {
        const { old, next } = await incomplete("edited");
        const path = "/Shared/etl/load-first";
        await all.cloud.workspace(next).seed({ [path]: seeds.notebook("# edited in the new one") });
        const run = await all.up({ edited: under("edited", "c", { migrateContent: { accept: ["library"] } }) });
        const [last = ""] = all.others(old, next).slice(-1);
        expect(String(await all.cloud.workspace(last).read(path)), run.output).to.equal("# edited in the new one");
        contains(run.output, path, old);
    });

    it("a key that is put back while the old workspace waits leads back to it, or the command says how", async () => {
        const { old, work, next } = await incomplete("back");
        const more = await all.people(next, "second");
        const run = await all.up({ back: under("back", "a") });
        await all.keeps(run, work, more);
        if ((await all.idOf("back")) !== old) contains(run.output, `adopt: "${old}"`);
    });

    it("retainOnDelete that is set together with a key change is refused at preview, and works in two steps", async () => {
        const old = await all.idOf("retained");
        const work = await all.people(old);
        const retained = (key: "a" | "b") => under("retained", key, {}, { retainOnDelete: true });
        for (const run of [await all.preview({ retained: retained("b") }), await all.up()]) {
            expect([run.ok, await all.lost(work)], run.output).to.deep.equal([false, []]);
            contains(run.output, "retained", "retainOnDelete");
        }
        await all.done({ retained: retained("a") });
        await all.done({ retained: retained("b") });
        expect(all.live.workspaces()).to.include.members([old, await all.idOf("retained")]);
        expect(await all.idOf("retained")).to.not.equal(old);
    });

    it("protect that is set together with a key change is refused at preview", async () => {
        const old = await all.idOf("guarded");
        const work = await all.people(old);
        for (const run of [
            await all.preview({ guarded: under("guarded", "b", {}, { protect: true }) }),
            await all.up(),
        ]) {
            expect([run.ok, await all.lost(work)], run.output).to.deep.equal([false, []]);
            contains(run.output, "guarded", "protect");
        }
        expect(await all.idOf("guarded")).to.equal(old);
    });
});
