import { expect } from "chai";

import { effectiveAccess, seeds } from "../../local-cloud";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { ReplacedStack } from "../helpers/replaced-stack";

const ADA = "ada@example.com";

// With groups in groups, without identity federation, and with faults: replaced-people-faults.test.ts.
describe("a workspace that is replaced", () => {
    const scene = ReplacedStack.ofEach({ dekCacheMilliseconds: 0 });
    beforeEach(() => {
        const { principals } = scene.tree();
        principals.addUser(ADA);
        principals.addGroup("data", [ADA]);
    });
    const refused = (method: string, message: string) =>
        scene.stack.cloud.inject({
            when: (request) => request.method === method && request.path.includes("permissionassignments"),
            do: { kind: "status", status: 403, body: JSON.stringify({ error_code: "PERMISSION_DENIED", message }) },
        });

    it("has people who belong to the new one, with their homes, before the old one goes", async () => {
        const home = `/Users/${ADA}/n`;
        const permissions = { "group_name:data": "CAN_RUN" };
        await scene.tree().seed({ [home]: seeds.notebook("x", { permissions }) });
        const before = effectiveAccess(scene.tree());
        await expectOk(scene.to("b"));
        scene.isReplaced();
        expect(effectiveAccess(scene.tree(scene.stack.id()))).to.deep.equal(before);
        expect(String(await scene.tree(scene.stack.id()).read(home))).to.equal("x");
    });

    it("has people of whom one is refused: it is named, both workspaces stay, and the next up goes on", async () => {
        const stop = refused("PUT", "no");
        await expectRefused(scene.to("b"), `the user ${ADA} [people]`);
        scene.bothStay();
        stop();
        await expectOk(scene.stack.up());
        scene.isReplaced();
    });

    it("has people whom an empty list of the account does not show: it stays", async () => {
        const stop = scene.stack.cloud.inject({
            when: ({ method, path }) =>
                method === "GET" && path.endsWith(`/workspaces/${scene.old}/permissionassignments`),
            do: { kind: "body", body: "{}" },
        });
        await expectRefused(scene.to("b"), `nobody is assigned to the workspace ${scene.old}`);
        scene.bothStay();
        stop();
        await expectOk(scene.stack.up());
        const { principals } = scene.tree(scene.stack.id());
        expect(principals.assignments().some(({ principal }) => principal.name === ADA)).to.equal(true);
    });

    it("has people whom somebody has taken out of the new one since: nobody brings them back", async () => {
        const { principals } = scene.tree(await scene.verified());
        principals.remove(ADA);
        await expectRefused(scene.stack.up(), `the user ${ADA} [people]`);
        expect(principals.assignments().some(({ principal }) => principal.name === ADA)).to.equal(false);
    });

    it("has people who are left to another tool: then they do not keep the old one", async () => {
        for (const path of ["/Shared/etl", "/Shared/lib.py", "/Shared/empty"]) scene.tree().delete(path);
        await expectOk(scene.to("b", { migrateContent: { people: false } }));
        scene.isReplaced();
        expect(Object.keys(effectiveAccess(scene.tree(scene.stack.id())))).to.have.length(1);
    });

    it("stays if the credential may not read who belongs to it: nothing is created", async () => {
        refused("GET", "not you");
        const words = "cannot read because it is not an admin of the account (not you)";
        await expectRefused(scene.to("b"), words, 'accept: ["people"]');
        expect(scene.stack.workspaces()).to.deep.equal([scene.old]);
    });

    it("stays for the metastore of another region, and for the homes of those who have left, until they are accepted", async () => {
        scene.tree().principals.addUser("gone@example.com");
        await scene.tree().seed({ "/Users/gone@example.com/n": seeds.notebook("x") });
        scene.stack.cloud.people.remove("gone@example.com");
        const to = (migrateContent: object) => scene.to(undefined, { awsRegion: "us-west-2", migrateContent });
        await expectRefused(to({ accept: ["former-home"] }), "the metastore ", '["metastore"]');
        await expectRefused(to({ accept: ["metastore"] }), "1 home of a user who has left the account");
        expect(scene.stack.workspaces()).to.deep.equal([scene.old]);
        await expectOk(to({ accept: ["metastore"], formerHomes: "/Former homes" }));
        scene.isReplaced();
    });
});
