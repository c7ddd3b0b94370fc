import { expect } from "chai";

import type { FaultEffect } from "../../local-cloud";
import type { FaultTarget } from "../../local-cloud/faults";
import { endEngines, engine, type EngineStack } from "../helpers/engine";
import { expectOk, textOf } from "../helpers/expect-ok";
import { key, under, workspace, workspaceProgram } from "../helpers/programs";
import { waysOf } from "../helpers/sample";
import { asIfStarted, fillWithEverything, linesOf } from "../helpers/some-of-everything";

/** A workspace with some of everything, whose key is about to change. */
class Scene {
    private constructor(
        readonly stack: EngineStack,
        private readonly old: string,
        private readonly held: readonly string[],
        private readonly running: readonly string[],
    ) {}

    static async begin(): Promise<Scene> {
        const stack = await engine(
            (cloud) =>
                workspaceProgram(
                    workspace("w", under("a")),
                    ["a", "b"].map((name) => key(name, cloud.createKey())),
                ),
            { workspaces: { gitFolders: "cli-outside-repos" } },
        );
        const { cloud } = stack;
        await expectOk(stack.up());
        const [old = ""] = stack.workspaces();
        await fillWithEverything(cloud, old);
        stack.clock.pass(60_000);
        stack.clear();
        const running = Object.keys(cloud.schedules.now());
        return new Scene(stack, old, await linesOf(cloud, old), running).watchDelete();
    }

    /** No workspace may go before everything is in the other one. */
    private watchDelete(): this {
        this.stack.cloud.inject({
            when: ({ method, path }) => method === "DELETE" && path.endsWith(`/workspaces/${this.old}`),
            do: {
                kind: "call",
                when: "before",
                run: async () => {
                    const now = this.stack.workspaces().find((id) => id !== this.old) ?? "";
                    const there = asIfStarted(await linesOf(this.stack.cloud, now));
                    expect(there, "before the DELETE").to.deep.equal(asIfStarted(this.held));
                },
            },
        });
        return this;
    }

    change(): EngineStack {
        return this.stack.change({ w: workspace("w", under("b")) });
    }

    /** The ups that follow one that failed, until one succeeds. Everything is there once then, and what ran runs there alone. */
    async settle(what: string): Promise<void> {
        const { stack, old, held, running } = this;
        let last = await stack.up();
        for (let ups = 1; !last.ok && ups < 4; ups++) last = await stack.up();
        expect(last.ok, `${what}:\n${textOf(last)}`).to.equal(true);
        const [now = "", ...others] = stack.workspaces();
        expect([others, now === old], what).to.deep.equal([[], false]);
        expect(await linesOf(stack.cloud, now), what).to.deep.equal(held);
        expect(stack.cloud.schedules.now(), what).to.deep.equal(
            Object.fromEntries(running.map((name) => [name, [now]])),
        );
        expect(stack.cloud.schedules.overlaps, what).to.deep.equal([]);
    }
}

const refusal: FaultEffect = {
    kind: "status",
    status: 403,
    body: '{"error_code": "PERMISSION_DENIED", "message": "not you"}',
};
const garbage: FaultEffect = { kind: "body", body: "<html>garbage</html>" };

/** A write that is refused, and then twice one that has its effect, and no response that says so. */
const lostWrites: readonly FaultEffect[] = [
    refusal,
    { kind: "status", status: 500, afterEffect: true },
    { kind: "drop", when: "after" },
];

/** What a request to a workspace asks for beside its tree and people, without ids; `undefined`: it is about something else. */
function nameOf({ method, path, workspaceId }: Pick<FaultTarget, "method" | "path" | "workspaceId">) {
    const [, what] = /^\/api\/[\d.]+(\/.*)$/.exec(path) ?? [];
    const isOther = /^\/(workspace\/|preview|permissions\/(notebooks|directories))/;
    if (workspaceId === undefined || what === undefined || isOther.test(what)) return undefined;
    return `${method} ${what.replace(/\/[0-9a-f-]{12,}|\/\d+/g, "/…")}`;
}

