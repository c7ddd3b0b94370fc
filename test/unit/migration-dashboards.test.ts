import { expect } from "chai";

import { lookAtAll } from "../../provider/migration/kinds/table";
import { startPausedSchedules } from "../../provider/migration/kinds/paused-schedules";
import { migrateContent, planMigration, verifyContent } from "../../provider/migration/migration";
import { type BeyondTree, seeds } from "../../local-cloud";
import { itIsWhole } from "../helpers/copy-faults";
import { CopyScene } from "../helpers/copy-scene";

const PATH = "/Shared/sales.lvdash.json";
const nothing = { started: 0, problems: [], unknown: [], awaited: [] };
const cron_schedule = { quartz_cron_expression: "0 0 8 * * ?", timezone_id: "UTC" };

describe("dashboards of a workspace that is copied", () => {
    let scene: CopyScene;
    beforeEach(async () => {
        scene = await CopyScene.start();
    });
    afterEach(() => scene.cloud.stop());

    const kindsOf = ({ findings }: { findings: readonly { kind: string }[] }) => findings.map(({ kind }) => kind);

    async function seed({ more = {}, published = {} }: { more?: object; published?: object } = {}) {
        const { old, replacement } = scene;
        for (const { principals } of [old, replacement]) principals.addUser("ada@example.com");
        old.fill({ warehouses: [{ id: "aaaa", name: "etl" }] });
        replacement.fill({ warehouses: [{ id: "bbbb", name: "etl" }] });
        await old.seed({ [PATH]: seeds.dashboard('{"pages":[]}') });
        scene.clock.time += 1_000;
        const schedules = [
            { display_name: "nightly", pause_status: "UNPAUSED" as const, subscribers: ["ada@example.com"] },
            { pause_status: "UNPAUSED" as const, warehouse_id: "aaaa" },
            { display_name: "off", pause_status: "PAUSED" as const },
        ].map((one) => ({ cron_schedule, ...one, ...more }));
        const dashboard = { warehouse_id: "aaaa", published: { warehouse_id: "aaaa", ...published }, schedules };
        await old.seedBeyondTree({ dashboards: { [PATH]: dashboard } });
        scene.clock.time += 60_000;
    }

    /** What the new workspace holds once the old one is gone, with the ids of the old one's warehouses. */
    async function started() {
        const { old, replacement, cloud } = scene;
        const before = sorted((await old.beyondTree()).dashboards);
        expect(cloud.schedules.overlaps).to.deep.equal([]);
        expect(replacement.dashboards.running()).to.deep.equal([]);
        old.dashboards.stateOf(old.nodes.find(PATH)!).schedules.clear();
        const run = () => startPausedSchedules(scene.connect(replacement), (id) => id === old.id);
        expect((await run()).problems).to.deep.equal([]);
        expect(await run()).to.deep.equal(nothing);
        const after = JSON.stringify((await replacement.beyondTree()).dashboards).replaceAll("bbbb", "aaaa");
        return [sorted(JSON.parse(after) as BeyondTree["dashboards"]), before];
    }

    /** Schedules are made at the same time, so in any order. */
    function sorted(all: BeyondTree["dashboards"] = {}) {
        const lines = (list: readonly object[] = []) =>
            list.map((one) => JSON.stringify(Object.entries(one).sort())).sort();
        return Object.values(all).map(({ schedules, ...rest }) => ({ ...rest, schedules: lines(schedules) }));
    }

    it("are published as they were, and their schedules run when the old workspace is gone, and not before", async () => {
        await seed();
        expect((await planMigration(scene.options())).findings).to.deep.equal([]);
        expect(await migrateContent(scene.options())).to.deep.include({ complete: true, findings: [] });
        const { writes } = scene;
        expect(await migrateContent(scene.options())).to.deep.include({ complete: true, findings: [] });
        expect(await verifyContent(scene.options())).to.deep.include({ complete: true, findings: [] });
        expect(scene.writes).to.equal(writes);
        const names = [...scene.replacement.dashboards.all()].flatMap(([, { schedules }]) =>
            [...schedules.values()].map(({ fields }) => fields.display_name),
        );
        const mark = `(paused until workspace ${scene.old.id} is deleted)`;
        expect(names).to.have.members([`nightly ${mark}`, mark, "off"]);
        const other = await startPausedSchedules(scene.connect(scene.replacement), (id) => id === "999");
        expect(other).to.deep.equal(nothing);
        const [after, before] = await started();
        expect(after).to.deep.equal(before);
    });

    it("are published, with their schedules, in a workspace that shows a new dashboard late", async () => {
        await seed();
        scene.replacement.behavior.dashboardMilliseconds = 20_000;
        expect(await migrateContent(scene.options())).to.deep.include({ complete: true, findings: [] });
        const [after, before] = await started();
        expect(after).to.deep.equal(before);
    });

    it("are a finding if the new workspace never shows one by its id", async () => {
        await seed();
        scene.replacement.behavior.dashboardMilliseconds = Infinity;
        const report = await migrateContent(scene.options());
        expect(report.complete).to.equal(false);
        expect(kindsOf(report)).to.deep.equal(["dashboards"]);
        expect(report.findings[0]?.reason).to.contain("is not shown by its id after 60 s");
    });

    it("wait for a SQL warehouse of the same name, which a preview names", async () => {
        await seed();
        scene.replacement.others.warehouses.length = 0;
        const { stays } = await scene.inventory();
        expect(stays.get("warehouse")).to.deep.include({ count: 1, isCertain: false });
        expect(stays.get("warehouse")?.words).to.contain("etl");
        const report = await migrateContent(scene.options());
        expect(kindsOf(report)).to.deep.equal(["warehouse"]);
        expect(report.findings[0]).to.deep.include({ path: "SQL warehouse etl" });
        expect(report.findings[0]?.reason).to.contain(PATH);
        scene.replacement.fill({ warehouses: [{ id: "bbbb", name: "etl" }] });
        expect(await migrateContent(scene.options())).to.deep.include({ complete: true, findings: [] });
        const [after, before] = await started();
        expect(after).to.deep.equal(before);
    });

    it("show readers nothing that was not published", async () => {
        await seed();
        const id = scene.old.nodes.find(PATH)!.resourceId!;
        const body = { serialized_dashboard: '{"pages":["draft"]}' };
        await scene.connect(scene.old).requests.write("PATCH", `/api/2.0/lakeview/dashboards/${id}`, body);
        expect((await scene.inventory()).stays.get("dashboards")).to.deep.include({ count: 1, isCertain: true });
        const report = await migrateContent(scene.options());
        expect(kindsOf(report)).to.deep.equal(["dashboards"]);
        expect(report.findings[0]?.reason).to.contain("was changed after it was published");
        expect((await scene.replacement.beyondTree()).dashboards[PATH]?.published).to.equal(undefined);
        expect((await migrateContent(scene.options({ accept: ["dashboards"] }))).complete).to.equal(true);
    });

    it("lend their readers nobody's credentials, and say so", async () => {
        await seed({ published: { embed_credentials: true } });
        const report = await migrateContent(scene.options());
        expect(kindsOf(report)).to.deep.equal(["dashboards"]);
        expect(report.findings[0]?.reason).to.contain("credentials of its publisher");
        const { published } = (await scene.replacement.beyondTree()).dashboards[PATH] ?? {};
        expect(published).to.deep.include({ embed_credentials: false });
    });

    it("name schedules that tell notification destinations", async () => {
        await seed({ more: { destinations: ["d1"] } });
        const report = await migrateContent(scene.options());
        expect(new Set(kindsOf(report))).to.deep.equal(new Set(["dashboards"]));
        expect(report.findings[0]?.reason).to.contain("notification destinations");
    });

    it("are looked at, with their schedules and what is published, before the old workspace is deleted", async () => {
        await seed();
        const look = async () => (await lookAtAll({ content: scene.connect(scene.old), id: scene.old.id })).digest;
        const seen = [await look(), await look()];
        expect(new Set(seen)).to.have.lengthOf(1);
        const id = scene.old.nodes.find(PATH)!.resourceId;
        scene.clock.time += 60_000;
        const { requests } = scene.connect(scene.old);
        await requests.write("POST", `/api/2.0/lakeview/dashboards/${id}/published`, { embed_credentials: false });
        seen.push(await look());
        const path = `/api/2.0/lakeview/dashboards/${id}/schedules`;
        const { schedule_id } = await requests.create(path, { cron_schedule });
        seen.push(await look());
        const [user] = scene.old.principals
            .assignments()
            .filter(({ principal }) => principal.name === "ada@example.com");
        const subscriber = { user_subscriber: { user_id: user!.principal.id } };
        await requests.write("POST", `${path}/${String(schedule_id)}/subscriptions`, { subscriber });
        seen.push(await look());
        expect(new Set(seen)).to.have.lengthOf(4);
    });

    it("are not known to have nothing published if the service has no such list", async () => {
        scene.cloud.inject({
            when: ({ path }) => path.endsWith("/lakeview/dashboards"),
            do: { kind: "status", status: 404, body: '{"error_code": "ENDPOINT_NOT_FOUND", "message": "no"}' },
        });
        expect(kindsOf(await migrateContent(scene.options()))).to.deep.equal(["dashboards"]);
        expect((await scene.inventory()).incomplete).not.to.equal(undefined);
    });

    const missing = '{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no"}';
    const idOf = () => scene.old.nodes.find(PATH)!.resourceId;

    it("are not lost if the service lists one and does not give it", async () => {
        await seed();
        scene.cloud.inject({
            when: ({ method, path }) => method === "GET" && path.endsWith(`/lakeview/dashboards/${idOf()}`),
            do: { kind: "status", status: 404, body: missing },
        });
        const report = await migrateContent(scene.options());
        expect(kindsOf(report)).to.deep.equal(["dashboards"]);
        expect(report.findings[0]?.reason).to.contain("is listed, and is not there");
    });

    it("are not lost if the new workspace lists one in its folder and does not give it", async () => {
        await seed();
        scene.cloud.inject({
            when: ({ path, query, workspaceId }) =>
                path.endsWith("/workspace/get-status") && query["path"] === PATH && workspaceId !== scene.old.id,
            do: { kind: "status", status: 404, body: missing },
        });
        const report = await migrateContent(scene.options());
        expect(new Set(kindsOf(report))).to.deep.equal(new Set(["dashboards"]));
        expect(report.findings[0]?.reason).to.contain(`${PATH} is listed, and is not there`);
    });

    it("are not lost if their list leaves out what the tree has", async () => {
        await seed();
        scene.cloud.inject({
            when: ({ workspaceId, path }) => workspaceId === scene.old.id && path.endsWith("/lakeview/dashboards"),
            do: { kind: "body", body: "{}" },
        });
        expect(await migrateContent(scene.options())).to.deep.include({ complete: true, findings: [] });
        const [after, before] = await started();
        expect(after).to.deep.equal(before);
    });

    it("have a schedule once that is in two pages of a list", async () => {
        await seed();

        const isList = ({
            method,
            path,
            workspaceId,
        }: {
            method: string;
            path: string;
            workspaceId?: string | undefined;
        }) => method === "GET" && path.endsWith("/schedules") && workspaceId === scene.old.id;
        const all = await scene
            .connect(scene.old)
            .requests.read(`/api/2.0/lakeview/dashboards/${idOf()}/schedules`, ({ schedules }) => schedules);
        const page = JSON.stringify({ schedules: all, next_page_token: "again" });
        scene.cloud.inject({
            when: (request) => isList(request) && request.query["page_token"] === undefined,
            do: { kind: "body", body: page },
        });
        scene.cloud.inject({ when: isList, do: { kind: "body", body: JSON.stringify({ schedules: all }) } });
        expect(await migrateContent(scene.options())).to.deep.include({ complete: true, findings: [] });
        const [after, before] = await started();
        expect(after).to.deep.equal(before);
    });

    it("are not published in the new workspace if somebody has another draft there", async () => {
        await seed();
        await scene.replacement.seed({ [PATH]: seeds.dashboard('{"pages":["secret"]}') });
        const report = await migrateContent(scene.options());
        expect(kindsOf(report)).to.have.members(["changed-in-target", "dashboards"]);
        expect((await scene.replacement.beyondTree()).dashboards[PATH]?.published).to.equal(undefined);
    });

    it("are published again if they were in the old workspace, and a finding if that is not in their draft", async () => {
        await seed();
        expect(await migrateContent(scene.options())).to.deep.include({ complete: true, findings: [] });
        const node = scene.old.nodes.find(PATH)!;
        const publishAt = () => scene.replacement.dashboards.stateOf(scene.replacement.nodes.find(PATH)!).published;
        const before = publishAt()!.createdAt;
        scene.clock.time += 60_000;
        await scene.connect(scene.old).requests.write("POST", `/api/2.0/lakeview/dashboards/${idOf()}/published`, {
            warehouse_id: "aaaa",
            embed_credentials: false,
        });
        scene.clock.time += 60_000;
        const settled = { at: scene.clock.time, digest: undefined };
        expect(await migrateContent(scene.options({ settled }))).to.deep.include({ complete: true, findings: [] });
        expect(publishAt()!.createdAt).to.be.greaterThan(before);
        scene.clock.time += 60_000;
        Object.assign(scene.old.dashboards.stateOf(node).published!, { createdAt: scene.clock.time });
        scene.clock.time += 60_000;
        node.modifiedAt = scene.clock.time;
        const report = await migrateContent(scene.options());
        expect(kindsOf(report)).to.deep.equal(["dashboards"]);
        expect(report.findings[0]?.reason).to.contain("was changed after it was published");
    });

    for (const [what, more] of [
        ["a schedule", { schedules: [{ display_name: "mine", cron_schedule, pause_status: "UNPAUSED" as const }] }],
        ["a subscriber", { schedules: [] }],
        ["a permission", {}],
        ["nothing", undefined],
    ] as const)
        it(`are not overwritten after everything was verified if somebody has given one ${what} there`, async () => {
            await seed();
            const { old, replacement, clock } = scene;
            expect(await migrateContent(scene.options())).to.deep.include({ complete: true, findings: [] });
            clock.time += 3_600_000;
            const settled = { at: clock.time - 600_000, digest: undefined };
            const node = replacement.nodes.find(PATH)!;
            const { schedules } = replacement.dashboards.stateOf(node);
            for (const one of more?.schedules ?? []) replacement.dashboards.addSchedule(node, one);
            if (what === "a subscriber")
                replacement.dashboards.subscribe([...schedules.values()][2]!, { user_subscriber: { user_id: "77" } });
            if (what === "a permission") node.permissions.set("user_name:ada@example.com", "CAN_RUN");
            const held = schedules.size;
            await old.seed({ [PATH]: seeds.dashboard('{"pages":["edited"]}') });
            const report = await migrateContent(scene.options({ settled, inUseSince: settled.at }));
            expect(kindsOf(report).includes("changed-in-target")).to.equal(more !== undefined);
            expect(replacement.nodes.find(PATH) === node).to.equal(more !== undefined);
            expect(schedules.size).to.equal(held);
        });

    it("keep a schedule running that somebody has started in the new workspace", async () => {
        await seed();
        await migrateContent(scene.options());
        const there = [...scene.replacement.dashboards.stateOf(scene.replacement.nodes.find(PATH)!).schedules.values()];
        const off = there.find(({ fields }) => fields.display_name === "off")!;
        off.fields = { ...off.fields, pause_status: "UNPAUSED" };
        expect(await migrateContent(scene.options())).to.deep.include({ complete: true, findings: [] });
        expect(off.fields.pause_status).to.equal("UNPAUSED");
    });

    it("have a schedule once whose times were changed after it was copied", async () => {
        await seed();
        await migrateContent(scene.options());
        scene.clock.time += 60_000;
        for (const one of scene.old.dashboards.stateOf(scene.old.nodes.find(PATH)!).schedules.values())
            if (one.fields.display_name === "nightly")
                one.fields = { ...one.fields, cron_schedule: { ...cron_schedule, timezone_id: "Europe/Berlin" } };
        expect(await migrateContent(scene.options())).to.deep.include({ complete: true, findings: [] });
        const [after, before] = await started();
        expect(after).to.deep.equal(before);
    });

    for (const [what, more, answers] of [
        ["alike", { display_name: "same", pause_status: "UNPAUSED", subscribers: [], warehouse_id: "aaaa" }, 0],
        ["that a list shows late", {}, 2],
    ] as const)
        it(`have each schedule once: those ${what}`, async () => {
            await seed({ more });
            let late: number = answers;
            scene.cloud.inject({
                when: ({ workspaceId, path, method }) =>
                    workspaceId === scene.replacement.id &&
                    path.endsWith("/schedules") &&
                    method === "GET" &&
                    scene.replacement.dashboards.all().some(([, { schedules }]) => schedules.size > 0) &&
                    late-- > 0,
                do: { kind: "body", body: "{}" },
            });
            expect(await migrateContent(scene.options())).to.deep.include({ complete: true, findings: [] });
            const [after, before] = await started();
            expect(after).to.deep.equal(before);
        });

    const begin = async () => {
        await scene.cloud.stop();
        scene = await CopyScene.start();
        await seed();
        return scene;
    };
    const lived = {
        begin,
        check: async (what: string) => {
            const [after, before] = await started();
            expect(after, what).to.deep.equal(before);
        },
    };

    const paths = [/lakeview\/dashboards$/, /\/published$/, /\/schedules$/, /\/subscriptions$/, /sql\/warehouses$/];
    itIsWhole(lived, paths, 6);
});
