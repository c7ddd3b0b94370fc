import { expect } from "chai";
import fc from "fast-check";

import { systemClock } from "../../provider/api/clock";
import { describeInventory, takeInventory } from "../../provider/migration/inventory";
import { migrateContent, verifyContent } from "../../provider/migration/migration";
import { effectiveAccess, manyPeople, seeds } from "../../local-cloud";
import { CopyScene } from "../helpers/copy-scene";
import type { MoreOptions } from "../helpers/migration-world";
import { sampleOf } from "../helpers/sample";

describe("moving people between workspaces of the local cloud", () => {
    let scene: CopyScene;
    beforeEach(async () => {
        scene = await CopyScene.start();
    });
    afterEach(() => scene.cloud.stop());
    const options = (more: MoreOptions = {}, of = scene) => of.options({ ...of.people, ...more });
    /** Who can do what in both workspaces. */
    const access = (of = scene) => [effectiveAccess(of.old), effectiveAccess(of.replacement)] as const;

    it("brings everybody with what they may do, on every page of each list, and homes that come late", async () => {
        const { cloud, old, replacement } = scene;
        const seed = manyPeople({ users: 40, groups: 6, servicePrincipals: 5 });
        cloud.people.seed(seed);
        cloud.behavior.assignmentsPage = 7;
        cloud.people.page = 6;
        replacement.behavior.homeMilliseconds = 30_000;
        for (const name of [...(seed.users ?? []).slice(0, 20), ...(seed.servicePrincipals ?? []), "group-2"])
            old.principals.assign(name, "USER");
        old.principals.assign("person-0@example.com", "ADMIN");
        // In group-2, and not assigned by itself.
        old.principals.addUser("person-26@example.com");
        cloud.people.addGroup("group-2", ["person-26@example.com"]);
        const tree = Object.fromEntries(
            [0, 7, 19, 26].map((at) => [`/Users/person-${at}@example.com/n`, seeds.notebook(String(at))]),
        );
        await old.seed(tree);
        old.principals.setPermission(cloud.people.find("person-26@example.com")!, undefined);
        const report = await migrateContent(options());
        expect(report).to.deep.include({ complete: true, findings: [] });
        expect(report.equal).to.deep.include({ users: 20, groups: 1, servicePrincipals: 5, notebooks: 4 });
        const [before, after] = access();
        expect(after).to.deep.equal(before);
        expect(await verifyContent(options())).to.deep.include({ complete: true, findings: [] });
    });

    it("asks three times for each of them at most", async () => {
        const seed = manyPeople({ users: 120, groups: 4 });
        scene.cloud.people.seed(seed);
        for (const name of seed.users ?? []) scene.old.principals.assign(name, "USER");
        const begun = scene.cloud.requests.length;
        expect((await migrateContent(options())).complete).to.equal(true);
        const isAboutPeople = ({ path }: { path: string }) => /permissionassignments|scim|metastore/.test(path);
        expect(scene.cloud.requests.slice(begun).filter(isAboutPeople).length).to.be.lessThan(120 * 3);
    });

    it("brings the people of workspaces without identity federation, with their own groups", async () => {
        const { old, replacement } = scene;
        for (const { behavior } of [old, replacement]) behavior.identityFederation = "never";
        for (const name of ["ada", "bob", "eve"]) old.principals.addUser(`${name}@example.com`);
        old.principals.admins.add("eve@example.com");
        old.principals.addLocalGroup("inner", ["ada@example.com"]);
        old.principals.addLocalGroup("outer", ["inner", "bob@example.com"]);
        const outer = old.principals.find("outer", "group_name")!;
        old.principals.setEntitlements(outer, new Set(["allow-cluster-create"]));
        await old.seed({
            "/Users/ada@example.com/n": seeds.notebook("x", { permissions: { "group_name:outer": "CAN_RUN" } }),
        });
        const report = await migrateContent(options());
        expect(report.findings).to.deep.equal([]);
        const [before, after] = access();
        expect(after).to.deep.equal(before);
        const begun = scene.cloud.requests.length;
        const isWrite = ({ method, path }: { method: string; path: string }) =>
            method !== "GET" && !path.includes("/oidc/");
        expect((await migrateContent(options())).complete).to.equal(true);
        expect(scene.cloud.requests.slice(begun).filter(isWrite)).to.deep.equal([]);
    });

    it("gives a new workspace the metastore of the old one, with which its assignments begin to exist", async () => {
        const { cloud, old, replacement } = scene;
        const { metastores } = cloud.account;
        metastores.unassign(replacement.id);
        old.principals.addUser("ada@example.com");
        expect((await migrateContent(options())).complete).to.equal(true);
        expect(metastores.assignmentOf(replacement.id)?.metastore_id).to.equal(
            metastores.assignmentOf(old.id)?.metastore_id,
        );
        metastores.assign(old.id, "us-east-1", metastores.add("us-east-1", "another").metastore_id);
        expect((await verifyContent(options())).findings.map(({ kind }) => kind)).to.deep.equal(["metastore"]);
        expect((await migrateContent(options())).complete).to.equal(true);
        const elsewhere = await cloud.addWorkspace({ region: "us-west-2" });
        const report = await migrateContent(options({ to: scene.connect(elsewhere) }));
        expect(report.findings.map(({ kind }) => kind)).to.deep.equal(["metastore"]);
        expect(report.findings[0]?.reason).to.contain("us-west-2");
    });

    it("counts them for a preview, with the homes of those who have left", async () => {
        const { cloud, old } = scene;
        for (const name of ["ada", "bob", "gone"]) old.principals.addUser(`${name}@example.com`);
        old.principals.addGroup("data");
        await old.seed({ "/Users/gone@example.com/n": seeds.notebook("x") });
        cloud.people.remove("gone@example.com");
        const look = async (formerHomes?: string) => {
            const asked = { ...scene.people, formerHomes, id: old.id, time: 10_000 };
            return takeInventory(scene.connect(old), systemClock, asked).inventory;
        };
        cloud.clearRequests();
        const { stays, principals, moves } = await look();
        const lists = cloud.requests.filter(({ path }) => path.endsWith("/permissionassignments"));
        expect(lists).to.have.lengthOf(1);
        expect(moves).to.deep.include({ users: 2, groups: 1, notebooks: 1 });
        expect([stays.get("former-home")?.count, stays.get("former-home")?.isCertain]).to.deep.equal([1, true]);
        expect(principals).to.deep.equal([]);
        expect(describeInventory(await look("/Former homes"))).to.contain("2 users and 1 group move");
        const stop = cloud.inject({
            when: ({ path }) => path.includes("permissionassignments"),
            do: { kind: "status", status: 403, body: '{"error_code": "PERMISSION_DENIED", "message": "no admin"}' },
        });
        expect((await look()).stays.get("people")).to.deep.include({ isCertain: true });
        stop();
    });

    for (const federated of [true, false])
        it(`leaves both sides equal or names who differs, ${federated ? "with" : "without"} identity federation`, async () => {
            const name = fc.integer({ min: 0, max: 7 });
            const person = fc.record({
                name,
                isAdmin: fc.boolean(),
                hasLeft: fc.boolean(),
                isThere: fc.boolean(),
                hasHome: fc.boolean(),
            });
            const persons = fc.uniqueArray(person, { selector: (one) => one.name });
            const group = fc.record({
                name,
                members: fc.array(name),
                inside: fc.option(name),
                isAssigned: fc.boolean(),
            });
            const wrong = fc.array(fc.option(fc.constantFrom(403, 500), { nil: undefined, freq: 6 }), {
                maxLength: 30,
            });
            await fc.assert(
                fc.asyncProperty(
                    persons,
                    fc.array(group, { maxLength: 6 }),
                    wrong,
                    async (everybody, groups, mishaps) => {
                        const world = await CopyScene.start();
                        try {
                            await live(world, federated, everybody, groups);
                            let index = 0;
                            const stop = world.cloud.inject({
                                when: ({ method, path }) =>
                                    method !== "GET" &&
                                    /permissionassignments|scim/.test(path) &&
                                    mishaps[index++] !== undefined,
                                do: { kind: "status", status: 403, body: '{"error_code": "PERMISSION_DENIED"}' },
                            });
                            const accept = ["former-home", "no-home"];
                            const report = await migrateContent(options({ accept }, world));
                            stop();
                            judge(world, report.findings.filter(({ accepted }) => !accepted).length > 0);
                            const again = await migrateContent(options({ accept }, world));
                            expect(again.findings.filter(({ kind }) => kind === "people")).to.deep.equal([]);
                            judge(world, false);
                        } finally {
                            await world.cloud.stop();
                        }
                    },
                ),
                { numRuns: sampleOf(12) },
            );
        }).timeout(120_000);

    interface Person {
        readonly name: number;
        readonly isAdmin: boolean;
        readonly hasLeft: boolean;
        readonly isThere: boolean;
        readonly hasHome: boolean;
    }
    interface Group {
        readonly name: number;
        readonly members: readonly number[];
        readonly inside: number | null;
        readonly isAssigned: boolean;
    }

    async function live(
        { cloud, old, replacement }: CopyScene,
        federated: boolean,
        persons: readonly Person[],
        groups: readonly Group[],
    ): Promise<void> {
        for (const { behavior } of [old, replacement]) behavior.identityFederation = federated ? "always" : "never";
        const email = (at: number) => `p${at}@example.com`;
        for (const { name, isAdmin, hasHome } of persons) {
            old.principals.addUser(email(name));
            if (isAdmin) old.principals.admins.add(email(name));
            if (hasHome) await old.seed({ [`/Users/${email(name)}/n`]: seeds.notebook(String(name)) });
        }
        for (const { name, members, inside, isAssigned } of groups) {
            const known = members.map(email).filter((one) => cloud.people.find(one) !== undefined);
            if (!federated) {
                const own = known.filter((one) => old.principals.find(one) !== undefined);
                if (old.principals.find(`g${name}`, "group_name") === undefined)
                    old.principals.addLocalGroup(`g${name}`, own);
                continue;
            }
            cloud.people.addGroup(`g${name}`, known);
            if (inside !== null && inside > name)
                cloud.people.addGroup(`g${inside}`, []).members.add(cloud.people.find(`g${name}`, "group_name")!.id);
            if (isAssigned) old.principals.assign(`g${name}`, "USER");
        }
        for (const { name, isThere, hasLeft } of persons) {
            if (isThere) replacement.principals.addUser(email(name));
            if (hasLeft) cloud.people.remove(email(name));
        }
    }

    /** Nobody has gained anything, and what somebody lacks is named. */
    function judge(world: CopyScene, isNamed: boolean): void {
        const [before, after] = access(world);
        for (const [who, { permission, entitlements }] of Object.entries(before)) {
            const now = after[who];
            const isEqual =
                now !== undefined &&
                (permission === "USER" || now.permission === "ADMIN") &&
                entitlements.every((one) => now.entitlements.includes(one));
            expect(isEqual || isNamed, `${who} lacks something, and nothing says so`).to.equal(true);
        }
        for (const [who, now] of Object.entries(after)) {
            const was = before[who];
            expect(was, `${who} has come in`).not.to.equal(undefined);
            if (was?.permission === "USER") expect(now.permission, who).to.equal("USER");
            expect(
                now.groups.filter((one) => !was?.groups.includes(one)),
                who,
            ).to.deep.equal([]);
        }
    }
});
