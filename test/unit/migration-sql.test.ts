import { expect } from "chai";

import { queries } from "../../provider/migration/kinds/queries";
import { startPausedSchedules } from "../../provider/migration/kinds/paused-schedules";
import { migrateContent, planMigration, verifyContent } from "../../provider/migration/migration";
import { seeds } from "../../local-cloud";
import { itIsWhole } from "../helpers/copy-faults";
import { CopyScene } from "../helpers/copy-scene";
import { workspaceRequests } from "../helpers/workspace-requests";

const ADA = "ada@example.com";
const schedule = { quartz_cron_schedule: "0 0 8 * * ?", timezone_id: "UTC" };
const evaluation = { source: { name: "n" }, comparison_operator: "LESS_THAN" };

describe("SQL queries and alerts of a workspace that is copied", () => {
    let scene: CopyScene;
    beforeEach(async () => {
        scene = await CopyScene.start();
    });
    afterEach(() => scene.cloud.stop());

    const kindsOf = ({ findings }: { findings: readonly { kind: string }[] }) => findings.map(({ kind }) => kind);

    const bars = { display_name: "bars", type: "CHART", serialized_options: '{"x": 1}', serialized_query_plan: "[]" };
    const table = { display_name: "Table", type: "TABLE", serialized_options: "{}" };
    const sales = {
        ...{ display_name: "sales", parent_path: "/Shared/etl", query_text: "select :day", warehouse_id: "aaaa" },
        ...{ owner_user_name: ADA, run_as_mode: "OWNER", tags: ["a"] },
        parameters: [{ name: "day", text_value: { value: "monday" } }],
        visualizations: [bars, table],
    };
    const alert = {
        ...{ display_name: "too few", parent_path: "/Shared/etl", query_text: "select 1", warehouse_id: "aaaa" },
        ...{ evaluation, schedule: { ...schedule, pause_status: "UNPAUSED" } },
    };

    async function seed(more: { queries?: object[]; alerts?: object[] } = {}) {
        const { old, replacement } = scene;
        for (const { principals } of [old, replacement]) principals.addUser(ADA);
        old.fill({ warehouses: [{ id: "aaaa", name: "etl" }] });
        replacement.fill({ warehouses: [{ id: "bbbb", name: "etl" }] });
        await old.seed({ "/Shared/etl": seeds.folder() });
        const { queries = [sales], alerts = [alert, { ...alert, display_name: "off", schedule: paused }] } = more;
        const all = { queries, alerts } as Parameters<typeof old.seedBeyondTree>[0];
        await old.seedBeyondTree(all);
        scene.clock.time += 60_000;
    }
    const paused = { ...schedule, pause_status: "PAUSED" };

    const sorted = (all: readonly object[], owner: object) =>
        all.map((one) => JSON.stringify(Object.entries({ ...owner, ...one }).sort())).sort();

    /** What both workspaces hold, once the old one is gone, with the ids of the old one's warehouses. */
    async function started() {
        const { old, replacement, cloud } = scene;
        const before = await old.beyondTree();
        expect(cloud.schedules.overlaps).to.deep.equal([]);
        expect(replacement.alerts.running()).to.deep.equal([]);
        for (const one of old.alerts.list()) old.alerts.remove(one);
        const run = () => startPausedSchedules(scene.connect(replacement), (id) => id === old.id);
        expect((await run()).problems).to.deep.equal([]);
        expect(await run()).to.deep.equal({ started: 0, problems: [], unknown: [], awaited: [] });
        const text = JSON.stringify(await replacement.beyondTree()).replaceAll("bbbb", "aaaa");
        const after = JSON.parse(text) as typeof before;
        const owner = { owner_user_name: cloud.clientId };
        for (const kind of ["queries", "alerts"] as const)
            expect(sorted(after[kind], {})).to.deep.equal(sorted(before[kind], owner));
        expect(replacement.alerts.running()).to.have.length(1);
    }

    it("arrive with folder, owner and warehouse, and alerts run when the old workspace is gone, and not before", async () => {
        await seed();
        const { id } = scene.old.queries.list()[0]!;
        const reads = { ...scene.old.queries.find(id)! };
        reads.permissions.set(`user_name:${ADA}`, "CAN_RUN");
        expect(await planMigration(scene.options())).to.deep.include({ findings: [] });
        const report = await migrateContent(scene.options());
        expect(report).to.deep.include({ complete: true, findings: [] });
        expect(report.equal).to.include({ queries: 1, alerts: 2 });
        const { writes } = scene;
        expect(await migrateContent(scene.options())).to.deep.include({ complete: true, findings: [] });
        expect(await verifyContent(scene.options())).to.deep.include({ complete: true, findings: [] });
        expect(scene.writes).to.equal(writes);
        const [there] = scene.replacement.queries.list();
        expect(there?.permissions.get(`user_name:${ADA}`)).to.equal("CAN_RUN");
        await started();
    }).timeout(20_000);

    it("are not run with the rights of whoever copies them", async () => {
        await seed({
            queries: [{ ...sales, owner_user_name: "gone@example.com" }],
            alerts: [{ ...alert, run_as: { user_name: ADA } }],
        });
        expect((await scene.inventory()).stays.get("alerts")).to.deep.include({ count: 1, isCertain: false });
        const report = await migrateContent(scene.options());
        expect(kindsOf(report)).to.have.members(["queries", "alerts"]);
        const { queries, alerts } = await scene.replacement.beyondTree();
        expect(queries).to.have.length(1);
        expect(queries[0]).to.include({ run_as_mode: "VIEWER", query_text: sales.query_text });
        expect(alerts).to.deep.equal([]);
        const accepted = await migrateContent(scene.options({ accept: ["queries", "alerts"] }));
        expect(accepted.complete).to.equal(true);
    });

    it("name notification destinations, which belong to one workspace", async () => {
        const subscriptions = [{ user_email: ADA }, { destination_id: "pager-of-the-old-workspace" }];
        await seed({ alerts: [{ ...alert, evaluation: { ...evaluation, notification: { subscriptions } } }] });
        expect((await scene.inventory()).stays.get("alerts")).to.deep.include({ count: 1, isCertain: true });
        const report = await migrateContent(scene.options());
        expect(kindsOf(report)).to.deep.equal(["alerts"]);
        expect(report.findings[0]?.reason).to.contain("notification destinations");
        const [copied] = (await scene.replacement.beyondTree()).alerts;
        expect(JSON.stringify(copied)).to.contain(ADA).and.not.contain("pager-of-the-old-workspace");
    });

    it("have their visualizations, beside those that the service makes by itself", async () => {
        await seed();
        const spaced = { ...bars, serialized_options: '{ "x":1 }' };
        const other = { ...table, display_name: "Results" };
        await scene.replacement.seed({ "/Shared/etl": seeds.folder() });
        await scene.replacement.seedBeyondTree({ queries: [{ ...sales, visualizations: [other, spaced] }] });
        const visualizations = async () => (await scene.replacement.beyondTree()).queries[0]?.["visualizations"];
        expect(await migrateContent(scene.options())).to.deep.include({ complete: true, findings: [] });
        expect(await visualizations()).to.deep.equal([other, spaced, table]);
    });

    it("have a visualization as it was changed after it was copied, unless it was changed in the new workspace", async () => {
        await seed();
        await migrateContent(scene.options());
        const change = async (workspace: typeof scene.old, serialized_options: string) => {
            scene.clock.time += 60_000;
            const send = workspaceRequests(scene.cloud, workspace.id);
            const [id] = [...workspace.queries.list()[0]!.visualizations.keys()];
            const body = { visualization: { serialized_options }, update_mask: "serialized_options" };
            expect((await send("PATCH", `/api/2.0/sql/visualizations/${String(id)}`, body)).status).to.equal(200);
        };
        const shown = async () => JSON.stringify((await scene.replacement.beyondTree()).queries);
        await change(scene.old, '{"x": 2}');
        expect((await verifyContent(scene.options())).complete).to.equal(false);
        expect(await migrateContent(scene.options())).to.deep.include({ complete: true, findings: [] });
        expect(await shown())
            .to.contain("2}")
            .and.not.contain("1}");
        await change(scene.replacement, '{"x": 3}');
        const report = await migrateContent(scene.options());
        expect(kindsOf(report)).to.deep.equal(["queries"]);
        expect(report.findings[0]?.reason).to.contain("its visualization bars is another one");
        expect(await shown()).to.contain("3}");
        expect((await migrateContent(scene.options({ accept: ["queries"] }))).complete).to.equal(true);
        await change(scene.old, '{"x": 4}');
        const inUseSince = scene.clock.time - 100_000;
        expect(kindsOf(await migrateContent(scene.options({ inUseSince })))).to.deep.equal(["queries"]);
        expect(await shown()).to.contain("3}");
    });

    it("are looked at with their visualizations before the old workspace is deleted", async () => {
        await seed();
        const look = () => queries.look!({ content: scene.connect(scene.old), id: scene.old.id });
        const before = await look();
        expect(before).to.include({ content: "1 query" });
        scene.clock.time += 60_000;
        const query_id = scene.old.queries.list()[0]!.id;
        const visualization = { ...bars, display_name: "late", query_id };
        await workspaceRequests(scene.cloud, scene.old.id)("POST", "/api/2.0/sql/visualizations", { visualization });
        expect((await look()).digest).not.to.equal(before.digest);
        scene.cloud.inject({
            when: ({ path }) => path.endsWith("/visualizations"),
            do: { kind: "status", status: 403, body: '{"error_code": "PERMISSION_DENIED", "message": "no"}' },
        });
        expect((await look()).unlisted).to.contain("its queries cannot be listed");
        expect((await scene.inventory()).incomplete).not.to.equal(undefined);
        expect(kindsOf(await migrateContent(scene.options()))).to.deep.equal(["queries"]);
    });

    it("wait for a SQL warehouse of the same name; a query comes without it until then", async () => {
        await seed();
        scene.replacement.others.warehouses.length = 0;
        const { stays } = await scene.inventory();
        const words = "the SQL warehouse etl, which alerts and queries use,";
        expect(stays.get("warehouse")).to.deep.equal({ count: 1, words, isCertain: false });
        const report = await migrateContent(scene.options());
        expect(new Set(kindsOf(report))).to.deep.equal(new Set(["warehouse", "alerts"]));
        expect((await scene.replacement.beyondTree()).queries).to.have.length(1);
        scene.replacement.fill({ warehouses: [{ id: "bbbb", name: "etl" }] });
        expect(await migrateContent(scene.options())).to.deep.include({ complete: true, findings: [] });
        await started();
    });

    it("ask for the SQL warehouses once in a comparison, and again where that was refused", async () => {
        await seed();
        await migrateContent(scene.options());
        const verified = async () => {
            scene.log.length = 0;
            const kinds = kindsOf(await verifyContent(scene.options()));
            return [kinds, scene.log.filter(({ path }) => path.startsWith("/api/2.0/sql/warehouses")).length];
        };
        expect(await verified()).to.deep.equal([[], 2]);
        scene.cloud.inject({
            when: ({ path }) => path.endsWith("/sql/warehouses"),
            times: 1,
            do: { kind: "status", status: 403, body: '{"error_code": "PERMISSION_DENIED", "message": "no"}' },
        });
        expect(await verified()).to.deep.equal([["queries"], 4]);
    });

    it("name in a preview each SQL warehouse once, with all that uses it", async () => {
        const of = (warehouse_id: string, display_name: string) => ({ ...sales, display_name, warehouse_id });
        await seed({ queries: [sales, of("cccc", "a"), of("dddd", "b")] });
        scene.old.fill({
            warehouses: [
                { id: "aaaa", name: "etl" },
                { id: "cccc", name: "large" },
                { id: "dddd", name: "bi" },
            ],
        });
        const { count, words } = (await scene.inventory()).stays.get("warehouse") ?? {};
        expect(count).to.equal(3);
        expect(words).to.equal(
            "the SQL warehouse etl, which alerts and queries use, the SQL warehouses bi, large, which queries use,",
        );
    });

    it("take their parameters' values from the query of the new workspace", async () => {
        await seed({ queries: [{ ...sales, display_name: "days" }] });
        const { id } = scene.old.queries.list()[0]!;
        const parameters = [{ name: "day", query_backed_value: { query_id: id, values: ["monday"] } }];
        await scene.old.seedBeyondTree({ queries: [{ ...sales, parameters }] });
        expect(await migrateContent(scene.options())).to.deep.include({ complete: true, findings: [] });
        const there = scene.replacement.queries.list()[0]!.id;
        const copied = (await scene.replacement.beyondTree()).queries.find((one) => one["display_name"] === "sales");
        expect(JSON.stringify(copied)).to.contain(there).and.not.contain(id);
    });

    it("are not overwritten where they may be somebody's work", async () => {
        await seed();
        await scene.replacement.seed({ "/Shared/etl": seeds.folder() });
        await scene.replacement.seedBeyondTree({ queries: [{ ...sales, query_text: "mine" }] });
        expect(kindsOf(await migrateContent(scene.options()))).to.deep.equal(["queries"]);
        expect((await scene.replacement.beyondTree()).queries[0]).to.include({ query_text: "mine" });
    });

    it("are copied once if the tree shows them too", async () => {
        await seed();
        const path = "/Shared/etl/sales.dbquery.ipynb";
        await scene.old.seed({ [path]: seeds.file("{}"), "/Shared/etl/file.dbquery.ipynb": seeds.file("{}") });
        Object.assign(scene.old.nodes.find(path)!, { resourceId: scene.old.queries.list()[0]!.id });
        expect(await migrateContent(scene.options())).to.deep.include({ complete: true, findings: [] });
        const paths = scene.replacement.tree().map((one) => one.path);
        expect(paths).to.include("/Shared/etl/file.dbquery.ipynb").and.not.include(path);
    });

    const missing = '{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no"}';
    for (const kind of ["queries", "alerts"] as const) {
        const path = kind === "queries" ? "/sql/queries" : "/api/2.0/alerts";

        it(`are not lost if the service lists one and does not give it: ${kind}`, async () => {
            await seed();
            const { id } = scene.old[kind].list()[0]!;
            scene.cloud.inject({
                when: (request) => request.method === "GET" && request.path.endsWith(`${path}/${id}`),
                do: { kind: "status", status: 404, body: missing },
            });
            const report = await migrateContent(scene.options());
            expect(kindsOf(report)).to.deep.equal([kind]);
            expect(report.findings[0]?.reason).to.contain("is listed, and is not there");
        });

        it(`are not lost if their list leaves out what the tree has: ${kind}`, async () => {
            await seed({ alerts: [alert] });
            const inTree = `/Shared/etl/one.${kind === "queries" ? "dbquery.ipynb" : "dbalert.json"}`;
            await scene.old.seed({ [inTree]: seeds.file("{}") });
            Object.assign(scene.old.nodes.find(inTree)!, { resourceId: scene.old[kind].list()[0]!.id });
            scene.cloud.inject({
                when: (request) => request.workspaceId === scene.old.id && request.path.endsWith(path),
                do: { kind: "body", body: "{}" },
            });
            expect(await migrateContent(scene.options())).to.deep.include({ complete: true, findings: [] });
            expect(scene.replacement.tree().map((one) => one.path)).not.to.include(inTree);
            await started();
        });
    }

    it("leave an alert running that somebody has started in the new workspace", async () => {
        await seed({ alerts: [{ ...alert, schedule: paused }] });
        await migrateContent(scene.options());
        const { alerts } = scene.replacement;
        alerts.update(await scene.replacement.unlock(), alerts.list()[0]!, { schedule: alert.schedule });
        expect(await migrateContent(scene.options())).to.deep.include({ complete: true, findings: [] });
        expect(alerts.running()).to.have.length(1);
    });

    it("keep who may use one by then, if it is changed in the old workspace after everything was verified", async () => {
        await seed({ alerts: [] });
        expect(await migrateContent(scene.options())).to.deep.include({ complete: true, findings: [] });
        const [there] = scene.replacement.queries.list();
        there!.permissions.set(`user_name:${ADA}`, "CAN_EDIT");
        scene.clock.time += 3_600_000;
        const settled = { at: scene.clock.time - 600_000, digest: undefined };
        const [source] = scene.old.queries.list();
        scene.old.queries.update(await scene.old.unlock(), source!, { query_text: "select 2" });
        await scene.old.seedBeyondTree({ queries: [{ ...sales, display_name: "new" }] });
        scene.old.queries.list()[1]!.permissions.set(`user_name:${ADA}`, "CAN_RUN");
        const report = await migrateContent(scene.options({ settled, inUseSince: settled.at }));
        expect(report).to.deep.include({ complete: true, findings: [] });
        expect((await scene.replacement.beyondTree()).queries[0]).to.include({ query_text: "select 2" });
        const granted = scene.replacement.queries.list().map(({ permissions }) => permissions.get(`user_name:${ADA}`));
        expect(granted).to.deep.equal(["CAN_EDIT", "CAN_RUN"]);
    });

    it("wait for each workspace that an alert runs in", async () => {
        await seed({
            alerts: [{ ...alert, display_name: "too few (paused until workspace 7 is deleted)", schedule: paused }],
        });
        expect(await migrateContent(scene.options())).to.deep.include({ complete: true, findings: [] });
        const nameIn = async () => (await scene.replacement.beyondTree()).alerts[0]?.["display_name"];
        const ids = [scene.old.id, "7"].sort().join(" and ");
        expect(await nameIn()).to.equal(`too few (paused until workspaces ${ids} are deleted)`);
        const end = (...gone: string[]) =>
            startPausedSchedules(scene.connect(scene.replacement), (id) => gone.includes(id));
        expect(await end(scene.old.id)).to.deep.include({ started: 0, awaited: ["7"] });
        expect(await end(scene.old.id, "7")).to.deep.include({ started: 1, awaited: [] });
        expect(await nameIn()).to.equal("too few");
    });

    it("are not known if the service has no such list", async () => {
        await seed();
        scene.cloud.inject({
            when: ({ path }) => path.endsWith("/sql/queries"),
            do: { kind: "status", status: 403, body: '{"error_code": "PERMISSION_DENIED", "message": "no"}' },
        });
        expect(kindsOf(await migrateContent(scene.options()))).to.deep.equal(["queries"]);
        expect((await scene.inventory()).incomplete).not.to.equal(undefined);
    });

    const begin = async () => {
        await scene.cloud.stop();
        scene = await CopyScene.start();
        await seed();
        return scene;
    };
    const lived = { begin, check: () => started() };

    itIsWhole(
        lived,
        [
            /\/sql\/queries$/,
            /\/sql\/queries\/[^/]*$/,
            /\/visualizations(\/|$)/,
            /\/api\/2\.0\/alerts$/,
            /\/api\/2\.0\/alerts\//,
            /\/permissions\/(queries|alertsv2)\//,
        ],
        4,
    );
});
