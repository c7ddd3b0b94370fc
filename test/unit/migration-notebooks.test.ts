import { expect } from "chai";

import { takeInventory } from "../../provider/migration/inventory";
import { migrateContent, verifyContent } from "../../provider/migration/migration";
import { seeds } from "../../local-cloud";
import { MigrationWorld, SMALL_LIMIT } from "../helpers/migration-world";

const LIMIT = 10_485_760;

describe("what SOURCE leaves out of notebooks that are copied", () => {
    let world: MigrationWorld;
    beforeEach(async () => {
        world = await MigrationWorld.create();
    });

    const kindsOf = ({ findings }: { findings: readonly { kind: string }[] }) => findings.map(({ kind }) => kind);
    const environment = { environment_version: "2", dependencies: ["numpy==2.0"] };

    it("the environment of a serverless notebook comes along, and a change of it", async () => {
        await world.old.seed({ "/Shared/n": seeds.notebook("x", { environment }), "/Shared/m": seeds.notebook("x") });
        expect(kindsOf(await migrateContent(world.options()))).to.deep.equal([]);
        const shown = async () =>
            (await world.replacement.snapshot()).find(({ path }) => path === "/Shared/n")?.environment;
        expect(await shown()).to.deep.equal(environment);
        world.clock.time += 60_000;
        const other = { ...environment, dependencies: [] };
        await world.old.seed({ "/Shared/n": seeds.notebook("x", { environment: other }) });
        expect(kindsOf(await verifyContent(world.options()))).to.deep.equal(["environment"]);
        expect(await migrateContent(world.options())).to.deep.include({ findings: [], complete: true });
        expect(await shown()).to.deep.equal(other);
    });

    it("is named where archives do not carry it, and its permissions come all the same", async () => {
        world.old.behavior.archivesHaveEnvironments = false;
        world.replacement.principals.addUser("ada@example.com");
        const permissions = { "user_name:ada@example.com": "CAN_EDIT" };
        await world.old.seed({ "/Shared/n": seeds.notebook("x", { environment, permissions }) });
        expect(kindsOf(await migrateContent(world.options()))).to.deep.equal(["environment"]);
        const options = () => world.options({ accept: ["environment"] });
        expect((await migrateContent(options())).complete).to.equal(true);
        expect((await verifyContent(options())).complete).to.equal(true);
        const [copied] = world.replacement.tree().filter(({ path }) => path === "/Shared/n");
        expect(copied?.permissions).to.include(permissions);
    });

    for (const largeFiles of ["refused", "taken", "given"] as const)
        it(`a file over 10 MB ${largeFiles === "given" ? "comes" : "is named"} if such files are ${largeFiles}`, async () => {
            for (const { behavior } of [world.old, world.replacement]) behavior.largeFiles = largeFiles;
            const bytes = Buffer.alloc(LIMIT + 1, 255);
            await world.old.seed({ "/Shared/large.bin": seeds.file(bytes) });
            const { inventory } = takeInventory(world.client("old"), {
                ...world.clock,
                sleep: () => new Promise(() => undefined),
            });
            const { moves, stays } = await inventory;
            const isGiven = largeFiles === "given";
            expect([moves.files, stays.has("too-large")]).to.deep.equal([isGiven ? 1 : 0, !isGiven]);
            const report = await migrateContent(world.options());
            expect(kindsOf(report)).to.deep.equal(isGiven ? [] : ["too-large"]);
            expect(await world.replacement.read("/Shared/large.bin")).to.deep.equal(isGiven ? bytes : undefined);
            const options = () => world.options({ accept: isGiven ? [] : ["too-large"] });
            expect((await verifyContent(options())).complete).to.equal(true);
        });

    it("outputs over the limit come with a notebook in Python if the service gives and takes JUPYTER", async () => {
        for (const { behavior } of [world.old, world.replacement]) {
            behavior.largeJupyter = "accepted";
            behavior.sizeRefusal = "MAX_READ_SIZE_EXCEEDED";
        }
        world.limitContent();
        const outputs = ["o".repeat(SMALL_LIMIT)];
        await world.old.seed({
            "/Shared/python": seeds.notebook("x", { outputs, environment }),
            "/Shared/sql": seeds.notebook("x", { outputs, language: "SQL" }),
            "/Shared/code": seeds.notebook("x".repeat(SMALL_LIMIT + 1)),
        });
        const report = await migrateContent(world.options());
        expect(report.findings.map(({ path, kind }) => [path, kind])).to.deep.equal([["/Shared/sql", "outputs"]]);
        const { old, replacement } = await world.snapshots();
        const found = (all: typeof old, at: string) => all.find(({ path }) => path === at);
        expect(found(replacement, "/Shared/python")).to.deep.include({ outputs, environment });
        expect(found(replacement, "/Shared/code")?.sha256).to.equal(found(old, "/Shared/code")?.sha256);
        expect(
            (await verifyContent(world.options({ accept: ["outputs"] }))).findings.map(({ kind }) => kind),
        ).to.deep.equal(["missing"]);
    });
});
