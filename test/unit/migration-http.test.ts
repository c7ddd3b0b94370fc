import { expect } from "chai";

import { type Clock, systemClock } from "../../provider/api/clock";
import { ApiError, UnexpectedResponseError } from "../../provider/api/errors";
import { connectWorkspace, withWorkspaceRemedy } from "../../provider/migration/connection";
import { describeInventory, takeInventory } from "../../provider/migration/inventory";
import { migrateContent } from "../../provider/migration/migration";
import { LocalCloud, type LocalWorkspace, manyNotebooks, seeds } from "../../local-cloud";
import { CalmClock } from "../helpers/calm-clock";
import { moveFaults } from "../helpers/move-faults";
import { credentialOf } from "../helpers/workspace-requests";

describe("moving a workspace's content over HTTP", () => {
    let cloud: LocalCloud;
    let old: LocalWorkspace;
    let replacement: LocalWorkspace;
    beforeEach(async () => {
        cloud = await LocalCloud.start();
        old = await cloud.addWorkspace({ keyArn: cloud.createKey() });
        replacement = await cloud.addWorkspace({ keyArn: cloud.createKey() });
    });
    afterEach(() => cloud.stop());

    let slept = 0;
    /** A clock on which waiting takes no time. */
    const fast: Clock = {
        now: () => Date.now() + slept,
        sleep: (milliseconds) => {
            slept += milliseconds;
            return new Promise((resolve) => setImmediate(resolve));
        },
        random: () => Math.random(),
    };
    const connect = (workspace: LocalWorkspace, clock = fast) =>
        connectWorkspace({
            host: cloud.workspaceUrl(workspace.id),
            credential: credentialOf(cloud),
            options: { retryTimeout: 60_000, requestTimeout: 20_000 },
            clock,
        });
    const options = () => ({ from: connect(old), to: connect(replacement), clock: fast });
    const content = async (workspace: LocalWorkspace) =>
        (await workspace.snapshot()).map(({ path, type, sha256, outputs }) => ({ path, type, sha256, outputs }));
    const byPath = (one: { path: string }, other: { path: string }) => (one.path < other.path ? -1 : 1);

    it("carries every byte of a file over 32 MiB, if the service hands it out", async () => {
        for (const { behavior } of [old, replacement]) behavior.largeFiles = "given";
        const bytes = Buffer.alloc(33 * 1024 * 1024, Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)));
        bytes.write('{"error_code": "PERMISSION_DENIED"}');
        await old.seed({ "/Shared/large.bin": seeds.file(bytes) });
        expect(await migrateContent(options())).to.deep.include({ complete: true, findings: [] });
        expect((await replacement.read("/Shared/large.bin"))?.equals(bytes)).to.equal(true);
    }).timeout(60_000);

    it("signs in at each workspace, and carries everything", async () => {
        await old.seed({
            ...manyNotebooks(30),
            "/Shared/odd names/ü & +%?#=;,'\"x": seeds.notebook("1"),
            "/Shared/large.bin": seeds.file(Buffer.alloc(3_000_000, 9)),
            "/Shared/zero": seeds.file(""),
        });
        const report = await migrateContent(options());
        expect(report.findings).to.deep.equal([]);
        expect(report.complete).to.equal(true);
        expect((await content(replacement)).sort(byPath)).to.deep.equal((await content(old)).sort(byPath));
        const tokens = cloud.requests.filter(
            ({ path, workspaceId }) => workspaceId !== undefined && path === "/oidc/v1/token",
        );
        expect(new Set(tokens.map(({ workspaceId }) => workspaceId))).to.deep.equal(new Set([old.id, replacement.id]));
    });

    it("loses and doubles nothing whatever goes wrong with any kind of request", async () => {
        const seeded = { "/Shared/f/n": seeds.notebook("x", { outputs: [1] }), "/Shared/f/file": seeds.file("y") };
        const calls = ["workspace/list", "workspace/export", "workspace/import", "workspace/mkdirs", "permissions"];
        const permissions = { "group_name:data": "CAN_RUN" };
        for (const effect of moveFaults) {
            old = await cloud.addWorkspace();
            replacement = await cloud.addWorkspace();
            replacement.principals.addGroup("data");
            await old.seed({ ...seeded, "/Shared/g": seeds.folder({ permissions }) });
            // A sign-in that another page answers is refused.
            const met = [...calls, ...(effect.kind === "body" ? [] : ["oidc/v1/token"])];
            const stops = met.map((call) =>
                cloud.inject({ when: ({ path }) => path.includes(call), times: 2, do: effect }),
            );
            const what = JSON.stringify(effect);
            const report = await migrateContent(options()).catch((error: unknown) => error);
            for (const stop of stops) stop();
            expect(report, what).to.deep.include({ complete: true, findings: [] });
            expect((await content(replacement)).sort(byPath), what).to.deep.equal((await content(old)).sort(byPath));
            const folder = replacement.tree().find(({ path }) => path === "/Shared/g");
            expect(folder?.permissions, what).to.deep.equal(permissions);
        }
    });

    it("keeps to the workspaces' rate limits, and fails nothing for them", async () => {
        await cloud.stop();
        const clock = new CalmClock();
        cloud = await LocalCloud.start({ now: () => clock.now() });
        [old, replacement] = [await cloud.addWorkspace(), await cloud.addWorkspace()];
        for (const { behavior } of [old, replacement]) behavior.requestsPerSecond = 60;
        await old.seed(manyNotebooks(60));
        const report = await migrateContent({ from: connect(old, clock), to: connect(replacement, clock), clock });
        expect(report).to.deep.include({ complete: true, findings: [] });
        expect(clock.sleeps).to.not.deep.equal([]);
    });

    it("says what a disabled key means, and that nothing was moved", async () => {
        await old.seed({ "/Shared/n": seeds.notebook("x") });
        const short = await LocalCloud.start({ dekCacheMilliseconds: 0 });
        try {
            const locked = await short.addWorkspace({ keyArn: short.createKey() });
            const owner = { principalArn: "arn:aws:iam::123456789012:root", region: "us-east-1" };
            short.kms.call("DisableKey", { KeyId: short.kms.keys()[0]?.arn }, owner);
            const from = connectWorkspace({
                host: short.workspaceUrl(locked.id),
                credential: credentialOf(short),
                options: { retryTimeout: 1000, requestTimeout: 5000 },
                clock: systemClock,
            });
            const error: unknown = await migrateContent({ ...options(), from }).catch((reason: unknown) => reason);
            expect(String(error))
                .to.contain("CUSTOMER_MANAGED_KEY_INACCESSIBLE")
                .and.to.contain("Enable the workspace's key");
        } finally {
            await short.stop();
        }
    });

    it("says what a refusal of a workspace asks for: being an admin of the account opens no workspace", () => {
        const said = (status: number, code: string) =>
            String(withWorkspaceRemedy(new ApiError("denied", status, code, "no", "GET /x"), "https://w.example.com"));
        expect(said(403, "PERMISSION_DENIED")).to.contain("belongs to the workspace").and.not.to.contain("account");
        expect(said(403, "")).to.contain("from a network that may reach");
        expect(said(401, "")).to.contain("that https://w.example.com leads to").and.not.contain("account");
    });

    it("refuses a token of the account before anything is sent", () => {
        const credential = {
            host: cloud.host,
            accountId: cloud.accountId,
            as: { authType: "pat" as const, token: cloud.token },
        };
        const connection = { host: cloud.workspaceUrl(old.id), credential, clock: fast };
        expect(() => connectWorkspace({ ...connection, options: { retryTimeout: 1, requestTimeout: 1 } })).to.throw(
            "a service principal that belongs to both workspaces",
        );
    });

    it("says of a gateway's 404 at a workspace's host that the workspace may not run yet, not that databricks:host is wrong", async () => {
        cloud.inject({
            when: ({ path }) => path.endsWith("/workspace/list"),
            do: { kind: "status", status: 404, body: "<html>no such site</html>" },
        });
        const error = await connect(old)
            .list("/")
            .catch((thrown: unknown) => thrown);
        expect(error).to.be.instanceOf(UnexpectedResponseError);
        expect(String(error)).to.contain("once the workspace is RUNNING").and.not.contain("databricks:host");
    });

    it("refuses a host that would be sent the credential in the clear", () => {
        const connection = { host: "http://acme.example.com", credential: credentialOf(cloud), clock: fast };
        expect(() => connectWorkspace({ ...connection, options: { retryTimeout: 1, requestTimeout: 1 } })).to.throw(
            "only sent over https",
        );
    });

    it("takes an inventory of what moves and what does not, in one line", async () => {
        await old.seed({
            "/Shared/n": seeds.notebook("x"),
            "/Shared/f": seeds.file("x"),
            "/Shared/lib": seeds.library(),
        });
        old.fill({ jobs: Array.from({ length: 1204 }, (_, job_id) => ({ job_id })) });
        await old.seedBeyondTree({ queries: [{}] });
        const line = describeInventory(await takeInventory(connect(old), systemClock).inventory);
        expect(line).to.match(
            /^1 notebook, 1 file, \d folders and 1 query move; 1 of kind library, 1,204 jobs will not move$/,
        );
        old.behavior.frontEnd = "forbidden";
        const refused = await takeInventory(connect(old), systemClock).inventory;
        expect(describeInventory(refused)).to.contain("not everything could be counted");
    });

    it("counts the whole tree where one list of what does not move is refused", async () => {
        await old.seed({ "/Shared/a/b/c/d/n": seeds.notebook("x"), "/Shared/a/b/f": seeds.file("x") });
        old.fill({ jobs: [{ job_id: 1 }] });
        cloud.inject({
            when: ({ path }) => path.includes("/token-management/") || path.includes("/mlflow/"),
            do: { kind: "status", status: 403, body: '{"error_code": "PERMISSION_DENIED", "message": "no tokens"}' },
        });
        const line = describeInventory(await takeInventory(connect(old), systemClock).inventory);
        expect(line).to.contain("1 notebook, 1 file and ").and.contain("1 job will not move");
        expect(line).to.contain("not everything could be counted").and.contain("no tokens");
    });
});
