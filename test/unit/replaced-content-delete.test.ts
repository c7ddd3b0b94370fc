import { expect } from "chai";

import { seeds } from "../../local-cloud";
import type { Inputs } from "../helpers/engine/engine-types";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { under, workspace } from "../helpers/programs";
import { ReplacedStack } from "../helpers/replaced-stack";

const accepting = { migrateContent: { accept: ["library"] } };
const copied = ["DIRECTORY /Shared/empty", "FILE /Shared/lib.py", "NOTEBOOK /Shared/etl"];

describe("the content of a workspace that is replaced stays until all of it is in its replacement", () => {
    const scene = ReplacedStack.ofEach();

    it("stays through every up until what was not copied is accepted, by the program or the stack's configuration", async () => {
        const next = await scene.incomplete();
        expect(scene.migration).to.include({ from: scene.old, skipped: 1 }).and.not.have.property("verifiedAt");
        for (const options of [{}, { target: ["w"], continues: true }, { refresh: true, continues: true }]) {
            await expectRefused(scene.stack.up(options), "is not complete in");
            expect([scene.stack.id(), scene.stack.workspaces().length], JSON.stringify(options)).to.deep.equal([
                next,
                2,
            ]);
        }
        scene.stack.engine.configuration.set("databricks:migrateContent", '{"accept":["library"]}');
        await expectOk(scene.stack.up());
        expect(scene.migration).to.include({ from: scene.old, notebooks: 1, files: 1, skipped: 1 });
        expect(await scene.stack.changes()).to.deep.equal([]);
        scene.isReplaced();
    });

    it("that cannot be copied goes if the program says migrateContent: false, also after it stopped", async () => {
        await scene.incomplete();
        await expectOk(scene.to("b", { migrateContent: false }));
        expect(scene.stack.entry().outputs).not.to.have.property("migration");
        scene.isReplaced();
    });

    it("goes with a destroy if forceDestroy is set, in both workspaces; else it stays", async () => {
        await scene.incomplete();
        await expectRefused(scene.stack.destroy(), "forceDestroy");
        scene.bothStay();
        // The word is in the state of the one that the resource has now, and covers the one that it has replaced.
        await expectRefused(scene.to("b", { forceDestroy: true }), "is not complete in");
        await expectOk(scene.stack.destroy());
        expect(scene.stack.workspaces()).to.deep.equal([]);
    });

    it("stays if its resource is taken out of the program, and so does what has taken over from it", async () => {
        const next = await scene.incomplete();
        await expectRefused(scene.stack.change({ w: undefined }).up(), "is not deleted");
        expect(scene.stack.workspaces()).to.have.members([scene.old, next]);
    });

    it("stays if another resource fails before its own is reached, or it is no target, with --continue-on-error too", async () => {
        await scene.incomplete();
        scene.stack.cloud.inject({
            when: ({ method, path }) => method === "POST" && path.endsWith("/storage-configurations"),
            do: { kind: "status", status: 400 },
        });
        const { inputs } = scene.stack.program.find(({ name }) => name === "s")!;
        scene.stack.program = scene.stack.program.flatMap((goal) => [
            goal,
            ...(goal.name === "s" ? [{ ...goal, name: "late", inputs }] : []),
        ]);
        for (const options of [{}, { continues: true }, { target: ["s"] }]) {
            await scene.stack.up(options);
            scene.bothStay();
        }
    });

    it("stays if the resource gets another name by an alias together with the key, and goes on there", async () => {
        const renamed = (more: Inputs = {}) =>
            scene.stack.change({
                w: undefined,
                renamed: workspace("renamed", { ...under("b"), workspaceName: "w", ...more }, { aliases: ["w"] }),
            });
        await scene.tree().seed({ "/Shared/jar": seeds.library() });
        await expectRefused(renamed().up(), "/Shared/jar [library]", "is not complete in");
        await expectRefused(scene.stack.up({ continues: true }), "is not complete in");
        expect(scene.stack.workspaces()).to.include(scene.old).and.have.length(2);
        await expectOk(renamed(accepting).up());
        expect(scene.stack.workspaces()).to.deep.equal([scene.stack.id("renamed")]);
        expect(scene.paths(scene.stack.id("renamed"))).to.deep.equal(copied);
    });

    for (const [what, change] of Object.entries({
        deleteBeforeReplace: () => scene.to("b", {}, { deleteBeforeReplace: true }),
        "a resource in replaceWith that is deleted first": async () => {
            const storage = scene.stack.program.find(({ name }) => name === "s")!;
            const trigger = (bucketName: string) => ({
                ...storage,
                name: "t",
                inputs: { ...storage.inputs, bucketName },
                deleteBeforeReplace: true,
            });
            const w = workspace("w", under("a"), { replaceWith: ["t"], dependsOn: ["t"] });
            scene.stack.program = [...scene.stack.program.filter(({ name }) => name !== "w"), trigger("one"), w];
            await expectOk(scene.stack.up());
            return scene.stack.change({ t: trigger("two") }).up();
        },
    }))
        it(`is never deleted before there is a replacement: ${what}`, async () => {
            await expectRefused(change(), "is not deleted", "deleteBeforeReplace");
            expect(scene.stack.workspaces()).to.deep.equal([scene.old]);
        });

    it("stays, without a wait, if the new one failed", async () => {
        scene.stack.cloud.account.nextOutcome = { status: "FAILED", message: "no" };
        const began = scene.stack.clock.now();
        await expectRefused(scene.to("b"), "is FAILED");
        expect(scene.migration, "what is still to come").to.include({ from: scene.old });
        expect(scene.stack.clock.now() - began).to.be.lessThan(10 * 60_000);
        scene.bothStay();
    });

    it("stays if the service hands out nothing of any object, so that all seems equal", async () => {
        await scene.verified();
        await scene.tree().seed({ "/Shared/etl": seeds.notebook("print('late')") });
        scene.stack.cloud.inject({ when: ({ path }) => path.endsWith("/export"), do: { kind: "body", body: "{}" } });
        await expectRefused(scene.stack.up(), "/Shared/etl [failed]");
        scene.bothStay();
    });

    it("stays if the credential is not an admin, to whom lists do not show everything", async () => {
        const path = "/Users/ada@example.com/own";
        await scene.tree().seed({ [path]: seeds.notebook("1") });
        const { admins } = scene.tree().principals;
        const leave = async () => void admins.delete(scene.stack.cloud.clientId);
        // Between the preview and the copy, or before both.
        scene.stack.cloud.inject({
            when: ({ method, path }) => method === "POST" && path.endsWith("/workspaces"),
            do: { kind: "call", when: "after", run: leave },
        });
        await expectRefused(scene.to("b"), "[not-admin]");
        scene.bothStay();
        expect(
            scene
                .tree(scene.stack.id())
                .tree()
                .map((one) => one.path),
        ).to.not.include(path);
        await expectRefused(scene.to("third"), "not an admin of the old workspace");
    });

    it("stays if the service lists nothing at all, as no workspace does", async () => {
        const mend = scene.stack.cloud.inject({
            when: ({ path }) => path.endsWith("/workspace/list"),
            do: { kind: "body", body: "{}" },
        });
        await expectRefused(scene.to("b"));
        scene.bothStay();
        mend();
    });

    it("stays if another workspace answers at the new one's host, with which it would be compared", async () => {
        scene.stack.cloud.inject({
            when: ({ path, workspaceId }) => path.endsWith("/workspace/list") && workspaceId !== scene.old,
            do: { kind: "status", status: 200, headers: { "x-databricks-org-id": scene.old }, body: '{"objects": []}' },
        });
        await expectRefused(scene.to("b"), `The workspace ${scene.old} responds at `);
        scene.bothStay();
    });

    it("stays if the copy takes longer than migrationTimeoutSeconds", async () => {
        scene.stack.cloud.inject({
            when: ({ path }) => path.endsWith("/workspace/import"),
            do: { kind: "call", when: "before", run: () => scene.stack.clock.hold(5_000) },
        });
        await expectRefused(
            scene.to("b", { migrationTimeoutSeconds: 1 }),
            "migrationTimeoutSeconds",
            "is not complete in",
        );
        scene.bothStay();
    });

    it("stays with --replace and --target, which leave the state unknown: nothing is created", async () => {
        await expectRefused(
            scene.stack.up({ replace: ["w"], target: ["w"] }),
            "the workspace whose content must be copied cannot be determined",
        );
        expect(scene.stack.workspaces()).to.deep.equal([scene.old]);
    });
});
