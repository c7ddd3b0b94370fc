import { expect } from "chai";

import { effectiveAccess, seeds } from "../../local-cloud";
import { failure, initError, type ReplacedContent, sceneOfEach } from "../helpers/replaced-content";

describe("a workspace that is replaced", () => {
    let cloud: ReplacedContent["cloud"];
    let old: ReplacedContent["old"];
    const { handlers, changed, existing, compare } = sceneOfEach((scene) => ({ cloud, old } = scene), {
        dekCacheMilliseconds: 0,
    });

    describe("has people", () => {
        beforeEach(() => {
            const { principals } = cloud.workspace(old.id);
            principals.addUser("ada@example.com");
            principals.addGroup("data", ["ada@example.com"]);
        });

        it("who belong to the new workspace, with their homes, before the old one goes", async () => {
            await cloud.workspace(old.id).seed({
                "/Users/ada@example.com/n": seeds.notebook("x", { permissions: { "group_name:data": "CAN_RUN" } }),
            });
            const before = effectiveAccess(cloud.workspace(old.id));
            const process = handlers();
            await compare(process, old, changed());
            const { id } = await process.workspace.create(changed());
            await process.workspace.delete(old.id, old.outs);
            expect(existing()).to.deep.equal([id]);
            expect(effectiveAccess(cloud.workspace(id))).to.deep.equal(before);
            expect((await cloud.workspace(id).read("/Users/ada@example.com/n"))?.toString()).to.equal("x");
        });

        it("of whom one is refused: it is named, both workspaces stay, and the next up goes on", async () => {
            const stop = cloud.inject({
                when: ({ method, path }) => method === "PUT" && path.includes("permissionassignments"),
                do: { kind: "status", status: 403, body: '{"error_code": "PERMISSION_DENIED", "message": "no"}' },
            });
            const process = handlers();
            await compare(process, old, changed());
            const error = await initError(process.workspace.create(changed()));
            expect(error.message).to.contain("the user ada@example.com [people]");
            expect(String(await failure(process.workspace.delete(old.id, old.outs)))).to.contain("is not deleted");
            expect(existing()).to.have.length(2);
            stop();
            const next = handlers();
            await next.workspace.update(error.id, { ...error.properties }, changed());
            await next.workspace.delete(old.id, old.outs);
            expect(existing()).to.deep.equal([error.id]);
        });

        it("whom somebody has taken out of the new workspace since: nobody brings them back", async () => {
            const first = handlers();
            await compare(first, old, changed());
            const made = await first.workspace.create(changed());
            const { principals } = cloud.workspace(made.id);
            principals.remove("ada@example.com");
            const next = handlers();
            await compare(next, { id: made.id, outs: made.outs ?? {} }, changed(), changed());
            const refused = String(await failure(next.workspace.delete(old.id, old.outs)));
            expect(refused).to.contain("the user ada@example.com [people]");
            expect(principals.assignments().some(({ principal }) => principal.name === "ada@example.com")).to.equal(
                false,
            );
        });

        it("who are left to another tool: then they do not keep the old workspace", async () => {
            for (const path of ["/Shared/etl", "/Shared/lib.py", "/Shared/empty"]) cloud.workspace(old.id).delete(path);
            const left = changed({ migrateContent: { people: false } });
            const process = handlers();
            await compare(process, old, left);
            const { id } = await process.workspace.create(left);
            await process.workspace.delete(old.id, old.outs);
            expect(existing()).to.deep.equal([id]);
            expect(Object.keys(effectiveAccess(cloud.workspace(id)))).to.have.length(1);
        });
    });

    it("stops at preview for the metastore of another region, and for the homes of those who have left", async () => {
        const { principals } = cloud.workspace(old.id);
        principals.addUser("gone@example.com");
        await cloud.workspace(old.id).seed({ "/Users/gone@example.com/n": seeds.notebook("x") });
        cloud.people.remove("gone@example.com");
        const asked = (migrateContent: unknown) => changed({ awsRegion: "us-west-2", migrateContent });
        const said = (accept: string[]) => failure(compare(handlers(), old, asked({ accept })));
        expect(String(await said(["former-home"])))
            .to.contain("the metastore ")
            .and.contain('["metastore"]');
        expect(String(await said(["metastore"]))).to.contain("1 home of users who have left the account");
        await compare(handlers(), old, asked({ accept: ["metastore"], formerHomes: "/Former homes" }));
    });
});
