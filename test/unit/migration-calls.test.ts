import { expect } from "chai";

import { manyNotebooks, seeds } from "../../local-cloud";
import { migrateContent } from "../../provider/migration/migration";
import { MigrationWorld } from "../helpers/migration-world";

describe("the requests of a copy", () => {
    let world: MigrationWorld;
    beforeEach(async () => {
        world = await MigrationWorld.create();
        for (const { principals } of [world.old, world.replacement]) principals.addGroup("data");
    });

    const shared = { permissions: { "group_name:data": "CAN_RUN" } };
    const requestsOf = (words: RegExp) => world.requests.filter((one) => words.test(one));
    const grants = (path: string) => world.replacement.tree().find((one) => one.path === path)?.permissions;

    /** Runs something right before the first request that fits after another one. */
    const runAt = (first: RegExp, then: RegExp, run: () => void) => {
        const awaited = [first, then];
        world.mishaps = ({ method, path }, _, to) => {
            if (awaited[0]?.test(`${to} ${method} ${path}`) !== true) return undefined;
            awaited.shift();
            if (awaited.length === 0) run();
            return undefined;
        };
    };
    /** Somebody edits a notebook. */
    const edit = (side: "old" | "replacement", path: string, source: string) => {
        world.clock.time += 60_000;
        const node = world[side].nodes.find(path);
        if (node === undefined) throw new Error(`There is no ${path}.`);
        node.modifiedAt = world.clock.time;
        node.interactive = { userId: "7", time: world.clock.time };
        void world[side].unlock().then((contents) => contents.writeNotebook(node, { source: Buffer.from(source) }));
    };

    it("are five for a notebook: two exports, an import, the one that verifies it, and the read of its permissions", async () => {
        await world.old.seed(manyNotebooks(40));
        expect(await migrateContent(world.options())).to.deep.include({ complete: true, findings: [] });
        expect(requestsOf(/^old .*export/)).to.have.lengthOf(80);
        expect(requestsOf(/^new .*import/)).to.have.lengthOf(40);
        expect(requestsOf(/^new .*export/)).to.have.lengthOf(40);
        expect(requestsOf(/^old .*permissions.notebooks/)).to.have.lengthOf(40);
        // The first notebook that was made shows that new ones have no permissions of others.
        expect(requestsOf(/^new .*permissions.notebooks/)).to.have.lengthOf(1);
        expect(requestsOf(/get-status/)).to.deep.equal([]);
    });

    it("are more if the service does not say the id of what was imported, or when it was changed", async () => {
        for (const [side, behavior] of [
            ["replacement", { importAnswer: "empty" }],
            ["old", { times: "files" }],
            ["replacement", { times: "files" }],
        ] as const) {
            world = await MigrationWorld.create();
            Object.assign(world[side].behavior, behavior);
            await world.old.seed({ "/Shared/n": seeds.notebook("x") });
            expect(await migrateContent(world.options())).to.deep.include({ complete: true, findings: [] });
            // What was compared when it was written counts only if the lists show that nothing has changed since.
            const isComparedTwice = side === "replacement" && "times" in behavior;
            expect(requestsOf(/^new .*export/)).to.have.lengthOf(isComparedTwice ? 2 : 1);
            expect(requestsOf(/^new GET .*permissions.notebooks/)).to.have.length.greaterThan(0);
        }
    });

    it("compare again what somebody has edited in the new workspace since it was written", async () => {
        await world.old.seed({ "/Shared/n": seeds.notebook("x") });
        runAt(/^new GET .*export/, /^new GET .*workspace.list/, () => edit("replacement", "/Shared/n", "theirs"));
        const { complete, findings } = await migrateContent(world.options());
        expect(complete).to.equal(false);
        expect(findings.map(({ path, kind }) => [path, kind])).to.deep.equal([["/Shared/n", "changed-in-target"]]);
    });

    for (const interactiveTimes of [true, false])
        it(`${interactiveTimes ? "never replace" : "cannot know"} what somebody edited in the browser, in lists without other times of notebooks`, async () => {
            Object.assign(world.replacement.behavior, { times: "files", interactiveTimes });
            await world.old.seed({ "/Shared/n": seeds.notebook("x") });
            runAt(/^new GET .*export/, /^new GET .*workspace.list/, () => {
                edit("old", "/Shared/n", "newer");
                edit("replacement", "/Shared/n", "theirs");
            });
            const { findings } = await migrateContent(world.options());
            expect(findings.map(({ kind }) => kind)).to.deep.equal(interactiveTimes ? ["changed-in-target"] : []);
            const text = String(await world.replacement.read("/Shared/n"));
            expect(text).to.contain(interactiveTimes ? "theirs" : "newer");
        });

    it("bring what was changed in the old workspace after it was compared", async () => {
        await world.old.seed({ "/Shared/n": seeds.notebook("x") });
        runAt(/^old GET .*export.*JUPYTER/, /^old GET .*permissions/, () => edit("old", "/Shared/n", "newer"));
        expect(await migrateContent(world.options())).to.deep.include({ complete: true, findings: [] });
        expect(String(await world.replacement.read("/Shared/n"))).to.contain("newer");
    });

    it("take away what the service gives others on a new object", async () => {
        await world.old.seed({ "/Shared/n": seeds.notebook("x"), "/Shared/m": seeds.notebook("y") });
        world.mishaps = ({ method, path }, _, to) =>
            to === "new" && method === "GET" && path.includes("/permissions/notebooks/") && isFirstRead()
                ? { kind: "body", body: () => othersHaveIt }
                : undefined;
        let reads = 0;
        const isFirstRead = () => ++reads <= 3;
        const othersHaveIt = JSON.stringify({
            access_control_list: [{ group_name: "data", all_permissions: [{ permission_level: "CAN_EDIT" }] }],
        });
        expect(await migrateContent(world.options())).to.deep.include({ complete: true, findings: [] });
        expect(requestsOf(/^new PUT .*permissions.notebooks/)).to.have.lengthOf(2);
    });

    it("ask again about principals that the new workspace did not know yet", async () => {
        world = await MigrationWorld.create();
        world.old.principals.addGroup("data");
        await world.old.seed({ "/Shared/n": seeds.notebook("x", shared) });
        runAt(/^new PUT .*permissions/, /^new GET .*workspace.list/, () =>
            world.replacement.principals.addGroup("data"),
        );
        expect(await migrateContent(world.options())).to.deep.include({ complete: true, findings: [] });
        expect(grants("/Shared/n")).to.deep.equal({ "group_name:data": "CAN_RUN" });
    });
});
