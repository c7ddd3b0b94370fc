import { expect } from "chai";

import { answer, type WorkspaceScene, workspaceOfEach } from "../helpers/workspace-requests";

describe("the local cloud's secrets", () => {
    let { cloud, workspace, keyArn, send } = {} as WorkspaceScene;
    const scene = workspaceOfEach((begun) => ({ cloud, workspace, keyArn, send } = begun));

    const post = (path: string, body: object) => send("POST", `/api/2.0/secrets/${path}`, body);
    const get = (path: string) => send("GET", `/api/2.0/secrets/${path}`);

    it("a scope is made, listed once and deleted, and its maker alone manages it unless all users shall", async () => {
        expect(await answer(get("scopes/list"))).to.deep.equal([200, undefined]);
        await post("scopes/create", { scope: "own" });
        await post("scopes/create", { scope: "all", initial_manage_principal: "users" });
        const scopes = ["own", "all"].map((name) => ({ name, backend_type: "DATABRICKS" }));
        expect((await get("scopes/list")).json).to.deep.equal({ scopes });
        const aclsOf = async (scope: string) => (await get(`acls/list?scope=${scope}`)).json["items"];
        expect(await aclsOf("own")).to.deep.equal([{ principal: cloud.clientId, permission: "MANAGE" }]);
        expect(await aclsOf("all")).to.deep.equal([{ principal: "users", permission: "MANAGE" }]);
        const twice = await answer(post("scopes/create", { scope: "own" }));
        expect(twice).to.deep.equal([400, "RESOURCE_ALREADY_EXISTS"]);
        const wrong = [{ scope: "a b" }, { scope: "x", initial_manage_principal: "admins" }, {}];
        for (const body of wrong)
            expect(await answer(post("scopes/create", body))).to.deep.equal([400, "INVALID_PARAMETER_VALUE"]);
        await post("scopes/delete", { scope: "own" });
        expect((await get("scopes/list")).json["scopes"]).to.deep.equal([scopes[1]]);
        expect(await answer(get("list?scope=own"))).to.deep.equal([404, "RESOURCE_DOES_NOT_EXIST"]);
    });

    it("a value is put, listed without it, read as base64, and deleted", async () => {
        await post("scopes/create", { scope: "s" });
        await post("put", { scope: "s", key: "text", string_value: "grün" });
        await post("put", { scope: "s", key: "bytes", bytes_value: Buffer.from([0, 255]).toString("base64") });
        const keys = ["text", "bytes"].map((key) => ({ key, last_updated_timestamp: scene.now }));
        expect((await get("list?scope=s")).json).to.deep.equal({ secrets: keys });
        const value = Buffer.from("grün").toString("base64");
        expect((await get("get?scope=s&key=text")).json).to.deep.equal({ key: "text", value });
        expect((await get("get?scope=s&key=bytes")).json["value"]).to.equal("AP8=");
        expect(await answer(post("put", { scope: "s", key: "x" }))).to.deep.equal([400, "MALFORMED_REQUEST"]);
        const large = { scope: "s", key: "x", string_value: "x".repeat(128 * 1024 + 1) };
        expect(await answer(post("put", large))).to.deep.equal([400, "INVALID_PARAMETER_VALUE"]);
        await post("delete", { scope: "s", key: "text" });
        expect(await answer(get("get?scope=s&key=text"))).to.deep.equal([404, "RESOURCE_DOES_NOT_EXIST"]);
        expect((await workspace.beyondTree()).secretScopes["s"]?.secrets).to.have.all.keys("bytes");
    });

    it("an ACL is put, overwritten, read and taken away; its principal must exist", async () => {
        workspace.principals.addGroup("data");
        await post("scopes/create", { scope: "s" });
        for (const permission of ["READ", "WRITE"])
            await post("acls/put", { scope: "s", principal: "data", permission });
        expect((await get("acls/get?scope=s&principal=data")).json).to.deep.equal({
            principal: "data",
            permission: "WRITE",
        });
        const nobody = { scope: "s", principal: "nobody", permission: "READ" };
        expect(await answer(post("acls/put", nobody))).to.deep.equal([400, "INVALID_PARAMETER_VALUE"]);
        await post("acls/delete", { scope: "s", principal: "data" });
        const gone = [404, "RESOURCE_DOES_NOT_EXIST"];
        expect(await answer(get("acls/get?scope=s&principal=data"))).to.deep.equal(gone);
        expect(await answer(post("acls/delete", { scope: "s", principal: "data" }))).to.deep.equal(gone);
    });

    it("an admin manages every scope, or may do what its ACL says, through groups too", async () => {
        const others = { "ada@example.com": "MANAGE" } as const;
        await workspace.seedBeyondTree({ secretScopes: { s: { acls: others, secrets: { k: "v" } } } });
        expect((await get("acls/list?scope=s")).status).to.equal(200);
        workspace.behavior.secretAdmins = "as-others";
        const denied = [403, "PERMISSION_DENIED"];
        expect(await answer(get("get?scope=s&key=k"))).to.deep.equal(denied);
        await workspace.seedBeyondTree({
            secretScopes: { s: { acls: { ...others, users: "READ" }, secrets: { k: "v" } } },
        });
        expect((await get("get?scope=s&key=k")).json["value"]).to.equal("dg==");
        expect(await answer(post("put", { scope: "s", key: "k", string_value: "w" }))).to.deep.equal(denied);
        workspace.principals.addGroup("etl", [cloud.clientId]);
        await workspace.seedBeyondTree({ secretScopes: { s: { acls: { etl: "WRITE" }, secrets: { k: "v" } } } });
        expect(await answer(post("put", { scope: "s", key: "k", string_value: "w" }))).to.deep.equal([200, undefined]);
        expect(await answer(get("acls/list?scope=s"))).to.deep.equal(denied);
    });

    it("values are for notebooks alone where the service has it so", async () => {
        await workspace.seedBeyondTree({ secretScopes: { s: { secrets: { k: "v" } } } });
        workspace.behavior.secretValues = "notebooks-only";
        expect(await answer(get("get?scope=s&key=k"))).to.deep.equal([400, "BAD_REQUEST"]);
        expect(await answer(get("list?scope=s"))).to.deep.equal([200, undefined]);
    });

    it("values are under the key of the workspace: disabled, none can be read or put", async () => {
        await workspace.seedBeyondTree({ secretScopes: { s: { secrets: { k: "a value of some length" } } } });
        const stored = workspace.secrets.require("s", undefined, "READ").secrets.get("k")?.sealed;
        expect(stored?.includes("a value")).to.equal(false);
        cloud.kms.call(
            "DisableKey",
            { KeyId: keyArn },
            { principalArn: "arn:aws:iam::123456789012:root", region: "us-east-1" },
        );
        scene.now += 60_001;
        const refused = [403, "CUSTOMER_MANAGED_KEY_INACCESSIBLE"];
        expect(await answer(get("get?scope=s&key=k"))).to.deep.equal(refused);
        expect(await answer(post("put", { scope: "s", key: "k", string_value: "w" }))).to.deep.equal(refused);
    });
});
