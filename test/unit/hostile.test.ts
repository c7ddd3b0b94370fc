import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";

import { expect } from "chai";

import { AccountClient } from "../../provider/api/account-client";
import { retryAfter } from "../../provider/api/retry";
import { parseJson, writeJson } from "../../provider/api/json";
import { Collection } from "../../provider/api/collection";
import { workspaceObject } from "../../provider/objects/workspace/definition";
import { FakeClock } from "../helpers/environment";

const accountId = "0ac0ffee-1234-4abc-8def-00c0ffee1234";
const token = "dapi-very-secret";

describe("the client against a hostile server", () => {
    let server: Server;
    let listener: RequestListener;
    let asked: { url: string; authorization: string | undefined }[];

    beforeEach(async () => {
        asked = [];
        server = createServer((request, response) => {
            asked.push({ url: request.url ?? "", authorization: request.headers.authorization });
            listener(request, response);
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    });
    afterEach(() => {
        server.closeAllConnections();
        return new Promise((resolve) => server.close(resolve));
    });

    const settings = {
        allowedRegions: [],
        onKeyChange: "replace" as const,
        retryTimeout: 2_000,
        validationTimeout: 1_000,
        requestTimeout: 300,
    };
    const host = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const collection = () => {
        const clock = new FakeClock();
        return new Collection(
            workspaceObject,
            new AccountClient({ host: host(), accountId, as: { authType: "pat", token } }, settings, clock),
            accountId,
            clock,
        );
    };
    const failure = (promise: Promise<unknown>) =>
        promise.then(
            () => "no error",
            (error: Error) => {
                expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).to.not.contain(token);
                return error.message;
            },
        );

    const bodies: Record<string, [string, RegExp]> = {
        HTML: ["<html><body>Login</body></html>", /is not JSON/],
        "truncated JSON": ['{"workspace_id": 12', /is not JSON/],
        "a list for an object": ["[]", /is not an object/],
        "no id": ['{"workspace_status": "RUNNING"}', /holds no workspace_id/],
        "an id of a wrong kind": ['{"workspace_id": {"a": 1}}', /holds no workspace_id/],
        "another object's id": ['{"workspace_id": 7}', /asked for the workspace 5, the answer is about 7/],
        nothing: ["", /is not an object/],
    };
    for (const [what, [body, expected]] of Object.entries(bodies)) {
        it(`${what}: a clear error`, async () => {
            listener = (_, response) => response.end(body);
            expect(await failure(collection().get("5"))).to.match(expected);
        });
    }

    it("a list that is none: a clear error", async () => {
        listener = (_, response) => response.end('{"a": 1}');
        expect(await failure(collection().list())).to.match(/is not a list/);
    });

    it("a redirect to another host: refused, and credentials stay here", async () => {
        const elsewhere = createServer((request, response) => {
            asked.push({ url: "elsewhere", authorization: request.headers.authorization });
            response.end("{}");
        });
        await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
        listener = (_, response) =>
            response
                .writeHead(302, { location: `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/` })
                .end();
        expect(await failure(collection().get("5"))).to.match(/was redirected/);
        expect(asked.map(({ url }) => url)).to.not.include("elsewhere");
        await new Promise((resolve) => elsewhere.close(resolve));
    });

    it("an endless slow body: ended in bounded time", async () => {
        listener = (_, response) => {
            response.writeHead(200);
            const timer = setInterval(() => response.write(" "), 20);
            response.on("close", () => clearInterval(timer));
        };
        expect(await failure(collection().get("5"))).to.match(/took longer than 0.3 s/);
    });

    it("a body of 100 MB: not read to its end", async () => {
        let sent = 0;
        listener = (_, response) => {
            const chunk = Buffer.alloc(1 << 20, 32);
            const push = () => {
                while (sent < 100 << 20 && !response.destroyed) {
                    sent += chunk.length;
                    if (!response.write(chunk)) return void response.once("drain", push);
                }
                response.end();
            };
            push();
        };
        const clock = new FakeClock();
        const client = new AccountClient(
            { host: host(), accountId, as: { authType: "pat", token } },
            { ...settings, requestTimeout: 10_000, retryTimeout: 1 },
            clock,
        );
        expect(await failure(client.get("/workspaces"))).to.match(/larger than 32 MiB/);
        expect(sent).to.be.below(100 << 20);
    });

    it("a secret in the answer's words: not shown", async () => {
        listener = (_, response) =>
            response.writeHead(400).end(JSON.stringify({ error_code: "X", message: `bad token ${token}` }));
        expect(await failure(collection().get("5"))).to.contain("bad token [secret]");
    });

    describe("with a service principal", () => {
        const clientId = "11111111-2222-4333-8444-555555555555";
        const clientSecret = 'dose "very" & <secret>/+=% \\';
        const accessToken = "eyJ.access&token";
        const credential: Record<string, string> = {
            "as it is": clientSecret,
            "as a part of a URL": encodeURIComponent(clientSecret),
            "as a form sends it": new URLSearchParams({ s: clientSecret }).toString().slice(2),
            "as HTTP basic sends it": Buffer.from(`${clientId}:${clientSecret}`).toString("base64"),
        };
        const forms = { ...credential, "the access token": accessToken, "the same in a URL": "eyJ.access%26token" };
        const client = () =>
            new AccountClient(
                { host: host(), accountId, as: { authType: "oauth-m2m", clientId, clientSecret } },
                settings,
                new FakeClock(),
            );
        const shown = async (promise: Promise<unknown>) => {
            const error: unknown = await promise.then(
                () => new Error("no error"),
                (thrown: unknown) => thrown,
            );
            const text = [inspect(error, { depth: 9, showHidden: true }), String(error)].join("\n");
            for (const form of Object.values(forms)) expect(text).to.not.contain(form);
            return text;
        };
        const escaped = (text: string) =>
            JSON.stringify({ error_code: text, message: text }).replace(
                /[&<>+=]/g,
                (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`,
            );

        for (const [what, form] of Object.entries(credential)) {
            it(`a token endpoint that fails and repeats the secret (${what}): not shown`, async () => {
                for (const status of [400, 401, 403, 404, 409, 429, 500]) {
                    listener = (_, response) => response.writeHead(status).end(escaped(`Bad: ${form} in ${form}`));
                    expect(await shown(client().get("/workspaces"))).to.contain("The request for an OAuth token");
                }
            });
        }
        for (const [what, form] of Object.entries(forms)) {
            it(`an API that repeats a secret (${what}), in JSON or HTML: not shown`, async () => {
                for (const body of [escaped(`Authorization: Bearer ${form}`), `<html>Bearer ${form}</html>`]) {
                    listener = (request, response) =>
                        request.url?.endsWith("/token") === true
                            ? response.end(JSON.stringify({ access_token: accessToken, expires_in: 3600 }))
                            : response.writeHead(400).end(body);
                    expect(await shown(client().get("/workspaces"))).to.contain("GET /workspaces was refused");
                }
            });
        }

        it("a token that is refused: told to all who asked, and to nobody else", async () => {
            const unhandled: unknown[] = [];
            const note = (reason: unknown) => void unhandled.push(reason);
            const others = process.listeners("unhandledRejection");
            process.removeAllListeners("unhandledRejection").on("unhandledRejection", note);
            try {
                listener = (_, response) => response.writeHead(401).end("{}");
                const one = client();
                expect(await shown(one.get("/workspaces"))).to.contain("HTTP 401");
                await Promise.all([1, 2].map(() => shown(one.get("/workspaces"))));
                await new Promise((resolve) => setImmediate(resolve));
            } finally {
                process.off("unhandledRejection", note);
                for (const other of others) process.on("unhandledRejection", other);
            }
            expect(unhandled).to.deep.equal([]);
            expect(asked.filter(({ url }) => url.endsWith("/token"))).to.have.length(2);
        });

        it("a connection that breaks: the HTTP library's error, which holds the request, goes no further", async () => {
            listener = (request) => request.socket.destroy();
            expect(await shown(client().get("/workspaces"))).to.not.match(/axios|headers/i);
            expect(await shown(client().post("/workspaces", {}))).to.not.match(/axios|headers/i);
        });
    });

    for (const status of [400, 401, 403, 404, 405, 409, 422]) {
        it(`asks once and no more, whatever is asked, where the answer is ${status}`, async () => {
            listener = (_, response) => response.writeHead(status).end('{"error_code": "X", "message": "no"}');
            const one = () =>
                new AccountClient(
                    { host: host(), accountId, as: { authType: "pat", token } },
                    settings,
                    new FakeClock(),
                );
            for (const ask of [
                () => one().get("/workspaces"),
                () => one().post("/workspaces", {}),
                () => one().patch("/workspaces/5", { a: 1 }),
                () => one().put("/private-access-settings/5", {}),
                () => one().delete("/workspaces/5"),
            ]) {
                asked = [];
                expect(await failure(ask())).to.contain(`HTTP ${status}`);
                expect(asked).to.have.length(1);
            }
        });
    }

    it("asks again within the total time and no longer, with growing pauses", async () => {
        const clock = new FakeClock();
        const client = new AccountClient(
            { host: host(), accountId, as: { authType: "pat", token } },
            { ...settings, retryTimeout: 60_000 },
            clock,
        );
        const times: number[] = [];
        listener = (_, response) => {
            times.push(clock.now());
            response.writeHead(503).end("{}");
        };
        const began = clock.now();
        expect(await failure(client.get("/workspaces"))).to.contain("HTTP 503");
        expect(clock.now() - began).to.be.within(30_000, 60_000);
        const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
        expect(pauses).to.deep.equal([...pauses].sort((a, b) => a - b));
        expect(asked.length).to.be.within(5, 12);
    });

    for (const [form, header] of [
        ["seconds", () => "7"],
        ["a date", (now: number) => new Date(Math.ceil(now / 1000) * 1000 + 7_000).toUTCString()],
    ] as const) {
        it(`waits as long as Retry-After says (${form}), reads and writes alike`, async () => {
            for (const ask of [
                (client: AccountClient) => client.get("/workspaces"),
                (client: AccountClient) => client.post("/workspaces", {}),
            ]) {
                const clock = new FakeClock();
                const client = new AccountClient(
                    { host: host(), accountId, as: { authType: "pat", token } },
                    { ...settings, retryTimeout: 60_000 },
                    clock,
                );
                asked = [];
                listener = (_, response) =>
                    asked.length === 1
                        ? response.writeHead(429, { "retry-after": header(clock.now()) }).end("{}")
                        : response.end("{}");
                await ask(client);
                expect(asked).to.have.length(2);
                expect(clock.sleeps).to.have.length(1);
                expect(clock.sleeps[0]).to.be.within(7_000, 8_000);
            }
        });
    }

    it("does not wait for a Retry-After beyond the total time", async () => {
        listener = (_, response) => response.writeHead(429, { "retry-after": "3600" }).end("{}");
        expect(await failure(collection().list())).to.contain("HTTP 429");
        expect(asked).to.have.length(1);
    });

    it("never repeats on another 4xx", async () => {
        listener = (_, response) => response.writeHead(403).end("Forbidden");
        expect(await failure(collection().get("5"))).to.match(/HTTP 403.*account admin/);
        expect(asked).to.have.length(1);
    });

    it("never repeats a POST whose outcome is unknown", async () => {
        listener = (_, response) => response.writeHead(500).end("{}");
        expect(await failure(collection().create({}))).to.match(/no usable response/);
        expect(asked).to.have.length(1);
    });

    it("reads Retry-After in both of its forms", () => {
        const now = Date.parse("2026-11-24T10:00:00Z");
        expect(retryAfter("7", now)).to.equal(7_000);
        expect(retryAfter("Tue, 24 Nov 2026 10:00:30 GMT", now)).to.equal(30_000);
        expect(retryAfter("soon", now)).to.equal(undefined);
        expect(retryAfter("99999999", now)).to.equal(600_000);
    });

    it("keeps 64-bit integers digit for digit, both ways", () => {
        expect(parseJson('{"workspace_id": 123456789012345678, "n": 5, "f": 1.5}')).to.deep.equal({
            workspace_id: "123456789012345678",
            n: 5,
            f: 1.5,
        });
        for (const digits of ["9007199254740991", "9007199254740993", "-9007199254740993", "1234567890123456"]) {
            const { id } = parseJson(`{"id": ${digits}, "text": "12345678901234567890"}`) as { id: unknown };
            expect(String(id)).to.equal(digits);
        }
        expect(writeJson({ a: [1, "x", null, { b: true }] })).to.equal('{"a":[1,"x",null,{"b":true}]}');
    });
});
