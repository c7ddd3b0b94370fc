import { expect } from "chai";

import { LocalCloud } from "../../local-cloud";
import { environmentOf, python, sayMissing } from "./clients";

const client = python();

if ("missing" in client) sayMissing("Databricks' SDK for Python and boto3", client);
else {
    describe("Databricks' SDK for Python against the local cloud", () => {
        let cloud: LocalCloud;
        let found: Record<string, unknown>;
        before(async () => {
            cloud = await LocalCloud.start({ provisioningMilliseconds: 100, workspacePorts: true });
            found = await client.run("python.py")(environmentOf(cloud));
        });
        after(() => cloud.stop());

        it("discovers where to sign in, as a service principal of the account and of the workspace", () => {
            const read = cloud.requests.map(({ path }) => path).filter((path) => path.startsWith("/.well-known/"));
            expect(read).to.include("/.well-known/databricks-config");
            expect(found["me"]).to.deep.equal([cloud.clientId, cloud.clientId]);
            expect(found["workspaceId"]).to.equal(true);
        });

        it("creates, reads, lists, updates and deletes every kind of object", () => {
            const listed = { workspaces: 1, keys: 1, credentials: 2, storage: 1, networks: 1, endpoints: 2, access: 1 };
            expect(found).to.deep.include({
                created: "RUNNING",
                storageMode: "CUSTOMER_HOSTED",
                replaced: true,
                listed,
            });
            expect(found["updated"]).to.deep.equal([{ team: "python" }, true]);
            expect(cloud.contents().filter((line) => !line.startsWith("KMS "))).to.deep.equal([]);
        });

        it("takes notebooks and files in and out, the bytes of a file as they were", () => {
            expect(found["exported"]).to.match(/print\('python'\)$/);
            expect(found).to.deep.include({
                downloaded: true,
                objects: [
                    ["/Shared/team/file.bin", "FILE"],
                    ["/Shared/team/notebook", "NOTEBOOK"],
                ],
                gone: "ResourceDoesNotExist",
            });
        });

        it("gives and reads permissions", () => {
            expect(found["permissions"]).to.include("CAN_READ");
        });
    });

    describe("Databricks' SDK for Python, about people and metastores", () => {
        let cloud: LocalCloud;
        let found: Record<string, unknown>;
        before(async () => {
            cloud = await LocalCloud.start({ workspacePorts: true, behavior: { metastoreAssignment: "late" } });
            await cloud.addWorkspace();
            cloud.people.page = 2;
            found = await client.run("people.py")(cloud.environment());
        });
        after(() => cloud.stop());

        it("adds, pages, finds and nests the account's people", () => {
            expect(found).to.deep.include({
                exists: "ResourceAlreadyExists",
                users: ["ada@example.com", "bob@example.com"],
                byName: [true],
                members: ["inner"],
            });
        });

        it("makes and assigns metastores, which permission assignments wait for", () => {
            expect(found).to.deep.include({
                noMetastore: "ResourceDoesNotExist",
                notAvailable: ["BadRequest", "Permission assignment APIs are not available for this workspace"],
                metastore: [true, true, "main", true, true],
                taken: "ResourceDoesNotExist",
            });
        });

        it("assigns groups and service principals to a workspace, and takes them out", () => {
            expect(found).to.deep.include({
                assignments: [
                    ["etl", ["ADMIN"]],
                    ["outer", ["USER"]],
                ],
                levels: ["USER", "ADMIN"],
                workspaceUsers: ["ada@example.com"],
                sameId: true,
                left: [],
            });
        });

        it("adds users and groups to the workspace alone, with entitlements, admins and homes", () => {
            const own = { admins: "WorkspaceGroup", users: "WorkspaceGroup", team: "WorkspaceGroup" };
            expect(found).to.deep.include({
                kinds: { ...own, inner: "Group", outer: "Group" },
                entitlements: ["allow-cluster-create"],
                groups: ["admins", "team", "users"],
                inAccount: "cyd@example.com",
                stillInAccount: "cyd@example.com",
                home: "DIRECTORY",
                protected: "Folder Users is protected",
                me: ["admins", "users"],
                nobody: [],
            });
        });
    });

    describe("Databricks' SDK for Python, about what the key encrypts beside the tree", () => {
        const remote = "https://github.com/acme/etl.git";
        let cloud: LocalCloud;
        let found: Record<string, unknown>;
        before(async () => {
            cloud = await LocalCloud.start({ workspacePorts: true });
            const { principals } = await cloud.addWorkspace();
            principals.addUser("ada@example.com");
            principals.addGroup("data");
            cloud.gitRemotes.add(remote, {
                private: true,
                branches: { main: { "a.txt": "a" }, dev: { "b.txt": "b" } },
            });
            found = await client.run("beyond_tree.py")({ ...cloud.environment(), REMOTE: remote });
        });
        after(() => cloud.stop());

        it("fills and reads secret scopes, their values and their ACLs", () => {
            expect(found).to.deep.include({
                scopes: [["etl", "DATABRICKS"]],
                keys: ["text", "bytes"],
                values: [[...Buffer.from("grün")], [0, 255]],
                acls: { [cloud.clientId]: "MANAGE", data: "READ" },
                acl: "READ",
                noSecret: "ResourceDoesNotExist",
            });
        });

        it("publishes a dashboard and gives it a schedule with a subscriber", () => {
            expect(found).to.deep.include({
                notPublished: "ResourceDoesNotExist",
                published: ["sales", true, true],
                schedules: [["daily", "PAUSED", "0 0 8 * * ?"]],
                subscribers: [true],
                dashboards: ["sales"],
            });
            expect(cloud.schedules.now()).to.deep.equal({});
        });

        it("makes, changes, lists and deletes queries and alerts", () => {
            expect(found).to.deep.include({
                query: ["select 2", "ada@example.com", "/Shared", "monday"],
                queries: ["sales", "other"],
                alerts: [["too few", "PAUSED"]],
                legacyAlerts: ["former"],
                trashed: "TRASHED",
            });
        });

        it("makes a git folder of a private remote with a credential, and checks another branch out", () => {
            expect(found).to.deep.include({
                noCredential: "PermissionDenied",
                credentials: [["gitHub", "bot"]],
                repo: ["main", "dev", true, true],
                files: ["/Repos/team/etl/b.txt"],
            });
        });
    });

    describe("boto3 against the local KMS", () => {
        it("makes, uses, disables and deletes keys as in AWS", async () => {
            const cloud = await LocalCloud.start();
            try {
                expect(await client.run("kms.py")(cloud.environment())).to.deep.equal({
                    byAlias: true,
                    state: "Enabled",
                    tags: [{ TagKey: "team", TagValue: "python" }],
                    rotation: true,
                    decrypted: "secret",
                    otherContext: "InvalidCiphertextException",
                    dataKey: true,
                    lockout: "MalformedPolicyDocumentException",
                    listed: true,
                    disabled: "DisabledException",
                    leaving: "KMSInvalidStateException",
                    cancelled: "Disabled",
                    missing: "NotFoundException",
                });
            } finally {
                await cloud.stop();
            }
        });
    });
}
