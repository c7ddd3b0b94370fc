import { expect } from "chai";

import { effectiveAccess, LocalCloud, type LocalWorkspace, manyPeople } from "../../local-cloud";

type Json = Record<string, unknown>;
interface Answer {
    readonly status: number;
    readonly json: Json;
}

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

describe("the people of the local cloud", () => {
    let cloud: LocalCloud;
    let now: number;
    let workspace: LocalWorkspace;

    beforeEach(async () => {
        now = 1_700_000_000_000;
        cloud = await LocalCloud.start({ now: () => now });
        workspace = await cloud.addWorkspace();
    });
    afterEach(() => cloud.stop());

    async function send(url: string, token: string, method = "GET", body?: unknown): Promise<Answer> {
        const response = await fetch(url, {
            method,
            headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const text = await response.text();
        return { status: response.status, json: text === "" ? {} : (JSON.parse(text) as Json) };
    }
    const account = (path: string, method?: string, body?: unknown) =>
        send(`${cloud.host}/api/2.0/accounts/${cloud.accountId}${path}`, cloud.token, method, body);
    const scim = async (path: string, method?: string, body?: unknown, to = workspace) =>
        inside(`/api/2.0/preview/scim/v2${path}`, method, body, to);
    async function inside(path: string, method?: string, body?: unknown, to = workspace, as = cloud.clientId) {
        const token = cloud.tokens.createWorkspaceToken(to.id, as);
        return send(`${await cloud.openWorkspacePort(to.id)}${path}`, token, method, body);
    }
    const assignments = (id = workspace.id) => `/workspaces/${id}/permissionassignments`;
    const homes = (of = workspace) =>
        of
            .tree()
            .map(({ path }) => path)
            .filter((path) => /^\/Users\/[^/]+@[^/]+$/.test(path));
    const namesIn = ({ json }: Answer, field: string) => ((json["Resources"] ?? []) as Json[]).map((one) => one[field]);

    describe("metastores", () => {
        const metastoreOf = async ({ id }: LocalWorkspace) => {
            const { status, json } = await account(`/workspaces/${id}/metastore`);
            return status === 200 ? (json["metastore_assignment"] as Json)["metastore_id"] : status;
        };

        it("are given to a new workspace by its region, which gets a default one with its first workspace", async () => {
            const second = await cloud.addWorkspace();
            const elsewhere = await cloud.addWorkspace({ region: "us-west-2" });
            expect(await metastoreOf(second)).to.equal(await metastoreOf(workspace));
            expect(await metastoreOf(elsewhere)).not.to.equal(await metastoreOf(workspace));
            const { json } = await account("/metastores");
            expect((json["metastores"] as Json[]).map(({ region }) => region)).to.deep.equal([
                "us-east-1",
                "us-west-2",
            ]);
            const of = await account(`/metastores/${String(await metastoreOf(second))}/workspaces`);
            expect(of.json["workspace_ids"]).to.deep.equal([Number(workspace.id), Number(second.id)]);
        });

        it("of a region can be several, of which one is the default of new workspaces", async () => {
            const { json } = await account("/metastores", "POST", {
                metastore_info: { name: "other", region: "us-east-1" },
            });
            const { metastore_id: other } = json["metastore_info"] as Json;
            expect(await metastoreOf(await cloud.addWorkspace())).to.equal(await metastoreOf(workspace));
            cloud.account.metastores.setDefault(String(other));
            expect(await metastoreOf(await cloud.addWorkspace())).to.equal(other);
        });

        it("come late, or never, as the behavior says", async () => {
            cloud.behavior.metastoreAssignment = "late";
            cloud.behavior.metastoreMilliseconds = 60_000;
            const late = await cloud.addWorkspace();
            cloud.behavior.metastoreAssignment = "never";
            const without = await cloud.addWorkspace();
            expect([await metastoreOf(late), await metastoreOf(without)]).to.deep.equal([404, 404]);
            now += 60_000;
            expect(await metastoreOf(late)).to.equal(await metastoreOf(workspace));
            expect(await metastoreOf(without)).to.equal(404);
        });

        it("are assigned, changed and taken away, only in their region", async () => {
            cloud.behavior.metastoreAssignment = "never";
            const bare = await cloud.addWorkspace();
            const [first, second] = ["first", "second"].map((name) => cloud.account.metastores.add("us-east-1", name));
            const foreign = cloud.account.metastores.add("us-west-2");
            const assign = async (method: string, metastoreId: string | undefined) => {
                const body = { metastore_assignment: { workspace_id: Number(bare.id), metastore_id: metastoreId } };
                const path = `/workspaces/${bare.id}/metastores/${String(metastoreId)}`;
                return (await account(path, method, method === "DELETE" ? undefined : body)).status;
            };
            expect(await assign("PUT", first?.metastore_id)).to.equal(404);
            expect(await assign("POST", foreign.metastore_id)).to.equal(400);
            expect(await assign("POST", "none")).to.equal(404);
            expect(await assign("POST", first?.metastore_id)).to.equal(200);
            expect(await assign("POST", first?.metastore_id)).to.equal(200);
            expect(await assign("POST", second?.metastore_id)).to.equal(409);
            expect(await assign("PUT", second?.metastore_id)).to.equal(200);
            expect(await metastoreOf(bare)).to.equal(second?.metastore_id);
            expect((await account(`/metastores/${String(second?.metastore_id)}`, "DELETE")).status).to.equal(400);
            expect(await assign("DELETE", first?.metastore_id)).to.equal(404);
            expect(await assign("DELETE", second?.metastore_id)).to.equal(200);
            expect(await metastoreOf(bare)).to.equal(404);
        });
    });

    describe("permission assignments", () => {
        it("are set, changed, listed with each kind of principal, and removed", async () => {
            const user = cloud.people.addUser("Ada@example.com");
            const group = cloud.people.addGroup("data", ["bob@example.com"]);
            const app = cloud.people.addServicePrincipal("11111111-2222-4333-8444-555555555555");
            const set = (id: string, permissions: string[]) =>
                account(`${assignments()}/principals/${id}`, "PUT", { permissions });
            expect((await set(user.id, ["USER"])).json["permissions"]).to.deep.equal(["USER"]);
            await set(user.id, ["USER", "ADMIN", "OTHER"]);
            await set(group.id, ["USER"]);
            await set(app.id, ["USER"]);
            const listed = (await account(assignments())).json["permission_assignments"] as Json[];
            expect(listed.slice(1)).to.deep.equal([
                {
                    principal: {
                        principal_id: Number(user.id),
                        user_name: "ada@example.com",
                        display_name: "ada@example.com",
                    },
                    permissions: ["ADMIN"],
                },
                {
                    principal: { principal_id: Number(group.id), group_name: "data", display_name: "data" },
                    permissions: ["USER"],
                },
                {
                    principal: {
                        principal_id: Number(app.id),
                        service_principal_name: app.name,
                        display_name: app.name,
                    },
                    permissions: ["USER"],
                },
            ]);
            await set(group.id, []);
            await account(`${assignments()}/principals/${app.id}`, "DELETE");
            expect((await account(assignments())).json["permission_assignments"]).to.have.lengthOf(2);
            expect((await set("1", ["USER"])).status).to.equal(404);
        });

        it("are listed in pages, of the size that is asked for or of the service's own", async () => {
            cloud.people.seed(manyPeople({ users: 25 }));
            for (const { name } of cloud.people.list("user_name")) workspace.principals.assign(name, "USER");
            const pages = async (query: string) => {
                const lengths: number[] = [];
                for (let token: unknown = "0"; token !== undefined;) {
                    const { json } = await account(`${assignments()}?page_token=${String(token)}${query}`);
                    lengths.push((json["permission_assignments"] as Json[]).length);
                    token = json["next_page_token"];
                }
                return lengths;
            };
            expect(await pages("&max_results=10")).to.deep.equal([10, 10, 6]);
            expect(await pages("")).to.deep.equal([26]);
            cloud.behavior.assignmentsPage = 20;
            expect(await pages("&max_results=1000")).to.deep.equal([20, 6]);
        });

        it("are refused by a workspace without identity federation, and by a new one until it has a metastore", async () => {
            cloud.behavior.metastoreAssignment = "late";
            const late = await cloud.addWorkspace();
            const refused = await account(assignments(late.id));
            expect(refused.status).to.equal(400);
            expect(refused.json["message"]).to.equal("Permission assignment APIs are not available for this workspace");
            const { id } = cloud.people.addUser("ada@example.com");
            const put = () => account(`${assignments(late.id)}/principals/${id}`, "PUT", { permissions: ["USER"] });
            expect((await put()).status).to.equal(400);
            now += cloud.behavior.metastoreMilliseconds;
            expect((await put()).status).to.equal(200);
            late.behavior.identityFederation = "never";
            expect((await account(assignments(late.id))).status).to.equal(400);
        });

        it("let in who is assigned, also through nested groups, and nobody else", async () => {
            const [lost, nested] = [cloud.tokens.addServicePrincipal(), cloud.tokens.addServicePrincipal()];
            cloud.people.addGroup("inner", [nested.clientId]);
            cloud.people.addGroup("outer").members.add(cloud.people.addGroup("inner").id);
            const list = (as: string) => inside("/api/2.0/workspace/list?path=/", "GET", undefined, workspace, as);
            expect((await list(nested.clientId)).status).to.equal(403);
            workspace.principals.assign("outer", "USER");
            expect((await list(nested.clientId)).status).to.equal(200);
            expect((await list(lost.clientId)).status).to.equal(403);
            cloud.people.remove("inner");
            expect((await list(nested.clientId)).status).to.equal(403);
        });
    });

    describe("SCIM of the account", () => {
        it("adds users, groups and service principals once, and pages, filters and deletes them", async () => {
            for (const name of ["ada@example.com", "bob@example.com", "cyd@example.com"])
                expect((await account("/scim/v2/Users", "POST", { userName: name })).status).to.equal(201);
            expect((await account("/scim/v2/Users", "POST", { userName: "ADA@example.com" })).status).to.equal(409);
            const page = await account("/scim/v2/Users?startIndex=2&count=1");
            expect(page.json).to.include({ totalResults: 3, startIndex: 2, itemsPerPage: 1 });
            expect(namesIn(page, "userName")).to.deep.equal(["bob@example.com"]);
            expect((await account("/scim/v2/Users?startIndex=4&count=1")).json).not.to.have.property("Resources");
            const { json: made } = await account("/scim/v2/ServicePrincipals", "POST", { displayName: "etl" });
            const find = async (path: string, filter: string) =>
                namesIn(await account(`/scim/v2/${path}?filter=${encodeURIComponent(filter)}`), "id");
            expect(await find("Users", 'userName eq "Bob@example.com"')).to.have.lengthOf(1);
            expect(
                await find("ServicePrincipals", `applicationId eq "${String(made["applicationId"])}"`),
            ).to.deep.equal([made["id"]]);
            expect(await find("ServicePrincipals", "displayName eq 'etl'")).to.deep.equal([made["id"]]);
            expect(await find("ServicePrincipals", `id eq "${String(made["id"])}"`)).to.deep.equal([made["id"]]);
            expect((await account("/scim/v2/Users?filter=active%20gt%201")).status).to.equal(400);
            expect((await account(`/scim/v2/ServicePrincipals/${String(made["id"])}`, "DELETE")).status).to.equal(204);
            expect((await account(`/scim/v2/ServicePrincipals/${String(made["id"])}`)).status).to.equal(404);
            expect((await account(`/scim/v2/Users/${String(made["id"])}`)).status).to.equal(404);
            expect((await account("/scim/v2/Roles")).status).to.equal(404);
        });

        it("finds by several conditions in one request, names with any words in them too", async () => {
            cloud.people.seed({
                users: ["ada@example.com", "bob@example.com", "cyd@other.com"],
                groups: { "this or that": [], "this and that": [] },
            });
            const find = async (path: string, filter: string) => {
                const { json } = await account(`/scim/v2/${path}?filter=${encodeURIComponent(filter)}`);
                return ((json["Resources"] ?? []) as Json[]).map(({ displayName }) => displayName);
            };
            expect(await find("Users", 'userName eq "ada@example.com" or username EQ "cyd@other.com"')).to.deep.equal([
                "ada@example.com",
                "cyd@other.com",
            ]);
            expect(await find("Users", 'userName co "example" and userName ne "ada@example.com"')).to.deep.equal([
                "bob@example.com",
            ]);
            expect(await find("Users", 'userName sw "cyd" or userName sw "bob" and userName co "other"')).to.deep.equal(
                ["cyd@other.com"],
            );
            expect(await find("Groups", 'displayName eq "this or that"')).to.deep.equal(["this or that"]);
            for (const wrong of ['userName eq "a" xor id eq "1"', "userName", 'userName gt "a"', 'constructor eq "a"'])
                expect((await account(`/scim/v2/Users?filter=${encodeURIComponent(wrong)}`)).status).to.equal(400);
        });

        it("changes the members of groups, groups among them, in the forms that the clients use", async () => {
            const [ada, bob] = ["ada@example.com", "bob@example.com"].map((email) => cloud.people.addUser(email));
            const inner = cloud.people.addGroup("inner");
            const { json } = await account("/scim/v2/Groups", "POST", {
                displayName: "outer",
                members: [{ value: ada?.id }],
            });
            const path = `/scim/v2/Groups/${String(json["id"])}`;
            const patch = async (operation: Json) => {
                const { json: after } = await account(path, "PATCH", { schemas: [PATCH], Operations: [operation] });
                return ((after["members"] ?? []) as Json[]).map(({ display }) => display);
            };
            expect(await patch({ op: "add", path: "members", value: [{ value: bob?.id }] })).to.have.lengthOf(2);
            expect(await patch({ op: "add", value: { members: [{ value: inner.id }] } })).to.include("inner");
            expect(await patch({ op: "remove", path: `members[value eq "${String(ada?.id)}"]` })).to.deep.equal([
                "bob@example.com",
                "inner",
            ]);
            expect(await patch({ op: "replace", path: "members", value: [{ value: ada?.id }] })).to.deep.equal([
                "ada@example.com",
            ]);
            const { json: user } = await account(`/scim/v2/Users/${String(ada?.id)}`);
            expect((user["groups"] as Json[])[0]).to.include({ display: "outer", value: json["id"] });
            const unknown = { Operations: [{ op: "add", path: "members", value: [{ value: "1" }] }] };
            expect((await account(path, "PATCH", unknown)).status).to.equal(400);
            const refused = { displayName: "half", members: [{ value: "1" }] };
            expect((await account("/scim/v2/Groups", "POST", refused)).status).to.equal(400);
            expect(cloud.people.find("half")).to.equal(undefined);
            expect((await account("/scim/v2/Groups?attributes=id,displayName")).json["Resources"]).to.deep.equal(
                ["inner", "outer"].map((name) => ({
                    schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"],
                    id: cloud.people.find(name)?.id,
                    displayName: name,
                })),
            );
        });
    });

    describe("SCIM of a workspace", () => {
        it("adds a user to the account too, under one id in every workspace", async () => {
            const other = await cloud.addWorkspace();
            const { json } = await scim("/Users", "POST", { userName: "ada@example.com" });
            expect(cloud.people.find("ada@example.com")?.id).to.equal(json["id"]);
            expect((await scim(`/Users/${String(json["id"])}`, "GET", undefined, other)).status).to.equal(404);
            expect((await scim("/Users", "POST", { userName: "ada@example.com" }, other)).json["id"]).to.equal(
                json["id"],
            );
            expect((await scim("/Users", "POST", { userName: "ada@example.com" })).status).to.equal(409);
            expect((await account(assignments())).json["permission_assignments"]).to.have.lengthOf(2);
        });

        it("lists who belongs through groups, and tells the account's groups from the workspace's own", async () => {
            cloud.people.seed({ groups: { inner: ["ada@example.com"], outer: ["inner", "bob@example.com"] } });
            workspace.principals.assign("outer", "USER");
            expect(namesIn(await scim("/Users"), "userName")).to.deep.equal(["ada@example.com", "bob@example.com"]);
            await scim("/Groups", "POST", { displayName: "own" });
            const groups = ((await scim("/Groups")).json["Resources"] as Json[]).map((group) => [
                group["displayName"],
                (group["meta"] as Json)["resourceType"],
            ]);
            expect(Object.fromEntries(groups)).to.deep.equal({
                admins: "WorkspaceGroup",
                users: "WorkspaceGroup",
                own: "WorkspaceGroup",
                inner: "Group",
                outer: "Group",
            });
            expect(cloud.people.find("own")).to.equal(undefined);
            const outer = `/Groups/${String(cloud.people.find("outer")?.id)}`;
            const add = { Operations: [{ op: "remove", path: "members" }] };
            expect((await scim(outer, "PATCH", add)).status).to.equal(400);
        });

        it("makes admins of the members of admins, of groups among them, and users of those who are taken out", async () => {
            const [ada, bob] = ["ada@example.com", "bob@example.com"].map((one) => workspace.principals.addUser(one));
            const team = workspace.principals.addLocalGroup("team", ["bob@example.com"]);
            const admins = `/Groups/${String(workspace.principals.find("admins", "group_name")?.id)}`;
            const patch = (op: string, path: string, value?: unknown) =>
                scim(admins, "PATCH", { Operations: [{ op, path, value }] });
            const permissions = () => [ada!, bob!].map((one) => workspace.principals.permissionOf(one));
            await patch("add", "members", [{ value: ada?.id }, { value: team.id }]);
            expect(permissions()).to.deep.equal(["ADMIN", "ADMIN"]);
            expect(((await scim(admins)).json["members"] as Json[]).map(({ display }) => display)).to.deep.equal([
                cloud.clientId,
                "ada@example.com",
                "team",
            ]);
            await patch("remove", `members[value eq "${String(ada?.id)}"]`);
            expect(permissions()).to.deep.equal(["USER", "ADMIN"]);
            expect((await scim(admins, "DELETE")).status).to.equal(400);
        });

        it("gives and takes entitlements, of this workspace alone", async () => {
            const other = await cloud.addWorkspace();
            const { json } = await scim("/Users", "POST", {
                userName: "ada@example.com",
                entitlements: [{ value: "allow-cluster-create" }],
            });
            other.principals.addUser("ada@example.com");
            const path = `/Users/${String(json["id"])}`;
            const entitlements = async (to: LocalWorkspace) =>
                (((await scim(path, "GET", undefined, to)).json["entitlements"] ?? []) as Json[]).map(
                    ({ value }) => value,
                );
            await scim(path, "PATCH", {
                Operations: [{ op: "add", path: "entitlements", value: [{ value: "workspace-access" }] }],
            });
            expect(await entitlements(workspace)).to.deep.equal(["allow-cluster-create", "workspace-access"]);
            await scim(path, "PATCH", {
                Operations: [{ op: "remove", path: 'entitlements[value eq "allow-cluster-create"]' }],
            });
            expect(await entitlements(workspace)).to.deep.equal(["workspace-access"]);
            expect(await entitlements(other)).to.deep.equal([]);
        });

        it("says in Me what the lists say", async () => {
            const app = cloud.tokens.addServicePrincipal();
            cloud.people.addGroup("apps", [app.clientId]);
            workspace.principals.assign("apps", "ADMIN");
            const me = "/api/2.0/preview/scim/v2/Me";
            const { json } = await inside(me, "GET", undefined, workspace, app.clientId);
            expect((json["groups"] as Json[]).map(({ display }) => display)).to.deep.equal(["admins", "users", "apps"]);
            expect((await scim(`/ServicePrincipals/${String(json["id"])}`)).json).to.deep.equal(json);
        });
    });

    describe("homes", () => {
        it("appear when a user is added, for members of a group at their first sign-in", async () => {
            cloud.people.addGroup("data", ["bob@example.com"]);
            workspace.principals.addUser("ada@example.com");
            workspace.principals.assign("data", "USER");
            expect(homes()).to.deep.equal(["/Users/ada@example.com"]);
            await inside("/api/2.0/workspace/list?path=/", "GET", undefined, workspace, "bob@example.com");
            expect(homes()).to.deep.equal(["/Users/ada@example.com", "/Users/bob@example.com"]);
        });

        it("of a group's members appear at once if the behavior says so", () => {
            workspace.behavior.groupHomes = "at-once";
            cloud.people.addGroup("data", ["bob@example.com"]);
            workspace.principals.assign("data", "USER");
            expect(homes()).to.deep.equal(["/Users/bob@example.com"]);
        });

        it("appear late if the behavior says so; until then nothing can be put there", async () => {
            workspace.behavior.homeMilliseconds = 5_000;
            await scim("/Users", "POST", { userName: "ada@example.com" });
            const mkdirs = () => inside("/api/2.0/workspace/mkdirs", "POST", { path: "/Users/ada@example.com/etl" });
            const early = await mkdirs();
            expect([early.status, early.json["error_code"], early.json["message"]]).to.deep.equal([
                400,
                "DIRECTORY_PROTECTED",
                "Folder Users is protected",
            ]);
            now += 5_000;
            expect((await mkdirs()).status).to.equal(200);
        });

        it("stay when their owner goes, from the workspace or from the account", async () => {
            const { id } = workspace.principals.addUser("ada@example.com");
            await workspace.seed({ "/Users/ada@example.com/n": { type: "NOTEBOOK", source: "1" } });
            expect((await scim(`/Users/${id}`, "DELETE")).status).to.equal(204);
            expect(namesIn(await scim("/Users"), "userName")).to.deep.equal([]);
            expect(cloud.people.find("ada@example.com")?.id).to.equal(id);
            cloud.people.remove("ada@example.com");
            workspace.addFormerHome("bob@example.com");
            await workspace.seed({ "/Users/bob@example.com/n": { type: "NOTEBOOK", source: "1" } });
            expect(homes()).to.deep.equal(["/Users/ada@example.com", "/Users/bob@example.com"]);
            expect(cloud.people.list("user_name")).to.deep.equal([]);
        });
    });

    it("tells the effective access of everybody, to compare two workspaces", async () => {
        const other = await cloud.addWorkspace();
        cloud.people.seed({ groups: { inner: ["ada@example.com"], outer: ["inner", "bob@example.com"] } });
        workspace.principals.assign("outer", "ADMIN");
        for (const email of ["ada@example.com", "bob@example.com"]) other.principals.assign(email, "ADMIN");
        const [grouped, single] = [effectiveAccess(workspace), effectiveAccess(other)];
        expect(Object.keys(grouped)).to.deep.equal(Object.keys(single));
        expect(grouped["user_name:ada@example.com"]).to.deep.equal({
            permission: "ADMIN",
            entitlements: [
                "allow-cluster-create",
                "allow-instance-pool-create",
                "databricks-sql-access",
                "workspace-access",
            ],
            groups: ["admins", "inner", "outer", "users"],
        });
        // A group of the account that is not assigned here is nobody that a list of the workspace could name.
        expect(single["user_name:ada@example.com"]?.groups).to.deep.equal(["admins", "users"]);
        other.principals.assign("bob@example.com", "USER");
        expect(effectiveAccess(other)["user_name:bob@example.com"]?.permission).to.equal("USER");
    });
});
