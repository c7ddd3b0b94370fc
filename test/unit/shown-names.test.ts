import { expect } from "chai";

import type { FaultTarget } from "../../local-cloud/faults";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { ReplacedStack } from "../helpers/replaced-stack";
import { waysOf } from "../helpers/sample";
import { fillWithEverything, linesOf } from "../helpers/some-of-everything";

const folder = (path: string) => ({ object_type: "DIRECTORY", path, object_id: path.length });

describe("a list of a workspace that leaves something out for good", () => {
    const scene = ReplacedStack.ofEach({
        workspaces: { identityFederation: "never", gitFolders: "cli-outside-repos" },
    });

    /** Each list of the old workspace at this path, from the one with this number on, has this body. */
    const lieAt = (
        path: string,
        from: number,
        body: object,
        isMeant: (request: FaultTarget) => boolean = () => true,
    ) => {
        let seen = 0;
        const isList = (request: FaultTarget) =>
            request.workspaceId === scene.old && request.path.endsWith(path) && isMeant(request);
        scene.stack.cloud.inject({
            when: (request) => isList(request) && ++seen >= from,
            do: { kind: "body", body: JSON.stringify(body) },
        });
        return () => expect(seen, `lists at ${path}`).to.be.at.least(from);
    };
    const lie = (path: string, from: number, objects: readonly object[]) =>
        lieAt("/workspace/list", from, { objects }, ({ query }) => query["path"] === path);
    const contentOf = (id: string) =>
        scene
            .tree(id)
            .tree()
            .map(({ path }) => path)
            .filter((path) => path.startsWith("/Shared/"));

    for (const from of [2, 3, 4])
        it(`loses nothing if it showed it before: from list ${from} on`, async () => {
            lie("/Shared", from, []);
            await expectOk(scene.to("b"));
            expect(scene.stack.workspaces()).to.deep.equal([scene.stack.id()]);
            expect(contentOf(scene.stack.id())).to.have.members(["/Shared/etl", "/Shared/lib.py", "/Shared/empty"]);
        });

    it("loses nothing if that is a folder that every workspace has", async () => {
        lie("/", 1, [folder("/Users"), folder("/Repos")]);
        await expectRefused(scene.stack.destroy(), "it holds content");
        expect(scene.stack.workspaces()).to.deep.equal([scene.old]);
        await expectOk(scene.to("b"));
        expect(contentOf(scene.stack.id())).to.have.members(["/Shared/etl", "/Shared/lib.py", "/Shared/empty"]);
    });

    const lists = [
        ["a secret scope", "/secrets/scopes/list", { scopes: [] }],
        ["a secret", "/secrets/list", {}],
        ["who may use a scope", "/secrets/acls/list", {}],
        ["a query", "/sql/queries", {}],
        ["an alert", "/alerts", {}],
        ["a dashboard's schedule", "/schedules", {}],
        ["a user without a home", "/scim/v2/Users", { totalResults: 0, Resources: [] }],
    ] as const;
    for (const [row, [what, path, body]] of lists.entries())
        for (const from of waysOf([2, 3], row))
            it(`loses nothing of what it showed before: ${what}, from list ${from} on`, async () => {
                const old = scene.tree();
                for (const path of ["/Shared/etl", "/Shared/lib.py", "/Shared/empty"]) old.delete(path);
                await fillWithEverything(scene.stack.cloud, scene.old);
                const before = await linesOf(scene.stack.cloud, scene.old);
                // Whoever is added gets a home.
                old.delete("/Users/ada@example.com");
                const requireTold = lieAt(path, from, body);
                await expectOk(scene.to("b"));
                scene.isReplaced();
                requireTold();
                expect(await linesOf(scene.stack.cloud, scene.stack.id())).to.deep.equal(before);
                expect(scene.tree(scene.stack.id()).principals.find("ada@example.com")).to.not.equal(undefined);
            });

    it("does not count a secret that the new workspace lists and does not give: it is named, and put there by the next up", async () => {
        await scene.tree().seedBeyondTree({ secretScopes: { etl: { secrets: { password: "p" } } } });
        const secrets = [{ key: "password", last_updated_timestamp: scene.stack.clock.now() + 3_600_000 }];
        let isDeleted = false;
        const isOfNew = ({ workspaceId, path }: FaultTarget, end: string) =>
            workspaceId !== undefined && workspaceId !== scene.old && path.endsWith(end);
        const { cloud } = scene.stack;
        cloud.inject({
            when: (request) => isOfNew(request, "/secrets/list") && isDeleted,
            do: { kind: "body", body: JSON.stringify({ secrets }) },
        });
        cloud.inject({
            when: (request) => isOfNew(request, "/secrets/put"),
            times: 1,
            do: {
                kind: "call",
                when: "after",
                run: async () => {
                    const [now = ""] = scene.stack.workspaces().filter((id) => id !== scene.old);
                    isDeleted = cloud.workspace(now).secrets.list()[0]?.secrets.delete("password") === true;
                },
            },
        });
        await expectRefused(scene.to("b"), "not all of its secrets are in the new workspace");
        scene.bothStay();
        await expectOk(scene.stack.up());
        scene.isReplaced();
        const { secretScopes } = await scene.tree(scene.stack.id()).beyondTree();
        expect(secretScopes["etl"]?.secrets).to.deep.equal({ password: "p" });
    });

    it("does not bring back what somebody puts in the trash between two lists, which the service still gives by its id", async () => {
        const sql = { parent_path: "/Shared", query_text: "select 1" };
        const alert = { ...sql, warehouse_id: "0123456789abcdef", evaluation: {}, schedule: {} };
        const old = scene.tree();
        await old.seedBeyondTree({
            queries: ["kept", "trashed"].map((display_name) => ({ ...sql, display_name })),
            alerts: [{ ...alert, display_name: "trashed" }],
        });
        scene.stack.cloud.inject({
            when: ({ method, path }) => method === "POST" && path.endsWith("/workspaces"),
            do: {
                kind: "call",
                when: "before",
                run: async () => {
                    old.queries.list()[1]!.isTrashed = true;
                    old.alerts.list()[0]!.isTrashed = true;
                },
            },
        });
        await expectOk(scene.to("b"));
        const { queries, alerts } = await scene.tree(scene.stack.id()).beyondTree();
        expect([queries.map(({ display_name }) => display_name), alerts]).to.deep.equal([["kept"], []]);
    });

    it("says nothing of what is deleted between two lists", async () => {
        scene.stack.cloud.inject({
            when: ({ method, path }) => method === "POST" && path.endsWith("/workspaces"),
            do: { kind: "call", when: "before", run: async () => scene.tree().delete("/Shared/empty") },
        });
        await expectOk(scene.to("b"));
        expect(contentOf(scene.stack.id())).to.have.members(["/Shared/etl", "/Shared/lib.py"]);
    });
});
