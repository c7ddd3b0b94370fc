import { expect } from "chai";

import { migrateContent, planMigration, verifyContent } from "../../provider/migration/migration";
import { manyNotebooks, type Seed, seeds, type SnapshotEntry } from "../../local-cloud";
import { MigrationWorld, SMALL_LIMIT, type MoreOptions } from "../helpers/migration-world";

const LIMIT = 10_485_760;

describe("moving a workspace's content", () => {
    let world: MigrationWorld;
    beforeEach(async () => {
        world = await MigrationWorld.create();
    });

    const options = (more: MoreOptions = {}) => world.options(more);
    const content = (entries: readonly SnapshotEntry[]) =>
        Object.fromEntries(
            entries.map(({ path, type, language, sha256, outputs, extras }) => [
                path,
                { type, language, sha256, outputs, extras },
            ]),
        );
    const grants = (entries: readonly SnapshotEntry[], path: string) =>
        entries.find((entry) => entry.path === path)?.permissions;

    it("carries folders, notebooks with outputs, files and dashboards, and says so", async () => {
        await world.old.seed({
            "/Shared/etl/load": seeds.notebook("a\n\n# COMMAND ----------\n\nb", { outputs: ["1"], extras: { w: 1 } }),
            "/Shared/etl/report": seeds.notebook("select 1", { language: "SQL" }),
            "/Shared/empty/deep": seeds.folder(),
            "/Shared/data.bin": seeds.file(Buffer.from([0, 255, 10, 13])),
            "/Shared/zero": seeds.file(""),
            "/Shared/looks-like-a-notebook.py": seeds.file("# Databricks notebook source\nx"),
            "/Shared/board.lvdash.json": seeds.dashboard('{"pages": []}'),
        });
        const report = await migrateContent(options());
        const { old, replacement } = await world.snapshots();
        expect(content(replacement)).to.deep.equal(content(old));
        expect(report.findings).to.deep.equal([]);
        expect(report).to.deep.include({
            complete: true,
            written: { notebooks: 2, files: 3, dashboards: 1, folders: 3 },
        });
        expect(report.equal).to.deep.equal(report.found);
    });

    it("writes nothing the second time, and reads each content once from both", async () => {
        await world.old.seed({ "/Shared/n": seeds.notebook("x"), "/Shared/f": seeds.file("y") });
        await migrateContent(options());
        world.requests.length = 0;
        const report = await migrateContent(options());
        expect(report).to.deep.include({
            complete: true,
            written: { notebooks: 0, files: 0, dashboards: 0, folders: 0 },
        });
        expect(world.requests.filter((one) => /POST|PUT/.test(one))).to.deep.equal([]);
        expect(world.requests.filter((one) => one.endsWith("/export"))).to.have.lengthOf(4);
    });

    it("changes nothing in the old workspace", async () => {
        await world.old.seed({ "/Shared/a/n": seeds.notebook("x"), "/Shared/f": seeds.file("y") });
        await migrateContent(options());
        expect(world.requests.filter((one) => /^old (POST|PUT|PATCH|DELETE)/.test(one))).to.deep.equal([]);
    });

    describe("permissions", () => {
        beforeEach(async () => {
            for (const workspace of [world.old, world.replacement]) {
                workspace.principals.addGroup("data");
                workspace.principals.addUser("ada@example.com");
            }
        });

        it("come last, direct ones only, for folders too", async () => {
            await world.old.seed({
                "/Shared/f": seeds.folder({ permissions: { "group_name:data": "CAN_RUN" } }),
                "/Shared/f/n": seeds.notebook("x", { permissions: { "user_name:ada@example.com": "CAN_EDIT" } }),
            });
            expect((await migrateContent(options())).findings).to.deep.equal([]);
            const { replacement } = await world.snapshots();
            expect(grants(replacement, "/Shared/f")).to.deep.equal({ "group_name:data": "CAN_RUN" });
            expect(grants(replacement, "/Shared/f/n")).to.deep.equal({ "user_name:ada@example.com": "CAN_EDIT" });
            const firstPut = world.requests.findIndex((one) => one.includes("PUT"));
            expect(world.requests.slice(firstPut).some((one) => one.endsWith("/import"))).to.equal(false);
        });

        it("come again to what is written again after it had them", async () => {
            const file = (text: string) => seeds.file(text, { permissions: { "group_name:data": "CAN_RUN" } });
            await world.old.seed({ "/Shared/f": file("1"), "/Shared/g": seeds.file("1") });
            const edits: { when: string; what: Record<string, Seed> }[] = [
                { when: "/export", what: { "/Shared/g": seeds.file("2") } },
                { when: "/permissions/", what: { "/Shared/f": file("2") } },
            ];
            const edit = (one: (typeof edits)[number]) => {
                world.clock.time += 60_000;
                void world.old.seed(one.what);
                edits.splice(edits.indexOf(one), 1);
            };
            world.mishaps = (request, _, to) => {
                const next = edits.find(({ when }) => request.path.includes(when));
                const isPut = request.method === "PUT" || next?.when === "/export";
                if (next !== undefined && to === "new" && isPut) edit(next);
                return undefined;
            };
            expect((await migrateContent(options())).findings).to.deep.equal([]);
            expect(edits).to.deep.equal([]);
            const { replacement } = await world.snapshots();
            expect(String(await world.replacement.read("/Shared/f"))).to.equal("2");
            expect(grants(replacement, "/Shared/f")).to.deep.equal({ "group_name:data": "CAN_RUN" });
        });

        it("of principals that the new workspace does not know are named, and the others are given", async () => {
            const unknown = { "group_name:gone (2019)": "CAN_READ", "user_name:ada@example.com": "CAN_READ" };
            await world.old.seed({
                "/Shared/n": seeds.notebook("x", { permissions: unknown }),
                "/Shared/m": seeds.notebook("x", { permissions: unknown }),
            });
            const report = await migrateContent(options());
            expect(report.findings.map(({ path, kind }) => [path, kind])).to.deep.equal([
                ["/Shared/m", "unknown-principal"],
                ["/Shared/n", "unknown-principal"],
            ]);
            expect(report.findings[0]?.reason).to.contain("the group gone (2019)");
            expect(report.complete).to.equal(false);
            const { replacement } = await world.snapshots();
            expect(grants(replacement, "/Shared/n")).to.deep.equal({ "user_name:ada@example.com": "CAN_READ" });
            expect((await migrateContent(options({ accept: ["unknown-principal"] }))).complete).to.equal(true);
        });
    });

    it("reports what cannot be moved, each with its kind, and does not stop at it", async () => {
        world.limitContent();
        world.old.principals.addUser("gone@example.com");
        world.old.principals.addUser("kept-nothing@example.com");
        await world.old.seed({
            "/Users/gone@example.com/n": seeds.notebook("x"),
            "/Shared/lib": seeds.library(),
            "/Shared/large.bin": seeds.file(Buffer.alloc(LIMIT + 1)),
            "/Shared/large": seeds.notebook("x".repeat(SMALL_LIMIT + 1)),
            "/Shared/many-outputs": seeds.notebook("x", { outputs: ["o".repeat(SMALL_LIMIT)] }),
            "/Shared/twin": seeds.folder(),
            "/Shared/twin/below": seeds.notebook("x"),
            "/Shared/z": seeds.notebook("x"),
        });
        await world.old.seed({ "/Shared/twin": seeds.notebook("y") });
        const report = await migrateContent(options());
        expect(Object.fromEntries(report.findings.map(({ path, kind }) => [path, kind]))).to.deep.equal({
            "/Shared/large": "too-large",
            "/Shared/large.bin": "too-large",
            "/Shared/lib": "library",
            "/Shared/many-outputs": "outputs",
            "/Shared/twin": "same-path",
            "/Users/gone@example.com": "no-home",
        });
        expect(report.complete).to.equal(false);
        expect((await world.replacement.read("/Shared/z"))?.toString()).to.equal("x");
        expect((await world.replacement.read("/Shared/twin/below"))?.toString()).to.equal("x");
    });

    it("exactly 10 MB is moved, in every form", async () => {
        const header = "# Databricks notebook source\n".length;
        await world.old.seed({
            "/Shared/file": seeds.file(Buffer.alloc(LIMIT, 7)),
            "/Shared/notebook": seeds.notebook("x".repeat(LIMIT - header)),
        });
        const report = await migrateContent(options());
        expect(report.findings).to.deep.equal([]);
        expect(report.equal).to.include({ notebooks: 1, files: 1 });
    });

    it("knows each of the service's words for too large", async () => {
        await world.old.seed({ "/Shared/large": seeds.notebook("x".repeat(LIMIT + 1)) });
        for (const sizeRefusal of ["BAD_REQUEST", "status 200"] as const) {
            world.old.behavior.sizeRefusal = sizeRefusal;
            const { findings } = await migrateContent(options());
            expect(
                findings.map(({ kind }) => kind),
                sizeRefusal,
            ).to.deep.equal(["too-large"]);
        }
    });

    it("moves a notebook without its outputs only where the program accepts that, and says so", async () => {
        world.limitContent();
        await world.old.seed({ "/Shared/n": seeds.notebook("x", { outputs: ["o".repeat(SMALL_LIMIT)] }) });
        await migrateContent(options());
        expect(await world.replacement.read("/Shared/n")).to.equal(undefined);
        const report = await migrateContent(options({ accept: ["outputs"] }));
        expect(report.findings.map(({ kind, accepted }) => [kind, accepted])).to.deep.equal([["outputs", true]]);
        expect(report.complete).to.equal(true);
        expect((await world.replacement.read("/Shared/n"))?.toString()).to.equal("x");
    });

    it("accepts a path with all that is below it, and nothing beside it", async () => {
        await world.old.seed({ "/Shared/a/lib": seeds.library(), "/Shared/ab/lib": seeds.library() });
        const report = await migrateContent(options({ accept: ["/Shared/a"] }));
        expect(report.findings.map(({ path, accepted }) => [path, accepted])).to.deep.equal([
            ["/Shared/a/lib", true],
            ["/Shared/ab/lib", false],
        ]);
    });

    it("copies again what was changed, added or made anew in the old workspace meanwhile", async () => {
        await world.old.seed({ "/Shared/a": seeds.notebook("1"), "/Shared/b": seeds.file("1") });
        let once = false;
        world.mishaps = (request, _, to) => {
            if (!once && to === "new" && request.path.includes("/export")) {
                once = true;
                world.clock.time += 5;
                void world.old.seed({
                    "/Shared/a": seeds.notebook("2"),
                    "/Shared/b": seeds.file("2"),
                    "/Shared/new/c": seeds.notebook("3"),
                });
            }
            return undefined;
        };
        const report = await migrateContent(options());
        expect(report).to.include({ complete: true });
        const { old, replacement } = await world.snapshots();
        expect(content(replacement)).to.deep.equal(content(old));
    });

    it("copies again what changed after an earlier run", async () => {
        await world.old.seed({ "/Shared/a": seeds.notebook("1"), "/Shared/f": seeds.file("1") });
        await migrateContent(options());
        world.clock.time += 1000;
        await world.old.seed({ "/Shared/a": seeds.notebook("2"), "/Shared/f": seeds.file("two") });
        expect(await migrateContent(options())).to.deep.include({ complete: true });
        expect((await world.replacement.read("/Shared/a"))?.toString()).to.equal("2");
        expect((await world.replacement.read("/Shared/f"))?.toString()).to.equal("two");
    });

    it("never overwrites what was changed later in the new workspace, nor what tells no time", async () => {
        await world.old.seed({ "/Shared/a": seeds.notebook("1") });
        await migrateContent(options());
        world.clock.time += 1000;
        await world.replacement.seed({ "/Shared/a": seeds.notebook("work") });
        const report = await migrateContent(options());
        expect(report.findings.map(({ kind }) => kind)).to.deep.equal(["changed-in-target"]);
        world.old.behavior.times = "files";
        expect((await migrateContent(options())).findings.map(({ kind }) => kind)).to.deep.equal(["changed-in-target"]);
        expect((await world.replacement.read("/Shared/a"))?.toString()).to.equal("work");
    });

    it("overwrites nothing that was edited in the new workspace, though the old one was edited later and nothing is verified yet", async () => {
        const edit = async (workspace: "old" | "replacement", text: string) => {
            world.clock.time += 60_000;
            await world[workspace].seed({ "/Shared/a": seeds.notebook(text), "/Shared/f": seeds.file(text) });
        };
        await edit("old", "1");
        await migrateContent(options());
        await edit("replacement", "work");
        await edit("old", "later");
        const report = await migrateContent(options());
        expect(report.findings.map(({ path, kind }) => `${path} ${kind}`)).to.deep.equal([
            "/Shared/a changed-in-target",
            "/Shared/f changed-in-target",
        ]);
        for (const path of ["/Shared/a", "/Shared/f"])
            expect(String(await world.replacement.read(path))).to.equal("work");
    });

    it("overwrites nothing that was edited in the new workspace while it copies, though it wrote that itself", async () => {
        await world.old.seed({ "/Shared/f": seeds.file("1"), "/Shared/g": seeds.file("1") });
        let once = false;
        world.mishaps = (request) => {
            // In the second pass, when all is written.
            if (!once && request.path.includes("/permissions/")) {
                once = true;
                world.clock.time += 60_000;
                void world.replacement.seed({ "/Shared/f": seeds.file("work") });
                world.clock.time += 60_000;
                void world.old.seed({ "/Shared/f": seeds.file("later"), "/Shared/g": seeds.file("later") });
            }
            return undefined;
        };
        const report = await migrateContent(options());
        expect(report.findings.map(({ path, kind }) => `${path} ${kind}`)).to.deep.equal([
            "/Shared/f changed-in-target",
        ]);
        expect(String(await world.replacement.read("/Shared/f"))).to.equal("work");
        expect(String(await world.replacement.read("/Shared/g"))).to.equal("later");
    });

    it("overwrites nothing that somebody makes in the new workspace between its list and the copy", async () => {
        await world.old.seed({ "/Shared/f": seeds.file("1") });
        world.mishaps = (request) => {
            if (request.path.endsWith("/import")) void world.replacement.seed({ "/Shared/f": seeds.file("work") });
            return undefined;
        };
        world.clock.time += 60_000;
        await world.old.seed({ "/Shared/f": seeds.file("later", { modifiedAt: world.clock.time + 60_000 }) });
        const report = await migrateContent(options());
        expect(report.findings.map(({ kind }) => kind)).to.deep.equal(["changed-in-target"]);
        expect(String(await world.replacement.read("/Shared/f"))).to.equal("work");
    });

    it("copies a file and a notebook again however often they change in the old workspace", async () => {
        for (const text of ["1", "2", "3", "4"]) {
            world.clock.time += 60_000;
            await world.old.seed({ "/Shared/a": seeds.notebook(text), "/Shared/f": seeds.file(text) });
            expect(await migrateContent(options()), text).to.include({ complete: true });
        }
        expect(String(await world.replacement.read("/Shared/f"))).to.equal("4");
    });

    it("moves notebooks of a service that shows no times for them", async () => {
        for (const workspace of [world.old, world.replacement]) workspace.behavior.times = "files";
        world.replacement.principals.addGroup("data");
        await world.old.seed({ "/Shared/a": seeds.notebook("1", { permissions: { "group_name:data": "CAN_RUN" } }) });
        expect(await migrateContent(options())).to.deep.include({ complete: true });
        const { replacement } = await world.snapshots();
        expect(grants(replacement, "/Shared/a")).to.deep.equal({ "group_name:data": "CAN_RUN" });
    });

    it("says what is at a path that is taken by another type", async () => {
        await world.old.seed({ "/Shared/a": seeds.notebook("1"), "/Shared/d/n": seeds.notebook("1") });
        await world.replacement.seed({ "/Shared/a": seeds.file("1"), "/Shared/d": seeds.file("1") });
        const { findings } = await migrateContent(options());
        expect(findings.map(({ path, kind }) => [path, kind])).to.deep.equal([
            ["/Shared/a", "occupied"],
            ["/Shared/d", "occupied"],
        ]);
    });

    it("moves only what is at and below a path, with the folders above it", async () => {
        await world.old.seed({ "/Shared/a/b/n": seeds.notebook("1"), "/Shared/c": seeds.notebook("1") });
        const report = await migrateContent(options({ path: "/Shared/a/b" }));
        expect(report).to.deep.include({ complete: true, path: "/Shared/a/b" });
        expect(world.replacement.tree().map(({ path }) => path))
            .to.include("/Shared/a/b/n")
            .and.not.include("/Shared/c");
        await migrateContent(options({ path: "/Shared/c" }));
        expect(world.replacement.tree().map(({ path }) => path)).to.include("/Shared/c");
    });

    it("leaves trash where it is", async () => {
        await world.old.seed({
            "/Users/mover/Trash/old": seeds.notebook("1"),
            "/Users/mover/kept": seeds.notebook("1"),
        });
        const report = await migrateContent(options());
        expect(report).to.deep.include({ complete: true });
        expect(await world.replacement.read("/Users/mover/Trash/old")).to.equal(undefined);
        expect(await world.replacement.read("/Users/mover/kept")).to.not.equal(undefined);
    });

    it("ends at its time, says so, and goes on in the next run", async () => {
        await world.old.seed(
            Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`/Shared/n${index}`, seeds.notebook("x")])),
        );
        const report = await migrateContent(options({ timeout: 100 }));
        expect(report.complete).to.equal(false);
        expect(report.stopped).to.contain("migrationTimeoutSeconds");
        expect(report.written.notebooks).to.be.within(1, 199);
        expect(await migrateContent(options())).to.deep.include({ complete: true });
    });

    it("shows its progress in one line", async () => {
        await world.old.seed({ "/Shared/lib": seeds.library() });
        await world.old.seed(
            Object.fromEntries(Array.from({ length: 1200 }, (_, index) => [`/Shared/n${index}`, seeds.notebook("x")])),
        );
        // Without times the second pass reads every content again.
        world.old.behavior.times = "files";
        const lines: string[] = [];
        const began = world.clock.now();
        await migrateContent(options({ onProgress: (line: string) => lines.push(line) }));
        // At most one a second, by a clock on which 1,200 notebooks take next to none, and one for each pass.
        expect(lines.length).to.be.at.most((world.clock.now() - began) / 1000 + 4);
        expect(lines.some((line) => /^moved [\d,]+ of 1,200, 1 to look at/.test(line))).to.equal(true);
        expect(lines.some((line) => /^verified [\d,]+ of [\d,]+, 1 to look at/.test(line))).to.equal(true);
        expect(lines.filter((line) => line.includes("0 of 0"))).to.deep.equal([]);
    });

    it("says how fast it goes, and how long what is listed takes", async () => {
        await world.old.seed(manyNotebooks(300));
        Object.assign(world.replacement.behavior, { requestsPerSecond: 2 });
        const lines: string[] = [];
        await migrateContent(options({ onProgress: (line: string) => lines.push(line) }));
        const [, pace, minutes] = /; ([\d.]+) a second, at least (\d+) minutes left$/m.exec(lines.join("\n")) ?? [];
        expect(Number(pace)).to.be.within(0.1, 2);
        expect(Number(minutes)).to.be.within(2, 50);
    });

    it("a verification reads every content, finds what is missing or different, and writes nothing", async () => {
        await world.old.seed({
            "/Shared/a": seeds.notebook("1"),
            "/Shared/b": seeds.file("1"),
            "/Shared/d/e": seeds.file(""),
        });
        await migrateContent(options());
        expect(await verifyContent(options())).to.deep.include({ complete: true, findings: [] });
        await world.replacement.seed({ "/Shared/a": seeds.notebook("3"), "/Shared/b": seeds.file("2") });
        world.replacement.delete("/Shared/d");
        world.requests.length = 0;
        const report = await verifyContent(options());
        expect(report.findings.map(({ path, kind }) => [path, kind])).to.deep.equal([
            ["/Shared/a", "different"],
            ["/Shared/b", "different"],
            ["/Shared/d", "missing"],
        ]);
        expect(world.requests.filter((one) => /POST|PUT/.test(one))).to.deep.equal([]);
    });

    it("a verification after a copy in the same process only reads what has changed since", async () => {
        const verified = new Map<string, string>();
        await world.old.seed({ "/Shared/a": seeds.notebook("1"), "/Shared/b": seeds.file("1") });
        await migrateContent(options({ verified }));
        world.requests.length = 0;
        expect((await verifyContent(options({ verified }))).complete).to.equal(true);
        expect(world.requests.filter((one) => one.endsWith("/export"))).to.deep.equal([]);
        world.clock.time += 1;
        await world.old.seed({ "/Shared/a": seeds.notebook("2") });
        expect((await verifyContent(options({ verified }))).findings.map(({ kind }) => kind)).to.deep.equal([
            "different",
        ]);
    });

    it("a plan reads lists and permissions, and no content", async () => {
        await world.old.seed({ "/Shared/a/n": seeds.notebook("1"), "/Shared/lib": seeds.library() });
        const report = await planMigration(options());
        expect(report.written).to.deep.equal({ notebooks: 1, files: 0, dashboards: 0, folders: 1 });
        expect(report.findings.map(({ kind }) => kind)).to.deep.equal(["library"]);
        const isExpected = (request: string) =>
            /GET .*(\/(list|Me|sql\/queries|alerts)|\/(lakeview\/dashboards|permissions|scim\/v2)\b.*)$/.test(request);
        expect(world.requests.filter((one) => !isExpected(one))).to.deep.equal([]);
    });

    it("ends with the reason where a workspace cannot be used", async () => {
        await world.old.seed({ "/Shared/a": seeds.notebook("1") });
        world.replacement.principals.remove("mover");
        const error: unknown = await migrateContent(options()).catch((reason: unknown) => reason);
        expect(String(error)).to.contain("does not belong to workspace");
    });
});
