import { expect } from "chai";

import { migrationSettings } from "../../provider/objects/workspace/migration-settings";
import { readSettings } from "../../provider/runtime/settings";
import { manyNotebooks, seeds } from "../../local-cloud";
import type { Inputs } from "../helpers/engine/engine-types";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { under, workspace } from "../helpers/programs";
import { DAY, ReplacedStack } from "../helpers/replaced-stack";

const copied = ["DIRECTORY /Shared/empty", "FILE /Shared/lib.py", "NOTEBOOK /Shared/etl"];

describe("the content of a workspace that is replaced, in the up of its replacement", () => {
    const scene = ReplacedStack.ofEach();

    it("is in the new one, verified, before the old one is deleted", async () => {
        await expectOk(scene.to("b"));
        expect(scene.migration).to.include({ from: scene.old, notebooks: 1, files: 1, skipped: 0 });
        expect(scene.migration).to.have.property("verifiedAt").that.is.a("string");
        const [source] = scene.stack.entry().outputs["sources"] as Inputs[];
        expect(source).to.include({ from: scene.old }).and.have.property("digest").that.has.length(683);
        expect(scene.paths()).to.deep.equal(copied);
        expect(scene.stack.engine.progress.filter((line) => /: moved \d of \d/.test(line))).to.not.deep.equal([]);
        scene.isReplaced();
    });

    it("is in the new one after another region too, but for the metastore, which belongs to a region", async () => {
        // The keys are in the first region.
        const elsewhere = { awsRegion: "us-west-2", managedServicesCustomerManagedKeyId: undefined };
        await expectOk(scene.to("a", { ...elsewhere, migrateContent: { accept: ["metastore"] } }));
        expect(scene.migration).to.include({ from: scene.old, notebooks: 1, files: 1, skipped: 1 });
        expect(scene.paths()).to.deep.equal(copied);
        scene.isReplaced();
    });

    it("waits for a new workspace whose host cannot be reached yet, and stays in both if it never can", async () => {
        scene.stack.engine.configuration.set("databricks:retryTimeoutSeconds", "10");
        scene.stack.cloud.inject({
            when: ({ method, path }) => method === "POST" && path.endsWith("/workspaces"),
            do: {
                kind: "call",
                when: "after",
                run: async () => {
                    const id = scene.stack.workspaces().find((one) => one !== scene.old) ?? "";
                    scene.tree(id).behavior.frontEnd = "unreachable";
                },
            },
        });
        await expectRefused(scene.to("b"), "gives no response after 20 minutes", "the next `pulumi up` goes on");
        expect(
            scene.stack.engine.progress.some((line) =>
                /^w: RUNNING, but after \d+ s http.* cannot be reached yet: /.test(line),
            ),
        ).to.equal(true);
        scene.bothStay();
        void scene.stack.clock.sleep(60_000).then(() => (scene.tree(scene.stack.id()).behavior.frontEnd = "public"));
        await expectOk(scene.stack.up());
        expect(scene.migration).to.include({ from: scene.old, notebooks: 1 });
        scene.isReplaced();
    });

    it("overwrites nothing in a workspace that is adopted in its place", async () => {
        await expectOk(
            scene.stack
                .change({ other: workspace("other", { ...under("b"), workspaceName: "w" }, { retainOnDelete: true }) })
                .up(),
        );
        const other = scene.stack.id("other");
        const own = seeds.notebook("somebody's", { modifiedAt: scene.stack.clock.now() - 2 * DAY });
        await scene.tree(other).seed({ "/Shared/etl": own });
        await expectOk(scene.stack.change({ other: undefined }).up());
        await expectRefused(scene.to("b", { adopt: other }), "/Shared/etl [changed-in-target]");
        expect(String(await scene.tree(other).read("/Shared/etl"))).to.equal("somebody's");
        scene.bothStay();
    });

    it("is copied for three hours at most, or for as many seconds as the program says", () => {
        const settings = readSettings(() => undefined);
        expect(migrationSettings({}, settings).timeout).to.equal(3 * 3_600_000);
        expect(migrationSettings({ migrationTimeoutSeconds: 90 }, settings).timeout).to.equal(90_000);
    });

    it("is written nowhere by a process whose engine was killed", async () => {
        const is = ({ path }: { path: string }) =>
            path.endsWith("/workspace/export") && scene.stack.workspaces().length > 1;
        await scene.to("b", {}, {}, { kill: { when: "before", is } });
        await scene.stack.clock.sleep(DAY);
        expect(scene.stack.cloud.requests.filter(({ path }) => path.endsWith("/workspace/import"))).to.deep.equal([]);
        expect(scene.stack.workspaces()).to.include(scene.old).and.have.length(2);
    });

    for (const [what, replace] of Object.entries({
        "--replace": () => scene.stack.up({ replace: ["w"] }),
        "a key change and --target": () => scene.to("b", {}, {}, { target: ["w"] }),
        "a taint": () => {
            scene.stack.entry().taint = true;
            return scene.stack.up();
        },
    }))
        it(`is found with ${what} too`, async () => {
            await expectOk(replace());
            expect(scene.migration).to.include({ from: scene.old, notebooks: 1 });
            scene.isReplaced();
        });

    it("goes on in the workspace that a killed run left if all in it is a copy, and in no other", async () => {
        const isCopied = {
            when: "before",
            is: ({ method, path }: { method: string; path: string }) => method === "DELETE" && path.endsWith(scene.old),
        } as const;
        const endOfCopy = {
            when: "after",
            is: ({ path }: { path: string }) => path.endsWith("/workspace/import"),
        } as const;
        await scene.to("b", {}, {}, { kill: endOfCopy });
        const [left = ""] = scene.stack.workspaces().filter((id) => id !== scene.old);
        scene.stack.restart();
        await scene.stack.up({ kill: isCopied });
        expect(scene.stack.id()).to.equal(left);
        scene.stack.restart();
        await expectOk(scene.stack.up());
        scene.isReplaced();

        const second = scene.stack.id();
        await scene.to("third", {}, {}, { kill: endOfCopy });
        const [other = ""] = scene.stack.workspaces().filter((id) => id !== second);
        await scene.tree(other).seed({ "/Shared/own": seeds.notebook("somebody's") });
        scene.stack.restart();
        await expectRefused(scene.stack.up(), "it holds content (/Shared/own)");
    });

    it("is copied from folders whose lists have pages; a page that names itself ends the copy, and both workspaces stay", async () => {
        scene.tree().behavior.listPage = 3;
        await scene.tree().seed(manyNotebooks(20));
        const stop = scene.stack.cloud.inject({
            when: ({ path, query, workspaceId }) =>
                workspaceId === scene.old && path.endsWith("/workspace/list") && query["path"] === "/Shared",
            do: { kind: "body", body: '{"objects": [], "has_more": true, "next_page_token": "again"}' },
        });
        await expectRefused(scene.to("b"), "names a page again that was read already");
        scene.bothStay();
        stop();
        await expectOk(scene.to("b"));
        scene.isReplaced();
        expect(
            scene
                .tree(scene.stack.id())
                .tree()
                .filter(({ type }) => type === "NOTEBOOK"),
        ).to.have.lengthOf(21);
    });
});
