import { expect } from "chai";

import { lookAtAll } from "../../provider/migration/kinds/table";
import { migrateContent, planMigration, verifyContent } from "../../provider/migration/migration";
import { seeds } from "../../local-cloud";
import { CopyScene } from "../helpers/copy-scene";
import { moveFaults } from "../helpers/move-faults";

const URL = "https://github.com/acme/etl.git";
const PATH = "/Repos/team/etl";
const NOTEBOOK = "# Databricks notebook source\nprint(1)";

describe("git folders of a workspace that is copied", () => {
    let scene: CopyScene;
    beforeEach(() => start());
    afterEach(() => scene.cloud.stop());

    const branches = { main: { "job.py": NOTEBOOK, "lib/a.txt": "a" }, dev: { "job.py": NOTEBOOK, "lib/b.txt": "b" } };
    async function start(remote: { private?: boolean } = {}) {
        scene = await CopyScene.start();
        scene.cloud.gitRemotes.add(URL, { ...remote, branches, tags: { v1: { "c.txt": "c" } } });
    }
    async function seed(more: { branch?: string; cli?: boolean; sparse?: readonly string[] } = {}, path = PATH) {
        scene.old.principals.addUser("ada@example.com");
        scene.replacement.principals.addUser("ada@example.com");
        await scene.old.seed({
            [path]: seeds.repo(URL, { permissions: { "user_name:ada@example.com": "CAN_EDIT" }, ...more }),
        });
        scene.clock.time += 60_000;
    }
    const reasonsOf = ({ findings }: { findings: readonly { kind: string; path: string; reason: string }[] }) => {
        for (const { kind, path } of findings) expect([kind, path]).to.deep.equal(["repo", PATH]);
        return findings.map(({ reason }) => reason).join("\n");
    };

    for (const cli of [false, true])
        it(`are made anew from their remotes at the same branch${cli ? ", those with Git CLI access too" : ""}`, async () => {
            const path = cli ? "/Shared/etl" : PATH;
            if (cli) scene.replacement.behavior.gitFolders = "cli-outside-repos";
            await seed({ branch: "dev", cli }, path);
            expect((await scene.inventory()).moves).to.deep.include({ gitFolders: 1, notebooks: 0 });
            expect((await planMigration(scene.options())).written).to.deep.include({ gitFolders: 1 });
            const report = await migrateContent(scene.options());
            expect(report).to.deep.include({ complete: true, findings: [] });
            expect(report.equal).to.include({ gitFolders: 1, notebooks: 0, files: 0 });
            expect(scene.replacement.gitFolders()).to.deep.equal(scene.old.gitFolders());
            const [there] = scene.replacement.tree().filter((one) => one.path === path);
            expect(there?.permissions).to.include({ "user_name:ada@example.com": "CAN_EDIT" });
            const { writes } = scene;
            expect(await migrateContent(scene.options())).to.deep.include({ complete: true, findings: [] });
            expect(await verifyContent(scene.options())).to.deep.include({ complete: true, findings: [] });
            expect(scene.writes).to.equal(writes);
        }).timeout(20_000);

    it("have the folders alone that are checked out in the old workspace", async () => {
        scene.cloud.gitRemotes.push(URL, "main", { "job.py": NOTEBOOK, "lib/a.txt": "a", "data/large.txt": "d" });
        await seed({ sparse: ["lib"] });
        expect(await migrateContent(scene.options())).to.deep.include({ complete: true, findings: [] });
        const below = scene.replacement.tree().flatMap(({ path }) => (path.startsWith(`${PATH}/`) ? [path] : []));
        expect(below.sort()).to.deep.equal([`${PATH}/job`, `${PATH}/lib`, `${PATH}/lib/a.txt`]);
        const { requests } = scene.connect(scene.replacement);
        const { id } = scene.replacement.nodes.find(PATH)!;
        const made = await requests.read(`/api/2.0/repos/${id}`, (body) => body);
        expect(made).to.deep.include({ sparse_checkout: { patterns: ["lib"] } });
    });

    it("name uncommitted work with its paths", async () => {
        await seed();
        await scene.old.seed({ [`${PATH}/job`]: seeds.notebook("print(2)"), [`${PATH}/lib/new.txt`]: seeds.file("n") });
        scene.old.delete(`${PATH}/lib/a.txt`);
        const report = await migrateContent(scene.options());
        expect(reasonsOf(report)).to.contain("not committed").and.contain("job, lib/a.txt, lib/new.txt");
        expect(reasonsOf(await verifyContent(scene.options()))).to.contain("lib/new.txt");
        expect((await migrateContent(scene.options({ accept: ["repo"] }))).complete).to.equal(true);
    });

    it("name a commit that the remote's branch does not have, and catch up with one that it has", async () => {
        await seed();
        scene.cloud.gitRemotes.push(URL, "main", { "job.py": NOTEBOOK });
        expect(reasonsOf(await migrateContent(scene.options()))).to.contain("at the commit");
        const { id } = scene.old.nodes.find(PATH)!;
        await scene.connect(scene.old).requests.write("PATCH", `/api/2.0/repos/${id}`, { branch: "main" });
        expect(await migrateContent(scene.options())).to.deep.include({ complete: true, findings: [] });
        scene.cloud.gitRemotes.push(URL, "main", { "job.py": `${NOTEBOOK}\nprint(3)` });
        await scene.connect(scene.old).requests.write("PATCH", `/api/2.0/repos/${id}`, { branch: "main" });
        expect(reasonsOf(await migrateContent(scene.options({ inUseSince: 0 })))).to.contain("at the commit");
        expect(await migrateContent(scene.options())).to.deep.include({ complete: true, findings: [] });
    });

    it("of a tag are named", async () => {
        await seed();
        const { id } = scene.old.nodes.find(PATH)!;
        await scene.connect(scene.old).requests.write("PATCH", `/api/2.0/repos/${id}`, { tag: "v1" });
        expect(reasonsOf(await migrateContent(scene.options()))).to.contain("no branch");
    });

    it("of a private remote say whose credential is missing", async () => {
        await scene.cloud.stop();
        await start({ private: true });
        await seed();
        const reason = reasonsOf(await migrateContent(scene.options()));
        expect(reason).to.contain("gitHub").and.contain(scene.cloud.clientId);
        const credentials = [{ git_provider: "gitHub", git_username: "bot" }];
        await scene.replacement.seedBeyondTree({ gitCredentials: { [scene.cloud.clientId]: credentials } });
        expect(await migrateContent(scene.options())).to.deep.include({ complete: true, findings: [] });
    });

    it("are looked at, with what is not committed, before the old workspace is deleted", async () => {
        await seed();
        const look = async () => (await lookAtAll({ content: scene.connect(scene.old), id: scene.old.id })).digest;
        const before = await look();
        scene.clock.time += 60_000;
        await scene.old.seed({ [`${PATH}/lib/late.txt`]: seeds.file("n") });
        expect(await look()).not.to.equal(before);
    });

    it("leave alone what is at their path", async () => {
        await seed();
        await scene.replacement.seed({ [PATH]: seeds.repo("https://github.com/acme/other") });
        expect(reasonsOf(await migrateContent(scene.options()))).to.contain("something else");
    });

    for (const cli of [false, true])
        it(`come with a copy of the folder that they are in, or of them alone${cli ? ", those with Git CLI access too" : ""}`, async () => {
            const path = cli ? "/Shared/team/etl" : PATH;
            if (cli) scene.replacement.behavior.gitFolders = "cli-outside-repos";
            await seed({ cli }, path);
            await scene.old.seed({ "/Shared/other": seeds.notebook("x") });
            for (const root of [path, path.replace("/etl", "")]) {
                expect(await migrateContent(scene.options({ path: root }))).to.deep.include({
                    complete: true,
                    findings: [],
                });
                expect(scene.replacement.gitFolders()).to.deep.equal(scene.old.gitFolders());
                scene.replacement.delete(path);
            }
            expect(scene.replacement.nodes.find("/Shared/other")).to.equal(undefined);
        });

    it("are not lost or doubled whatever goes wrong with any request, or where a run is killed", async () => {
        const again = async () => {
            await scene.cloud.stop();
            await start();
            await seed({ branch: "dev" });
        };
        const expectDone = async (what: string) => {
            expect(await migrateContent(scene.options()), what).to.deep.include({ complete: true, findings: [] });
            expect(scene.replacement.gitFolders(), what).to.deep.equal(scene.old.gitFolders());
        };
        for (const effect of moveFaults) {
            for (const method of ["GET", "POST", "PATCH"]) {
                await again();
                const isMeant = (one: { path: string; method: string }) =>
                    one.path.includes("/repos") && one.method === method;
                const stop = scene.cloud.inject({ when: isMeant, times: 2, do: effect });
                await expectDone(`${JSON.stringify(effect)} at ${method}`);
                stop();
            }
        }
        for (let at = 0; ; at++) {
            await again();
            scene.killedAt = at;
            const killed = await migrateContent(scene.options()).catch((error: unknown) => String(error));
            await expectDone(`killed at ${at}`);
            if (typeof killed !== "string") break;
        }
    }).timeout(120_000);
});
