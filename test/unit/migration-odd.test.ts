import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

import { expect } from "chai";

import { systemClock } from "../../provider/api/clock";
import { connectWorkspace } from "../../provider/migration/connection";
import { HostIdentity } from "../../provider/migration/host-identity";
import { migrateContent, verifyContent } from "../../provider/migration/migration";
import { LocalCloud, type LocalWorkspace, seeds } from "../../local-cloud";
import { MigrationWorld, SMALL_LIMIT, type MoreOptions } from "../helpers/migration-world";
import { credentialOf } from "../helpers/workspace-requests";

describe("a copy that looks equal, or is looked at in an odd way", () => {
    let world: MigrationWorld;
    beforeEach(async () => {
        world = await MigrationWorld.create();
    });
    const options = (more: MoreOptions = {}) => world.options(more);
    const writes = () => world.requests.filter((one) => /POST|PUT/.test(one));

    it("dashboards are equal whose JSON is written in another form, and differ by one digit of a large number", async () => {
        await world.old.seed({ "/Shared/d.lvdash.json": seeds.dashboard('{"a": {"x": 1, "y": [1, 2]}, "b": 2}') });
        world.clock.time += 1000;
        await world.replacement.seed({
            "/Shared/d.lvdash.json": seeds.dashboard('{\n "b": 2,\n "a": {"y": [1,2], "x": 1}\n}'),
        });
        expect(await migrateContent(options())).to.deep.include({ complete: true, findings: [] });
        expect(writes()).to.deep.equal([]);
        await world.old.seed({ "/Shared/d.lvdash.json": seeds.dashboard('{"n": 12345678901234567890}') });
        await world.replacement.seed({ "/Shared/d.lvdash.json": seeds.dashboard('{"n": 12345678901234567891}') });
        expect((await verifyContent(options())).findings.map(({ kind }) => kind)).to.deep.equal(["different"]);
    });

    it("two notebooks of one code in two languages are not equal", async () => {
        await world.old.seed({ "/Shared/n": seeds.notebook("1", { language: "SQL" }) });
        await world.replacement.seed({ "/Shared/n": seeds.notebook("1", { language: "PYTHON" }) });
        expect((await verifyContent(options())).findings.map(({ kind }) => kind)).to.deep.equal(["different"]);
    });

    it("a verification names what is too large, as the copy does, and goes on", async () => {
        world.limitContent();
        await world.old.seed({
            "/Shared/large": seeds.notebook("x".repeat(SMALL_LIMIT + 1)),
            "/Shared/grown": seeds.notebook("x"),
            "/Shared/z": seeds.notebook("z"),
        });
        expect(await migrateContent(options({ accept: ["too-large"] }))).to.deep.include({ complete: true });
        expect(await verifyContent(options({ accept: ["too-large"] }))).to.deep.include({ complete: true });
        await world.old.seed({ "/Shared/grown": seeds.notebook("x".repeat(SMALL_LIMIT + 1)) });
        world.replacement.delete("/Shared/z");
        const { findings } = await verifyContent(options());
        expect(findings.map(({ path, kind }) => [path, kind])).to.deep.equal([
            ["/Shared/grown", "too-large"],
            ["/Shared/large", "too-large"],
            ["/Shared/z", "missing"],
        ]);
    });

    it("nothing is written where there is nothing at the path that is to be copied", async () => {
        const failed: unknown = await migrateContent(options({ path: "/Shared/none/x" })).catch(
            (error: unknown) => error,
        );
        expect(String(failed)).to.contain("There is nothing at /Shared/none/x");
        expect(writes()).to.deep.equal([]);
    });

    it("a dashboard's permissions come under its resource id, which is not its object id", async () => {
        world.replacement.principals.addGroup("data");
        const permissions = { "group_name:data": "CAN_RUN" };
        await world.old.seed({ "/Shared/d.lvdash.json": seeds.dashboard("{}", { permissions }) });
        expect(await migrateContent(options())).to.deep.include({ complete: true, findings: [] });
        const copied = world.replacement.tree().find(({ path }) => path === "/Shared/d.lvdash.json");
        expect(copied?.permissions).to.deep.equal(permissions);
    });
});

