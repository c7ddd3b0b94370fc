import { expect } from "chai";

import { seeds } from "../../local-cloud";
import { answer, type WorkspaceScene, workspaceOfEach } from "../helpers/workspace-requests";

const PATH = "/Shared/sales.lvdash.json";
const cron_schedule = { quartz_cron_expression: "0 0 8 * * ?", timezone_id: "UTC" };

describe("the local cloud's dashboards", () => {
    let { cloud, workspace, keyArn, send } = {} as WorkspaceScene;
    const scene = workspaceOfEach(async (begun) => {
        ({ cloud, workspace, keyArn, send } = begun);
        await workspace.seed({ [PATH]: seeds.dashboard('{"pages":[]}') });
    });

    const idOf = (path = PATH) => workspace.nodes.find(path)?.resourceId ?? "";
    const at = (path = "") => `/api/2.0/lakeview/dashboards/${idOf()}${path}`;
    const schedule = async (more: object = {}) =>
        (await send("POST", at("/schedules"), { cron_schedule, display_name: "daily", ...more })).json;

    it("what was imported is a draft: read by its id, listed page by page, not published", async () => {
        expect((await send("GET", at())).json).to.include({
            dashboard_id: idOf(),
            display_name: "sales",
            path: PATH,
            parent_path: "/Shared",
            lifecycle_state: "ACTIVE",
            serialized_dashboard: '{"pages":[]}',
        });
        expect(await answer(send("GET", at("/published")))).to.deep.equal([404, "RESOURCE_DOES_NOT_EXIST"]);
        await workspace.seed({
            "/Shared/b.lvdash.json": seeds.dashboard(),
            "/Shared/c.lvdash.json": seeds.dashboard(),
        });
        const names: unknown[] = [];
        for (let token: unknown = ""; token !== undefined;) {
            const from = token === "" ? "" : `&page_token=${String(token)}`;
            const { json } = await send("GET", `/api/2.0/lakeview/dashboards?page_size=2${from}`);
            names.push(...(json["dashboards"] as Record<string, unknown>[]).map(({ display_name }) => display_name));
            token = json["next_page_token"];
        }
        expect(names).to.deep.equal(["sales", "b", "c"]);
    });

    it("one is made, changed if it was not changed since, and deleted with its object of the tree", async () => {
        const body = {
            display_name: "new",
            parent_path: "/Workspace/Shared",
            serialized_dashboard: "{}",
            warehouse_id: "w",
        };
        const made = (await send("POST", "/api/2.0/lakeview/dashboards", body)).json;
        expect(made).to.include({ path: "/Shared/new.lvdash.json", warehouse_id: "w" });
        const path = `/api/2.0/lakeview/dashboards/${String(made["dashboard_id"])}`;
        const changed = await send("PATCH", path, { serialized_dashboard: '{"a":1}', etag: made["etag"] });
        expect(changed.json["serialized_dashboard"]).to.equal('{"a":1}\n');
        expect(await answer(send("PATCH", path, { warehouse_id: "x", etag: made["etag"] }))).to.deep.equal([
            409,
            "ABORTED",
        ]);
        expect(String(await workspace.read("/Shared/new.lvdash.json"))).to.equal('{"a":1}\n');
        const renamed = await send("PATCH", path, { display_name: "newer" });
        expect(renamed.json).to.include({ display_name: "newer", path: "/Shared/newer.lvdash.json" });
        expect(String(await workspace.read("/Shared/newer.lvdash.json"))).to.equal('{"a":1}\n');
        expect(await answer(send("PATCH", path, { display_name: "sales" }))).to.deep.equal([
            400,
            "RESOURCE_ALREADY_EXISTS",
        ]);
        await send("DELETE", path);
        expect(workspace.nodes.find("/Shared/newer.lvdash.json")).to.equal(undefined);
        expect((await send("GET", path)).json).to.include({ lifecycle_state: "TRASHED" });
        expect(await answer(send("DELETE", path))).to.deep.equal([404, "RESOURCE_DOES_NOT_EXIST"]);
    });

    it("one of a name that is taken is refused with 409, and may be shown late by its id", async () => {
        const body = { display_name: "sales", parent_path: "/Shared" };
        expect(await answer(send("POST", "/api/2.0/lakeview/dashboards", body))).to.deep.equal([409, "ALREADY_EXISTS"]);
        workspace.behavior.dashboardMilliseconds = 3_600_000;
        const late = (await send("POST", "/api/2.0/lakeview/dashboards", { ...body, display_name: "late" })).json;
        const path = `/api/2.0/lakeview/dashboards/${String(late["dashboard_id"])}`;
        expect(await answer(send("GET", path))).to.deep.equal([404, "RESOURCE_DOES_NOT_EXIST"]);
        workspace.behavior.dashboardMilliseconds = 0;
        expect((await send("GET", path)).json).to.include({ display_name: "late" });
        workspace.behavior.dashboardMilliseconds = 3_600_000;
        expect((await send("PATCH", path, { display_name: "later" })).json).to.include({ display_name: "later" });
        workspace.nodes.find("/Shared/later.lvdash.json")!.createdAt -= 7_200_000;
        expect((await send("GET", path)).json).to.include({ display_name: "late" });
        workspace.behavior.dashboardMilliseconds = 0;
        await send("DELETE", path);
    });

    it("readers see what was published, and not what the draft has become; a draft that is imported over it stays published", async () => {
        await send("PATCH", at(), { warehouse_id: "w1" });
        await send("POST", at("/published"), { embed_credentials: true });
        expect((await send("GET", at("/published"))).json).to.deep.equal({
            display_name: "sales",
            embed_credentials: true,
            warehouse_id: "w1",
            revision_create_time: new Date(scene.now).toISOString(),
        });
        const content = Buffer.from('{"pages":[1]}').toString("base64");
        await send("POST", "/api/2.0/workspace/import", { path: PATH, format: "AUTO", content, overwrite: true });
        expect((await workspace.beyondTree()).dashboards).to.deep.equal({
            [PATH]: {
                warehouse_id: "w1",
                published: { warehouse_id: "w1", embed_credentials: true, serialized_dashboard: '{"pages":[]}' },
            },
        });
        await send("POST", at("/published"), { warehouse_id: "w2" });
        expect((await send("GET", at("/published"))).json).to.include({ warehouse_id: "w2", embed_credentials: false });
        expect(await answer(send("DELETE", at("/published")))).to.deep.equal([200, undefined]);
        expect(await answer(send("DELETE", at("/published")))).to.deep.equal([404, "RESOURCE_DOES_NOT_EXIST"]);
    });

    it("a schedule runs unless it is paused; a change names the state that it changes", async () => {
        const made = await schedule();
        expect(made).to.deep.include({ display_name: "daily", pause_status: "UNPAUSED", cron_schedule });
        const path = at(`/schedules/${String(made["schedule_id"])}`);
        const paused = { cron_schedule, pause_status: "PAUSED", warehouse_id: "w" };
        expect(await answer(send("PUT", path, paused))).to.deep.equal([400, "INVALID_PARAMETER_VALUE"]);
        const changed = (await send("PUT", path, { ...paused, etag: made["etag"] })).json;
        expect(changed).to.include({ pause_status: "PAUSED", warehouse_id: "w" }).and.not.have.property("display_name");
        expect(await answer(send("PUT", path, { ...paused, etag: made["etag"] }))).to.deep.equal([409, "ABORTED"]);
        expect((await send("GET", at("/schedules"))).json).to.deep.equal({ schedules: [changed] });
        expect((await send("GET", path)).json).to.deep.equal(changed);
        expect(await answer(send("DELETE", `${path}?etag=1`))).to.deep.equal([409, "ABORTED"]);
        await send("DELETE", path);
        expect((await send("GET", at("/schedules"))).json).to.deep.equal({});
        const wrong = [{ cron_schedule: {} }, { pause_status: "STOPPED" }];
        for (const body of wrong) expect((await schedule(body))["error_code"]).to.equal("INVALID_PARAMETER_VALUE");
    });

    it("users and destinations subscribe once each", async () => {
        const { id } = workspace.principals.addUser("ada@example.com");
        const path = at(`/schedules/${String((await schedule())["schedule_id"])}/subscriptions`);
        const ada = { subscriber: { user_subscriber: { user_id: Number(id) } }, skip_notify: true };
        const made = (await send("POST", path, ada)).json;
        expect(made).to.deep.include(ada);
        expect(made["created_by_user_id"]).to.equal(Number(workspace.principals.find(cloud.clientId)?.id));
        expect(await answer(send("POST", path, ada))).to.deep.equal([409, "ALREADY_EXISTS"]);
        const destination = { subscriber: { destination_subscriber: { destination_id: "d" } } };
        expect((await send("POST", path, destination)).json).to.deep.include(destination);
        const nobody = { subscriber: { user_subscriber: { user_id: 1 } } };
        for (const body of [nobody, {}, { subscriber: { ...ada.subscriber, ...destination.subscriber } }])
            expect(await answer(send("POST", path, body))).to.deep.equal([400, "INVALID_PARAMETER_VALUE"]);
        const one = `${path}/${String(made["subscription_id"])}`;
        expect((await send("GET", one)).json).to.deep.equal(made);
        await send("DELETE", one);
        expect((await send("GET", path)).json["subscriptions"]).to.have.length(1);
        expect(await answer(send("GET", one))).to.deep.equal([404, "RESOURCE_DOES_NOT_EXIST"]);
    });

    it("a workspace is seeded in the form in which it is shown", async () => {
        const nightly = { display_name: "nightly", cron_schedule, pause_status: "PAUSED" as const };
        const seed = {
            warehouse_id: "w",
            published: { warehouse_id: "w", embed_credentials: false, serialized_dashboard: '{"old":1}' },
            schedules: [{ ...nightly, subscribers: ["ada@example.com"], destinations: ["d"] }],
        };
        await workspace.seedBeyondTree({ dashboards: { [PATH]: seed } });
        expect((await workspace.beyondTree()).dashboards).to.deep.equal({ [PATH]: seed });
        workspace.delete(PATH);
        expect((await workspace.beyondTree()).dashboards).to.deep.equal({});
    });

    it("what is published is under the key of the workspace as the draft is", async () => {
        await send("POST", at("/published"), {});
        const node = workspace.dashboards.require(idOf());
        expect(workspace.dashboards.stateOf(node).published?.sealed.includes("pages")).to.equal(false);
        const root = { principalArn: "arn:aws:iam::123456789012:root", region: "us-east-1" };
        cloud.kms.call("DisableKey", { KeyId: keyArn }, root);
        scene.now += 60_001;
        const refused = [403, "CUSTOMER_MANAGED_KEY_INACCESSIBLE"];
        expect(await answer(send("GET", at()))).to.deep.equal(refused);
        expect(await answer(send("POST", at("/published"), {}))).to.deep.equal(refused);
    });

    describe("schedules in several workspaces", () => {
        it("counts one that runs in two at the same time, and remembers it", async () => {
            const other = await cloud.addWorkspace();
            const seed = (pause_status: "PAUSED" | "UNPAUSED") => ({
                dashboards: { [PATH]: { schedules: [{ display_name: "daily", cron_schedule, pause_status }] } },
            });
            await other.seed({ [PATH]: seeds.dashboard() });
            await other.seedBeyondTree(seed("PAUSED"));
            const made = await schedule();
            const name = `${PATH}: daily`;
            expect(cloud.schedules.now()).to.deep.equal({ [name]: [workspace.id] });
            expect(cloud.schedules.overlaps).to.deep.equal([]);
            await other.seedBeyondTree(seed("UNPAUSED"));
            const both = [{ schedule: name, workspaceIds: [workspace.id, other.id] }];
            expect(cloud.schedules.overlaps).to.deep.equal(both);
            const paused = { cron_schedule, pause_status: "PAUSED", etag: made["etag"] };
            await send("PUT", at(`/schedules/${String(made["schedule_id"])}`), paused);
            expect(cloud.schedules.now()).to.deep.equal({ [name]: [other.id] });
            cloud.account.delete("workspaces", other.id);
            expect(cloud.schedules.now()).to.deep.equal({});
            expect(cloud.schedules.overlaps).to.deep.equal(both);
        });
    });
});
