import { expect } from "chai";

import { migrateContent, planMigration, verifyContent } from "../../provider/migration/migration";
import { effectiveAccess, seeds } from "../../local-cloud";
import { CopyScene } from "../helpers/copy-scene";

/** Permission assignments name neither a workspace's own groups nor entitlements, and permissions name a group by its name alone. */
describe("groups of a workspace whose people the account assigns", () => {
    let scene: CopyScene;
    beforeEach(async () => {
        scene = await CopyScene.start();
        for (const name of ["ada", "bob", "eve"]) scene.old.principals.addUser(`${name}@example.com`);
    });
    afterEach(() => scene.cloud.stop());
    const options = () => scene.options({ ...scene.people });
    const found = async () => {
        const { complete, findings } = await migrateContent(options());
        expect(complete).to.equal(findings.length === 0);
        return findings.map(({ kind, path }) => `${kind} ${path}`).sort();
    };
    /** A group of the old workspace alone, and one of the account with other members and its name, which the new one has. */
    const sameName = () => {
        const { old, replacement, cloud } = scene;
        old.principals.addLocalGroup("data", ["ada@example.com"]);
        cloud.people.addGroup("data", ["eve@example.com"]);
        replacement.principals.assign("data", "USER");
    };

    it("come along if they are the workspace's own, with members and entitlements", async () => {
        const { old, replacement } = scene;
        old.principals.addLocalGroup("inner", ["ada@example.com"]);
        old.principals.addLocalGroup("outer", ["inner", "bob@example.com"]);
        old.principals.setEntitlements(old.principals.find("outer", "group_name")!, new Set(["allow-cluster-create"]));
        const tree = { "/Shared/n": seeds.notebook("x", { permissions: { "group_name:outer": "CAN_RUN" } }) };
        await old.seed(tree);
        expect(await found()).to.deep.equal([]);
        expect(effectiveAccess(replacement)).to.deep.equal(effectiveAccess(old));
        expect(await verifyContent(options())).to.deep.include({ complete: true });
        expect((await replacement.snapshot()).find(({ path }) => path === "/Shared/n")).to.deep.include({
            permissions: { "group_name:outer": "CAN_RUN" },
        });
    });

    it("are entitled to what they were, as users and the groups of every workspace are", async () => {
        const { old, replacement, cloud } = scene;
        old.principals.addGroup("data", ["bob@example.com"]);
        const entitle = (name: string, entitlement: string) =>
            old.principals.setEntitlements(
                cloud.people.find(name) ?? old.principals.find(name, "group_name")!,
                new Set([entitlement]),
            );
        entitle("ada@example.com", "allow-cluster-create");
        entitle("data", "allow-instance-pool-create");
        expect(await found()).to.deep.equal([]);
        expect(effectiveAccess(replacement)).to.deep.equal(effectiveAccess(old));
    });

    it("are named if the new workspace has a group of the account by their name, which is given nothing of theirs", async () => {
        const { old, replacement } = scene;
        sameName();
        await old.seed({ "/Shared/n": seeds.notebook("x", { permissions: { "group_name:data": "CAN_MANAGE" } }) });
        await old.seedBeyondTree({ secretScopes: { etl: { acls: { data: "READ" }, secrets: { password: "p" } } } });
        const plan = await planMigration(options());
        expect(plan.findings.map(({ kind }) => kind)).to.include.members(["people", "unknown-principal"]);
        expect(await found()).to.deep.equal([
            "people members of the group data",
            "people the group data",
            "secret-scopes secret scope etl",
            "unknown-principal /Shared/n",
        ]);
        const tree = await replacement.snapshot();
        expect(tree.find(({ path }) => path === "/Shared/n")?.permissions ?? {}).to.deep.equal({});
        const { secretScopes } = await replacement.beyondTree();
        expect(secretScopes?.["etl"]?.acls ?? {}).to.not.have.property("data");
    });
});
