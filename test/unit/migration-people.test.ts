import { expect } from "chai";

import {
    migrateContent,
    type MigrationOptions,
    planMigration,
    verifyContent,
} from "../../provider/migration/migration";
import { describeReport } from "../../provider/migration/report";
import { seeds } from "../../local-cloud";
import type { MoreOptions } from "../helpers/migration-world";
import { PeopleWorld } from "../helpers/people-world";

describe("the people of a workspace that is replaced", () => {
    let people: PeopleWorld;
    beforeEach(async () => {
        people = await PeopleWorld.create();
    });
    const options = (more: MoreOptions = {}): MigrationOptions => people.options(more);
    const kindsOf = ({ findings }: { findings: readonly { kind: string }[] }) => findings.map(({ kind }) => kind);
    const notebook = (path: string) => people.world.replacement.read(path).then((bytes) => bytes?.toString());

    it("belong to the new one with what they may do, before their homes and permissions are copied", async () => {
        const [ada, data, robot] = [
            people.add("user_name", "ada@example.com"),
            people.add("group_name", "data"),
            people.add("service_principal_name", "11111111-2222-3333-4444-555555555555"),
        ];
        people.assignOld(ada, "ADMIN");
        people.assignOld(data, "USER");
        people.assignOld(robot, "USER");
        await people.world.old.seed({
            "/Users/ada@example.com/n": seeds.notebook("x", { permissions: { "group_name:data": "CAN_RUN" } }),
        });
        people.homesAfter = 20_000;
        const report = await migrateContent(options());
        expect(report).to.deep.include({ complete: true, findings: [] });
        expect(report.equal).to.deep.include({ users: 1, groups: 1, servicePrincipals: 1, notebooks: 1 });
        expect(report.written).to.deep.include({ users: 1, groups: 1, servicePrincipals: 1 });
        expect(people.effective("new")).to.deep.equal(people.effective("old"));
        expect(describeReport(report)).to.contain("1 user, 1 group and 1 service principal");
        people.writes.length = 0;
        expect(await migrateContent(options())).to.deep.include({ complete: true });
        expect(people.writes).to.deep.equal([]);
    });

    it("keep what they have beside that in the new one", async () => {
        const [ada, bob] = [people.add("user_name", "ada@example.com"), people.add("user_name", "bob@example.com")];
        people.assignOld(ada, "USER");
        people.now.assignments.set(ada.id, ["ADMIN"]);
        people.now.assignments.set(bob.id, ["USER"]);
        expect(await migrateContent(options())).to.deep.include({ complete: true });
        expect(people.writes).to.deep.equal([]);
    });

    it("are left to other tools if the program says so", async () => {
        people.assignOld(people.add("user_name", "ada@example.com"), "USER");
        await people.world.old.seed({ "/Users/ada@example.com/n": seeds.notebook("x") });
        expect(kindsOf(await migrateContent(options({ people: false })))).to.deep.equal(["no-home"]);
        expect(people.writes).to.deep.equal([]);
    });

    it("are named if the account refuses one of them, and the others come", async () => {
        for (const name of ["ada", "bob"]) people.assignOld(people.add("user_name", `${name}@example.com`), "USER");
        people.refused.add("assign ada");
        const report = await migrateContent(options());
        expect(report.findings.map(({ kind, principal }) => [kind, principal])).to.deep.equal([
            ["people", "the user ada@example.com"],
        ]);
        expect(people.writes).to.deep.equal(["new assign bob@example.com USER"]);
        expect((await migrateContent(options({ accept: ["people"] }))).complete).to.equal(true);
    });

    it("are not added again to a new one out of which somebody took them, after everything was verified", async () => {
        const ada = people.add("user_name", "ada@example.com");
        people.assignOld(ada, "USER");
        const settled = { at: people.world.clock.time, digest: undefined };
        const report = await migrateContent(options({ settled }));
        expect(kindsOf(report)).to.deep.equal(["people"]);
        expect(people.writes).to.deep.equal([]);
    });

    it("are compared by a verification and named by a plan, which write nothing", async () => {
        people.assignOld(people.add("user_name", "ada@example.com"), "USER");
        expect((await planMigration(options())).written).to.deep.include({ users: 1 });
        expect((await verifyContent(options())).findings).to.have.length(1);
        expect(people.writes).to.deep.equal([]);
        await migrateContent(options());
        expect(await verifyContent(options())).to.deep.include({ complete: true });
    });

    it("wait for a new workspace to which the account has no assignments yet", async () => {
        people.assignOld(people.add("user_name", "ada@example.com"), "USER");
        people.now.unavailable = 5;
        const said = new Set<string>();
        const report = await migrateContent(options({ onProgress: (line) => said.add(line) }));
        expect(report.complete).to.equal(true);
        expect([...said].join()).to.contain("waiting until the new workspace takes assignments");
    });

    it("are a finding if the new workspace never has assignments, and the old one has", async () => {
        people.assignOld(people.add("user_name", "ada@example.com"), "USER");
        people.now.unavailable = Number.POSITIVE_INFINITY;
        const began = people.world.clock.time;
        const report = await migrateContent(options());
        expect(kindsOf(report)).to.deep.equal(["people"]);
        expect(report.findings[0]?.reason).to.contain("no permission assignments");
        expect(people.world.clock.time - began).to.be.within(600_000, 700_000);
    });

    it("get a home if they belong to both workspaces through a group alone, and nobody else does", async () => {
        const [ada, bob, data, all, other] = [
            people.add("user_name", "ada@example.com"),
            people.add("user_name", "bob@example.com"),
            people.add("group_name", "data"),
            people.add("group_name", "all"),
            people.add("group_name", "other"),
        ];
        people.groups.set(all.id, new Set([data.id]));
        people.groups.set(data.id, new Set([ada.id]));
        people.groups.set(other.id, new Set([bob.id]));
        people.assignOld(all, "USER");
        // Somebody has assigned it to the new workspace alone.
        people.now.assignments.set(other.id, ["USER"]);
        for (const name of ["ada", "bob"]) people.world.old.principals.addUser(`${name}@example.com`);
        await people.world.old.seed({
            "/Users/ada@example.com/n": seeds.notebook("ada"),
            "/Users/bob@example.com/n": seeds.notebook("bob"),
        });
        const report = await migrateContent(options());
        expect(report.findings.map(({ kind, path }) => [kind, path])).to.deep.equal([
            ["no-home", "/Users/bob@example.com"],
        ]);
        expect(people.writes.filter((one) => one.includes(" add "))).to.deep.equal(["new add ada@example.com"]);
        expect(await notebook("/Users/ada@example.com/n")).to.equal("ada");
    });

    it("find their home in the new workspace if it shows their name in lower case", async () => {
        const ada = people.add("user_name", "ada@example.com");
        people.assignOld(ada, "USER");
        const home = { path: "/Users/Ada@Example.com", type: "DIRECTORY" as const, protection: "deletion" as const };
        await people.world.old.seed({ "/Users/ada@example.com/n": seeds.notebook("x") });
        const from = Object.assign(people.client("old"), {});
        const list = from.list.bind(from);
        const exported = from.exportUpTo.bind(from);
        const raised = (path: string) => path.replace("/Users/ada@example.com", home.path);
        const lowered = (path: string) => path.replace(home.path, "/Users/ada@example.com");
        Object.assign(from, {
            list: async (path: string) =>
                (await list(lowered(path)))?.map((one) => ({ ...one, path: raised(one.path) })),
            exportUpTo: (object: { path: string }, ...rest: ["DBC", number]) =>
                exported({ ...object, path: lowered(object.path) } as Parameters<typeof exported>[0], ...rest),
        });
        expect(await migrateContent(options({ from }))).to.deep.include({ complete: true, findings: [] });
        expect(await notebook("/Users/ada@example.com/n")).to.equal("x");
    });

    describe("who have left the account", () => {
        beforeEach(async () => {
            people.world.old.principals.addUser("gone@example.com");
            await people.world.old.seed({
                "/Users/gone@example.com/a/n": seeds.notebook("x"),
                "/Users/gone@example.com/f": seeds.file("y", { permissions: { "group_name:users": "CAN_READ" } }),
            });
        });

        it("leave a home that is a finding, with the number of objects in it", async () => {
            for (const run of [migrateContent, planMigration, verifyContent]) {
                const report = await run(options());
                expect(kindsOf(report)).to.deep.equal(["former-home"]);
                expect(report.findings[0]?.reason).to.contain("2 objects below it");
            }
            expect((await migrateContent(options({ accept: ["former-home"] }))).complete).to.equal(true);
        });

        it("leave a home that goes into a folder which admins alone see", async () => {
            const formerHomes = "/Former homes";
            expect((await planMigration(options({ formerHomes }))).findings).to.deep.equal([]);
            const requests = people.world.requests;
            const report = await migrateContent(options({ formerHomes }));
            expect(report).to.deep.include({ complete: true, findings: [] });
            expect(await notebook("/Former homes/gone@example.com/a/n")).to.equal("x");
            const [folder, ...below] = people.world.replacement
                .tree()
                .filter(({ path }) => path.startsWith(formerHomes));
            expect(folder?.permissions).to.deep.equal({ "group_name:admins": "CAN_MANAGE" });
            expect(below).to.have.length(4);
            // The service gives what somebody makes to whoever makes it.
            for (const { permissions } of below)
                expect(Object.keys(permissions).filter((name) => !name.endsWith(":mover"))).to.deep.equal([]);
            const first = (part: string) => requests.findIndex((one) => one.startsWith("new") && one.includes(part));
            expect(first("PUT /api/2.0/permissions")).to.be.lessThan(first("workspace/import"));
            expect(await verifyContent(options({ formerHomes }))).to.deep.include({ complete: true });
            expect(kindsOf(await verifyContent(options()))).to.deep.equal(["former-home"]);
        });

        it("leave a home that is not moved into a folder which others use", async () => {
            const formerHomes = "/Shared/former";
            await people.world.replacement.seed({ "/Shared/former/n": seeds.notebook("theirs") });
            const report = await migrateContent(options({ formerHomes }));
            expect(kindsOf(report)).to.deep.equal(["former-home"]);
            expect(report.findings[0]?.reason).to.contain("users may use it");
            expect(await notebook("/Shared/former/gone@example.com/a/n")).to.equal(undefined);
        });

        it("leave a home that a run cut off between the folder and its permissions has not opened to anybody", async () => {
            await people.client("new").makeFolder("/Former homes");
            expect((await migrateContent(options({ formerHomes: "/Former homes" }))).complete).to.equal(true);
            const folder = people.world.replacement.tree().find(({ path }) => path === "/Former homes");
            expect(folder?.permissions).to.deep.equal({ "group_name:admins": "CAN_MANAGE" });
        });
    });

    describe("in a workspace without identity federation", () => {
        beforeEach(() => {
            people.old.unavailable = Number.POSITIVE_INFINITY;
            people.now.unavailable = Number.POSITIVE_INFINITY;
            for (const side of ["old", "new"] as const) people.addOwn(side, "group_name", "admins");
        });
        const named = (side: "old" | "new") => {
            const { own } = people.members(side);
            const nameOf = (id: string) => own.find((one) => one.id === id)?.name ?? "nobody";
            return own
                .map(({ name, entitlements, members }) => [name, [...entitlements].sort(), members.map(nameOf).sort()])
                .sort();
        };

        it("come with their groups, nesting and entitlements", async () => {
            const ada = people.addOwn("old", "user_name", "ada@example.com", { entitlements: ["workspace-access"] });
            const data = people.addOwn("old", "group_name", "data", { members: [ada.id] });
            people.addOwn("old", "group_name", "all", { members: [data.id], entitlements: ["allow-cluster-create"] });
            const [admins] = people.old.own;
            people.old.own[0] = { ...admins!, members: [ada.id] };
            const report = await migrateContent(options());
            expect(report).to.deep.include({ complete: true, findings: [] });
            expect(named("new")).to.deep.equal(named("old"));
            people.writes.length = 0;
            expect((await migrateContent(options())).complete).to.equal(true);
            expect(people.writes).to.deep.equal([]);
        });

        it("are not added to a group that grants more access in the new workspace", async () => {
            const ada = people.addOwn("old", "user_name", "ada@example.com");
            people.addOwn("old", "group_name", "data", { members: [ada.id] });
            people.addOwn("new", "group_name", "data", { id: "d" });
            people.addOwn("new", "group_name", "rich", { members: ["d"], entitlements: ["allow-cluster-create"] });
            const report = await migrateContent(options());
            expect(kindsOf(report)).to.deep.equal(["people"]);
            expect(report.findings[0]?.reason).to.contain("entitlement:allow-cluster-create");
            expect(people.now.own.find(({ name }) => name === "data")?.members).to.deep.equal([]);
        });

        it("stay out of the new one if they are deactivated in the old one", async () => {
            const eve = people.addOwn("old", "user_name", "eve@example.com", { isActive: false });
            people.addOwn("old", "group_name", "data", { members: [eve.id] });
            const report = await migrateContent(options());
            expect(report.findings.map(({ path, reason }) => [path, reason.includes("deactivated")])).to.deep.equal([
                ["the user eve@example.com", true],
            ]);
            expect(people.writes).to.deep.equal(["new add data"]);
        });
    });

    describe("see the tables of", () => {
        it("the metastore that the old workspace has", async () => {
            people.old.metastore = { metastoreId: "m1", defaultCatalog: "main" };
            expect((await migrateContent(options())).complete).to.equal(true);
            people.now.metastore = { metastoreId: "m2" };
            expect(kindsOf(await verifyContent(options()))).to.deep.equal(["metastore"]);
            expect((await migrateContent(options())).complete).to.equal(true);
            expect(people.writes).to.deep.equal(["metastore m1 assigned", "metastore m1 changed"]);
            expect(people.now.metastore).to.deep.equal(people.old.metastore);
        });

        it("another one, which is a finding, if the service refuses that of the old workspace", async () => {
            people.old.metastore = { metastoreId: "m1" };
            people.refused.add("metastore");
            const report = await migrateContent(options());
            expect(kindsOf(report)).to.deep.equal(["metastore"]);
            expect(report.findings[0]?.reason).to.contain("not for you");
        });

        it("their own one in a workspace that was in use before", async () => {
            people.old.metastore = { metastoreId: "m1" };
            people.now.metastore = { metastoreId: "m2" };
            expect(kindsOf(await migrateContent(options({ inUseSince: 0 })))).to.deep.equal(["metastore"]);
            expect(people.writes).to.deep.equal([]);
        });
    });
});
