import { expect } from "chai";

import { InitializationError } from "../../provider/resource/errors";
import { moveFaults } from "../helpers/move-faults";
import { type ReplacedContent, sceneOfEach, type State } from "../helpers/replaced-content";

describe("the content of a workspace that is replaced", () => {
    let cloud: ReplacedContent["cloud"];
    let keys: ReplacedContent["keys"];
    let old: ReplacedContent["old"];
    const { handlers, changed, existing, compare } = sceneOfEach((scene) => ({ cloud, keys, old } = scene));

    it("is neither lost nor doubled nor deleted early whatever goes wrong with any kind of request", async () => {
        const calls = [
            "workspace/list",
            "workspace/export",
            "workspace/import",
            "workspace/mkdirs",
            "permissions",
            "/workspaces",
        ];
        const state = await cloud.workspace(old.id).snapshot();
        const held = state.map(({ path, type, sha256 }) => `${type} ${path} ${String(sha256)}`).sort();
        const contentOf = async (id: string) =>
            (await cloud.workspace(id).snapshot())
                .map(({ path, type, sha256 }) => `${type} ${path} ${String(sha256)}`)
                .sort();
        let early = 0;
        cloud.inject({
            when: ({ method }) => method === "DELETE",
            do: {
                kind: "call",
                when: "before",
                run: async () => {
                    const complete = await Promise.all(
                        existing().map(async (id) => String(await contentOf(id)) === String(held)),
                    );
                    if (complete.filter(Boolean).length < 2) early++;
                },
            },
        });
        let current = old;
        for (const [round, effect] of moveFaults.entries()) {
            const before = changed({ managedServicesCustomerManagedKeyId: keys[round % 2] });
            const asked = changed({ managedServicesCustomerManagedKeyId: keys[(round + 1) % 2] });
            const stops = calls.map((call) =>
                cloud.inject({ when: ({ path }) => path.includes(call), times: 1, do: effect }),
            );
            let next: State | undefined;
            let isDeleted = false;
            for (let attempt = 0; !isDeleted && attempt < 4; attempt++) {
                const process = handlers();
                const { checked } = await compare(
                    process,
                    next ?? current,
                    asked,
                    next === undefined ? before : asked,
                ).catch(() => ({
                    checked: undefined,
                }));
                if (checked === undefined) continue;
                try {
                    const made =
                        next === undefined
                            ? await process.workspace.create(asked)
                            : { id: next.id, ...(await process.workspace.update(next.id, next.outs, asked)) };
                    next = { id: made.id, outs: made.outs ?? {} };
                    await process.workspace.delete(current.id, current.outs);
                    isDeleted = true;
                } catch (error) {
                    if (error instanceof InitializationError) next = { id: error.id, outs: { ...error.properties } };
                }
            }
            for (const stop of stops) stop();
            const what = JSON.stringify(effect);
            expect([isDeleted, early, existing()], what).to.deep.equal([true, 0, [next?.id]]);
            expect(await contentOf(next?.id ?? ""), what).to.deep.equal(held);
            current = next ?? current;
        }
    });
});
