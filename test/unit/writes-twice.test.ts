import { expect } from "chai";

import { ApiError } from "../../provider/api/errors";
import { WorkspaceDashboards } from "../../provider/migration/workspace-dashboards";
import { WorkspaceSecrets } from "../../provider/migration/workspace-secrets";
import { ScimClient } from "../../provider/migration/workspace-scim";
import type { WorkspaceContent } from "../../provider/migration/content";
import { type LocalWorkspace, seeds } from "../../local-cloud";
import { CopyScene } from "../helpers/copy-scene";

const ADA = "ada@example.com";
const BOARD = "/Shared/b.lvdash.json";

// By hand: a copy that is told of a conflict reads anew and comes to the same end, an `up` later.
describe("what a copy makes in a workspace, and asks for again because no response came", () => {
    let scene: CopyScene;
    beforeEach(async () => {
        scene = await CopyScene.start();
    });
    afterEach(() => scene.cloud.stop());

    interface Place {
        readonly requests: WorkspaceContent["requests"];
        readonly replacement: LocalWorkspace;
    }
    /** Makes something, and resolves with what tells whether it is there. */
    type Make = (place: Place) => Promise<() => Promise<unknown>>;
    const make = (it: Make) =>
        it({ requests: scene.connect(scene.replacement).requests, replacement: scene.replacement });
    const cases: Readonly<Record<string, readonly [path: string, it: Make, made: unknown]>> = {
        "a secret scope": [
            "/secrets/scopes/create",
            async ({ requests, replacement }) => {
                await new WorkspaceSecrets(requests).createScope("etl");
                return async () => Object.keys((await replacement.beyondTree()).secretScopes);
            },
            ["etl"],
        ],
        "a user": [
            "/scim/v2/Users",
            async ({ requests, replacement }) => {
                replacement.behavior.identityFederation = "never";
                await new ScimClient(requests).add({
                    ...{ kind: "user_name", name: ADA, displayName: undefined, entitlements: [] },
                });
                return async () => replacement.principals.find(ADA)?.name;
            },
            ADA,
        ],
        "a subscriber of a dashboard": [
            "/subscriptions",
            async ({ requests, replacement }) => {
                const user = replacement.principals.addUser(ADA);
                await replacement.seed({ [BOARD]: seeds.dashboard("{}") });
                const cron = { quartz_cron_expression: "0 0 8 * * ?", timezone_id: "UTC" };
                const schedules = [{ display_name: "nightly", cron_schedule: cron, pause_status: "PAUSED" as const }];
                await replacement.seedBeyondTree({ dashboards: { [BOARD]: { schedules } } });
                const dashboards = new WorkspaceDashboards(requests);
                const [id = ""] = await dashboards.ids();
                const [schedule] = await dashboards.schedules(id);
                await dashboards.subscribe(id, schedule!, { subscriber: { user_subscriber: { user_id: user.id } } });
                return async () => (await dashboards.subscriptions(id, schedule!)).length;
            },
            1,
        ],
    };
    for (const [what, [path, made, expected]] of Object.entries(cases)) {
        it(`is there once, and no error: ${what}`, async () => {
            scene.cloud.inject({
                when: (request) => request.method === "POST" && request.path.endsWith(path),
                times: 1,
                do: { kind: "status", status: 500, afterEffect: true },
            });
            const there = await make(made);
            expect(await there()).to.deep.equal(expected);
            const asked = scene.cloud.requests.filter((one) => one.method === "POST" && one.path.endsWith(path));
            expect(asked).to.have.length(2);
        });

        it(`is an error if it is refused: ${what}`, async () => {
            scene.cloud.inject({
                when: (request) => request.method === "POST" && request.path.endsWith(path),
                do: { kind: "status", status: 403, body: '{"error_code": "PERMISSION_DENIED", "message": "not you"}' },
            });
            const failed: unknown = await make(made).catch((reason: unknown) => reason);
            expect(failed).to.be.instanceOf(ApiError);
        });
    }
});
