import { mkdtempSync, readFileSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { AccountClient } from "../../provider/api/account-client";
import { describeSent } from "../../provider/api/sent-request";
import { adopt } from "../../cli/adopt/adopt";
import { copy } from "../../cli/copy";
import { runCommandLine } from "../../cli/run";
import type { LogLine } from "../../provider/runtime/engine-log";
import { EngineReporter } from "../../provider/runtime/reporter";
import { requestLog } from "../../provider/runtime/request-log";
import { Session } from "../../provider/runtime/session";
import { LocalCloud, seeds } from "../../local-cloud";
import { FakeClock, fakeEnvironment } from "../helpers/environment";

const accountId = "0ac0ffee-1234-4abc-8def-00c0ffee1234";
const [secret, token] = ["a-secret-that-nobody-may-see", "aTokenThatNobodyMaySee"];
const newFile = () => join(mkdtempSync(join(tmpdir(), "request-log-")), "requests.jsonl");
const linesOf = (file: string) =>
    readFileSync(file, "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("a log of requests", () => {
    let server: Server;
    let listener: (request: IncomingMessage, response: ServerResponse) => void;
    beforeEach(async () => {
        server = createServer((request, response) => {
            if (request.url?.endsWith("/token") === true)
                return void response.end(JSON.stringify({ access_token: token, expires_in: 3600 }));
            if (request.url?.startsWith("/api/") !== true) return void response.writeHead(404).end();
            listener(request, response);
        });
        await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    });
    afterEach(() => {
        server.closeAllConnections();
        server.close();
    });
    const host = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const sessionWith = (file: string, report: Partial<EngineReporter> = {}) => {
        const world = fakeEnvironment({
            DATABRICKS_HOST: host(),
            DATABRICKS_ACCOUNT_ID: accountId,
            DATABRICKS_CLIENT_ID: "mover",
            DATABRICKS_CLIENT_SECRET: secret,
            PULUMI_DATABRICKS_LOG: file,
        });
        Object.assign(world.report, report);
        return { session: new Session(world), lines: world.lines };
    };

    it("holds each attempt with its path, status, wait, code and request id", async () => {
        let asked = 0;
        listener = (_, response) => {
            asked++;
            response.setHeader("x-request-id", `req-${asked}`);
            if (asked === 1) {
                response.writeHead(429, { "retry-after": "2" });
                return void response.end(JSON.stringify({ error_code: "REQUEST_LIMIT_EXCEEDED", message: "slow" }));
            }
            response.end("[]");
        };
        const file = newFile();
        const { session } = sessionWith(file);
        await session.client.get("/workspaces?since=1");
        const requests = linesOf(file).filter(({ path }) => String(path).startsWith("/api/"));
        const path = `/api/2.0/accounts/${accountId}/workspaces?since=1`;
        const same = { time: 0, duration: 0, method: "GET", host: host(), path };
        expect(requests.map((one) => ({ ...one, time: 0, duration: 0 }))).to.deep.equal([
            {
                ...same,
                status: 429,
                attempt: 1,
                waited: 0,
                requestId: "req-1",
                errorCode: "REQUEST_LIMIT_EXCEEDED",
            },
            { ...same, status: 200, attempt: 2, waited: 2_000, requestId: "req-2" },
        ]);
        for (const { time, duration } of requests) {
            expect(new Date(String(time)).toISOString()).to.equal(time);
            expect(duration).to.be.a("number");
        }
        expect(statSync(file).mode & 0o777).to.equal(0o600);
    });

    it("holds the requests for a token, and no secret, whatever the service repeats", async () => {
        listener = (request, response) => {
            const used = String(request.headers.authorization).replace("Bearer ", "");
            response.writeHead(400, { "x-databricks-request-id": used });
            response.end(JSON.stringify({ error_code: used, message: used, details: [{ request_id: used }] }));
        };
        const file = newFile();
        const { session } = sessionWith(file);
        const failed = session.client.get(`/workspaces?repeated=${token}&${secret}`);
        expect(await failed.then(() => "", String)).to.contain("HTTP 400");
        const text = readFileSync(file, "utf8");
        expect(text).to.contain("/v1/token").and.to.contain("repeated=[secret]").and.to.contain('"status":400');
        expect(text).not.to.contain(token).and.not.to.contain(secret);
        expect(text).not.to.contain(Buffer.from(`mover:${secret}`).toString("base64"));
    });

    it("names the request by the details of an error if no header does, and says why there was no response", async () => {
        const sent: string[] = [];
        const credential = { host: host(), accountId, as: { authType: "pat" as const, token } };
        const client = new AccountClient(credential, { retryTimeout: 0, requestTimeout: 200 }, new FakeClock(), {
            onRequest: (one) => void sent.push(describeSent({ ...one, duration: 7 })),
        });
        const detail = { "@type": "type.googleapis.com/google.rpc.RequestInfo", request_id: "req-9" };
        listener = (_, response) => {
            response.statusCode = 403;
            response.end(JSON.stringify({ error_code: "PERMISSION_DENIED", message: "no", details: [detail] }));
        };
        await client.get("/networks").catch(() => undefined);
        listener = () => undefined;
        await client.get("/networks").catch(() => undefined);
        const path = `GET ${host()}/api/2.0/accounts/${accountId}/networks`;
        expect(sent).to.deep.equal([
            `${path}: HTTP 403 (PERMISSION_DENIED, 7 ms, request id req-9)`,
            `${path}: it took longer than 0.2 s (7 ms)`,
        ]);
    });

    it("shares its request ids with the errors, which name no token that the service repeats", async () => {
        const { session } = sessionWith("");
        const failure = (promise: Promise<unknown>) => promise.then(() => "no error", String);
        const respond = (status: number, id: string) => {
            listener = (_, response) => {
                response.writeHead(status, { "x-request-id": id });
                response.end(JSON.stringify({ error_code: "SOME_CODE", message: "no" }));
            };
        };
        respond(400, "req-1");
        expect(await failure(session.client.get("/networks"))).to.contain(
            "no (SOME_CODE, HTTP 400, request id req-1).",
        );
        respond(403, "req-2");
        expect(await failure(session.client.get("/networks"))).to.contain("HTTP 403, request id req-2). Check that");
        respond(500, "req-3");
        expect(await failure(session.client.post("/networks", {}))).to.contain("HTTP 500 (request id req-3)");
        respond(400, token);
        expect(await failure(session.client.get("/networks"))).to.contain("no (SOME_CODE, HTTP 400).");
    });

    it("is on the row of the resource whose call sent the request, at the engine's level for debugging", async () => {
        const urn = "urn:pulumi:s::p::pulumi-nodejs:dynamic:Resource::w";
        const lines: LogLine[] = [];
        const reporter = new EngineReporter(async (line) => void lines.push(line));
        listener = (_, response) => void response.end("[]");
        const file = newFile();
        const world = { ...fakeEnvironment({}), report: reporter };
        world.variables = {
            DATABRICKS_HOST: host(),
            DATABRICKS_ACCOUNT_ID: accountId,
            DATABRICKS_TOKEN: token,
            PULUMI_DATABRICKS_LOG: file,
        };
        const { client } = new Session(world);
        await reporter.during(urn, async () => {
            await client.get("/workspaces");
            await client.get("/workspaces");
        });
        expect(lines.map(({ severity, urn, ephemeral }) => ({ severity, urn, ephemeral }))).to.deep.equal(
            [1, 2].map(() => ({ severity: "DEBUG", urn, ephemeral: false })),
        );
        expect(lines[0]?.message).to.match(/^GET http:\S+\/workspaces: HTTP 200 \(\d+ ms\)$/);
        expect(linesOf(file).map(({ resource }) => resource)).to.deep.equal([urn, urn]);
    });

    it("that cannot be written is one warning and fails nothing", async () => {
        listener = (_, response) => void response.end("[]");
        const { session, lines } = sessionWith(join(tmpdir(), "no such folder", "x"));
        await session.client.get("/workspaces");
        await session.client.get("/workspaces");
        expect(lines.filter((line) => line.includes("PULUMI_DATABRICKS_LOG"))).to.have.lengthOf(1);
    });

    it("is not written without the variable", async () => {
        const sent = requestLog({ variables: {}, report: { warn: () => expect.fail("no warning") } });
        sent({ time: 0, method: "GET", host: "h", path: "/", duration: 0, attempt: 1, waited: 0 });
    });

    describe("of the command line", () => {
        let cloud: LocalCloud;
        before(async () => {
            cloud = await LocalCloud.start();
        });
        after(() => cloud.stop());
        const run = async (...args: string[]) => {
            const file = newFile();
            await runCommandLine(args, new Map([["copy", copy] as const, ["adopt", adopt] as const]), {
                out: () => undefined,
                err: () => undefined,
                environment: { ...cloud.environment(), HOME: "/nonexistent", PULUMI_DATABRICKS_LOG: file },
                signal: new AbortController().signal,
            });
            return linesOf(file).map(({ method, path }) => `${String(method)} ${String(path)}`);
        };

        it("holds what copy asks the account and both workspaces", async () => {
            const [from, to] = [await cloud.addWorkspace(), await cloud.addWorkspace()];
            await from.seed({ "/Shared/n": seeds.notebook("x") });
            const requests = await run("copy", "--from", from.id, "--to", to.id);
            expect(requests).to.include(`GET /api/2.0/accounts/${cloud.accountId}/workspaces`);
            expect(requests).to.include("GET /api/2.0/workspace/export?path=%2FShared%2Fn&format=JUPYTER");
            expect(requests).to.include("POST /api/2.0/workspace/import");
        });

        it("holds what adopt asks the account", async () => {
            expect(await run("adopt")).to.include(`GET /api/2.0/accounts/${cloud.accountId}/workspaces`);
        });
    });
});
