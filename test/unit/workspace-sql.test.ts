import { expect } from "chai";

import { answer, type WorkspaceScene, workspaceOfEach } from "../helpers/workspace-requests";

const QUERIES = "/api/2.0/sql/queries";
const ALERTS = "/api/2.0/alerts";

describe("the local cloud's SQL queries and alerts", () => {
    let { cloud, workspace, keyArn, send } = {} as WorkspaceScene;
    const scene = workspaceOfEach((begun) => ({ cloud, workspace, keyArn, send } = begun));

    const query = async (fields: object) => (await send("POST", QUERIES, { query: fields })).json;
    const daily = (pause_status: string) => ({
        schedule: { quartz_cron_schedule: "0 0 8 * * ?", timezone_id: "UTC", pause_status },
    });
    const alert = {
        display_name: "too few",
        query_text: "select 1",
        warehouse_id: "w",
        parent_path: "/Shared",
        evaluation: { comparison_operator: "LESS_THAN" },
    };

    it("a query is made in its folder, or in the home of who makes it, and read with its owner", async () => {
        const fields = { display_name: "sales", query_text: "select 1", warehouse_id: "w", tags: ["a"], other: 1 };
        const made = await query({ ...fields, parent_path: "/Workspace/Shared" });
        expect(made).to.deep.include({
            display_name: "sales",
            parent_path: "/Shared",
            query_text: "select 1",
            owner_user_name: cloud.clientId,
            lifecycle_state: "ACTIVE",
            run_as_mode: "OWNER",
            tags: ["a"],
        });
        expect(made).to.not.have.property("other");
        expect((await send("GET", `${QUERIES}/${String(made["id"])}`)).json).to.deep.equal(made);
        expect(await query({})).to.include({ parent_path: `/Users/${cloud.clientId}`, display_name: "New query" });
        const nowhere = send("POST", QUERIES, { query: { parent_path: "/Shared/none" } });
        expect(await answer(nowhere)).to.deep.equal([404, "RESOURCE_DOES_NOT_EXIST"]);
    });

    it("a list has pages, and no folders", async () => {
        await workspace.seedBeyondTree({
            queries: Array.from({ length: 45 }, (_, index) => ({ display_name: `q${index}`, parent_path: "/Shared" })),
        });
        const names: unknown[] = [];
        for (let token: unknown = ""; token !== undefined;) {
            const { json } = await send("GET", `${QUERIES}?page_size=20&page_token=${String(token)}`);
            const results = json["results"] as Record<string, unknown>[];
            expect(results[0]).to.not.have.property("parent_path");
            names.push(...results.map(({ display_name }) => display_name));
            token = json["next_page_token"];
        }
        expect(names).to.have.length(45).and.include("q44");
    });

    it("a name is of one query of a folder, unless the service is to find another", async () => {
        const fields = { display_name: "sales", parent_path: "/Shared" };
        await query(fields);
        expect((await query(fields))["error_code"]).to.equal("RESOURCE_ALREADY_EXISTS");
        const body = { query: fields, auto_resolve_display_name: true };
        expect((await send("POST", QUERIES, body)).json["display_name"]).to.equal("sales (1)");
    });

    it("an update changes what its mask names, the owner too, and a deleted one is in the trash", async () => {
        const { id } = await query({ display_name: "sales", query_text: "select 1" });
        const path = `${QUERIES}/${String(id)}`;
        workspace.principals.addUser("ada@example.com");
        const changed = { query_text: "select 2", display_name: "other", owner_user_name: "ada@example.com" };
        const body = { query: changed, update_mask: "query_text,owner_user_name" };
        expect((await send("PATCH", path, body)).json).to.include({ ...changed, display_name: "sales" });
        for (const wrong of [
            { query: changed },
            { query: { parent_path: "/Shared" }, update_mask: "parent_path" },
            { query: { owner_user_name: "nobody" }, update_mask: "owner_user_name" },
        ])
            expect(await answer(send("PATCH", path, wrong))).to.deep.equal([400, "INVALID_PARAMETER_VALUE"]);
        await send("DELETE", path);
        expect((await send("GET", path)).json["lifecycle_state"]).to.equal("TRASHED");
        expect((await send("GET", QUERIES)).json).to.deep.equal({});
        expect((await workspace.beyondTree()).queries).to.deep.equal([]);
    });

    it("a query has visualizations, which are made, listed, changed by a mask, and deleted", async () => {
        const VISUALIZATIONS = "/api/2.0/sql/visualizations";
        const { id: query_id } = await query({ display_name: "sales" });
        const list = async () => (await send("GET", `${QUERIES}/${String(query_id)}/visualizations`)).json;
        expect(await list()).to.deep.equal({});
        const fields = { display_name: "bars", type: "CHART", serialized_options: "{}", query_id };
        const { json: made } = await send("POST", VISUALIZATIONS, { visualization: { ...fields, other: 1 } });
        expect(made).to.deep.include(fields).and.not.have.property("other");
        expect(await list()).to.deep.equal({ results: [made] });
        const path = `${VISUALIZATIONS}/${String(made["id"])}`;
        scene.now += 1000;
        const body = { visualization: { display_name: "lines", type: "TABLE" }, update_mask: "display_name" };
        const { json: changed } = await send("PATCH", path, body);
        expect(changed).to.deep.equal({
            ...made,
            display_name: "lines",
            update_time: new Date(scene.now).toISOString(),
        });
        const wrong = send("PATCH", path, { visualization: {}, update_mask: "query_id" });
        expect(await answer(wrong)).to.deep.equal([400, "INVALID_PARAMETER_VALUE"]);
        await send("DELETE", path);
        expect(await answer(send("DELETE", path))).to.deep.equal([404, "RESOURCE_DOES_NOT_EXIST"]);
        const lost = send("POST", VISUALIZATIONS, { visualization: { ...fields, query_id: "none" } });
        expect(await answer(lost)).to.deep.equal([404, "RESOURCE_DOES_NOT_EXIST"]);
    });

    it("an alert has its own query and schedule, which is counted while it runs", async () => {
        expect(await answer(send("POST", ALERTS, alert))).to.deep.equal([400, "INVALID_PARAMETER_VALUE"]);
        const made = (await send("POST", ALERTS, { ...alert, ...daily("UNPAUSED") })).json;
        expect(made).to.deep.include({ ...alert, ...daily("UNPAUSED"), lifecycle_state: "ACTIVE" });
        expect(cloud.schedules.now()).to.deep.equal({ "/Shared/too few": [workspace.id] });
        const path = `${ALERTS}/${String(made["id"])}`;
        await send("PATCH", `${path}?update_mask=schedule`, { ...alert, display_name: "x", ...daily("PAUSED") });
        expect((await send("GET", ALERTS)).json["alerts"]).to.have.length(1);
        expect((await send("GET", path)).json).to.deep.include({ display_name: "too few", ...daily("PAUSED") });
        expect(cloud.schedules.now()).to.deep.equal({});
        await send("DELETE", path);
        expect((await send("GET", path)).json["lifecycle_state"]).to.equal("DELETED");
        await send("DELETE", `${path}?purge=true`);
        expect(await answer(send("GET", path))).to.deep.equal([404, "RESOURCE_DOES_NOT_EXIST"]);
    });

    it("an alert of the former API is about a query by its id", async () => {
        const { id } = await query({ display_name: "sales" });
        const fields = { display_name: "few", query_id: id, condition: { op: "LESS_THAN" } };
        const { json } = await send("POST", "/api/2.0/sql/alerts", { alert: fields });
        expect(json).to.deep.include(fields);
        const listed = (await send("GET", "/api/2.0/sql/alerts")).json["results"] as Record<string, unknown>[];
        expect(listed.map((one) => one["id"])).to.deep.equal([json["id"]]);
        expect((await send("GET", ALERTS)).json).to.deep.equal({});
    });

    it("a warehouse is found by its id", async () => {
        const { json } = await send("GET", "/api/2.0/sql/warehouses/0123456789abcdef");
        expect(json).to.include({ name: "Serverless Starter Warehouse" });
        expect((await send("GET", "/api/2.0/sql/warehouses/0")).status).to.equal(404);
    });

    it("the text of a query is under the key of the workspace", async () => {
        await query({ query_text: "select a_secret_table" });
        expect(workspace.queries.list()[0]?.sealed.includes("a_secret_table")).to.equal(false);
        const root = { principalArn: "arn:aws:iam::123456789012:root", region: "us-east-1" };
        cloud.kms.call("DisableKey", { KeyId: keyArn }, root);
        scene.now += 60_001;
        const refused = [403, "CUSTOMER_MANAGED_KEY_INACCESSIBLE"];
        for (const path of [QUERIES, ALERTS]) expect(await answer(send("GET", path))).to.deep.equal(refused);
        expect(await answer(send("POST", QUERIES, { query: {} }))).to.deep.equal(refused);
    });
});
