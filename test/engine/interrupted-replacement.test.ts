import { expect } from "chai";

import type { Run } from "./harness";
import { contains, Histories } from "./histories";
import { under } from "./scene";

/** A workspace that is called like its resource. */
const named = (name: string, key: "a" | "b" = "a") => under(name, key, { workspaceName: name });

/** A replacement of some workspaces is killed after its POSTs; the workspaces that it leaves, by the resource's name. */
async function killed(all: Histories, ...names: string[]): Promise<Record<string, string>> {
    const known = all.live.workspaces();
    all.killAfter(names.length);
    const { ok } = await all.up(Object.fromEntries(names.map((name) => [name, named(name, "b")])));
    expect(ok).to.equal(false);
    await all.cancel();
    const left = all.others(...known);
    expect(left).to.have.length(names.length);
    return Object.fromEntries(
        left.map((id) => [String(all.cloud.account.get("workspaces", id)["workspace_name"]), id]),
    );
}

describe("a replacement that is killed after its POST is not forgotten, on the real engine", function () {
    // The processes that are killed are found in /proc.
    if (process.platform !== "linux") return;

    describe("by the next up", () => {
        let all: Histories;
        let left: Record<string, string>;
        let run: Run;
        before(async () => {
            all = await Histories.begin({ back: named("back"), before: named("before"), removed: named("removed") });
            left = await killed(all, "back", "before", "removed");
            run = await all.up({
                back: named("back"),
                before: undefined,
                after: ({ workspace }) =>
                    workspace("after", "b", { workspaceName: "before" }, { aliases: [{ name: "before" }] }),
                removed: undefined,
            });
        });
        after(() => all.end());
        const isNamed = async (name: string, resource = name) => {
            const id = left[name] ?? "";
            const held = await all.live.held();
            if (held[resource] !== id) contains(run.output, `adopt: "${id}"`);
        };

        it("if the key is put back", () => isNamed("back"));
        it("if the resource is renamed by alias", () => isNamed("before", "after"));
        it("if the resource is removed from the program", () => isNamed("removed"));
    });

    it("by destroy, whose error is about the workspace that was left", async () => {
        const all = await Histories.begin({ w: named("w") });
        try {
            const { w = "" } = await killed(all, "w");
            const { output } = await all.live.stack.destroy();
            contains(output, w);
            expect(output).to.not.contain("Choose another name");
        } finally {
            await all.end();
        }
    });
});