/** How often a replacement asks for each of what it carries beside tree and people. */
const carried: Readonly<Record<string, number>> = {
    "GET /alerts": 10,
    "GET /alerts/…": 14,
    "GET /lakeview/dashboards": 7,
    "GET /lakeview/dashboards/…": 9,
    "GET /lakeview/dashboards/…/published": 11,
    "GET /lakeview/dashboards/…/schedules": 14,
    "GET /lakeview/dashboards/…/schedules/…/subscriptions": 18,
    "GET /permissions/alertsv2/…": 6,
    "GET /permissions/dashboards/…": 3,
    "GET /permissions/queries/…": 3,
    "GET /permissions/repos/…": 3,
    "GET /repos/…": 12,
    "GET /secrets/acls/list": 12,
    "GET /secrets/get": 11,
    "GET /secrets/list": 13,
    "GET /secrets/scopes/list": 6,
    "GET /sql/queries": 9,
    "GET /sql/queries/…": 6,
    "GET /sql/queries/…/visualizations": 9,
    "GET /sql/warehouses": 13,
    "PATCH /alerts/…": 1,
    "PATCH /lakeview/dashboards/…": 1,
    "PATCH /repos/…": 1,
    "PATCH /sql/queries/…": 1,
    "POST /alerts": 2,
    "POST /lakeview/dashboards/…/published": 1,
    "POST /lakeview/dashboards/…/schedules": 2,
    "POST /lakeview/dashboards/…/schedules/…/subscriptions": 1,
    "POST /repos": 2,
    "POST /secrets/acls/delete": 1,
    "POST /secrets/acls/put": 2,
    "POST /secrets/put": 2,
    "POST /secrets/scopes/create": 1,
    "POST /sql/queries": 1,
    "POST /sql/visualizations": 1,
    "PUT /lakeview/dashboards/…/schedules/…": 1,
    "PUT /permissions/alertsv2/…": 2,
    "PUT /permissions/dashboards/…": 1,
    "PUT /permissions/queries/…": 1,
    "PUT /permissions/repos/…": 1,
};

/** The last reads of a replacement, which find what was paused until the old workspace is gone. */
const startedBy: readonly string[] = ["GET /alerts/…", "GET /lakeview/dashboards/…/schedules"];

/** What it only counts, or compares. */
const counted = [
    ...["apps", "clusters/list", "dbfs/list", "genie/spaces", "global-init-scripts", "instance-pools/list"],
    ...["ip-access-lists", "jobs/list", "mlflow/experiments/list", "mlflow/registered-models/list"],
    ...["notification-destinations", "pipelines", "policies/clusters/list", "serving-endpoints", "sql/alerts"],
    ...["token-management/tokens", "vector-search/endpoints", "workspace-conf"],
].map((path) => `GET /${path}`);

describe("what a workspace holds beside its tree, when it is replaced", () => {
    let scene: Scene;
    beforeEach(async () => {
        scene = await Scene.begin();
    });
    afterEach(endEngines);

    it("is asked for in these ways", async () => {
        await expectOk(scene.change().up());
        const counts: Record<string, number> = {};
        for (const request of scene.stack.cloud.requests) {
            const name = nameOf(request);
            if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1;
        }
        await scene.settle("without a fault");
        expect(Object.keys(counts)).to.have.members([...Object.keys(carried), ...counted]);
        expect(counts).to.include(carried);
    });

    /** Lets this happen to one request of a name. */
    const fail = (name: string, effect: FaultEffect, skipped = 0) => {
        let seen = 0;
        scene.stack.cloud.inject({
            when: (request) => nameOf(request) === name && seen++ === skipped,
            times: 1,
            do: effect,
        });
    };

    for (const [row, [name, count]] of Object.entries(carried).entries()) {
        const isRead = name.startsWith("GET");
        // What a read shows is read anew after a kill, but for those after the DELETE, which find what is to be started. Before a
        // write everything is as it was after the one before it, which is in this list too.
        const moments = [
            ...(isRead ? [] : [1]),
            ...(startedBy.includes(name) || (!isRead && count > 1) ? [count] : []),
        ];
        for (const way of waysOf(["fails" as const, ...moments], row))
            if (way === "fails")
                it(`is neither lost nor doubled if a request fails: ${name}`, async () => {
                    if (!isRead) for (const effect of lostWrites) fail(name, effect);
                    // The first of a read is in the preview, the last comes with the DELETE.
                    else
                        [refusal, garbage, refusal].forEach((effect, at) =>
                            fail(name, effect, Math.floor((at * (count - 1)) / 2)),
                        );
                    await scene.change().up();
                    await scene.settle("after faults");
                });
            else
                it(`is neither lost nor doubled after a kill after request ${way} of ${count}: ${name}`, async () => {
                    let seen = 0;
                    const is = (request: FaultTarget) => nameOf(request) === name && ++seen === way;
                    await scene.change().up({ kill: { when: "after", is } });
                    scene.stack.restart();
                    await scene.settle("after a kill");
                });
    }

    for (const effect of [refusal, garbage])
        for (const skipped of [0, 2])
            it(`is neither lost nor doubled if each list that is only counted fails: ${effect.kind} ${skipped}`, async () => {
                for (const name of counted) fail(name, effect, skipped);
                await scene.change().up();
                await scene.settle("after faults");
            });
});
