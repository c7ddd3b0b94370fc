import { expect } from "chai";

import { seeds } from "../../local-cloud";
import { failure, type ReplacedContent, sceneOfEach } from "../helpers/replaced-content";

const PATH = "/Shared/sales.lvdash.json";

describe("the schedules of dashboards in a workspace that is replaced", () => {
    let scene: ReplacedContent;
    const { handlers, changed, compare } = sceneOfEach((begun) => (scene = begun));
    beforeEach(async () => {
        const { cloud, old } = scene;
        await cloud.workspace(old.id).seed({ [PATH]: seeds.dashboard('{"pages":[]}') });
        const cron_schedule = { quartz_cron_expression: "0 0 8 * * ?", timezone_id: "UTC" };
        const schedules = [{ display_name: "nightly", cron_schedule, pause_status: "UNPAUSED" as const }];
        await cloud.workspace(old.id).seedBeyondTree({ dashboards: { [PATH]: { published: {}, schedules } } });
    });

    async function replaced() {
        const { old } = scene;
        const process = handlers();
        await compare(process, old, changed());
        const { id, outs } = await process.workspace.create(changed());
        const name = `${PATH}: nightly`;
        expect(scene.cloud.schedules.now()).to.deep.equal({ [name]: [old.id] });
        return { process, running: () => scene.cloud.schedules.now(), expected: { [name]: [id] }, state: { id, outs } };
    }

    it("run in the new one as soon as the old one is gone, and never in both", async () => {
        const { process, running, expected } = await replaced();
        await process.workspace.delete(scene.old.id, scene.old.outs);
        expect(running()).to.deep.equal(expected);
        expect(scene.cloud.schedules.overlaps).to.deep.equal([]);
        expect(scene.world.lines.join("\n")).to.contain("1 schedule of the workspace");
    });

    it("are started by the next run if one ended before that", async () => {
        const { process, running, expected, state } = await replaced();
        const stop = scene.cloud.inject({
            when: ({ method, path }) => method === "PUT" && path.includes("/schedules/"),
            do: { kind: "status", status: 400, body: '{"error_code": "BAD_REQUEST", "message": "not now"}' },
        });
        const error = await failure(process.workspace.delete(scene.old.id, scene.old.outs));
        expect(error.message).to.contain("nightly").and.to.contain("not now");
        expect(running()).to.deep.equal({});
        stop();
        const next = handlers();
        await compare(next, state, changed(), changed());
        await next.workspace.delete(scene.old.id, scene.old.outs);
        expect(running()).to.deep.equal(expected);
        expect(scene.cloud.schedules.overlaps).to.deep.equal([]);
    });
});
