import { expect } from "chai";

import { migrateContent } from "../../provider/migration/migration";
import { leftBehind } from "../../provider/migration/kinds/left-behind";
import { listWholeTree } from "../../provider/migration/tree-listing";
import type { WorkspaceClient } from "../../provider/migration/workspace-client";
import { seeds } from "../../local-cloud";
import { MigrationWorld } from "../helpers/migration-world";

describe("the whole tree of a workspace", () => {
    it("is empty where the service alone has put something there, whatever lies in the Trash of homes", async () => {
        const world = await MigrationWorld.create();
        world.old.principals.addUser("ada@example.com");
        await world.old.seed({ "/Users/ada@example.com/Trash/old": seeds.notebook("thrown away") });
        const { complete, reason, firstContent } = await listWholeTree(world.client("old"));
        expect({ complete, reason, firstContent }).to.deep.equal({
            complete: true,
            reason: undefined,
            firstContent: undefined,
        });
    });

    it("has as its first content the path that sorts first, a folder without anything in it included", async () => {
        const world = await MigrationWorld.create();
        await world.old.seed({ "/Shared/z": seeds.notebook("z"), "/Users/ada@example.com/n": seeds.notebook("n") });
        expect((await listWholeTree(world.client("old"))).firstContent).to.equal("/Shared/z");
        await world.client("old").makeFolder("/Shared/empty");
        expect((await listWholeTree(world.client("old"))).firstContent).to.equal("/Shared/empty");
    });

    it("is listed to the last page of each folder", async () => {
        const world = await MigrationWorld.create();
        world.old.behavior.listPage = 2;
        await world.old.seed({ "/zone/deep/deeper/last": seeds.notebook("last") });
        const first = await listWholeTree(world.client("old"));
        expect(first.firstContent).to.equal("/zone");
        await world.old.seed({ "/zone/deep/deeper/one more": seeds.notebook("more") });
        world.old.behavior.listPage = undefined;
        const later = await listWholeTree(world.client("old"));
        expect(later.digest).not.to.equal(first.digest);
        world.old.behavior.listPage = 1;
        expect((await listWholeTree(world.client("old"))).digest).to.equal(later.digest);
    });

    it("has the digest that a migration of it reports", async () => {
        const world = await MigrationWorld.create();
        await world.old.seed({
            "/Shared/a/b": seeds.notebook("b"),
            "/Users/gone@example.com/n": seeds.notebook("whose home is not in the new one"),
            "/Users/gone@example.com/Trash/old": seeds.notebook("thrown away"),
        });
        const { digest } = await migrateContent(world.options());
        expect((await listWholeTree(world.client("old"))).digest).to.equal(digest);
    });

    it("is not complete where a folder cannot be listed, or goes before it is opened", async () => {
        const world = await MigrationWorld.create();
        await world.old.seed({ "/Shared/a/b": seeds.notebook("b") });
        const lists = (path: string) => (request: { path: string }) =>
            request.path.includes(`list?path=${encodeURIComponent(path)}`);
        world.mishaps = (request) =>
            lists("/Shared/a")(request)
                ? { kind: "body", body: () => '{"error_code": "PERMISSION_DENIED", "message": "not for you"}' }
                : undefined;
        const denied = await listWholeTree(world.client("old"));
        expect(denied).to.include({ complete: false, firstContent: "/Shared/a" });
        expect(denied.reason).to.contain("not for you");
        world.mishaps = (request) => {
            if (lists("/Shared/a")(request)) world.old.delete("/Shared/a");
            return undefined;
        };
        const gone = await listWholeTree(world.client("old"));
        expect(gone.complete).to.equal(false);
        expect(gone.reason).to.contain("/Shared/a is listed, but there is no such folder");
    });

    it("is not complete for somebody who is not an admin, whom lists show only what they may use", async () => {
        const world = await MigrationWorld.create();
        world.old.principals.admins.delete("mover");
        const { complete, reason } = await listWholeTree(world.client("old"));
        expect(complete).to.equal(false);
        expect(reason).to.contain("not an admin");
    });

    it("is not complete where a page names one that was read already, one without a token, or another one without end", async () => {
        const world = await MigrationWorld.create();
        const listOf = async (page: (index: number) => Record<string, unknown>) => {
            let pages = 0;
            world.mishaps = ({ path }) =>
                path.includes("/workspace/list")
                    ? {
                          kind: "body",
                          body: (text) => JSON.stringify({ ...(JSON.parse(text) as object), ...page(pages++) }),
                      }
                    : undefined;
            return (await listWholeTree(world.client("old"))).reason;
        };
        expect(await listOf(() => ({ next_page_token: "1" }))).to.contain("names a page again");
        expect(await listOf((index) => ({ next_page_token: String(index % 3) }))).to.contain("names a page again");
        expect(await listOf(() => ({ has_more: true }))).to.contain("names no page that follows");
        expect(await listOf((index) => ({ next_page_token: String(index % 4000) }))).to.contain("has no end after");
    });
});

describe("what lives in a workspace beside its tree", () => {
    /** What each kind that is not copied has found. */
    async function othersIn(workspace: WorkspaceClient) {
        const looks = await Promise.all(
            leftBehind.map(async ({ name, look }) => ({
                kind: name,
                ...(await look?.({ content: workspace, id: "1" })),
            })),
        );
        return {
            found: looks.flatMap(({ kind, content, digest }) =>
                content === undefined ? [] : [{ kind, count: Number(digest) }],
            ),
            unlisted: looks.flatMap(({ kind, unlisted }) =>
                unlisted === undefined ? [] : [{ kind, reason: unlisted }],
            ),
        };
    }

    it("is nothing in a new one: its default policies and its starter warehouse are the service's", async () => {
        const world = await MigrationWorld.create();
        expect(world.old.others.clusterPolicies).not.to.deep.equal([]);
        expect(world.old.others.warehouses).not.to.deep.equal([]);
        expect(await othersIn(world.client("old"))).to.deep.equal({ found: [], unlisted: [] });
    });

    it("is counted by kind, on every page of its list, and a kind that cannot be listed is named with the reason", async () => {
        const world = await MigrationWorld.create();
        world.old.fill({
            jobs: Array.from({ length: 250 }, (_, index) => ({ job_id: index })),
            clusterPolicies: [{ policy_id: "mine", name: "mine" }],
        });
        world.mishaps = ({ path }) =>
            path.startsWith("/api/2.0/pipelines")
                ? { kind: "body", body: () => '{"error_code": "PERMISSION_DENIED", "message": "not for you"}' }
                : undefined;
        const { found, unlisted } = await othersIn(world.client("old"));
        expect(found).to.deep.equal([
            { kind: "jobs", count: 250 },
            { kind: "cluster-policies", count: 1 },
        ]);
        expect(unlisted.map(({ kind }) => kind)).to.deep.equal(["pipelines"]);
        expect(unlisted[0]?.reason).to.contain("not for you");
    });
});
