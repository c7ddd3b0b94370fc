import { expect } from "chai";

import { seeds } from "../../local-cloud";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { under, workspace } from "../helpers/programs";
import { ReplacedStack } from "../helpers/replaced-stack";

const PATH = "/Shared/sales.lvdash.json";
const nightly = {
    display_name: "nightly",
    cron_schedule: { quartz_cron_expression: "0 0 8 * * ?", timezone_id: "UTC" },
    pause_status: "UNPAUSED" as const,
};

describe("the schedules of dashboards in a workspace that is replaced", () => {
    const scene = ReplacedStack.ofEach();
    beforeEach(async () => {
        await scene.tree().seed({ [PATH]: seeds.dashboard('{"pages":[]}') });
        await scene.tree().seedBeyondTree({ dashboards: { [PATH]: { published: {}, schedules: [nightly] } } });
    });
    afterEach(() => expect(scene.stack.cloud.schedules.overlaps).to.deep.equal([]));
    const runningIn = (...ids: string[]) =>
        expect(scene.stack.cloud.schedules.now()).to.deep.equal(
            Object.fromEntries(ids.length > 0 ? [[`${PATH}: nightly`, ids]] : []),
        );

    it("run in the new one as soon as the old one is gone, and never in both", async () => {
        scene.stack.cloud.inject({
            when: ({ method }) => method === "DELETE",
            do: { kind: "call", when: "before", run: async () => void runningIn(scene.old) },
        });
        const { lines } = await expectOk(scene.to("b"));
        runningIn(scene.stack.id());
        expect(lines.join("\n")).to.contain("1 schedule of the workspace");
    });

    /** The account refuses to delete a workspace, until the function returned is called. */
    const refuseDelete = (id: string) =>
        scene.stack.cloud.inject({
            when: ({ method, path }) => method === "DELETE" && path.endsWith(`/workspaces/${id}`),
            do: { kind: "status", status: 409 },
        });

    it("are started in one whose own end is asked for with that of the old one, and refused", async () => {
        const now = await scene.verified();
        await expectRefused(scene.stack.destroy(), `The workspace ${now} is not deleted`, "it holds content");
        expect(scene.stack.workspaces()).to.deep.equal([now]);
        runningIn(now);
    });

    it("wait for each workspace that runs them if the key changes again meanwhile", async () => {
        const stop = refuseDelete(scene.old);
        await expectRefused(scene.to("b"), "409");
        await expectRefused(scene.to("third"), "409");
        const now = scene.stack.id();
        expect(scene.stack.workspaces()).to.have.members([scene.old, now]).and.have.length(2);
        runningIn(scene.old);
        stop();
        await expectOk(scene.stack.up());
        runningIn(now);
    });

    it("go on waiting for one from which the old one was copied by hand, and a line says so", async () => {
        const { cloud } = scene.stack;
        const other = await cloud.addWorkspace();
        const [schedule] = [...scene.tree().dashboards.stateOf(scene.tree().nodes.find(PATH)!).schedules.values()];
        const display_name = `nightly (paused until workspace ${other.id} is deleted)`;
        schedule!.fields = { ...schedule!.fields, display_name, pause_status: "PAUSED" };
        const { lines } = await expectOk(scene.to("b"));
        expect(lines.join("\n")).to.contain(`still wait for that of ${other.id}`);
        runningIn();
    });

    it("start in one of several that took over, and stay paused in the others, which a line says", async () => {
        const other = workspace("x", { ...under("b"), migrateContent: { from: [scene.old] } });
        const copied = await expectOk(scene.stack.change({ x: other }).up());
        expect(copied.lines.join("\n")).to.contain("1 schedule is paused until the old one is deleted");
        const { lines } = await expectOk(scene.to("b"));
        const [now, copy] = [scene.stack.id(), scene.stack.id("x")];
        expect(lines.join("\n")).to.contain(`1 schedule of the workspace ${copy} waited for the end of ${scene.old}`);
        runningIn(now);
        const { schedules = [] } = (await scene.tree(copy).beyondTree()).dashboards[PATH] ?? {};
        expect(schedules).to.deep.equal([{ ...nightly, pause_status: "PAUSED" }]);
    });

    it("stay paused if the old one is kept, which a line says", async () => {
        await expectOk(scene.to("a", {}, { retainOnDelete: true }));
        const { lines } = await expectOk(scene.to("b", {}, { retainOnDelete: true }));
        expect(lines.join("\n")).to.contain("1 schedule is paused until the old one is deleted");
        runningIn(scene.old);
    });

    it("are started in one that the key is put back to, if they were made in its replacement", async () => {
        const now = await scene.incomplete();
        const schedules = [{ ...nightly, display_name: "made there" }];
        await scene.tree(now).seed({ "/Shared/new.lvdash.json": seeds.dashboard("{}") });
        await scene.tree(now).seedBeyondTree({ dashboards: { "/Shared/new.lvdash.json": { schedules } } });
        await expectOk(scene.to("a", { migrateContent: { accept: ["library"] } }));
        expect(scene.stack.workspaces()).to.deep.equal([scene.old]);
        expect(scene.stack.cloud.schedules.now()).to.deep.equal({
            [`${PATH}: nightly`]: [scene.old],
            "/Shared/new.lvdash.json: made there": [scene.old],
        });
    });

    it("are started if the list of dashboards is empty then", async () => {
        scene.stack.cloud.inject({
            when: ({ path, workspaceId }) =>
                path.endsWith("/lakeview/dashboards") &&
                workspaceId !== scene.old &&
                !scene.stack.workspaces().includes(scene.old),
            do: { kind: "body", body: "{}" },
        });
        await expectOk(scene.to("b"));
        runningIn(scene.stack.id());
    });

    it("are a warning if the new workspace does not run then", async () => {
        const now = await scene.verified();
        const { account } = scene.stack.cloud;
        account.delete("workspaces", scene.old);
        account.setStatus(now, "FAILED", "no");
        const { lines } = await expectOk(scene.stack.up());
        expect(lines.join("\n"))
            .to.contain(`schedules in the workspace ${now} wait to be started`)
            .and.contain("FAILED");
        runningIn();
    });

    it("are started by the next run if one dashboard could not be read", async () => {
        const stop = scene.stack.cloud.inject({
            when: ({ method, path, workspaceId }) =>
                method === "GET" &&
                path.endsWith("/schedules") &&
                workspaceId !== scene.old &&
                !scene.stack.workspaces().includes(scene.old),
            do: { kind: "status", status: 403, body: '{"error_code": "PERMISSION_DENIED", "message": "not you"}' },
        });
        await expectRefused(scene.to("b"), "could be started", "not you");
        runningIn();
        stop();
        await expectOk(scene.stack.up());
        runningIn(scene.stack.id());
    });

    it("are started by the next run if one ended before that", async () => {
        const stop = scene.stack.cloud.inject({
            when: ({ method, path }) => method === "PUT" && path.includes("/schedules/"),
            do: { kind: "status", status: 400, body: '{"error_code": "BAD_REQUEST", "message": "not now"}' },
        });
        await expectRefused(scene.to("b"), "nightly", "not now");
        runningIn();
        stop();
        await expectOk(scene.stack.up());
        runningIn(scene.stack.id());
    });
});
