import { expect } from "chai";

import { seeds } from "../../local-cloud";
import { endEngines, engine, type EngineStack } from "../helpers/engine";
import { expectOk, expectRefused, textOf } from "../helpers/expect-ok";
import { keeps, people } from "../helpers/people";
import { key, under, workspace, workspaceProgram } from "../helpers/programs";

const FOLDERS = 20;

describe("what a replacement says and does about what people do meanwhile", () => {
    let stack: EngineStack;
    beforeEach(async () => {
        stack = await engine((cloud) =>
            workspaceProgram(
                workspace("w", under("a")),
                ["a", "b", "third"].map((name) => key(name, cloud.createKey())),
            ),
        );
        await expectOk(stack.up());
    });
    afterEach(endEngines);

    const toKey = (name: string, more = {}) => stack.change({ w: workspace("w", { ...under(name), ...more }) });
    /** A replacement whose copy cannot be complete: both workspaces are there after it. */
    const incomplete = async () => {
        const old = stack.id();
        const work = await people(stack, old);
        await stack.cloud.workspace(old).seed({ "/Shared/jar": seeds.library() });
        await expectRefused(toKey("b").up());
        return { old, work, next: stack.id() };
    };

    it("a save that the old workspace accepts while it is compared for the last time is not lost", async () => {
        const old = stack.id();
        const tree = stack.cloud.workspace(old);
        const modifiedAt = stack.clock.now() - 86_400_000;
        const folders = Array.from({ length: FOLDERS }, (_, index) => `/Shared/folder-${index}`);
        await tree.seed(Object.fromEntries(folders.map((path) => [path, seeds.folder({ modifiedAt })])));
        const work = await people(stack, old);
        const latePath = `${folders[0]}/late`;
        const late = { workspace: old, texts: { [latePath]: "# saved in the last seconds" } };
        // Once a pass has compared the folder in both workspaces and nothing is written after it, the next one may be the last.
        let [isCompared, isWritten, isSaved] = [false, false, false];
        stack.cloud.inject({
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
                    await tree.seed({ [latePath]: seeds.notebook(late.texts[latePath]) });
                },
            },
        });
        const run = await toKey("b").up();
        expect(isSaved, textOf(run)).to.equal(true);
        await keeps(stack, run, work, late);
    });

    it("what was edited in an incomplete replacement is what the next one gets, and the report says which version is where", async () => {
        const { old, next } = await incomplete();
        const path = "/Shared/etl/load-first";
        await stack.cloud.workspace(next).seed({ [path]: seeds.notebook("# edited in the new one") });
        const run = await toKey("third", { migrateContent: { accept: ["library"] } }).up();
        const [last = ""] = stack.workspaces().filter((id) => id !== old && id !== next);
        expect(last, textOf(run)).to.not.equal("");
        expect(String(await stack.cloud.workspace(last).read(path))).to.equal("# edited in the new one");
        expect(textOf(run)).to.contain(path).and.contain(old);
    });

    it("a key that is put back while the old workspace waits leads back to it, or the command says how", async () => {
        const { old, work, next } = await incomplete();
        const more = await people(stack, next, "second");
        const run = await toKey("a").up();
        await keeps(stack, run, work, more);
        if (stack.id() !== old) expect(textOf(run)).to.contain(`adopt: "${old}"`);
    });
});
