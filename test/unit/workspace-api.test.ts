import { expect } from "chai";

import { seeds } from "../../local-cloud";
import { type WorkspaceScene, workspaceOfEach, workspaceRequests } from "../helpers/workspace-requests";

describe("the local cloud's workspace API: who may, and what goes wrong", () => {
    let { cloud, workspace, send } = {} as WorkspaceScene;
    const scene = workspaceOfEach((begun) => ({ cloud, workspace, send } = begun));

    const list = (path = "/Shared") => send("GET", `/api/2.0/workspace/list?path=${encodeURIComponent(path)}`);
    const idOf = (path: string) => workspace.nodes.find(path)?.id ?? "";
    const rejection = (promise: Promise<unknown>) =>
        promise.then(
            () => "answered",
            (error: NodeJS.ErrnoException) => error.code,
        );

    describe("permissions", () => {
        const kinds = { notebooks: "/Shared/f/n", directories: "/Shared/f", files: "/Shared/f/file" };
        beforeEach(async () => {
            await workspace.seed({ "/Shared/f/n": seeds.notebook("x"), "/Shared/f/file": seeds.file("x") });
            workspace.principals.addGroup("data");
            workspace.principals.addUser("ada@example.com");
        });
        const permissions = (collection: keyof typeof kinds) =>
            `/api/2.0/permissions/${collection}/${idOf(kinds[collection])}`;
        const set = (method: string, list: object[], collection: keyof typeof kinds = "notebooks") =>
            send(method, permissions(collection), { access_control_list: list });

        it("PUT replaces direct permissions, PATCH adds to them, and inherited ones stay", async () => {
            await set("PUT", [{ group_name: "data", permission_level: "CAN_EDIT" }]);
            await set("PATCH", [{ user_name: "ada@example.com", permission_level: "CAN_READ" }]);
            const { json } = await send("GET", permissions("notebooks"));
            expect(json).to.include({ object_type: "notebook", object_id: `/notebooks/${idOf("/Shared/f/n")}` });
            const lists = json["access_control_list"] as {
                group_name?: string;
                user_name?: string;
                all_permissions: object[];
            }[];
            const direct = [{ permission_level: "CAN_EDIT", inherited: false }];
            expect(lists.find(({ group_name }) => group_name === "data")?.all_permissions).to.deep.equal(direct);
            expect(lists.find(({ user_name }) => user_name === "ada@example.com")).to.not.equal(undefined);
            expect(lists.find(({ group_name }) => group_name === "users")?.all_permissions).to.deep.equal([
                {
                    permission_level: "CAN_MANAGE",
                    inherited: true,
                    inherited_from_object: [`/directories/${idOf("/Shared")}`],
                },
            ]);
            await set("PUT", []);
            expect(workspace.tree().find(({ path }) => path === "/Shared/f/n")?.permissions).to.deep.equal({});
        });

        it("serves every kind of object under its own name alone", async () => {
            for (const collection of Object.keys(kinds) as (keyof typeof kinds)[]) {
                const { status } = await set("PUT", [{ group_name: "data", permission_level: "CAN_RUN" }], collection);
                expect(status, collection).to.equal(200);
            }
            expect((await send("GET", `/api/2.0/permissions/files/${idOf("/Shared/f/n")}`)).status).to.equal(404);
        });

        it("serves a dashboard under its resource id of 32 digits, which lists show, and not under its object id", async () => {
            await workspace.seed({ "/Shared/f/d.lvdash.json": seeds.dashboard("{}") });
            const { json } = await send("GET", "/api/2.0/workspace/get-status?path=/Shared/f/d.lvdash.json");
            const { object_id, resource_id } = json;
            expect(resource_id).to.match(/^[0-9a-f]{32}$/);
            const statusOf = async (id: unknown) =>
                (await send("GET", `/api/2.0/permissions/dashboards/${String(id)}`)).status;
            expect([await statusOf(resource_id), await statusOf(object_id)]).to.deep.equal([200, 404]);
        });

        it("refuses principals that it does not know, by name, and then changes nothing", async () => {
            const { status, json } = await set("PUT", [
                { group_name: "data", permission_level: "CAN_READ" },
                { user_name: "eve@example.com", permission_level: "CAN_READ" },
            ]);
            expect([status, json["error_code"]]).to.deep.equal([400, "RESOURCE_DOES_NOT_EXIST"]);
            expect(json["message"]).to.equal("Principal: UserName(eve@example.com) does not exist");
            expect(workspace.tree().find(({ path }) => path === "/Shared/f/n")?.permissions).to.deep.equal({});
        });

        it("PUT without a list removes the direct ones, as Terraform's provider asks for it, and PATCH needs one", async () => {
            await set("PUT", [{ group_name: "data", permission_level: "CAN_EDIT" }]);
            expect((await send("PUT", permissions("notebooks"), {})).status).to.equal(200);
            expect(workspace.tree().find(({ path }) => path === "/Shared/f/n")?.permissions).to.deep.equal({});
            expect((await send("PATCH", permissions("notebooks"), {})).status).to.equal(400);
        });

        it("refuses levels that it does not know, and changes to the workspace's own folders", async () => {
            expect((await set("PUT", [{ group_name: "data", permission_level: "CAN_FLY" }])).status).to.equal(400);
            const shared = await send("PUT", `/api/2.0/permissions/directories/${idOf("/Shared")}`, {
                access_control_list: [],
            });
            expect(shared.status).to.equal(400);
        });

        it("gives who imports an object its management", async () => {
            await send("POST", "/api/2.0/workspace/mkdirs", { path: "/made" });
            expect(workspace.tree().find(({ path }) => path === "/made")?.permissions).to.deep.equal({
                [`service_principal_name:${cloud.clientId}`]: "CAN_MANAGE",
            });
        });
    });

    it("lets only principals in that belong to the workspace, and says who one is", async () => {
        const { json } = await send("GET", "/api/2.0/preview/scim/v2/Me");
        expect(json).to.include({ userName: cloud.clientId, active: true });
        workspace.principals.remove(cloud.clientId);
        expect((await list()).status).to.equal(403);
        const anonymous = await send("GET", "/api/2.0/workspace/list?path=/", undefined, { authorization: "" });
        expect(anonymous.status).to.equal(401);
    });

    it("lists, finds and adds principals by SCIM", async () => {
        const users = "/api/2.0/preview/scim/v2/Users";
        expect((await send("POST", users, { userName: "ada@example.com" })).status).to.equal(201);
        const found = await send("GET", `${users}?filter=${encodeURIComponent('userName eq "ada@example.com"')}`);
        expect(found.json["totalResults"]).to.equal(1);
        expect(workspace.tree().map(({ path }) => path)).to.include("/Users/ada@example.com");
    });

    it("lists what else lives in it as a test fills it, jobs page by page", async () => {
        expect((await send("GET", "/api/2.1/jobs/list")).json).to.deep.equal({ has_more: false });
        workspace.fill({ jobs: Array.from({ length: 45 }, (_, job_id) => ({ job_id })), warehouses: [{ id: "w" }] });
        const pages: unknown[] = [];
        for (let token: unknown = "0"; token !== undefined;) {
            const { json } = await send("GET", `/api/2.1/jobs/list?limit=20&page_token=${String(token)}`);
            pages.push((json["jobs"] as unknown[]).length);
            expect(json["has_more"]).to.equal(json["next_page_token"] !== undefined);
            token = json["next_page_token"];
        }
        expect(pages).to.deep.equal([20, 20, 5]);
        expect((await send("GET", "/api/2.0/sql/warehouses")).json).to.deep.equal({
            warehouses: [...workspace.others.warehouses],
        });
        for (const path of ["clusters/list", "instance-pools/list", "policies/clusters/list", "secrets/scopes/list"])
            expect((await send("GET", `/api/2.0/${path}`)).status, path).to.equal(200);
        for (const path of [
            "pipelines",
            "mlflow/experiments/search",
            "sql/queries",
            "token-management/tokens",
            "repos",
        ])
            expect((await send("GET", `/api/2.0/${path}`)).status, path).to.equal(200);
        expect((await send("GET", "/api/2.0/none")).json["error_code"]).to.equal("ENDPOINT_NOT_FOUND");
    });

    it("refuses everything when the key is disabled and the cache's interval is over, not before, and takes it back", async () => {
        await workspace.import("/Shared/n", seeds.notebook("x"));
        const everything = [
            ["GET", "/api/2.0/workspace/list?path=/Shared"],
            ["GET", "/api/2.0/workspace/get-status?path=/Shared/n"],
            ["GET", "/api/2.0/workspace/export?path=/Shared/n"],
            ["GET", `/api/2.0/permissions/notebooks/${idOf("/Shared/n")}`],
            ["GET", "/api/2.1/jobs/list"],
            ["POST", "/api/2.0/workspace/mkdirs", { path: "/Shared/m" }],
        ] as const;
        const codes = async () => {
            const found = new Set<unknown>();
            for (const [method, path, body] of everything)
                found.add((await send(method, path, body)).json["error_code"]);
            return [...found];
        };
        const owner = { principalArn: "arn:aws:iam::123456789012:root", region: "us-east-1" };
        const keyArn = cloud.kms.keys()[0]?.arn;
        const before = cloud.workspaces.kmsCalls;
        expect(await codes()).to.deep.equal([undefined]);
        cloud.kms.call("DisableKey", { KeyId: keyArn }, owner);
        scene.now += 59_999;
        expect(await codes()).to.deep.equal([undefined]);
        expect(cloud.workspaces.kmsCalls).to.equal(before);
        scene.now += 2;
        expect(await codes()).to.deep.equal(["CUSTOMER_MANAGED_KEY_INACCESSIBLE"]);
        cloud.kms.call("EnableKey", { KeyId: keyArn }, owner);
        expect(await codes()).to.deep.equal([undefined]);
    });

    it("answers 429 with Retry-After beyond its limit, and as often as it is told to", async () => {
        workspace.behavior.requestsPerSecond = 2;
        const statuses = [await list(), await list(), await list()].map(({ status }) => status);
        expect(statuses).to.deep.equal([200, 200, 429]);
        scene.now += 1001;
        expect((await list()).status).to.equal(200);
        workspace.behavior.requestsPerSecond = undefined;
        workspace.throttleNext(1, 7);
        const refused = await list();
        expect([refused.status, refused.headers["retry-after"]]).to.deep.equal([429, "7"]);
        expect((await list()).status).to.equal(200);
    });

    it("limits each endpoint by itself, when told to", async () => {
        workspace.behavior.requestsPerSecond = { export: 1 };
        await workspace.import("/n", seeds.notebook("x"));
        const read = async () => (await send("GET", "/api/2.0/workspace/export?path=/n")).status;
        expect([await read(), await read(), (await list()).status, (await list()).status]).to.deep.equal([
            200, 429, 200, 200,
        ]);
    });

    it("does not answer for a time although it is RUNNING, when told to", async () => {
        workspace.behavior.reachableAfterMilliseconds = 120_000;
        expect(await rejection(list())).to.equal("ECONNRESET");
        scene.now += 120_001;
        expect((await list()).status).to.equal(200);
    });

    it("keeps out who may not reach its host: a page for a forbidden address, no answer behind a private link", async () => {
        workspace.behavior.frontEnd = "forbidden";
        const { status, headers, bytes } = await list();
        expect([status, headers["content-type"]]).to.deep.equal([403, "text/html"]);
        expect(bytes.toString()).to.contain("<html>");
        workspace.behavior.frontEnd = "unreachable";
        expect(await rejection(list())).to.equal("ECONNRESET");
    });

    describe("faults", () => {
        const mkdirs = (path: string) => send("POST", "/api/2.0/workspace/mkdirs", { path });
        const has = (path: string) => workspace.nodes.find(path) !== undefined;

        it("meet requests to one workspace, before or after their effect", async () => {
            const other = await cloud.addWorkspace();
            const only = {
                when: ({ workspaceId }: { workspaceId?: string }) => workspaceId === workspace.id,
                times: 1,
            };
            cloud.inject({ ...only, do: { kind: "drop", when: "before" } });
            expect((await workspaceRequests(cloud, other.id)("GET", "/api/2.0/workspace/list?path=/")).status).to.equal(
                200,
            );
            expect(await rejection(mkdirs("/Shared/before"))).to.equal("ECONNRESET");
            expect(has("/Shared/before")).to.equal(false);
            cloud.inject({ ...only, do: { kind: "drop", when: "after" } });
            expect(await rejection(mkdirs("/Shared/after"))).to.equal("ECONNRESET");
            expect(has("/Shared/after")).to.equal(true);
            cloud.inject({ ...only, do: { kind: "status", status: 503 } });
            expect((await mkdirs("/Shared/status")).status).to.equal(503);
            expect(has("/Shared/status")).to.equal(false);
            cloud.inject({ ...only, do: { kind: "status", status: 503, afterEffect: true } });
            expect((await mkdirs("/Shared/status")).status).to.equal(503);
            expect(has("/Shared/status")).to.equal(true);
        });

        it("cut bodies of bytes and of JSON in half, and replace them", async () => {
            await workspace.import("/Shared/f", seeds.file("x".repeat(1000)));
            const path = "/api/2.0/workspace/export?path=/Shared/f&format=AUTO&direct_download=true";
            cloud.inject({ when: () => true, times: 1, do: { kind: "truncate" } });
            expect(await rejection(send("GET", path))).to.equal("ECONNRESET");
            cloud.inject({ when: () => true, times: 1, do: { kind: "body", body: "garbage" } });
            expect((await list()).bytes.toString()).to.equal("garbage");
        });

        it("are recorded with the requests of the workspace, in one order with the account's", async () => {
            cloud.clearRequests();
            await list();
            await send("POST", "/api/2.0/workspace/import", { content: "A".repeat(20_000) });
            expect(cloud.requests.map(({ workspaceId, path, body }) => [workspaceId, path, body])).to.deep.equal([
                [workspace.id, "/api/2.0/workspace/list", undefined],
                [workspace.id, "/api/2.0/workspace/import", undefined],
            ]);
        });
    });
});
