import { expect } from "chai";

import { seeds } from "../../local-cloud";
import { expectOk, expectRefused } from "../helpers/expect-ok";
import { ReplacedStack } from "../helpers/replaced-stack";

const PATH = "/Shared/sales.lvdash.json";

describe("the schedules of dashboards in a workspace that is replaced", () => {
    const scene = ReplacedStack.ofEach();
    beforeEach(async () => {
        await scene.tree().seed({ [PATH]: seeds.dashboard('{"pages":[]}') });
        const cron_schedule = { quartz_cron_expression: "0 0 8 * * ?", timezone_id: "UTC" };
        const schedules = [{ display_name: "nightly", cron_schedule, pause_status: "UNPAUSED" as const }];
        await scene.tree().seedBeyondTree({ dashboards: { [PATH]: { published: {}, schedules } } });
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
