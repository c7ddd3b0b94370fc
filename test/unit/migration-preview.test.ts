import { expect } from "chai";

import { type Clock, systemClock } from "../../provider/api/clock";
import { connectWorkspace } from "../../provider/migration/connection";
import { describeInventory, takeInventory } from "../../provider/migration/inventory";
import { migrateContent, planMigration, verifyContent } from "../../provider/migration/migration";
import { describeReport } from "../../provider/migration/report";
import { LocalCloud, type LocalWorkspace, seeds } from "../../local-cloud";
import { FakeClock } from "../helpers/environment";
import { credentialOf } from "../helpers/workspace-requests";

describe("a move that is looked at before it begins", () => {
    let cloud: LocalCloud;
    let old: LocalWorkspace;
    let replacement: LocalWorkspace;
    beforeEach(async () => {
        cloud = await LocalCloud.start();
        old = await cloud.addWorkspace();
        replacement = await cloud.addWorkspace();
    });
    afterEach(() => cloud.stop());

    const connect = (workspace: LocalWorkspace, clock: Clock = systemClock) =>
        connectWorkspace({
            host: cloud.workspaceUrl(workspace.id),
            credential: credentialOf(cloud),
            options: { retryTimeout: 60_000, requestTimeout: 20_000 },
            clock,
        });
    const options = (clock: Clock = systemClock) => ({
        from: connect(old, clock),
        to: connect(replacement, clock),
        clock,
    });

    it("has one number of folders for one move: in the preview, the plan, the copy and a verification", async () => {
        for (const workspace of [old, replacement]) workspace.principals.addUser("ada@example.com");
        // The home of somebody who kept nothing in it, and is not in the new workspace.
        old.principals.addUser("bob@example.com");
        await old.seed({
            "/Shared/etl/deep/n": seeds.notebook("x"),
            "/Users/ada@example.com/own/n": seeds.notebook("x"),
            "/Users/ada@example.com/empty": seeds.folder(),
        });
        const { moves: tree } = await takeInventory(connect(old), systemClock).inventory;
        const plan = await planMigration(options());
        const copy = await migrateContent(options());
        const verification = await verifyContent(options());
        const counts = { tree, planned: plan.written, copied: copy.written, found: copy.found, equal: copy.equal };
        for (const [name, { folders }] of Object.entries({ ...counts, verified: verification.equal }))
            expect(folders, name).to.equal(4);
    });

    describe("names who is missing in the new workspace", () => {
        beforeEach(async () => {
            old.principals.addUser("ada@example.com");
            for (const workspace of [old, replacement]) workspace.principals.addUser("bob@example.com");
            old.principals.addGroup("data");
            old.principals.addGroup("idle");
            await old.seed({
                "/Users/ada@example.com/n": seeds.notebook("x"),
                "/Shared/n": seeds.notebook("x", {
                    permissions: { "group_name:data": "CAN_RUN", "user_name:bob@example.com": "CAN_RUN" },
                }),
                "/Shared/folder": seeds.folder({ permissions: { "group_name:data": "CAN_RUN" } }),
            });
        });

        it("in a plan, which then copies nothing else than it said", async () => {
            const plan = await planMigration(options());
            expect(plan.findings.map(({ path, kind, principal }) => ({ path, kind, principal }))).to.deep.equal([
                { path: "/Shared/folder", kind: "unknown-principal", principal: "the group data" },
                { path: "/Shared/n", kind: "unknown-principal", principal: "the group data" },
                { path: "/Users/ada@example.com", kind: "no-home", principal: "the user ada@example.com" },
            ]);
            const line = "Assign to the new workspace: the group data, the user ada@example.com.";
            expect(describeReport(plan)).to.contain(line);
            const copy = await migrateContent(options());
            const found = ({ findings }: typeof copy) => findings.map(({ path, kind, reason }) => [path, kind, reason]);
            expect(found(copy)).to.deep.equal(found(plan));
            expect(describeReport(copy)).to.contain(line);
        });

        it("in a preview, which knows the old workspace alone", async () => {
            const inventory = await takeInventory(connect(old), systemClock).inventory;
            expect(describeInventory(inventory)).to.contain(
                "; assign to the new workspace: the group data, the group idle, the user ada@example.com, the user bob@example.com",
            );
        });

        it("of lists of several pages, and takes nobody for missing whose list is refused or stops before its end", async () => {
            for (let index = 0; index < 250; index++) replacement.principals.addGroup(`group ${index}`);
            replacement.principals.addGroup("data");
            replacement.principals.addUser("ADA@example.com");
            expect((await planMigration(options())).findings).to.deep.equal([]);
            replacement.principals.remove("data");
            for (const effect of [
                { kind: "status", status: 403, body: '{"error_code": "PERMISSION_DENIED", "message": "no"}' },
                { kind: "body", body: '{"totalResults": 2, "Resources": [{"id": "1", "displayName": "x"}]}' },
                { kind: "body", body: '{"totalResults": 2}' },
                { kind: "body", body: "[]" },
            ] as const) {
                const stop = cloud.inject({ when: ({ path }) => path.endsWith("/scim/v2/Groups"), do: effect });
                const said: string[] = [];
                const plan = await planMigration({
                    ...options(new FakeClock()),
                    onProgress: (line) => said.push(line),
                });
                stop();
                expect(plan.findings, JSON.stringify(effect)).to.deep.equal([]);
                expect(said.join()).to.contain("who belongs to the new workspace is not known");
            }
        });
    });
});
