import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { ownerOfInputs } from "../../provider/contract/ownership-tag";
import { workspaceObject } from "../../provider/objects/workspace/definition";
import { migrationSettings } from "../../provider/objects/workspace/migration-settings";
import { readSettings } from "../../provider/runtime/settings";
import { seeds } from "../../local-cloud";
import { ownerFor } from "../helpers/environment";
import {
    DAY,
    failure,
    HOUR,
    initError,
    type Inputs,
    type ReplacedContent,
    sceneOfEach,
} from "../helpers/replaced-content";

describe("the content of a workspace that is replaced, in the create of its replacement", () => {
    let cloud: ReplacedContent["cloud"];
    let clock: ReplacedContent["clock"];
    let world: ReplacedContent["world"];
    let news: ReplacedContent["news"];
    let old: ReplacedContent["old"];
    const { handlers, changed, existing, paths, compare } = sceneOfEach(
        (scene) => ({ cloud, clock, world, news, old } = scene),
    );

    it("is in the new one, verified, before the create ends; the old one is deleted after", async () => {
        const process = handlers();
        await compare(process, old, changed());
        const { id, outs } = await process.workspace.create(changed());
        expect(outs["migration"]).to.include({ from: old.id, notebooks: 1, files: 1, skipped: 0 });
        expect(outs["migration"]).to.have.property("verifiedAt").that.is.a("string");
        const [source] = outs["sources"] as Inputs[];
        expect(source).to.include({ from: old.id }).and.have.property("digest").that.has.length(683);
        expect(paths(id)).to.deep.equal(paths(old.id));
        expect(world.lines.filter((line) => /: moved \d of \d/.test(line))).to.not.deep.equal([]);
        await process.workspace.delete(old.id, old.outs);
        expect(existing()).to.deep.equal([id]);
    });

    it("keeps the old one where something was not copied and nobody accepts it, in this process and in the next", async () => {
        await cloud.workspace(old.id).seed({ "/Shared/jar": seeds.library() });
        let process = handlers();
        await compare(process, old, changed());
        const error = await initError(process.workspace.create(changed()));
        expect(error.message).to.contain("/Shared/jar [library]").and.contain("is not complete in");
        expect(error.properties["migration"])
            .to.include({ from: old.id, skipped: 1 })
            .and.not.have.property("verifiedAt");
        expect((await failure(process.workspace.delete(old.id, old.outs))).message).to.contain("is not deleted");

        const state = { id: error.id, outs: { ...error.properties } };
        process = handlers();
        const { diff } = await compare(process, state, changed());
        expect([diff.changes, diff.replaces]).to.deep.equal([true, []]);
        await initError(process.workspace.update(state.id, state.outs, changed()));
        expect((await failure(process.workspace.delete(old.id, old.outs))).message).to.contain("is not deleted");
        expect(existing()).to.have.members([old.id, state.id]);

        const accepting = changed({ migrateContent: { accept: ["library"] } });
        process = handlers();
        await compare(process, state, accepting);
        const { outs = {} } = await process.workspace.update(state.id, state.outs, accepting);
        expect(outs["migration"]).to.include({ from: old.id, notebooks: 1, files: 1, skipped: 1 });
        await process.workspace.delete(old.id, old.outs);
        expect(existing()).to.deep.equal([state.id]);
    });

    it("that cannot be copied goes where the program says migrateContent: false, also after it stopped", async () => {
        await cloud.workspace(old.id).seed({ "/Shared/jar": seeds.library() });
        let process = handlers();
        await compare(process, old, changed());
        const error = await initError(process.workspace.create(changed()));
        process = handlers();
        const giving = changed({ migrateContent: false });
        await compare(process, { id: error.id, outs: { ...error.properties } }, giving);
        const { outs = {} } = await process.workspace.update(error.id, error.properties, giving);
        expect(outs).not.to.have.property("migration");
        await process.workspace.delete(old.id, old.outs);
        expect(existing()).to.deep.equal([error.id]);
    });

    it("is kept where the service lists nothing at all, as no workspace does", async () => {
        const process = handlers();
        await compare(process, old, changed());
        cloud.inject({ when: ({ path }) => path.endsWith("/workspace/list"), do: { kind: "body", body: "{}" } });
        const error = await initError(process.workspace.create(changed()));
        expect((await failure(process.workspace.delete(old.id, old.outs))).message).to.contain("is not deleted");
        expect(existing()).to.have.members([old.id, error.id]);
    });

    it("is kept where the service hands out nothing of any object, so that all seems equal", async () => {
        const process = handlers();
        await compare(process, old, changed());
        const { id } = await process.workspace.create(changed());
        await cloud.workspace(old.id).seed({ "/Shared/etl": seeds.notebook("print('late')") });
        const stop = cloud.inject({ when: ({ path }) => path.endsWith("/export"), do: { kind: "body", body: "{}" } });
        expect((await failure(process.workspace.delete(old.id, old.outs))).message).to.contain("/Shared/etl [failed]");
        expect(existing()).to.have.members([old.id, id]);
        stop();
    });

    it("is kept where another workspace answers at the new one's host, with which it would be compared", async () => {
        const process = handlers();
        await compare(process, old, changed());
        const headers = { "x-databricks-org-id": old.id };
        cloud.inject({
            when: ({ path, workspaceId }) => path.endsWith("/workspace/list") && workspaceId !== old.id,
            do: { kind: "status", status: 200, headers, body: '{"objects": []}' },
        });
        const error = await initError(process.workspace.create(changed()));
        expect(error.message).to.contain(`answers the workspace ${old.id}, not ${error.id}`);
        await failure(process.workspace.delete(old.id, old.outs));
        expect(existing()).to.have.members([old.id, error.id]);
    });

    it("is kept where the credential is no admin, to whom lists do not show everything", async () => {
        await cloud.workspace(old.id).seed({ "/Users/ada@example.com/own": seeds.notebook("1") });
        const process = handlers();
        cloud.workspace(old.id).principals.admins.delete(cloud.clientId);
        expect((await failure(compare(process, old, changed()))).message).to.contain("no admin of the old workspace");
        const error = await initError(process.workspace.create(changed()));
        expect(error.message).to.contain("[not-admin]");
        expect(
            cloud
                .workspace(error.id)
                .tree()
                .map(({ path }) => path),
        ).to.not.include("/Users/ada@example.com/own");
        await failure(process.workspace.delete(old.id, old.outs));
        expect(existing()).to.have.members([old.id, error.id]);
    });

    it("waits for a new workspace whose host cannot be reached yet, and stays in both where it never can", async () => {
        const process = handlers();
        process.session.configure((key) => (key === "databricks:retryTimeoutSeconds" ? "10" : undefined));
        await compare(process, old, changed());
        cloud.inject({
            when: ({ method, path }) => method === "POST" && path.endsWith("/workspaces"),
            do: {
                kind: "call",
                when: "after",
                run: async () => {
                    const id = existing().find((one) => one !== old.id) ?? "";
                    cloud.workspace(id).behavior.frontEnd = "unreachable";
                },
            },
        });
        const error = await initError(process.workspace.create(changed()));
        expect(error.message)
            .to.contain("gives no response after 20 minutes")
            .and.contain("the next `pulumi up` goes on");
        expect(
            world.lines.some((line) => /^w: RUNNING, but after \d+ s http.* cannot be reached yet: /.test(line)),
        ).to.equal(true);
        const updated = process.workspace.update(error.id, error.properties, changed());
        void clock.sleep(60_000).then(() => (cloud.workspace(error.id).behavior.frontEnd = "public"));
        expect((await updated).outs?.["migration"]).to.include({ from: old.id, notebooks: 1 });
        expect(existing()).to.have.members([old.id, error.id]);
    });

    it("overwrites nothing in a workspace that is adopted in its place", async () => {
        const adopted = await handlers().workspace.create(changed({ owner: ownerFor("other") }));
        const own = seeds.notebook("somebody's", { modifiedAt: clock.now() - 2 * DAY });
        await cloud.workspace(adopted.id).seed({ "/Shared/etl": own });
        const process = handlers();
        const asked = changed({ adopt: adopted.id });
        await compare(process, old, asked);
        const error = await initError(process.workspace.create(asked));
        expect(error.message).to.contain("/Shared/etl [changed-in-target]");
        expect(String(await cloud.workspace(adopted.id).read("/Shared/etl"))).to.equal("somebody's");
    });

    it("is kept where the copy takes longer than migrationTimeoutSeconds", async () => {
        const asked = changed({ migrationTimeoutSeconds: 1 });
        const process = handlers();
        await compare(process, old, asked);
        cloud.inject({
            when: ({ path }) => path.endsWith("/workspace/import"),
            do: { kind: "call", when: "before", run: () => clock.hold(5_000) },
        });
        const error = await initError(process.workspace.create(asked));
        expect(error.message).to.contain("migrationTimeoutSeconds").and.contain("is not complete in");
        await failure(process.workspace.delete(old.id, old.outs));
        expect(existing()).to.have.members([old.id, error.id]);
    });

    it("is copied for three hours at most, or for as many seconds as the program says", () => {
        const settings = readSettings(() => undefined);
        expect(migrationSettings({}, settings).timeout).to.equal(3 * HOUR);
        expect(migrationSettings({ migrationTimeoutSeconds: 90 }, settings).timeout).to.equal(90_000);
    });

    it("is written nowhere by a process whose engine was killed", async () => {
        const process = handlers();
        await compare(process, old, changed());
        cloud.inject({
            when: ({ path }) => path.endsWith("/workspace/export"),
            do: { kind: "call", when: "before", run: async () => void (world.isEngineAlive = async () => false) },
        });
        const error = await initError(process.workspace.create(changed()));
        expect(cloud.requests.filter(({ path }) => path.endsWith("/workspace/import"))).to.deep.equal([]);
        expect(existing()).to.have.members([old.id, error.id]);
    });

    it("is found with --replace and a taint too, where the engine compares nothing first", async () => {
        const process = handlers();
        process.session.claims.addStateObject(workspaceObject, {
            id: old.id,
            owner: ownerOfInputs(news),
            urn: undefined,
            notes: {},
        });
        await process.workspace.check({}, news);
        const { id, outs } = await process.workspace.create(news);
        expect(outs["migration"]).to.include({ from: old.id, notebooks: 1 });
        await process.workspace.delete(old.id, old.outs);
        expect(existing()).to.deep.equal([id]);
    });

    it("is found by the ownership tag where --target leaves the state unknown", async () => {
        const process = handlers();
        process.session.claims.isWholeProgram = false;
        await process.workspace.check(news, news);
        const { outs } = await process.workspace.create(news);
        expect(outs["migration"]).to.include({ from: old.id, notebooks: 1 });
    });

    it("goes on in the workspace that a killed run left, where all in it is a copy", async () => {
        let process = handlers();
        await compare(process, old, changed());
        const left = await process.workspace.create(changed());
        process = handlers();
        await compare(process, old, changed());
        const { id, outs } = await process.workspace.create(changed());
        expect(id).to.equal(left.id);
        expect(outs["migration"]).to.include({ from: old.id, notebooks: 1, files: 1 });

        await cloud.workspace(left.id).seed({ "/Shared/own": seeds.notebook("somebody's") });
        process = handlers();
        await compare(process, old, changed());
        expect((await failure(process.workspace.create(changed()))).message).to.contain(
            "it holds content (/Shared/own)",
        );
    });

    it("is reported in full where PULUMI_DATABRICKS_REPORT points", async () => {
        const folder = mkdtempSync(join(tmpdir(), "databricks-cmk-report-"));
        try {
            world.environment = { ...world.environment, PULUMI_DATABRICKS_REPORT: join(folder, "reports") };
            const process = handlers();
            await compare(process, old, changed());
            await process.workspace.create(changed());
            expect(readdirSync(join(folder, "reports"))).to.deep.equal(["migration-w.json", "migration-w.xml"]);
            const report = JSON.parse(readFileSync(join(folder, "reports", "migration-w.json"), "utf8")) as Inputs;
            expect(report).to.include({ mode: "copy", complete: true });
            expect(readFileSync(join(folder, "reports", "migration-w.xml"), "utf8")).to.contain("<testsuite ");
        } finally {
            rmSync(folder, { recursive: true });
        }
    });

    it("is reported in a file of its own for each of two resources with one name, in two components, or with names that a file spells alike", async () => {
        const folder = mkdtempSync(join(tmpdir(), "databricks-cmk-report-"));
        try {
            world.environment = { ...world.environment, PULUMI_DATABRICKS_REPORT: folder };
            for (const owner of [
                ...["@0123abcd", "@4567cdef"].map((more) => ownerFor("w", { more })),
                ...["a/b", "a_b"].map((name) => ownerFor(name)),
            ]) {
                const before = await handlers().workspace.create({ ...news, owner });
                await cloud.workspace(before.id).seed({ "/Shared/n": seeds.notebook("1") });
                const process = handlers();
                const asked = changed({ owner });
                await compare(process, { id: before.id, outs: before.outs as Inputs }, asked, { ...news, owner });
                const { outs } = await process.workspace.create(asked);
                expect(outs["migration"], owner).to.include({ from: before.id });
            }
            const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
            expect(names.filter((name) => /^migration-w-[0-9a-f]{8}\.json$/.test(name))).to.have.length(2);
            expect(names.filter((name) => /^migration-a_b(-[0-9a-f]{8})?\.json$/.test(name))).to.have.length(2);
        } finally {
            rmSync(folder, { recursive: true });
        }
    });
});