describe("a workspace that is not who it should be", () => {
    let cloud: LocalCloud;
    let old: LocalWorkspace;
    let replacement: LocalWorkspace;
    beforeEach(async () => {
        cloud = await LocalCloud.start();
        [old, replacement] = [await cloud.addWorkspace(), await cloud.addWorkspace()];
        await old.seed({ "/Shared/n": seeds.notebook("x") });
    });
    afterEach(() => cloud.stop());

    const connection = (host: string, workspaceId?: string) => ({
        host,
        ...(workspaceId === undefined ? {} : { workspaceId }),
        credential: credentialOf(cloud),
        options: { retryTimeout: 5000, requestTimeout: 5000 },
        clock: systemClock,
    });
    const connect = (host: string, workspaceId?: string) => connectWorkspace(connection(host, workspaceId));
    const failure = async (run: Promise<unknown>) => String(await run.catch((reason: unknown) => reason));

    it("is never compared with itself, by whatever name it is reached", async () => {
        const [from, to] = [connect(cloud.workspaceUrl(old.id)), connect(cloud.workspaceUrl(old.id))];
        expect(await failure(migrateContent({ from, to, clock: systemClock }))).to.contain("are the same workspace");
        const other = await cloud.openWorkspacePort(old.id);
        expect(other).not.to.equal(from.host);
        const again = { from, to: connect(other), clock: systemClock };
        expect(await failure(verifyContent(again))).to.contain(`are the same workspace (${old.id})`);
    });

    it("is not used where another one answers at the host", async () => {
        const from = connect(cloud.workspaceUrl(old.id), old.id);
        const to = connect(cloud.workspaceUrl(old.id), replacement.id);
        expect(await failure(migrateContent({ from, to, clock: systemClock }))).to.contain(
            `The workspace ${old.id} responds at ${cloud.workspaceUrl(old.id)} instead of ${replacement.id}`,
        );
    });

    it("is neither copied nor compared where no response says who it is", async () => {
        for (const silent of [old, replacement]) {
            silent.behavior.identifiesItself = false;
            const [from, to] = [connect(cloud.workspaceUrl(old.id)), connect(cloud.workspaceUrl(replacement.id))];
            for (const run of [migrateContent, verifyContent]) {
                const said = await failure(run({ from, to, clock: systemClock }));
                expect(said).to.contain(`No response from ${cloud.workspaceUrl(silent.id)} says which workspace it is`);
            }
            expect(silent === old ? from.workspaceId : to.workspaceId).to.equal(undefined);
            expect(silent === old ? to.workspaceId : from.workspaceId).to.be.oneOf([old.id, replacement.id]);
            silent.behavior.identifiesItself = true;
        }
        expect(await replacement.read("/Shared/n")).to.equal(undefined);
    });

    it("is not compared with itself where its host shows the tree of the other one and never says so", async () => {
        const from = connect(cloud.workspaceUrl(old.id));
        const [to, other] = [connect(cloud.workspaceUrl(replacement.id)), connect(cloud.workspaceUrl(old.id))];
        await to.me();
        const misled = Object.assign(Object.create(to) as typeof to, {
            list: (path: string) => other.list(path),
            export: (...of: Parameters<typeof to.export>) => other.export(...of),
            exportUpTo: (...of: Parameters<typeof to.exportUpTo>) => other.exportUpTo(...of),
        });
        for (const run of [migrateContent, verifyContent])
            expect(await failure(run({ from, to: misled, clock: systemClock }))).to.match(
                /\/Shared\/n has the same id .* in both workspaces/,
            );
    });

    it("is not used where it is another one than before, and is nobody as long as no response names it", () => {
        const identity = new HostIdentity("https://acme.example.com", undefined);
        const note = (headers: Record<string, string | undefined>) =>
            identity.note({ status: 200, headers }, "GET /api/2.0/repos", {});
        for (const headers of [{}, { "x-databricks-org-id": "0" }, { "x-databricks-org-id": "a workspace" }])
            note(headers);
        expect(identity.workspaceId).to.equal(undefined);
        note({ "x-databricks-org-id": "12" });
        note({});
        expect(identity.workspaceId).to.equal("12");
        expect(() => note({ "x-databricks-org-id": "13" })).to.throw(
            "The workspace 13 responds at https://acme.example.com instead of 12",
        );
        expect(identity.workspaceId).to.equal("12");
    });

    it("has to say again who it is once a response does not: for each sort of request, until it has", async () => {
        const identity = new HostIdentity("https://acme.example.com", "12");
        const me = "GET /api/2.0/preview/scim/v2/Me";
        const note = (name: string, id: string | undefined, status = 200) =>
            identity.note({ status, headers: { "x-databricks-org-id": id } }, name, {});
        let asked = 0;
        const prove = (id: string | undefined) =>
            identity.prove(async () => {
                asked++;
                note(me, id);
            });
        // Before it has named itself nothing is known that could change.
        note("GET /api/2.0/repos", undefined);
        await prove(undefined);
        note("GET /api/2.0/repos/1001", "12");
        // A refusal says nothing of what is there, as a success and "not found" do.
        for (const status of [400, 403, 503]) note("GET /api/2.0/repos/1002", undefined, status);
        await prove("12");
        expect(asked).to.equal(0);
        // An endpoint that never names the workspace is one to ask about three times, one that did before, each time.
        for (const [name, status] of [
            ["GET /api/2.0/secrets/list", 200],
            ["GET /api/2.0/secrets/list", 404],
            ["GET /api/2.0/repos/1003", 200],
            ["GET /api/2.0/repos/1004", 200],
        ] as const) {
            const before = asked;
            for (let again = 0; again < 4; again++) {
                note(name, undefined, status);
                await prove("12");
            }
            expect(asked - before, `${name} ${status}`).to.equal(name.includes("secrets") ? 3 : 4);
        }
        note("POST /api/2.0/secrets/put", undefined);
        for (let again = 0; again < 2; again++)
            expect(await failure(prove(undefined))).to.match(
                /named itself as the workspace 12 before.*another one may/,
            );
        await prove("12");
        await prove(undefined);
    });

    for (const which of ["old", "new"] as const)
        it(`is asked for nothing more once it does not say any more who it is: the ${which} workspace`, async () => {
            for (let index = 0; index < 60; index++) await old.seed({ [`/Shared/${index}`]: seeds.notebook("x") });
            const changed = which === "old" ? old : replacement;
            let [exports, known] = [0, 0];
            const change = async () => {
                changed.behavior.identifiesItself = false;
                known = cloud.requests.length;
            };
            cloud.inject({
                when: ({ path }) => path.endsWith("/export") && ++exports === 10,
                do: { kind: "call", when: "before", run: change },
            });
            const [from, to] = [connect(cloud.workspaceUrl(old.id)), connect(cloud.workspaceUrl(replacement.id))];
            const run = () => migrateContent({ from, to, clock: systemClock });
            expect(await failure(run())).to.match(/do not say any more which workspace they are from/);
            const sent = cloud.requests
                .slice(known)
                .filter(({ workspaceId, path }) => workspaceId === changed.id && !path.endsWith("/scim/v2/Me"));
            // What was under way at that moment, of sixty notebooks.
            expect(sent.length).to.be.within(1, 40);
            expect(sent.filter(({ method }) => method === "POST").length).to.be.below(25);
            changed.behavior.identifiesItself = true;
            expect(await run()).to.deep.include({ complete: true, findings: [] });
        });

    it("is read as it is where each read first reaches another one, whose responses do not say who it is", async () => {
        await old.seed({ "/Shared/d/m": seeds.notebook("y") });
        const other = await cloud.addWorkspace();
        await other.seed({ "/Shared/n": seeds.notebook("z"), "/Shared/other": seeds.notebook("z") });
        const [tokens, own] = [cloud.tokens.createWorkspaceToken(other.id), new URL(cloud.workspaceUrl(old.id)).host];
        const led = new Set<string>();
        const host = createServer((incoming, response) => {
            const { method, url = "", headers } = incoming;
            const isLed = method === "GET" && !url.endsWith("/Me") && !led.has(url);
            led.add(url);
            const as = isLed
                ? { host: new URL(cloud.workspaceUrl(other.id)).host, authorization: `Bearer ${tokens}` }
                : { host: own };
            const asked = request(`${cloud.host}${url}`, { method, headers: { ...headers, ...as } }, (answer) => {
                if (isLed) delete answer.headers["x-databricks-org-id"];
                response.writeHead(answer.statusCode ?? 0, answer.headers);
                answer.pipe(response);
            });
            incoming.pipe(asked);
        });
        await new Promise<void>((done) => host.listen(0, "127.0.0.1", done));
        const from = connect(`http://127.0.0.1:${(host.address() as AddressInfo).port}`, old.id);
        await from.me();
        const to = connect(cloud.workspaceUrl(replacement.id));
        const report = await migrateContent({ from, to, clock: systemClock });
        host.close();
        expect(led.size).to.be.above(5);
        expect(report).to.deep.include({ complete: true, findings: [] });
        const copied = replacement.tree().flatMap(({ path, type }) => (type === "NOTEBOOK" ? [path] : []));
        expect(copied.sort()).to.deep.equal(["/Shared/d/m", "/Shared/n"]);
        expect(String(await replacement.read("/Shared/n"))).to.equal("x");
    });

    it("that forgets a token gets another one, and the copy goes on", async () => {
        const calls = ["/workspace/list", "/workspace/export", "/workspace/import", "/permissions/"];
        const stops = calls.map((call) =>
            cloud.inject({ when: ({ path }) => path.includes(call), times: 1, do: { kind: "status", status: 401 } }),
        );
        const [from, to] = [connect(cloud.workspaceUrl(old.id)), connect(cloud.workspaceUrl(replacement.id))];
        const report = await migrateContent({ from, to, clock: systemClock });
        expect(report).to.deep.include({ complete: true, findings: [] });
        expect(String(await replacement.read("/Shared/n"))).to.equal("x");
        for (const stop of stops) stop();
        cloud.inject({ when: ({ path }) => path.includes("/workspace/list"), do: { kind: "status", status: 401 } });
        expect(await failure(migrateContent({ from, to, clock: systemClock }))).to.contain("401");
    });

    it("is sent no write where the hook before writes refuses it", async () => {
        const to = connectWorkspace({
            ...connection(cloud.workspaceUrl(replacement.id)),
            beforeSend: (isWrite) => (isWrite ? Promise.reject(new Error("the engine is gone")) : Promise.resolve()),
        });
        const from = connect(cloud.workspaceUrl(old.id));
        expect(await failure(migrateContent({ from, to, clock: systemClock }))).to.contain("the engine is gone");
        const writes = cloud.requests.filter(({ method, path }) => method !== "GET" && !path.endsWith("/token"));
        expect(writes.map(({ path }) => path)).to.deep.equal([]);
    });

    it("is not empty because the host has no token endpoint", async () => {
        const host = createServer((_request, response) => {
            response.statusCode = 404;
            response.end(JSON.stringify({ error_code: "NOT_FOUND", message: "no token here" }));
        });
        await new Promise<void>((done) => host.listen(0, "127.0.0.1", done));
        const client = connect(`http://127.0.0.1:${(host.address() as AddressInfo).port}`);
        const said = await failure(client.list("/Shared"));
        host.close();
        expect(said).to.contain("The request for an OAuth token was refused: no token here");
    });

    it("that repeats a token in its refusal gets no token into a message", async () => {
        const token = "a-token-that-nobody-may-see";
        const echo = createServer((request, response) => {
            response.setHeader("content-type", "application/json");
            if (request.url?.endsWith("/token") === true)
                return void response.end(JSON.stringify({ access_token: token, expires_in: 3600 }));
            response.statusCode = request.url?.includes("/oidc/") === true ? 404 : 400;
            response.end(
                JSON.stringify({ error_code: "BAD", message: `no: ${String(request.headers.authorization)}` }),
            );
        });
        await new Promise<void>((done) => echo.listen(0, "127.0.0.1", done));
        const client = connect(`http://127.0.0.1:${(echo.address() as AddressInfo).port}`);
        const said = await failure(client.list("/Shared"));
        echo.close();
        expect(said).to.contain("no: Bearer").and.not.contain(token);
    });

    it("that refuses with 200 has refused: its words are in the report, without the secret that they repeat", async () => {
        const [from, to] = [connect(cloud.workspaceUrl(old.id)), connect(cloud.workspaceUrl(replacement.id))];
        replacement.principals.addGroup("data");
        await old.seed({ "/Shared/n": seeds.notebook("x", { permissions: { "group_name:data": "CAN_RUN" } }) });
        await old.seed({ "/Shared/f/m": seeds.notebook("x") });
        for (const [method, call] of [
            ["GET", "workspace/export"],
            ["POST", "workspace/import"],
            ["POST", "workspace/mkdirs"],
            ["PUT", "permissions/"],
        ] as const) {
            const body = JSON.stringify({ error_code: "QUOTA_EXCEEDED", message: `no room for ${cloud.clientSecret}` });
            const stop = cloud.inject({
                when: (request) => request.method === method && request.path.includes(call),
                do: { kind: "status", status: 200, body },
            });
            const report = await migrateContent({ from, to, clock: systemClock });
            stop();
            expect(report.complete, call).to.equal(false);
            expect(report.stopped, call).to.equal(undefined);
            expect(JSON.stringify(report), call).to.contain("no room for [secret]").and.not.contain(cloud.clientSecret);
            replacement.delete("/Shared/n");
            replacement.delete("/Shared/f");
        }
        expect(await migrateContent({ from, to, clock: systemClock })).to.deep.include({
            complete: true,
            findings: [],
        });
    });
});
